"""The action server as it is run: on loopback, and silent about the tracker when an action fails."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT, free_port

SECRET = "Je m'appelle Marie Rose"
ACTIONS = """
from rasa_sdk import Action

class Failing(Action):
    def name(self):
        return "action_failing"

    async def run(self, dispatcher, tracker, domain):
        raise ValueError(tracker.latest_message["text"])
"""


@dataclass(frozen=True)
class ActionServer:
    """A running action server."""

    port: int
    log: Path
    process: "subprocess.Popen[bytes]"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ActionServer]:
    """The real server, with a package of actions of its own."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "actions").mkdir()
    (folder / "actions" / "__init__.py").write_text(ACTIONS, "utf-8")
    port, log = free_port(), folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(ROOT / ".venvs/rasa/bin/python"), "-m", "supervisor.actions_server"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": f"{folder}:{ROOT}", "ACTIONS_PORT": str(port)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
            break
        except OSError:
            time.sleep(0.1)
    yield ActionServer(port, log, process)
    process.terminate()
    assert process.wait(20) == 0


def test_a_failing_action_tells_neither_rasa_nor_the_log_what_was_written(server: ActionServer) -> None:
    tracker = {"sender_id": "x", "slots": {}, "events": [], "latest_message": {"text": SECRET}}
    body = json.dumps({"next_action": "action_failing", "tracker": tracker, "domain": {}, "version": "3.6.2"})
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}/webhook", body.encode())
    with pytest.raises(urllib.error.HTTPError) as failure:
        urllib.request.urlopen(request, timeout=10)
    with failure.value as answer:
        assert answer.code == 500
        assert json.loads(answer.read()) == {"error": "ValueError"}
    log = server.log.read_text("utf-8")
    assert "a request failed [ValueError at" in log
    assert SECRET not in log


def test_a_body_that_is_not_json_is_refused_and_not_logged(server: ActionServer) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}/webhook", f"{SECRET} {{".encode())
    with pytest.raises(urllib.error.HTTPError) as failure:
        urllib.request.urlopen(request, timeout=10)
    with failure.value as answer:
        assert answer.code == 400
    assert SECRET not in server.log.read_text("utf-8")


def test_it_listens_on_loopback_alone(server: ActionServer) -> None:
    wanted = f"{server.port:04X}"
    listening = [
        line.split()[1]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text("ascii").splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{wanted}")
    ]
    assert listening == [f"0100007F:{wanted}"]
