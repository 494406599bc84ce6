"""What tests in more than one folder use. Loaded in both environments: the standard library and pytest alone."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT = 300  # seconds
STOP_TIMEOUT = 30  # seconds


@dataclass(frozen=True)
class Assistant:
    """A running assistant: its address without a final slash, the keys of its doors, and where its state is.

    `run_dir` and `metrics_url` are None when the tests were pointed at an assistant that runs already.
    """

    url: str
    keys: dict[str, str]
    run_dir: Path | None
    metrics_url: str | None


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_with(variable: str) -> dict[int, str]:
    """The processes, by id, whose environment holds `variable` (NAME=value), with their command lines."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:  # ended meanwhile, or another user's
            continue
        if variable.encode() in environment and command:
            found[int(folder.name)] = command
    return found


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The whole real assistant, started for this session as `make run` does and stopped after it, with nothing left.

    ASSISTANT_URL, with ASSISTANT_KEYS (the path of its keys.json), names one that runs already.
    """
    if url := os.environ.get("ASSISTANT_URL"):
        keys = json.loads(Path(os.environ["ASSISTANT_KEYS"]).read_text("utf-8"))
        yield Assistant(url.rstrip("/"), keys, None, None)
        return
    run_dir = tmp_path_factory.mktemp("assistant") / "run"
    port, metrics_port = free_port(), free_port()
    environment = {name: value for name, value in os.environ.items() if name not in ("AGENT_KEY", "IVR_KEY", "BIND")}
    environment |= {
        "PORT": str(port),
        "RUN_DIR": str(run_dir),
        "METRICS_BIND": f"127.0.0.1:{metrics_port}",
        "RATE_LIMITS": "off",
    }
    log = run_dir.parent / "log"
    for build in ("train.sh", "knowledge.sh"):
        subprocess.run([str(ROOT / "scripts" / build)], cwd=ROOT, env=environment, check=True)
    command = [str(ROOT / ".venvs" / "gateway" / "bin" / "python"), "-m", "supervisor", "--tethered"]
    with log.open("wb") as output:
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(running, url, log)
        keys = json.loads((run_dir / "keys.json").read_text("utf-8"))
        yield Assistant(url, keys, run_dir, f"http://127.0.0.1:{metrics_port}/metrics")
    finally:
        running.send_signal(signal.SIGTERM)
        status = running.wait(STOP_TIMEOUT)
    left = processes_with(f"RUN_DIR={run_dir}")
    assert not left, f"the assistant left processes behind: {left}"
    assert status == 0, f"the assistant did not stop well:\n{log.read_text('utf-8', 'replace')}"


def _wait_until_ready(running: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if running.poll() is not None:
            break
        try:
            with direct.open(f"{url}/health", timeout=5):
                return
        except OSError:  # nobody listens yet, or 503
            time.sleep(0.25)
    pytest.fail(f"the assistant did not become ready:\n{log.read_text('utf-8', 'replace')}", pytrace=False)
