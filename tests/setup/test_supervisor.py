"""The supervisor with small real processes: all start, all stop, none is left, and the terminal says why."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from supervisor.manager import Restarts
from tests.conftest import processes_with
from tests.setup.supervised import Start, mark, nothing_left, start, starts_in

__all__ = ["mark", "start"]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_signal_ends_every_part_and_is_no_failure(start: Start, mark: str, stop: signal.Signals) -> None:
    process = start("sleep 60", "sleep 60 & sleep 60")
    process.send_signal(stop)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 0, output
    assert nothing_left(mark)


def test_a_part_that_ends_takes_the_rest_down_and_is_named(start: Start, mark: str) -> None:
    process = start("sleep 60", "echo last words; exit 3", wait=False)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert re.search(r"^\S+ part1 +\| last words$", output, re.MULTILINE)
    assert "The part “part1” ended (exit status 3)" in output
    assert nothing_left(mark)


def test_a_part_that_ends_well_is_a_failure_too(start: Start) -> None:
    process = start("sleep 60", "exit 0", wait=False)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "The part “part1” ended (exit status 0)" in output


def test_a_killed_part_is_told_by_its_signal(start: Start) -> None:
    output, _ = start("sleep 60", "kill -KILL $$", wait=False).communicate(timeout=20)
    assert "ended (killed by SIGKILL)" in output


def test_a_command_that_does_not_exist_stops_the_rest_with_its_name(start: Start, mark: str) -> None:
    output, _ = start("exec sleep 60", "exec /nowhere/at-all", wait=False).communicate(timeout=20)
    assert "/nowhere/at-all" in output
    assert nothing_left(mark)


def test_killing_the_supervisor_outright_leaves_no_process(start: Start, mark: str) -> None:
    process = start("sleep 60 & sleep 60", "exec sleep 60")
    assert len(processes_with(mark)) >= 6
    process.kill()
    assert nothing_left(mark)


def test_killing_a_companion_process_stops_the_rest(start: Start, mark: str) -> None:
    process = start("sleep 60", "exec sleep 61")
    companions = [pid for pid, command in processes_with(mark).items() if "tests.setup.supervise" in command]
    companions.remove(process.pid)
    os.kill(companions[0], signal.SIGKILL)
    process.communicate(timeout=20)
    assert process.returncode == 1
    assert nothing_left(mark)


def test_a_part_that_ignores_sigterm_is_killed(start: Start, mark: str) -> None:
    process = start("trap '' TERM; while :; do sleep 0.2; done")
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert nothing_left(mark)


def test_a_stop_signal_during_the_start_leaves_no_process(start: Start, mark: str) -> None:
    for delay in (0.05, 0.1, 0.15, 0.2):
        process = start("sleep 60", "sleep 60", wait=False)
        time.sleep(delay)
        process.terminate()
        process.communicate(timeout=20)
        assert nothing_left(mark), f"after {delay} s"


def test_a_closed_terminal_does_not_keep_the_supervisor_from_stopping(start: Start, mark: str) -> None:
    process = start("while :; do echo busy; sleep 0.05; done")
    assert process.stdout is not None
    process.stdout.close()
    time.sleep(0.3)
    process.send_signal(signal.SIGHUP)
    assert process.wait(20) == 0
    assert nothing_left(mark)
    process.stdout = None


def test_a_part_that_is_killed_once_all_were_ready_is_started_again_alone(
    start: Start, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESTARTS", "2 0.05")
    one, other = tmp_path / "one", tmp_path / "other"
    process = start(f"echo $$ >> {one}; sleep 60 & sleep 60", f"echo $$ >> {other}; exec sleep 60")
    (first,) = starts_in(one, 1)
    os.kill(first, signal.SIGKILL)
    _, second = starts_in(one, 2)
    # What the killed one had started has not outlived it.
    assert [command.strip() for command in processes_with(mark).values()].count("sleep 60") <= 3
    process.terminate()
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 0, output
    assert "ended (killed by SIGKILL), is started again" in output
    assert second != first
    assert len(starts_in(other, 1)) == 1
    assert nothing_left(mark)


def test_a_part_that_ends_again_and_again_takes_the_rest_down(
    start: Start, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESTARTS", "2 0.05")
    starts = tmp_path / "starts"
    output, _ = start("sleep 60", f"echo $$ >> {starts}; sleep 0.3; exit 3").communicate(timeout=20)
    assert "The part “part1” ended (exit status 3)" in output
    assert len(starts_in(starts, 3)) == 3
    assert nothing_left(mark)


def test_a_stop_signal_while_a_part_waits_to_be_started_again_ends_all(
    start: Start, mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESTARTS", "2 60")
    process = start("sleep 60", "sleep 0.3; exit 3")
    assert process.stdout is not None
    for line in process.stdout:
        if "is started again" in line:
            break
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 0
    assert nothing_left(mark)


def test_killing_the_supervisor_leaves_nothing_of_a_part_that_was_started_again(
    start: Start, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESTARTS", "2 0.05")
    starts = tmp_path / "starts"
    process = start(f"echo $$ >> {starts}; sleep 60 & sleep 60")
    os.kill(starts_in(starts, 1)[0], signal.SIGKILL)
    starts_in(starts, 2)
    process.kill()
    assert nothing_left(mark)


def test_restarts_are_counted_within_a_window_each_after_a_longer_pause() -> None:
    now = 0.0
    restarts = Restarts(most=3, window=100, first_pause=1, clock=lambda: now)
    assert [restarts.pause() for _ in range(4)] == [1, 2, 4, None]
    now = 101
    assert restarts.pause() == 1
