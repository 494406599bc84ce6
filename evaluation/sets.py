"""The sets of conversations: where they are, what they hold, whether they are still what was committed.

Runs under every Python of the project: the standard library and PyYAML.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evaluation.contenders.figures import REFUSALS
from evaluation.results import ROOT, read

DEVELOPMENT = ROOT / "evaluation" / "development"
SEALED = ROOT / "evaluation" / "sealed"
OPENED = ROOT / "evaluation" / "opened"  # a sealed set of before, read since it was held
# Of `cat evaluation/development/*.yml` as committed before any training on it, and never changed since.
DEVELOPMENT_SHA256 = "234742bbd34d67ab156043c11f393d628da922c72899756c2bb73a5e3ec3ef68"
_REFUSED = ("out_of_scope", "not_in_policy")


class SetError(ValueError):
    """A set may not be held, with the reason."""


@dataclass(frozen=True)
class Case:
    """A conversation of a set: the name of its file, which is a register or a theme, and what the file says of it."""

    file: str
    content: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its name, unique in the set."""
        return str(self.content["id"])


@dataclass(frozen=True)
class Expected:
    """A message that opens a conversation and ends it, and what understanding it right means.

    Either one of `topics` has to be found, or, where there are none, a refusal.
    """

    text: str
    file: str
    topics: tuple[str, ...]


def read_set(folder: Path) -> list[Case]:
    """The conversations of a folder, in the order of its files. Raises SetError for none, OSError, yaml.YAMLError."""
    cases = [
        Case(path.stem, content)
        for path in sorted(folder.glob("*.yml"))
        for content in yaml.safe_load(path.read_text("utf-8"))
    ]
    if not cases:
        raise SetError(f"There are no conversations in {folder}.")
    return cases


def sha256(folder: Path) -> str:
    """The hash of `cat folder/*.yml` (64 hexadecimal digits)."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.yml")))).hexdigest()


def check_development(folder: Path = DEVELOPMENT, expected: str = DEVELOPMENT_SHA256) -> str:
    """Return the hash of the development set. Raises SetError when it is not the one that was committed."""
    found = sha256(folder)
    if found != expected:
        raise SetError(f"{folder} is not the set that was committed: its hash is {found}, not {expected}.")
    return found


def check_sealed(result: Path, again: bool) -> list[dict[str, Any]]:
    """Return the runs of the sealed set before this one. Raises SetError for a second run, unless `again`."""
    runs: list[dict[str, Any]] = (read(result) or {"runs": []})["runs"]
    if runs and not again:
        raise SetError(
            f"The sealed conversations were held on {runs[0]['date']}, and count once: see {result}."
            " --again holds them once more, and the report will say so. Once their failures are read, they are no"
            " longer sealed."
        )
    return runs


def single_messages(cases: list[Case]) -> Iterator[Expected]:
    """The conversations of one message that asks about a topic, or has to be refused."""
    for case in cases:
        turns = case.content["turns"]
        if len(turns) > 1:
            continue
        statuses, topics = set(turns[0].get("status", ())), tuple(turns[0].get("topic", ()))
        # « clarify » may be right whatever the topic is: where only that is expected, nothing but the topic is judged.
        if topics or (statuses and statuses <= set(_REFUSED)):
            yield Expected(turns[0]["user"], case.file, topics)


def is_right(expected: Expected) -> frozenset[str]:
    """The intents that would be right for a message."""
    return frozenset(expected.topics) or REFUSALS
