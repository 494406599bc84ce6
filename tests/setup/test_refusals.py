"""What `python -m supervisor` refuses before it starts anything, in sentences that say what to do."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from supervisor.run_dir import RunDirError, held
from tests.conftest import ROOT, free_port


def supervise(run_dir: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """`python -m supervisor --check` on `run_dir`, with free ports unless `environment` names others."""
    ports = {"PORT": str(free_port()), "METRICS_BIND": f"127.0.0.1:{free_port()}"}
    return subprocess.run(
        [sys.executable, "-m", "supervisor", "--check"],
        cwd=ROOT,
        env={**os.environ, **ports, "RUN_DIR": str(run_dir), **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A loopback port on which this test listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_nothing_is_refused_when_ports_and_folder_are_free(tmp_path: Path) -> None:
    result = supervise(tmp_path / "run")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_a_port_that_is_taken_is_named_with_the_way_to_choose_another(tmp_path: Path, taken_port: int) -> None:
    result = supervise(tmp_path / "run", PORT=str(taken_port))
    assert result.returncode == 1
    assert result.stderr == (
        f"PORT: port {taken_port} cannot be used, because another program listens there. "
        "Free it, or choose another: PORT=8090 make run\n"
    )


def test_a_metrics_port_that_is_taken_is_named(tmp_path: Path, taken_port: int) -> None:
    result = supervise(tmp_path / "run", METRICS_BIND=f"127.0.0.1:{taken_port}")
    assert result.returncode == 1
    assert "METRICS_BIND" in result.stderr
    assert str(taken_port) in result.stderr


def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    result = supervise(tmp_path / "run", BIND="192.0.2.1")
    assert result.returncode == 1
    assert "192.0.2.1 is no address of this machine" in result.stderr


def test_a_second_supervisor_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with held(tmp_path):
        result = supervise(tmp_path)
    assert result.returncode == 1
    assert f"already runs on {tmp_path} (process {os.getpid()})" in result.stderr
    assert supervise(tmp_path).returncode == 0


def test_the_folder_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    with held(tmp_path / "run"):
        assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunDirError, match="Choose another: RUN_DIR="), held(tmp_path / "file" / "run"):
        pass
