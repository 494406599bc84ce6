"""The base where the actions look for it: built from the real content, in a folder that the tests run in."""

from pathlib import Path

import pytest

from policies_kb.base import DEFAULT_PATH
from policies_kb.build import build


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds a base at the default path."""
    assert not DEFAULT_PATH.is_absolute(), "run these tests without RUN_DIR: they must not write a base that is in use"
    folder = tmp_path_factory.mktemp("actions")
    path = folder / DEFAULT_PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    build(path)
    return folder


@pytest.fixture(autouse=True)
def _in_built(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(built)
