"""The gateway in this process with the real knowledge base, and the line's machine over it. Keys need no Rasa."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.doors import Keys
from gateway.ivr import content
from gateway.ivr.answers import Answers
from gateway.ivr.machine import Machine
from gateway.metrics import Metrics
from gateway.settings import Settings
from tests.ivr.schemas_of import Schemas

ROOT = Path(__file__).resolve().parents[2]
KEYS = Keys(agent="agent-key-of-the-tests", ivr="ivr-key-of-the-tests")
Start = Callable[..., TestClient]


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real knowledge base, built once."""
    path = tmp_path_factory.mktemp("base") / "kb.sqlite"
    command = [str(ROOT / ".venvs/rasa/bin/python"), "-m", "policies_kb", "build", "--out", str(path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return path


@pytest.fixture(scope="session")
def machine(base: Path) -> Machine:
    """The dialogue, with speech."""
    return Machine(content.load(), Answers(base), speech=True)


@pytest.fixture(scope="session")
def schemas() -> Schemas:
    """What documents are checked against."""
    return Schemas()


@pytest.fixture
def start(base: Path, tmp_path: Path) -> Iterator[Start]:
    """Start gateways on one RUN_DIR with the key of the line; all are stopped at the end."""
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    (run_dir / "kb.sqlite").symlink_to(base)
    running: list[TestClient] = []

    def starting(**changed: Any) -> TestClient:
        settings = Settings(**{"run_dir": run_dir, "rasa_port": 9, "actions_port": 9, "rate_limits": False, **changed})
        client = TestClient(create_app(settings, KEYS, Metrics()), headers={"Authorization": f"Bearer {KEYS.ivr}"})
        running.append(client.__enter__())
        return client

    yield starting
    for client in running:
        client.__exit__(None, None, None)


@pytest.fixture
def line(start: Start) -> TestClient:
    """A gateway as it is without any setting."""
    return start()
