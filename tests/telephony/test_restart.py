"""A gateway that is stopped and started again during a call: the call goes on. One that stays away: an apology."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT, Assistant, free_port
from tests.telephony.conftest import Expected, running_line
from tests.telephony.hearing import as_samples, hears
from tests.telephony.softphone import Telephone, softphones, until

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Gateway:
    """A gateway by itself, as the supervisor starts it: keys alone need no Rasa."""

    def __init__(self, run_dir: Path, base: Path | None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **{name: value for name, value in os.environ.items() if name not in ("AGENT_KEY", "IVR_KEY", "BIND")},
            "PORT": str(self.port),
            "RUN_DIR": str(run_dir),
            "METRICS_BIND": "off",
        }
        self._process: subprocess.Popen[bytes] | None = None
        if base is None:
            subprocess.run([str(ROOT / "scripts" / "knowledge.sh")], cwd=ROOT, env=self._environment, check=True)
        else:
            run_dir.mkdir(mode=0o700)
            shutil.copy(base / "kb.sqlite", run_dir)

    def start(self) -> None:
        """Start, and wait until it takes requests."""
        self._process = subprocess.Popen([sys.executable, "-m", "gateway"], cwd=ROOT, env=self._environment)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                DIRECT.open(f"{self.url}/health", timeout=5).close()
                return
            except urllib.error.HTTPError:  # there, without Rasa
                return
            except OSError:
                time.sleep(0.1)
        pytest.fail("the gateway did not start")

    def stop(self) -> None:
        """Stop it as a service manager does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)


def test_a_call_goes_on_when_the_gateway_is_started_again(
    assistant: Assistant, tmp_path: Path, prompt_dir: Path, softphone_port: int
) -> None:
    gateway = Gateway(tmp_path / "run", assistant.run_dir)
    gateway.start()
    key = json.loads((tmp_path / "run" / "keys.json").read_text("utf-8"))["ivr"]
    with running_line(gateway.url, key, tmp_path, prompt_dir) as line:
        expected = Expected(Assistant(gateway.url, {"ivr": key}, None, None), line.prompts)
        everywhere = expected.sounds()[1]
        rights, erasure = expected.press("1").sounds()[0], expected.press("1").sounds()[0]
        apology = as_samples(asyncio.run(line.prompts.samples(_apology())))

        async def call() -> None:
            async with softphones(softphone_port) as runtime:
                phone = await Telephone.create(runtime, "22370999001")
                await phone.dial(line.uri)
                await until(lambda: hears(phone.heard(), everywhere), "the opening")
                await phone.press("1")
                await until(lambda: hears(phone.heard(), rights), "the menu of the rights")
                await asyncio.to_thread(gateway.stop)
                await phone.press("1")
                await asyncio.sleep(1)
                assert not phone.closed
                await asyncio.to_thread(gateway.start)
                await until(lambda: hears(phone.heard(), erasure), "the answer, after the restart")
                await asyncio.to_thread(gateway.stop)
                await phone.hang_up()
                # Whoever calls now is told that nobody can answer, and is not left in silence.
                later = await Telephone.create(runtime, "22370999002")
                await later.dial(line.uri)
                await until(lambda: later.closed, "the line hangs up by itself")
                assert hears(later.heard(), apology)
                await later.hang_up()

        asyncio.run(call())


def _apology() -> str:
    phrases = yaml.safe_load((ROOT / "telephony" / "phrases.yml").read_text("utf-8"))
    return str(phrases["unavailable"])
