"""What the tests of the supervisor start, and what they look at."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, processes_with

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def mark() -> str:
    """An environment variable that every process of one test carries, so that leftovers are found."""
    return f"SUPERVISED_BY_TEST={uuid.uuid4().hex}"


@pytest.fixture
def start(mark: str) -> Iterator[Start]:
    """Start commands under a supervisor and wait until all of them run (or until it has ended)."""
    running: list[subprocess.Popen[str]] = []

    def start(*commands: str, wait: bool = True) -> "subprocess.Popen[str]":
        name, _, value = mark.partition("=")
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.setup.supervise", *commands],
            cwd=ROOT,
            env={**os.environ, name: value},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(process)
        if wait:
            assert process.stdout is not None
            for line in process.stdout:
                if line.strip() == "all started":
                    break
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def nothing_left(mark: str, within: float = 3.0) -> bool:
    """Whether every process that carries `mark` has ended, waiting up to `within` seconds."""
    deadline = time.monotonic() + within
    while processes_with(mark):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def starts_in(path: Path, number: int, within: float = 10.0) -> list[int]:
    """The process ids that `echo $$` has put into a file, once there are `number` of them."""
    deadline = time.monotonic() + within
    while True:
        found = [int(line) for line in path.read_text().split()] if path.exists() else []
        if len(found) >= number:
            return found
        assert time.monotonic() < deadline, f"{len(found)} starts instead of {number}"
        time.sleep(0.02)
