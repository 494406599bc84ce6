"""The whole assistant, started for as long as it is measured, and the memory that its processes hold."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evaluation.results import ROOT

START_TIMEOUT = 300  # seconds
STOP_TIMEOUT = 30  # seconds


class StartError(RuntimeError):
    """The assistant did not become ready; the message holds what it printed."""


@dataclass(frozen=True)
class Assistant:
    """A running assistant: its address without a final slash, its doors' keys, and where its state and figures are.

    `supervisor` is the process that runs the others; `log` holds what all of them print.
    """

    url: str
    keys: dict[str, str]
    run_dir: Path
    metrics_url: str
    log: Path
    supervisor: "subprocess.Popen[bytes]"


@contextmanager
def running(folder: Path) -> Iterator[Assistant]:
    """Start the assistant as `make run` does, on ports of its own, without limits; stop it at the end.

    Its state and its log are in `folder`, which is there and stays. Raises StartError, or
    subprocess.CalledProcessError when the model or the knowledge base cannot be built.
    """
    run_dir, log = folder / "run", folder / "log"
    port, metrics_port = free_ports(2)
    environment = {name: value for name, value in os.environ.items() if name not in ("AGENT_KEY", "IVR_KEY", "BIND")}
    environment |= {
        "PORT": str(port),
        "RUN_DIR": str(run_dir),
        "METRICS_BIND": f"127.0.0.1:{metrics_port}",
        "RATE_LIMITS": "off",
    }
    for build in ("train.sh", "knowledge.sh"):
        subprocess.run([str(ROOT / "scripts" / build)], cwd=ROOT, env=environment, check=True)
    command = [str(ROOT / ".venvs" / "gateway" / "bin" / "python"), "-m", "supervisor", "--tethered"]
    with log.open("wb") as output:
        supervisor = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(supervisor, url, log)
        keys = json.loads((run_dir / "keys.json").read_text("utf-8"))
        yield Assistant(url, keys, run_dir, f"http://127.0.0.1:{metrics_port}/metrics", log, supervisor)
    finally:
        supervisor.send_signal(signal.SIGTERM)
        supervisor.wait(STOP_TIMEOUT)


def memory_mb(process: int) -> dict[str, float]:
    """The memory in MB (10^6 bytes) of a process, by id, and of all that it started.

    By the Python module or program that a process runs; « all » is their sum. Pages are divided among those that share
    them.
    """
    found: dict[str, float] = {}
    for one in family(process):
        folder = Path(f"/proc/{one}")
        pages = (folder / "smaps_rollup").read_text("utf-8")
        size = next(line for line in pages.splitlines() if line.startswith("Pss:"))
        name = _name((folder / "cmdline").read_text("utf-8").split("\0"))
        found[name] = found.get(name, 0.0) + int(size.split()[1]) * 1024 / 1e6
    return {**dict(sorted(found.items())), "all": sum(found.values())}


def free_ports(number: int) -> list[int]:
    """Loopback ports that nothing listens on now."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _wait_until_ready(supervisor: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and supervisor.poll() is None:
        try:
            with direct.open(f"{url}/health", timeout=5):
                return
        except OSError:  # nobody listens yet, or 503
            time.sleep(0.25)
    raise StartError(f"The assistant did not become ready:\n{log.read_text('utf-8', 'replace')}")


def family(process: int) -> list[int]:
    """A process and all those that it started, and they, by id."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # After the name, which may hold spaces: the state, then the parent.
            parent = int(stat.read_text("utf-8").rpartition(")")[2].split()[1])
        except OSError:  # ended meanwhile
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found = [process]
    for one in found:
        found += children.get(one, [])
    return found


def _name(command: list[str]) -> str:
    """« supervisor.rasa_server » of « python -m supervisor.rasa_server … », otherwise the program."""
    return command[command.index("-m") + 1] if "-m" in command[:-1] else Path(command[0]).name
