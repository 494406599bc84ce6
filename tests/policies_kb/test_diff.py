"""A new version of a policy: what changed, and which cards and contacts have to be read again."""

from pathlib import Path

import pytest

from policies_kb.diff import ADDED, CHANGED, REMOVED, RENUMBERED, Change, VersionsError, diff
from policies_kb.source import SOURCES

MALI = SOURCES / "orange-mali_2021-12-15.md"


def changes(tmp_path: Path, old: str, new: str) -> list[Change]:
    text = MALI.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "new.md"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return diff(MALI, path)


def test_the_same_version_changes_nothing() -> None:
    assert diff(MALI, MALI) == []


def test_a_reworded_passage_touches_the_cards_that_cite_it(tmp_path: Path) -> None:
    (change,) = changes(tmp_path, "dans un délai d'un mois", "dans un délai de deux mois")
    assert change.kind == CHANGED
    assert "cards/mali/exercise.deadline.yml" in change.touches
    assert "deux mois" in str(change)
    assert "d'un mois" in str(change)


def test_a_new_address_touches_its_contact(tmp_path: Path) -> None:
    (change,) = changes(tmp_path, "E 3991", "E 4000")
    assert {"contact mali.phone", "contact mali.bamako"} <= set(change.touches)


def test_a_removed_passage_renumbers_those_behind_it(tmp_path: Path) -> None:
    first, *others = changes(tmp_path, "- Gérer le matériel.\n", "")
    assert (first.kind, first.old.id if first.old else None) == (REMOVED, "why.contract.4")
    assert first.touches == ("cards/mali/purposes.contract.yml",)
    assert {change.kind for change in others} == {RENUMBERED}
    assert any("cards/mali/retention.yml" in change.touches for change in others)


def test_an_added_passage_asks_for_a_card(tmp_path: Path) -> None:
    (change,) = changes(
        tmp_path,
        "Dernière mise à jour le 15/12/2021.",
        "Dernière mise à jour le 15/12/2021.\n\nUn nouveau paragraphe sur les objets connectés.",
    )
    assert (change.kind, change.old, change.touches) == (ADDED, None, ())
    assert "no card cites it yet" in str(change)


def test_a_passage_under_another_title_is_changed(tmp_path: Path) -> None:
    text = MALI.read_text(encoding="utf-8").replace("Quels sont vos droits?", "Vos droits")
    path = tmp_path / "new.md"
    path.write_text(text, encoding="utf-8")
    found = diff(MALI, path)
    assert [change.kind for change in found] == [CHANGED, CHANGED]
    assert all("cards/mali/rights.yml" in change.touches for change in found)


def test_the_policies_of_two_countries_are_not_compared() -> None:
    with pytest.raises(VersionsError, match=r"mali.*caraibe"):
        diff(MALI, SOURCES / "orange-caraibe_2021-05-06.md")
