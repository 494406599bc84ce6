"""A real gateway - uvicorn, SQLite, its own port - in front of a peer that plays Rasa."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from gateway.app import create_app
from gateway.connections import Connection
from gateway.doors import Keys
from gateway.listener import listen
from gateway.metrics import Metrics
from gateway.settings import Settings
from tests.gateway.peer import Peer, wait_for
from tests.redis_server import redis_server

ROOT = Path(__file__).resolve().parents[2]
KEYS = Keys(agent="agent-key-of-the-tests", ivr="ivr-key-of-the-tests")


@dataclass
class Gateway:
    """A running gateway and a client of it."""

    client: httpx.Client
    settings: Settings
    metrics: Metrics

    def open(self, channel: str = "web", **context: Any) -> str:
        """Open a conversation and return its sender."""
        answer = self.client.post("/conversations", json={"channel": channel, **context}, headers=bearer(channel))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["sender"])

    def say(self, sender: str, message: str, channel: str = "web", **more: Any) -> httpx.Response:
        """Say something in a conversation."""
        body = {"sender": sender, "message": message, **more}
        return self.client.post("/webhooks/rest/webhook", json=body, headers=bearer(channel))

    def erase(self, sender: str, channel: str = "web") -> httpx.Response:
        """Erase a conversation."""
        return self.client.delete(f"/conversations/{sender}", headers=bearer(channel))


def bearer(channel: str) -> dict[str, str]:
    """The header that opens a door."""
    return {} if channel == "web" else {"Authorization": f"Bearer {getattr(KEYS, channel)}"}


def assert_error(answer: httpx.Response, status: int, code: str) -> str:
    """Assert the one error shape; returns its sentence."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message"}
    assert body["error"]["code"] == code
    message = str(body["error"]["message"])
    assert message.endswith(".")
    return message


@pytest.fixture
def peer() -> Iterator[Peer]:
    """What the gateway takes for Rasa and the action server."""
    running = Peer()
    yield running
    running.close()


@pytest.fixture
def settings(peer: Peer, tmp_path: Path) -> Settings:
    """Settings of a gateway without limits, as an evaluation has it."""
    return Settings(run_dir=tmp_path / "run", rasa_port=peer.port, actions_port=peer.port, rate_limits=False)


@pytest.fixture
def start(settings: Settings) -> Iterator[Callable[..., Gateway]]:
    """Start gateways with changed settings, or `keys`; all are stopped at the end."""
    stops: list[Callable[[], None]] = []

    def starting(**changed: Any) -> Gateway:
        keys = changed.pop("keys", KEYS)
        wanted = replace(settings, **changed)
        metrics = Metrics()
        listener = listen(wanted if "port" in changed else replace(wanted, port=0))
        config = uvicorn.Config(
            create_app(wanted, keys, metrics), log_config=None, access_log=False, server_header=False,
            proxy_headers=False, http=Connection, timeout_graceful_shutdown=1, lifespan="on",
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        wait_for(lambda: server.started)
        client = httpx.Client(
            base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=20, trust_env=False,
            limits=httpx.Limits(max_connections=50),
        )  # fmt: skip

        def stop() -> None:
            client.close()
            server.should_exit = True
            thread.join(10)
            assert not thread.is_alive()

        stops.append(stop)
        return Gateway(client, wanted, metrics)

    yield starting
    for stop in stops:
        stop()


@pytest.fixture
def gateway(start: Callable[..., Gateway]) -> Gateway:
    """A running gateway without limits."""
    return start()


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis' URL."""
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(scope="session")
def built_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real knowledge base, built once."""
    path = tmp_path_factory.mktemp("base") / "kb.sqlite"
    command = [str(ROOT / ".venvs/rasa/bin/python"), "-m", "policies_kb", "build", "--out", str(path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return path


@pytest.fixture
def base(built_base: Path, settings: Settings) -> Path:
    """A copy of the knowledge base where the gateway looks for it."""
    settings.run_dir.mkdir(exist_ok=True)
    return Path(shutil.copy(built_base, settings.base_path))
