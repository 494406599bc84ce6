"""The trained model in this process, and messages said to it, with one choice of patches or another."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent, load_agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.trackers import DialogueStateTracker

from policies_kb.base import DEFAULT_PATH
from policies_kb.build import build
from server.fast.patch import Patch
from server.tracker_store import unwrap
from tests.conftest import ROOT, free_port

MODEL = ROOT / "models" / "assistant.tar.gz"
Said = tuple[list[dict[str, Any]], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a base built from the real content, at the default path of the folder above."""
    assert not DEFAULT_PATH.is_absolute(), "run these tests without RUN_DIR: they must not write a base that is in use"
    path: Path = tmp_path_factory.mktemp("fast") / DEFAULT_PATH
    path.parent.mkdir()
    build(path)
    return path.parent


@pytest.fixture
def _in_built(run_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(run_dir.parent)


@pytest.fixture(scope="session")
def actions_port(run_dir: Path) -> Iterator[int]:
    """The real action server."""
    port = free_port()
    with process(run_dir, "-m", "supervisor.actions_server", ACTIONS_PORT=str(port)):
        answering(f"http://127.0.0.1:{port}/health")
        yield port


@contextmanager
def process(run_dir: Path, *arguments: str, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of this Python in the project's folder, ended at the end. What it prints is in `run_dir`/log."""
    with (run_dir / "log").open("ab") as log:
        started = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=os.environ
            | {"PYTHONPATH": str(ROOT), "RUN_DIR": str(run_dir), "RASA_TELEMETRY_ENABLED": "false"}
            | environment,
            stdout=log,
            stderr=log,
        )
        try:
            yield started
        finally:
            started.send_signal(signal.SIGTERM)
            started.wait(30)


def answering(url: str, seconds: float = 240) -> None:
    """Wait until something answers there."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=5)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            assert time.monotonic() < deadline, f"nothing answers at {url}"
            time.sleep(0.3)


class Talk:
    """The model in this process. Conversations are new ones, in a store of their own."""

    def __init__(self, agent: Agent, path: Path) -> None:
        self._agent = agent
        self._path = path
        self._number = 0

    def tracker(self, sender: str) -> DialogueStateTracker:
        """The tracker of a conversation."""
        found = asyncio.run(self._agent.tracker_store.retrieve(sender))
        assert found is not None
        return found

    def hold(self, messages: list[str], country: str | None = "caraibe") -> Said:
        """The replies to the messages of a conversation, and its events without times and ids."""
        self._number += 1
        sender = f"talk{self._number}"
        said: list[dict[str, Any]] = []

        async def say() -> None:
            for message in messages:
                output = CollectingOutputChannel()
                metadata = {"door": "web", "country": country}
                await self._agent.handle_message(
                    UserMessage(message, output, sender, input_channel="rest", metadata=metadata)
                )
                said.extend({**part, "recipient_id": ""} for part in output.messages)

        asyncio.run(say())
        events = [event.as_dict() for event in self.tracker(sender).events]
        for event in events:
            event.pop("timestamp")
            event.pop("message_id", None)
            event.get("parse_data", {}).pop("message_id", None)
        return said, events


@pytest.fixture(scope="session")
def talk(run_dir: Path, actions_port: int, tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """The trained model, with the endpoints of endpoints.yml."""
    path = tmp_path_factory.mktemp("talk") / "tracker.sqlite"
    written = (ROOT / "endpoints.yml").read_text("utf-8").replace("${ACTIONS_PORT}", str(actions_port))
    written = written.replace("Generator\n", f"Generator\n  base: {run_dir}/kb.sqlite\n")
    written = written.replace("TrackerStore\n", f"TrackerStore\n  db: {path}\n")
    endpoints = path.with_name("endpoints.yml")
    endpoints.write_text(written, "utf-8")
    agent = asyncio.run(load_agent(str(MODEL), endpoints=AvailableEndpoints.read_endpoints(str(endpoints))))
    assert agent.is_ready(), "train the model first: scripts/train.sh"
    unwrap(agent)
    return Talk(agent, path)


@contextmanager
def applied(*patches: Patch) -> Iterator[None]:
    """With these patches."""
    undone: list[Callable[[], None]] = []
    try:
        undone += [patch.apply() for patch in patches]
        yield
    finally:
        for undo in reversed(undone):
            undo()
