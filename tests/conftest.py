"""What tests in more than one folder use.

Loaded in both environments: the standard library and pytest alone, as what is imported of the project.
"""

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from evaluation.running import StartError, running

ROOT = Path(__file__).resolve().parent.parent


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
    try:
        with running(tmp_path_factory.mktemp("assistant")) as started:
            yield Assistant(started.url, started.keys, started.run_dir, started.metrics_url)
    except StartError as error:
        pytest.fail(str(error), pytrace=False)
    left = processes_with(f"RUN_DIR={started.run_dir}")
    assert not left, f"the assistant left processes behind: {left}"
    stopped_well = started.supervisor.returncode == 0
    assert stopped_well, f"the assistant did not stop well:\n{started.log.read_text('utf-8', 'replace')}"
