"""The whole running assistant as these tests use it: doors, files, processes."""

import json
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from evaluation.running import Assistant, running
from tests.conftest import processes_with

WEBHOOK = "/webhooks/rest/webhook"
_MODULES = {"rasa": "supervisor.rasa_server", "actions": "supervisor.actions_server", "gateway": "-m gateway"}


class Stack:
    """A running assistant and a client of it."""

    def __init__(self, assistant: Assistant, client: httpx.Client) -> None:
        self.assistant = assistant
        self.client = client
        self.run_dir = assistant.run_dir

    def key(self, door: str) -> dict[str, str]:
        """The header that opens a door."""
        return {} if door == "web" else {"Authorization": f"Bearer {self.assistant.keys[door]}"}

    def open(self, door: str = "web", **context: str) -> str:
        """Open a conversation and return its sender."""
        answer = self.client.post("/conversations", json={"channel": door, **context}, headers=self.key(door))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["sender"])

    def say(self, sender: str, message: str, door: str = "web", **more: Any) -> httpx.Response:
        """Say something."""
        return self.client.post(
            WEBHOOK, json={"sender": sender, "message": message, **more}, headers=self.key(door), timeout=60
        )

    def reply(self, sender: str, message: str, door: str = "web", **more: Any) -> list[dict[str, Any]]:
        """The reply to a message, which must be one."""
        answer = self.say(sender, message, door, **more)
        assert answer.status_code == 200, answer.text
        messages: list[dict[str, Any]] = answer.json()
        return messages

    def erase(self, sender: str, door: str = "web") -> int:
        """Erase a conversation; returns the status."""
        return self.client.delete(f"/conversations/{sender}", headers=self.key(door), timeout=60).status_code

    def health(self) -> dict[str, Any]:
        """The health report, whatever its status."""
        # A report is good for a second.
        time.sleep(1.1)
        report: dict[str, Any] = self.client.get("/health", timeout=30).json()
        return report

    def process(self, part: str) -> int:
        """The process id of a part: rasa, actions or gateway."""
        found = [pid for pid, command in self.processes().items() if _MODULES[part] in command]
        assert len(found) == 1, (part, found)
        return found[0]

    def processes(self) -> dict[int, str]:
        """All processes of this assistant, with their command lines."""
        return processes_with(f"RUN_DIR={self.run_dir}")

    def until(self, holds: Callable[[], bool], seconds: float = 90.0) -> None:
        """Wait until something holds; fail when it does not."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                if holds():
                    return
            except httpx.TransportError:  # the gateway is being started again
                pass
            assert time.monotonic() < deadline, f"it did not happen; the log:\n{self.log()}"
            time.sleep(0.2)

    def is_well(self) -> bool:
        """Whether every part can answer."""
        return bool(self.health()["status"] == "ok")

    def log(self) -> str:
        """What all parts have printed."""
        return self.assistant.log.read_text("utf-8", "replace")


# The knowledge base of the first assistant of a run, so that the others need not build it.
_BASE = ("kb.sqlite", "kb.sha256")
_built: dict[str, bytes] = {}


@contextmanager
def stack(folder: Path, **environment: str) -> Iterator[Stack]:
    """Start an assistant with its state in `folder`, or go on from the state that is there."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    (folder / "run").mkdir(exist_ok=True)
    for name, content in _built.items():
        if not (folder / "run" / name).exists():
            (folder / "run" / name).write_bytes(content)
    try:
        with running(folder) as assistant, httpx.Client(base_url=assistant.url, timeout=30, trust_env=False) as client:
            _built.update({name: (assistant.run_dir / name).read_bytes() for name in _BASE})
            yield Stack(assistant, client)
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def custom(reply: list[dict[str, Any]]) -> dict[str, Any]:
    """The one payload of a reply."""
    (found,) = [message["custom"] for message in reply if message.get("custom")]
    assert isinstance(found, dict)
    return found


def is_sentence(answer: httpx.Response) -> bool:
    """Whether an error says in a French sentence what to do, and that it may be tried again."""
    message = answer.json()["error"]["message"]
    return answer.status_code in (502, 503) and bool(re.fullmatch(r"[A-ZÉL].{20,}\.", message))


def files(*folders: Path) -> Iterator[Path]:
    """Every file in some folders."""
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())


def holders(words: set[bytes], *folders: Path) -> list[str]:
    """The files that hold one of some words, with the word."""
    found = []
    for path in files(*folders):
        content = path.read_bytes()
        found += [f"{path.name}: {word!r}" for word in words if word in content]
    return found


@contextmanager
def write_lock(path: Path) -> Iterator[None]:
    """Hold a SQLite file as another writer would."""
    other = sqlite3.connect(path, isolation_level=None, timeout=10)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


def account(run_dir: Path) -> dict[str, str]:
    """The console's first account."""
    found: dict[str, str] = json.loads((run_dir / "console.json").read_text("utf-8"))
    return found
