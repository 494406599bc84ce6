"""Copies of the real content to break in one place, and one built base for those who only read."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies_kb.build import build
from policies_kb.check import check
from policies_kb.content import ROOT

# Notices are dated: the tests say on which day they run.
CHECKED_ON = date(2026, 11, 21)
_CONTENT = ("cards", "contract", "coverage", "sources", "*.yml")


@dataclass(frozen=True)
class Copy:
    """A copy of the content that a test may break."""

    root: Path

    def replace(self, file: str, old: str, new: str) -> None:
        """Replace words that must be in a file, once."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def card(self, name: str, **fields: Any) -> None:
        """Set fields of a card (`mali/rights`); None takes a field out, a text that begins with "+" is appended."""
        path = self.root / "cards" / f"{name}.yml"
        self._write(path, _changed(yaml.safe_load(path.read_text(encoding="utf-8")), fields))

    def entry(self, file: str, id_: str, **fields: Any) -> None:
        """Set fields of one entry of contacts.yml or notices.yml."""
        entries = yaml.safe_load((self.root / file).read_text(encoding="utf-8"))
        self._write(self.root / file, [_changed(item, fields) if item["id"] == id_ else item for item in entries])

    def mapped(self, country: str, passage: str, **fields: Any) -> None:
        """Set fields of a passage's line in the coverage map."""
        path = self.root / "coverage" / f"{country}.yml"
        passages = yaml.safe_load(path.read_text(encoding="utf-8"))
        passages[passage] = _changed(passages.get(passage, {}), fields)
        self._write(path, passages)

    def findings(self) -> list[str]:
        """What check finds in the copy."""
        return [str(finding) for finding in check(CHECKED_ON, self.root)]

    def _write(self, path: Path, data: Any) -> None:
        path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _changed(entry: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    changed = dict(entry)
    for name, value in fields.items():
        if value is None:
            changed.pop(name)
        elif isinstance(value, str) and value.startswith("+"):
            changed[name] = f"{changed.get(name, '').strip()} {value[1:]}".strip()
        else:
            changed[name] = value
    return changed


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """The real content, copied."""
    root = tmp_path / "content"
    root.mkdir()
    for pattern in _CONTENT:
        for path in ROOT.glob(pattern):
            if path.is_dir():
                shutil.copytree(path, root / path.name)
            else:
                shutil.copy(path, root)
    for path in root.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return Copy(root)


@pytest.fixture(scope="session")
def unbroken() -> list[str]:
    """What check finds in the real content: a test of a refusal must not rest on it."""
    return [str(finding) for finding in check(CHECKED_ON)]


@pytest.fixture(scope="session")
def base_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base built from the real content. Not to be written."""
    path = tmp_path_factory.mktemp("base") / "kb.sqlite"
    build(path)
    return path
