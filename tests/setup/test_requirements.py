"""The lock files: every file of every package has its hash, and no machine is named."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

REQUIREMENTS = ROOT / "requirements"
LOCKS = sorted(REQUIREMENTS.glob("*.txt"))
PIN = re.compile(r"^([a-z0-9][a-z0-9.\-_]*)(\[[a-z,-]+\])?==", re.IGNORECASE)


def named_in(path: Path) -> set[str]:
    """The packages that a requirements file names, in their normal form."""
    lines = [line for line in path.read_text("utf-8").splitlines() if re.match(r"[a-zA-Z]", line)]
    return {re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", line)[0]).lower() for line in lines}


def test_every_list_of_requirements_has_its_lock() -> None:
    assert [path.stem for path in sorted(REQUIREMENTS.glob("*.in"))] == [path.stem for path in LOCKS]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_locked_package_is_pinned_and_carries_hashes(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text("utf-8").strip())
    assert entries
    for entry in entries:
        assert PIN.match(entry), entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_a_lock_names_no_host_and_no_index(lock: Path) -> None:
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted-host| @ ", lock.read_text("utf-8"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_a_lock_holds_what_its_list_asks_for(lock: Path) -> None:
    assert named_in(lock.with_suffix(".in")) <= named_in(lock)


def test_tests_run_on_the_versions_that_are_run() -> None:
    for environment in ("rasa", "gateway"):
        pins: dict[str, str] = {}
        for name in (f"{environment}-test", environment):
            for line in (REQUIREMENTS / f"{name}.txt").read_text("utf-8").splitlines():
                if PIN.match(line):
                    package, version = line.split()[0].split("==")
                    assert pins.setdefault(package, version) == version, f"{package} differs in {name}.txt"


def test_setup_asks_uv_to_verify_the_hashes() -> None:
    installs = subprocess.run(
        ["grep", "-rhE", "pip (sync|install)", "scripts"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert len(installs) == 2
    assert all("--require-hashes" in line for line in installs)
