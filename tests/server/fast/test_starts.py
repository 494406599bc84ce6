"""Rasa as its users know it goes on working, and the server of this assistant starts without what it does not use."""

import json
import urllib.request
from pathlib import Path
from typing import Any

from tests.conftest import free_port
from tests.server.fast.conftest import MODEL, answering, process

NLU = """
version: "3.1"
nlu:
  - intent: retention
    examples: |
      - combien de temps gardez-vous mes données ?
  - intent: rights.erasure
    examples: |
      - je veux effacer mes données
"""


def say(port: int, message: str) -> list[dict[str, Any]]:
    body = json.dumps({"sender": "someone", "message": message, "metadata": {"country": "mali"}}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/webhooks/rest/webhook",
        body,
        {"Content-Type": "application/json", "Authorization": "Bearer secret"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        said: list[dict[str, Any]] = json.load(answer)
    return said


def topics(port: int, message: str) -> list[str]:
    (custom,) = [part["custom"] for part in say(port, message) if "custom" in part]
    found: list[str] = custom["topics"]
    return found


def test_rasa_run_answers_with_this_project(run_dir: Path, actions_port: int) -> None:
    port = free_port()
    command = ["-m", "rasa", "run", "-p", str(port), "-m", str(MODEL), "--endpoints", "endpoints.yml"]
    with process(run_dir, *command, ACTIONS_PORT=str(actions_port), RASA_TOKEN="secret"):
        answering(f"http://127.0.0.1:{port}/")
        assert topics(port, "combien de temps gardez-vous mes données ?") == ["retention"]
        # By the action server.
        assert topics(port, "je veux effacer mes données") == ["rights.erasure"]


def test_rasa_test_nlu_runs(run_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "nlu.yml").write_text(NLU, "utf-8")
    command = ["-m", "rasa", "test", "nlu", "-m", str(MODEL), "-u", str(tmp_path / "nlu.yml"), "--no-plot"]
    with process(run_dir, *command, "--out", str(tmp_path / "results")) as testing:
        assert testing.wait(400) == 0
    report = json.loads((tmp_path / "results" / "intent_report.json").read_text("utf-8"))
    assert report["accuracy"] == 1.0


def test_the_server_answers_without_tensorflow_and_without_the_action_server(run_dir: Path) -> None:
    port, nobody = free_port(), free_port()
    command = ["-m", "supervisor.rasa_server", str(MODEL)]
    with process(run_dir, *command, RASA_PORT=str(port), ACTIONS_PORT=str(nobody), RASA_TOKEN="secret") as server:
        answering(f"http://127.0.0.1:{port}/")
        assert topics(port, "combien de temps gardez-vous mes données ?") == ["retention"]
        assert topics(port, "je veux effacer mes données") == ["rights.erasure"]
        assert "tensorflow" not in Path(f"/proc/{server.pid}/maps").read_text("utf-8")
    assert "is off" not in (run_dir / "log").read_text("utf-8")
