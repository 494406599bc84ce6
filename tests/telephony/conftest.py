"""A real line in front of the real assistant, and what its callers should hear."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from telephony.prompts import Prompts
from tests.conftest import ROOT, Assistant
from tests.telephony.hearing import Samples, as_samples
from tests.telephony.peers import free_udp_port

# As fast as espeak-ng speaks intelligibly: the tests need not wait for a slow voice.
TTS = "espeak-ng -v fr -s 400 --stdin --stdout"
START_SECONDS = 60


@dataclass(frozen=True)
class RunningLine:
    """A line that answers at `host`:`port`; `log` is all it wrote, `prompts` the cache it shares."""

    process: "subprocess.Popen[bytes]"
    host: str
    port: int
    log: Path
    prompts: Prompts

    @property
    def uri(self) -> str:
        """What a telephone dials."""
        return f"sip:7400@{self.host}:{self.port}"

    def logged(self) -> str:
        """What it wrote so far."""
        return self.log.read_text("utf-8", "replace")


class Expected:
    """A call of its own over HTTP, to know what a caller who does the same should hear."""

    def __init__(self, assistant: Assistant, prompts: Prompts) -> None:
        headers = {"Authorization": f"Bearer {assistant.keys['ivr']}"}
        self._http = httpx.Client(base_url=assistant.url, headers=headers, trust_env=False, timeout=30)
        self._prompts = prompts
        self._turn = self._http.post("/ivr/calls", json={}).raise_for_status().json()

    @property
    def texts(self) -> list[tuple[str, str]]:
        """The prompts of the turn at hand, as text and rate."""
        return [(action["text"], action["rate"]) for action in self._turn["actions"] if action["do"] == "say"]

    def sounds(self) -> list[Samples]:
        """The prompts of the turn at hand, as the line plays them."""
        return [as_samples(asyncio.run(self._prompts.samples(text, rate))) for text, rate in self.texts]

    def then(self, event: str, digits: str = "") -> "Expected":
        """Let something happen in the call; returns itself, with the turn that follows."""
        path = f"/ivr/calls/{self._turn['call']}/steps/{self._turn['step']}"
        body = {"event": event, "digits": digits} if digits else {"event": event}
        self._turn = self._http.post(path, json=body).raise_for_status().json()
        return self

    def end(self) -> None:
        """Hang up."""
        self.then("hangup")
        self._http.close()

    def press(self, *keys: str) -> "Expected":
        """Press keys, one a turn."""
        for key in keys:
            self.then("digits", key)
        return self


@pytest.fixture(scope="session")
def prompt_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache of prompts of this session."""
    return tmp_path_factory.mktemp("prompts")


@contextmanager
def running_line(url: str, key: str, folder: Path, prompt_dir: Path, **settings: str) -> Iterator[RunningLine]:
    """A line in front of the assistant at `url`, as `make phone` runs it, with `settings` of its environment."""
    port = free_udp_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SIP_", "RTP_"))}
    environment |= {
        "GATEWAY_URL": url,
        "IVR_KEY": key,
        "SIP_PORT": str(port),
        "TTS_COMMAND": TTS,
        "PROMPT_DIR": str(prompt_dir),
        "RUN_DIR": str(folder / "run"),
        "PYTHONUNBUFFERED": "1",
        **settings,
    }
    log = folder / f"line-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "telephony"], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    line = RunningLine(process, "127.0.0.1", port, log, Prompts(TTS, prompt_dir))
    try:
        deadline = time.monotonic() + START_SECONDS
        while "answers at" not in line.logged():
            assert process.poll() is None, f"the line did not start:\n{line.logged()}"
            assert time.monotonic() < deadline, f"the line did not start in time:\n{line.logged()}"
            time.sleep(0.05)
        yield line
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(20)
    assert status == 0, f"the line did not stop well:\n{line.logged()}"
    assert "Traceback" not in line.logged()


@pytest.fixture(scope="session")
def softphone_port() -> int:
    """The UDP port at which the softphones of this process listen to SIP."""
    return free_udp_port()


@pytest.fixture(scope="session")
def line(
    assistant: Assistant, tmp_path_factory: pytest.TempPathFactory, prompt_dir: Path, softphone_port: int
) -> Iterator[RunningLine]:
    """The line of this session; it transfers to the softphone « conseiller »."""
    folder = tmp_path_factory.mktemp("line")
    adviser = f"sip:conseiller@127.0.0.1:{softphone_port}"
    with running_line(assistant.url, assistant.keys["ivr"], folder, prompt_dir, SIP_TRANSFER_TO=adviser) as running:
        yield running
