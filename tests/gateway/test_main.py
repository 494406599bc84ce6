"""`python -m gateway` as a process: it starts, stops, and says in one sentence why it cannot."""

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.conftest import free_port
from tests.gateway.conftest import ROOT
from tests.gateway.peer import wait_for


def _environment(run_dir: Path, **more: str) -> dict[str, str]:
    names = ("AGENT_KEY", "IVR_KEY", "BIND", "TRUSTED_PROXIES", "CORS_ORIGINS", "RATE_LIMITS", "RASA_TOKEN")
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return {**kept, "RUN_DIR": str(run_dir), "METRICS_BIND": "off", "PORT": str(free_port()), **more}


def _started(environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "gateway"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/openapi.json", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_then_stops_when_told_and_logs_no_conversation(tmp_path: Path, how: signal.Signals) -> None:
    environment = _environment(tmp_path / "run", METRICS_BIND=f"127.0.0.1:{free_port()}")
    url = f"http://127.0.0.1:{environment['PORT']}"
    running = _started(environment)
    wait_for(lambda: _answers(url), 20)
    with httpx.Client(base_url=url, trust_env=False) as client:
        sender = client.post("/conversations", json={"channel": "web"}).json()["sender"]
        said = client.post("/webhooks/rest/webhook", json={"sender": sender, "message": "je m'appelle Personne"})
        assert said.status_code == 503
        assert client.delete(f"/conversations/{sender}").status_code == 503
        scrape = httpx.get(f"http://{environment['METRICS_BIND']}/metrics", trust_env=False)
        assert "assistant_http_responses_total" in scrape.text
        running.send_signal(how)
        _, log = running.communicate(timeout=10)
    assert running.returncode in (0, -how)
    assert url in log
    assert str(tmp_path / "run" / "keys.json") in log
    assert "Traceback" not in log
    for trace in (sender, "Personne", "webhooks", (tmp_path / "run" / "keys.json").read_text().split('"')[3]):
        assert trace not in log
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "run").iterdir()}
    assert modes == {0o600}


def _refusal(environment: dict[str, str]) -> str:
    running = _started(environment)
    _, log = running.communicate(timeout=20)
    assert running.returncode == 1
    lines = log.strip().splitlines()
    assert len(lines) == 1, log
    assert lines[0].startswith("gateway: ")
    return lines[0]


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port}" in _refusal(_environment(tmp_path, PORT=str(port)))
        sentence = _refusal(_environment(tmp_path, METRICS_BIND=f"127.0.0.1:{port}"))
        assert "METRICS_BIND=off" in sentence


def test_a_setting_that_cannot_be_used_is_said_in_one_sentence(tmp_path: Path) -> None:
    assert "RATE_LIMITS" in _refusal(_environment(tmp_path, RATE_LIMITS="off", BIND="0.0.0.0"))
    assert "PORT" in _refusal(_environment(tmp_path, PORT="eighty"))


def test_a_store_that_is_none_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "conversations.sqlite").write_bytes(b"not a database" * 100)
    assert str(tmp_path) in _refusal(_environment(tmp_path))
    (tmp_path / "file").write_text("")
    assert "RUN_DIR" in _refusal(_environment(tmp_path / "file"))
