"""Rasa finds the project in order, and uses its extensions where endpoints.yml names them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

# What endpoints.yml says is read in a process of its own: the folder of the state is looked up at its start.
STARTS = """
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.tracker_store import TrackerStore
from rasa.utils.endpoints import read_endpoint_config
from rasa.shared.core.domain import Domain
from policies_kb.base import BaseError

print(type(TrackerStore.create(read_endpoint_config("endpoints.yml", "tracker_store"))).__name__)
try:
    NaturalLanguageGenerator.create(read_endpoint_config("endpoints.yml", "nlg"), Domain.empty())
except BaseError as error:
    print(error)
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "RUN_DIR": str(tmp_path / "run"),
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(tmp_path / "cache"),
    }


def run(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_rasa_validates_the_project_without_a_warning(environment: dict[str, str]) -> None:
    done = run(environment, "-m", "rasa", "data", "validate", "--fail-on-warnings")
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "No story structure conflicts found" in said
    # Of its libraries Rasa uses much that will go one day (DeprecationWarning): that says nothing of this project.
    assert re.findall(r".*(?:UserWarning| WARNING | ERROR ).*", said) == []


def test_the_extensions_that_endpoints_yml_names_keep_their_state_where_it_belongs(
    environment: dict[str, str], tmp_path: Path
) -> None:
    done = run(environment, "-W", "ignore", "-c", STARTS)
    assert done.returncode == 0, done.stderr
    store, refusal = done.stdout.splitlines()
    assert store == "ErasableTrackerStore"
    assert refusal.startswith(f"no knowledge base at {tmp_path}/run/kb.sqlite")
    assert [path.name for path in (tmp_path / "run").glob("*.sqlite")] == ["tracker.sqlite"]
