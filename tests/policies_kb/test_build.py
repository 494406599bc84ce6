"""Building is deterministic, replaces the base in one step, and leaves it alone when the content cannot be read."""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from policies_kb.base import KnowledgeBase
from policies_kb.build import build
from policies_kb.content import ContentError

if TYPE_CHECKING:
    from tests.policies_kb.conftest import Copy


def test_the_same_content_gives_the_same_bytes(tmp_path: Path, base_path: Path) -> None:
    build(tmp_path / "kb.sqlite")
    assert (tmp_path / "kb.sqlite").read_bytes() == base_path.read_bytes()


def test_a_changed_card_replaces_the_base(tmp_path: Path, copy: "Copy") -> None:
    out = tmp_path / "run" / "kb.sqlite"
    build(out, copy.root)
    copy.card("mali/rights", lead="Vous disposez de droits.")
    build(out, copy.root)
    assert KnowledgeBase.open(out).card("rights", "mali").lead == "Vous disposez de droits."
    assert [path.name for path in out.parent.iterdir()] == ["kb.sqlite"]


def test_content_that_cannot_be_read_leaves_the_base_as_it_was(tmp_path: Path, copy: "Copy") -> None:
    out = tmp_path / "kb.sqlite"
    build(out, copy.root)
    before = out.read_bytes()
    copy.card("mali/rights", passages=["rights.99"])
    with pytest.raises(ContentError):
        build(out, copy.root)
    assert out.read_bytes() == before


def test_a_topic_without_a_card_is_left_to_check(tmp_path: Path, copy: "Copy") -> None:
    (copy.root / "cards/mali/dpo.yml").unlink()
    out = tmp_path / "kb.sqlite"
    build(out, copy.root)
    with pytest.raises(KeyError):
        KnowledgeBase.open(out).card("dpo", "mali")


def test_the_dialogue_phrases_are_kept_as_they_are(tmp_path: Path, copy: "Copy") -> None:
    (copy.root / "phrases.yml").write_text("greeting: {web: « Bonjour », buttons: [Aide]}\n", encoding="utf-8")
    out = tmp_path / "kb.sqlite"
    build(out, copy.root)
    assert KnowledgeBase.open(out).phrases == {"greeting": {"web": "« Bonjour »", "buttons": ["Aide"]}}


def test_the_base_is_one_file_without_a_write_ahead_log(base_path: Path) -> None:
    connection = sqlite3.connect(base_path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()
