"""scripts/find-python.sh finds interpreters that run, and only those."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

THIS = f"{sys.version_info.major}.{sys.version_info.minor}"
REAL = Path(sys.executable).resolve()


def find(home: Path, path: Path, *versions: str) -> "subprocess.CompletedProcess[str]":
    """find-python.sh for `versions`, with `path` first on the PATH and a `home` in which nothing is installed."""
    environment = {"HOME": str(home), "PATH": f"{path}:/usr/bin:/bin"}
    return subprocess.run(
        [str(ROOT / "scripts" / "find-python.sh"), *versions],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def shim(folder: Path, name: str, script: str) -> Path:
    """An executable `name` in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    command = folder / name
    command.write_text(script, "utf-8")
    command.chmod(0o755)
    return command


def test_a_shim_that_does_not_run_is_passed_over_for_the_version_behind_it(tmp_path: Path) -> None:
    shim(tmp_path / "bin", f"python{THIS}", "#!/bin/sh\necho 'pyenv: command not found' >&2\nexit 127\n")
    version = tmp_path / ".pyenv" / "versions" / f"{THIS}.0" / "bin"
    version.mkdir(parents=True)
    (version / "python").symlink_to(REAL)
    assert find(tmp_path, tmp_path / "bin", THIS).stdout.strip() == str(version / "python")


def test_a_command_of_another_version_than_its_name_says_is_passed_over(tmp_path: Path) -> None:
    shim(tmp_path / "bin", "python3.99", f'#!/bin/sh\nexec {REAL} "$@"\n')
    result = find(tmp_path, tmp_path / "bin", "3.99")
    assert (result.returncode, result.stdout) == (1, "")


def test_an_interpreter_on_the_path_is_found(tmp_path: Path) -> None:
    command = shim(tmp_path / "bin", f"python{THIS}", f'#!/bin/sh\nexec {REAL} "$@"\n')
    assert find(tmp_path, tmp_path / "bin", THIS).stdout.strip() == str(command)


def test_the_first_version_to_be_had_is_taken(tmp_path: Path) -> None:
    command = shim(tmp_path / "bin", f"python{THIS}", f'#!/bin/sh\nexec {REAL} "$@"\n')
    assert find(tmp_path, tmp_path / "bin", "3.99", THIS).stdout.strip() == str(command)


def test_the_one_downloaded_by_uv_is_found_on_a_path_with_spaces(tmp_path: Path) -> None:
    home = tmp_path / "a home"
    folder = home / ".local" / "share" / "uv" / "python" / f"cpython-{THIS}.5-linux-x86_64-gnu" / "bin"
    folder.mkdir(parents=True)
    (folder / "python3").symlink_to(REAL)
    assert find(home, tmp_path / "bin", THIS).stdout.strip() in (str(folder / "python3"), f"/usr/bin/python{THIS}")
