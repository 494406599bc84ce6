"""A part that halts without ending is noticed, ended and started again; one that is slow, or starts, is left alone."""

import contextlib
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from supervisor.heartbeat import Heartbeat, answers, attend
from tests.conftest import free_port
from tests.setup.supervised import Start, mark, nothing_left, start, starts_in

__all__ = ["mark", "start"]


def _answering(port: int, starts: Path, start_seconds: float = 0) -> str:
    """The command of a part that answers at a port, and writes down each of its starts."""
    return f"echo $$ >> {starts}; exec {sys.executable} -m tests.setup.answering {port} {start_seconds}"


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}/"


def _wait_for(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def _stop(process: int, port: int) -> None:
    os.kill(process, signal.SIGSTOP)


def _loop(process: int, port: int) -> None:
    with contextlib.suppress(OSError):
        urllib.request.urlopen(f"{_url(port)}halt", timeout=0.1)


@pytest.mark.parametrize("halt", [_stop, _loop])
def test_a_part_that_halts_is_ended_and_started_again_alone(
    start: Start, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, halt: Callable[[int, int], None]
) -> None:
    ports = [free_port(), free_port()]
    monkeypatch.setenv("RESTARTS", "3 0.05")
    monkeypatch.setenv("PROBES", f"0.2 2 3 1000 {_url(ports[0])} {_url(ports[1])}")
    one, other = tmp_path / "one", tmp_path / "other"
    process = start(_answering(ports[0], one), _answering(ports[1], other))
    _wait_for(lambda: all(answers(_url(port), 1) for port in ports))
    # Until it was seen to answer it is not judged.
    time.sleep(0.6)
    (first,) = starts_in(one, 1)
    halt(first, ports[0])
    starts_in(one, 2, within=30)
    _wait_for(lambda: answers(_url(ports[0]), 1))
    process.terminate()
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 0, output
    assert "The part “part0” does not answer any more" in output
    assert "ended (killed by SIGKILL), is started again" in output
    assert len(starts_in(other, 1)) == 1
    assert nothing_left(mark)


def test_a_part_that_halts_again_and_again_takes_the_rest_down(
    start: Start, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("RESTARTS", "1 0.05")
    monkeypatch.setenv("PROBES", f"0.2 2 2 1000 {_url(port)}")
    starts = tmp_path / "starts"
    process = start(_answering(port, starts), "sleep 60")
    for number in (1, 2):
        started = starts_in(starts, number, within=30)[-1]
        _wait_for(lambda: answers(_url(port), 1))
        time.sleep(0.6)
        os.kill(started, signal.SIGSTOP)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "once more than is put up with" in output
    assert nothing_left(mark)


def test_a_part_that_starts_slowly_is_left_alone(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("RESTARTS", "3 0.05")
    monkeypatch.setenv("PROBES", f"0.1 2 2 1000 {_url(port)}")
    starts = tmp_path / "starts"
    process = start(_answering(port, starts, start_seconds=1.5))
    _wait_for(lambda: answers(_url(port), 1))
    time.sleep(0.4)
    os.kill(starts_in(starts, 1)[0], signal.SIGKILL)
    starts_in(starts, 2)
    _wait_for(lambda: answers(_url(port), 1))
    time.sleep(0.4)
    assert len(starts_in(starts, 2)) == 2
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 0


class _Supervisor:
    """Remembers what it is told; stops after so many questions."""

    def __init__(self) -> None:
        self.stopping = False
        self.ended: list[str] = []

    def process_id(self, name: str) -> int:
        return 1

    def end_halted(self, name: str) -> None:
        self.ended.append(name)


def test_a_part_that_never_answered_is_not_judged() -> None:
    supervisor = _Supervisor()
    beat = Heartbeat(every=0.01, patience=0.1, most=1, most_starting=1)
    thread = threading.Thread(target=attend, args=(supervisor, "part", _url(free_port()), beat))
    thread.start()
    time.sleep(0.5)
    supervisor.stopping = True
    thread.join(5)
    assert not thread.is_alive()
    assert supervisor.ended == []


def test_only_questions_in_a_row_count() -> None:
    """Each second question is answered, with something that is no HTTP the other times."""
    supervisor = _Supervisor()
    beat = Heartbeat(every=0.01, patience=1, most=2, most_starting=2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = _url(listener.getsockname()[1])
        thread = threading.Thread(target=attend, args=(supervisor, "part", url, beat))
        thread.start()
        for number in range(20):
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.0 404 No\r\n\r\n" if number % 2 == 0 else b"what?\r\n\r\n")
        supervisor.stopping = True
        thread.join(5)
    assert supervisor.ended == []
