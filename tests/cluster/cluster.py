"""A cluster on this machine: PostgreSQL, Redis, RabbitMQ, nginx, two gateways, two Rasa servers with their actions.

All of them are real. nginx runs with the files of deploy/nginx, on other ports and with fixed addresses in the place of
Kubernetes' names; the Rasa servers with deploy/endpoints.yml.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx

from supervisor.parts import MODEL, RASA_PYTHON
from tests.conftest import ROOT, free_port
from tests.postgres_server import postgres
from tests.rabbitmq_server import RabbitMQ, rabbitmq
from tests.redis_server import redis_server

START_SECONDS = 240.0
STOP_SECONDS = 60.0
KEYS = {"agent": "the-key-of-the-agents-of-this-test", "ivr": "the-key-of-the-line-of-this-test"}
_GATEWAY_PYTHON = ROOT / ".venvs" / "gateway" / "bin" / "python"
_NGINX_FILES = ROOT / "deploy" / "nginx"


@dataclass
class Process:
    """One process that can be ended and started again on the same port."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    ready_at: str
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def start(self) -> None:
        """Start it, and return at once."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig=KILL", *self.command],
                cwd=ROOT, env=dict(self.environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def await_ready(self) -> None:
        """Wait until it can be used. Raises AssertionError when it ends or takes too long."""
        assert self.process is not None
        until = time.monotonic() + START_SECONDS
        with httpx.Client(trust_env=False, timeout=5) as client:
            while time.monotonic() < until and self.process.poll() is None:
                try:
                    if client.get(self.ready_at).status_code < 500:
                        return
                except httpx.HTTPError:
                    pass
                time.sleep(0.1)
        raise AssertionError(f"{self.name} does not start:\n{self.log.read_text('utf-8', 'replace')[-3000:]}")

    def kill(self) -> None:
        """End it as a power cut does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end, as an update does, and wait until it has."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} does not stop") from None

    def restart(self) -> None:
        """End it and start it again, and wait until it can be used."""
        self.stop()
        self.start()
        self.await_ready()


class Cluster:
    """The parts, by name; `edge` is where nginx takes calls, `folder` holds every log."""

    def __init__(self, folder: Path, database: str, redis: str, broker: RabbitMQ) -> None:
        self.folder = folder
        self.database = database
        self.redis = redis
        self.broker = broker
        self._edge, self._router = free_port(), free_port()
        self.edge = f"http://127.0.0.1:{self._edge}"
        self.token = "the-token-of-the-rasa-servers-of-this-test"
        shutil.copy(base(folder), folder / "kb.sqlite")
        self.rasas, self.actions = zip(*(self._rasa(number) for number in (1, 2)), strict=True)
        self.gateways = [self.gateway(f"gateway-{number}") for number in (1, 2)]
        self.nginx = self._nginx()

    @property
    def processes(self) -> list[Process]:
        """All that are ours to start and stop."""
        return [*self.actions, *self.rasas, *self.gateways, self.nginx]

    @property
    def logs(self) -> list[Path]:
        """What each process has printed."""
        return sorted(self.folder.glob("*.log"))

    def start(self) -> None:
        """Start all parts at once, and wait for them."""
        for process in self.processes:
            process.start()
        with ThreadPoolExecutor() as pool:
            list(pool.map(Process.await_ready, self.processes))

    def stop(self) -> None:
        """Stop what still runs."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(Process.stop, reversed(self.processes)))

    def repair(self) -> None:
        """Start what a test has ended."""
        ended = [one for one in self.processes if one.process is not None and one.process.poll() is not None]
        for process in ended:
            process.start()
        for process in ended:
            process.await_ready()

    def tracker(self, rasa_id: str) -> list[dict[str, Any]]:
        """The events of a conversation as a Rasa server reads them; `rasa_id` is Rasa's name for it."""
        answer = httpx.get(
            f"{self.url_of(self.rasas[1])}/conversations/{rasa_id}/tracker",
            params={"token": self.token, "include_events": "ALL"}, timeout=60, trust_env=False,
        )  # fmt: skip
        events: list[dict[str, Any]] = answer.raise_for_status().json()["events"]
        return events

    def turns_of(self, sender: str) -> list[str]:
        """The turns that a visitor's conversation holds, by their ids, in order."""
        rasa_id = sha256(b"rasa\0" + sender.encode()).hexdigest()  # as gateway/conversations.py
        return [event["metadata"]["turn"] for event in self.tracker(rasa_id) if event["event"] == "user"]

    def gateway(self, name: str, **changed: str) -> Process:
        """A gateway of this cluster, on a port of its own, not started."""
        port = free_port()
        run_dir = self.folder / name
        run_dir.mkdir()
        (run_dir / "kb.sqlite").symlink_to(self.folder / "kb.sqlite")
        own = {
            "BIND": "127.0.0.1", "PORT": str(port), "RUN_DIR": str(run_dir), "METRICS_BIND": "off",
            "TRUSTED_PROXIES": "127.0.0.1", "RASA_URL": f"http://127.0.0.1:{self._router}",
            "ACTIONS_URL": self.actions_url, "AGENT_KEY": KEYS["agent"], "IVR_KEY": KEYS["ivr"],
        }  # fmt: skip
        environment = self._environment(**{**own, **changed})
        command = [str(_GATEWAY_PYTHON), "-m", "gateway"]
        return Process(name, command, environment, self.folder / f"{name}.log", f"http://127.0.0.1:{port}/widget.json")

    @property
    def actions_url(self) -> str:
        """Where one of the action servers listens."""
        return self.url_of(self.actions[0])

    def url_of(self, process: Process) -> str:
        """Where a gateway or a Rasa server listens."""
        return "/".join(process.ready_at.split("/")[:3])

    def _environment(self, **own: str) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1", "LOG_FORMAT": "json", "RASA_TOKEN": self.token, "REDIS_URL": self.redis,
            "DATABASE_URL": self.database, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1", **own,
        }  # fmt: skip

    def _rasa(self, number: int) -> tuple[Process, Process]:
        port, actions_port = free_port(), free_port()
        environment = self._environment(
            RASA_PORT=str(port), ACTIONS_PORT=str(actions_port), RUN_DIR=str(self.folder),
            RASA_ENDPOINTS="deploy/endpoints.yml", AMQP_URL=self.broker.url,
        )  # fmt: skip
        model = str(MODEL.relative_to(ROOT))
        ready = f"http://127.0.0.1:{port}/webhooks/rest/ready"
        return (
            Process(
                f"rasa-{number}",
                [str(RASA_PYTHON), "-m", "supervisor.rasa_server", model],
                environment,
                self.folder / f"rasa-{number}.log",
                ready,
            ),
            Process(
                f"actions-{number}",
                [str(RASA_PYTHON), "-m", "supervisor.actions_server"],
                environment,
                self.folder / f"actions-{number}.log",
                f"http://127.0.0.1:{actions_port}/health",
            ),
        )

    def _nginx(self) -> Process:
        folder = self.folder / "nginx"
        folder.mkdir()
        for file in _NGINX_FILES.glob("*.conf"):
            text = file.read_text("utf-8").replace("/tmp/", f"{folder}/")
            text = text.replace("listen 8080", f"listen 127.0.0.1:{self._edge}")
            (folder / file.name).write_text(text.replace("listen 8081", f"listen 127.0.0.1:{self._router}"), "utf-8")
        (folder / "upstreams.conf").write_text(
            _upstream("gateways", "least_conn;", [self.url_of(one) for one in self.gateways])
            + _upstream("rasas", "hash $http_x_conversation consistent;", [self.url_of(one) for one in self.rasas]),
            "utf-8",
        )
        # As root, nginx gives its workers to another user, who may not pass the tests' folders.
        own = "daemon off; user root;" if os.geteuid() == 0 else "daemon off;"
        command = ["/usr/sbin/nginx", "-c", str(folder / "nginx.conf"), "-e", "stderr", "-g", own]
        environment = {"PATH": os.environ["PATH"]}
        return Process("nginx", command, environment, self.folder / "nginx.log", f"{self.edge}/nginx-health")


def _upstream(name: str, way: str, urls: list[str]) -> str:
    servers = "".join(f"server {url.removeprefix('http://')} max_fails=2 fail_timeout=2s; " for url in urls)
    return f"upstream {name} {{ zone {name} 64k; {way} {servers}keepalive 32; }}\n"


def base(folder: Path) -> Path:
    """A knowledge base, built as for `make run`."""
    run_dir = folder / "base"
    subprocess.run(
        [ROOT / "scripts" / "knowledge.sh"], cwd=ROOT, env={**os.environ, "RUN_DIR": str(run_dir)}, check=True
    )
    return run_dir / "kb.sqlite"


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster that can be used, for as long as this is entered. Its logs stay in `folder`."""
    subprocess.run([ROOT / "scripts" / "train.sh"], cwd=ROOT, check=True)
    with ExitStack() as stack:
        database = stack.enter_context(postgres(folder / "postgres"))
        redis = stack.enter_context(redis_server(folder / "redis"))
        broker = stack.enter_context(rabbitmq(folder / "rabbitmq"))
        cluster = Cluster(folder, database, redis, broker)
        stack.callback(cluster.stop)
        cluster.start()
        yield cluster
