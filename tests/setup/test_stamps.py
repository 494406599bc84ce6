"""Nothing is built twice: what decides is the content that a thing was built from."""

import re
import subprocess
from pathlib import Path

import pytest

from supervisor.model_file import ModelError, check
from tests.conftest import ROOT

# Stands in for the interpreter that would train: these tests ask whether training is called for, and what becomes of a
# failure. The training itself is a stage of `make test`.
RECORDER = """#!/bin/sh
echo "$@" >> calls
if [ "$2" = nlu.variation ]; then mkdir -p data/generated && date +%N > data/generated/greet.yml; exit; fi
[ ! -e fail ] || exit 1
while [ "$1" != --out ]; do shift; done
echo model > "$2/assistant.tar.gz"
"""


def lib(script: str, folder: Path) -> str:
    """What `script` prints in `folder` with the functions of scripts/lib.sh."""
    command = f". {ROOT}/scripts/lib.sh\n{script}"
    return subprocess.run(["sh", "-ec", command], cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with as little in it as training looks at."""
    for name in ("scripts", ".venvs/rasa/bin", "data/nlu", "data/rules", "nlu", "requirements"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("lib.sh", "train.sh"):
        (tmp_path / "scripts" / name).symlink_to(ROOT / "scripts" / name)
    for name in ("config.yml", "domain.yml", "data/nlu/greet.yml", "nlu/text.py", "requirements/rasa.txt"):
        (tmp_path / name).write_text(name, "utf-8")
    python = tmp_path / ".venvs/rasa/bin/python"
    python.write_text(RECORDER, "utf-8")
    python.chmod(0o755)
    return tmp_path


def train(project: Path) -> "subprocess.CompletedProcess[str]":
    """Run train.sh in `project`."""
    return subprocess.run(
        ["sh", "-c", ". scripts/train.sh", str(project / "scripts" / "train.sh")],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )


def trainings(project: Path) -> int:
    """How often a training was called for in `project`."""
    return sum("rasa train" in call for call in (project / "calls").read_text("utf-8").splitlines())


def test_the_model_is_trained_once(project: Path) -> None:
    assert train(project).returncode == 0
    second = train(project)
    assert (second.returncode, second.stdout) == (0, "")
    assert trainings(project) == 1


def test_the_sentences_are_varied_before_each_training_and_the_variations_call_for_none(project: Path) -> None:
    train(project)
    (project / "data/generated/greet.yml").write_text("changed", "utf-8")
    train(project)
    calls = (project / "calls").read_text("utf-8").splitlines()
    assert [call.split()[1] for call in calls] == ["nlu.variation", "rasa"]


@pytest.mark.parametrize(
    "name", ["config.yml", "domain.yml", "data/nlu/greet.yml", "nlu/text.py", "requirements/rasa.txt"]
)
def test_a_change_in_what_the_model_is_made_of_calls_for_training(project: Path, name: str) -> None:
    train(project)
    (project / name).write_text("changed", "utf-8")
    train(project)
    assert trainings(project) == 2


def test_compiled_files_and_dates_call_for_nothing(project: Path) -> None:
    train(project)
    (project / "nlu/__pycache__").mkdir()
    (project / "nlu/__pycache__/text.cpython-310.pyc").write_text("compiled", "utf-8")
    (project / "config.yml").touch()
    train(project)
    assert trainings(project) == 1


def test_a_lost_model_is_trained_again(project: Path) -> None:
    train(project)
    (project / "models/assistant.tar.gz").unlink()
    train(project)
    assert trainings(project) == 2


def test_a_failed_training_keeps_the_model_and_says_so_each_time(project: Path) -> None:
    train(project)
    (project / "config.yml").write_text("broken", "utf-8")
    (project / "fail").touch()
    for _ in range(2):
        failed = train(project)
        assert failed.returncode == 1
        assert "The training failed" in failed.stderr
    assert (project / "models/assistant.tar.gz").read_text("utf-8") == "model\n"
    assert trainings(project) == 3


def test_the_hash_of_the_trained_archive_is_recorded_once(project: Path) -> None:
    train(project)
    model, record = project / "models/assistant.tar.gz", project / "models/assistant.tar.gz.sha256"
    check(model)
    assert sorted(path.name for path in (project / "models").iterdir()) == sorted(
        ["assistant.tar.gz", "assistant.tar.gz.sha256", "assistant.sha256"]
    )
    # Trained before hashes were recorded: nothing is trained for that.
    record.unlink()
    train(project)
    check(model)
    assert trainings(project) == 1
    # An archive that changed afterwards does not become the right one.
    model.write_text("another", "utf-8")
    train(project)
    with pytest.raises(ModelError):
        check(model)
    (project / "config.yml").write_text("changed", "utf-8")
    train(project)
    check(model)


def test_a_moved_file_changes_the_hash(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("same", "utf-8")
    before = lib("content_hash .", tmp_path)
    (tmp_path / "a").rename(tmp_path / "b c")
    assert lib("content_hash .", tmp_path) != before


def test_a_long_step_says_how_it_ended_and_keeps_its_status(tmp_path: Path) -> None:
    printed = lib("long_step 'Working hard' sh -c 'exit 7' || echo status $?; long_step 'Resting' true", tmp_path)
    assert re.fullmatch(r"Working hard…\nstatus 7\nResting…\n  Resting: done, \d+ s\n", printed)
