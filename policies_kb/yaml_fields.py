"""Read YAML fields with their types, and remember every problem with the file and field that it is in.

A lawyer who edits a card should see all that is wrong at once, so reading goes on after a problem: the problems are
collected, and whoever reads decides what to do with them.
"""

import pathlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import yaml


@dataclass
class Problems:
    """What was found wrong, one line each: `file: what is wrong: what to do`."""

    lines: list[str] = field(default_factory=list)

    def add(self, file: str, wrong: str, remedy: str) -> None:
        """Remember one problem."""
        self.lines.append(f"{file}: {wrong}: {remedy}")


@dataclass(frozen=True)
class Fields:
    """One mapping of a YAML file; `place` says which, as in `contacts.yml, mali.phone`."""

    place: str
    values: Mapping[str, Any]
    problems: Problems

    def known(self, *names: str) -> None:
        """Report the fields that nobody reads: a misspelt `not_said` would otherwise be silence."""
        for name in sorted(str(key) for key in self.values if key not in names):
            self.problems.add(self.place, f"unknown field {name!r}", f"use one of {', '.join(names)}")

    def text(self, name: str) -> str:
        """A text, without the white space around it; empty when it is missing, which is reported."""
        found = self.values.get(name)
        if isinstance(found, str) and found.strip():
            return found.strip()
        self.problems.add(self.place, f"field {name!r} is missing or not text", "write it as text")
        return ""

    def optional_text(self, name: str) -> str | None:
        """A text, or None when the field is absent."""
        return self.text(name) if self.values.get(name) is not None else None

    def day(self, name: str) -> date:
        """A date; `date.min` when it is missing, which is reported."""
        found = self.values.get(name)
        if isinstance(found, date) and not isinstance(found, datetime):
            return found
        self.problems.add(self.place, f"field {name!r} is missing or no date", "write it as 2026-11-21")
        return date.min

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty when it is missing, which is reported."""
        found = self.values.get(name)
        if isinstance(found, list) and found and all(isinstance(item, str) and item.strip() for item in found):
            return tuple(item.strip() for item in found)
        self.problems.add(self.place, f"field {name!r} is missing or no list of texts", "write it as [first, second]")
        return ()

    def mapping(self, name: str) -> Mapping[str, Any]:
        """A mapping; empty when it is missing, which is reported."""
        found = self.values.get(name)
        if isinstance(found, dict) and found:
            return {str(key): value for key, value in found.items()}
        self.problems.add(self.place, f"field {name!r} is missing or no mapping", "write it as {key: value}")
        return {}


def read_yaml(path: pathlib.Path, place: str, problems: Problems) -> Any:
    """What a YAML file holds; None when it is absent, empty or not YAML, the last being reported."""
    if not path.is_file():
        return None
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problems.add(place, f"not readable as YAML ({' '.join(str(error).split())})", "correct it at that place")
        return None


def read_mapping(path: pathlib.Path, place: str, problems: Problems) -> Mapping[str, Any]:
    """The mapping at the top of a YAML file; empty when there is none."""
    found = read_yaml(path, place, problems)
    if found is None or isinstance(found, dict):
        return {str(key): value for key, value in (found or {}).items()}
    problems.add(place, "no mapping at its top", "write it as 'key: value' lines")
    return {}


def read_list(path: pathlib.Path, place: str, problems: Problems) -> list[Fields]:
    """The mappings listed at the top of a YAML file, each named by its `id`; empty when there are none."""
    found = read_yaml(path, place, problems)
    if found is not None and not isinstance(found, list):
        problems.add(place, "no list at its top", "write it as '- id: ...' entries")
        return []
    entries = []
    for number, item in enumerate(found or [], start=1):
        if isinstance(item, dict):
            entries.append(Fields(f"{place}, {item.get('id', f'entry {number}')}", item, problems))
        else:
            problems.add(place, f"entry {number} is no mapping", "write it as 'field: value' lines")
    return entries
