"""The Makefile's commands, and that continuous integration runs the one that the README gives."""

import re
import subprocess

from tests.conftest import ROOT

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)


def test_every_target_has_a_line_of_help() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^  make ([a-z-]+) +\S", shown, re.MULTILINE) == TARGETS


def test_no_target_can_be_mistaken_for_a_file() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony
    assert sorted(phony[1].split()) == sorted(TARGETS)


def test_make_alone_shows_the_help() -> None:
    helped = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "make run " in helped


def test_continuous_integration_runs_the_test_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    commands = [line for line in script if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["make test"]
    assert re.search(r"^ *make test$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)


def test_every_folder_of_tests_runs_in_exactly_one_environment() -> None:
    chosen = [
        folder
        for environment in ("rasa", "gateway")
        for folder in subprocess.run(
            [str(ROOT / "scripts" / "test_folders.sh"), environment], capture_output=True, text=True, check=True
        ).stdout.split()
    ]
    with_tests = {f"tests/{path.relative_to(ROOT / 'tests').parts[0]}" for path in ROOT.glob("tests/*/**/test_*.py")}
    assert len(chosen) == len(set(chosen))
    assert with_tests <= set(chosen)
