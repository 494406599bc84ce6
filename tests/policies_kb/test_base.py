"""Both sides of the wall read the base: cards, contacts by offer, notices that are still good."""

import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from policies_kb.base import BaseError, KnowledgeBase, current, trouble
from policies_kb.content import ROOT
from policies_kb.source import read_sources

ON = date(2026, 11, 21)


@pytest.fixture(scope="module")
def base(base_path: Path) -> KnowledgeBase:
    return KnowledgeBase.open(base_path)


def test_every_topic_has_a_card_in_both_countries_with_verbatim_excerpts(base: KnowledgeBase) -> None:
    sources = read_sources()
    for topic in base.topics:
        for country, source in sources.items():
            card = base.card(topic, country)
            assert card.excerpts
            for excerpt in card.excerpts:
                assert excerpt.policy == source.id
                assert excerpt.text == source.body[excerpt.start : excerpt.end]
                assert excerpt.section in source.sections
    assert len(base.topics) == 28


def test_policies_are_those_of_the_sources(base: KnowledgeBase) -> None:
    for country, source in read_sources().items():
        policy = base.policies[country]
        assert (policy.id, policy.updated, policy.sha256) == (source.id, source.updated, source.sha256)


@pytest.mark.parametrize(
    ("offer", "contact"),
    [
        ("mobile", "caraibe.jarry"),
        ("open", "caraibe.jarry"),
        ("mobile_entreprise", "caraibe.jarry"),
        ("internet", "caraibe.bordeaux"),
        ("fixe", "caraibe.bordeaux"),
        ("tv", "caraibe.bordeaux"),
        ("obs", "caraibe.montauban"),
    ],
)
def test_in_caraibe_the_offer_decides_on_one_contact(base: KnowledgeBase, offer: str, contact: str) -> None:
    (found,) = base.contact_for("caraibe", offer)
    assert found.id == contact
    assert found.text in found.excerpts[offer].text


def test_in_caraibe_no_offer_gives_no_contact(base: KnowledgeBase) -> None:
    assert base.contact_for("caraibe", None) == ()


def test_in_caraibe_an_offer_nobody_has_is_an_error_rather_than_silence(base: KnowledgeBase) -> None:
    with pytest.raises(ValueError, match="satellite"):
        base.contact_for("caraibe", "satellite")


@pytest.mark.parametrize("offer", [None, "mobile", "internet"])
def test_in_mali_both_contacts_are_given_whatever_the_offer(base: KnowledgeBase, offer: str | None) -> None:
    assert [contact.id for contact in base.contact_for("mali", offer)] == ["mali.phone", "mali.bamako"]


def test_a_notice_is_left_out_from_the_day_after_it_expires(base: KnowledgeBase) -> None:
    (notice,) = base.notices("bloctel", "caraibe", ON)
    assert notice.before_contacts
    assert base.expired(ON) == ()
    assert base.notices("bloctel", "caraibe", notice.expires_on) == (notice,)
    after = date.fromordinal(notice.expires_on.toordinal() + 1)
    assert base.notices("bloctel", "caraibe", after) == ()
    assert notice in base.expired(after)


def test_labels_name_topics_countries_and_offers(base: KnowledgeBase) -> None:
    wanted = {*base.topics, "country.caraibe", "country.mali", "offer.mobile", "offer.obs"}
    assert wanted <= base.labels.keys()


def test_a_missing_base_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BaseError, match=r"no knowledge base at .*: run 'make run'"):
        current(tmp_path / "kb.sqlite")


def test_a_file_that_is_no_base_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "kb.sqlite"
    path.write_text("Ceci n'est pas une base de données, mais il faut plus de cent octets. " * 20, encoding="utf-8")
    with pytest.raises(BaseError, match="build"):
        KnowledgeBase.open(path)


def test_a_base_of_another_version_says_what_to_do(tmp_path: Path, base_path: Path) -> None:
    path = Path(shutil.copy(base_path, tmp_path / "kb.sqlite"))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(BaseError, match=r"version 99.*build"):
        KnowledgeBase.open(path)


def test_the_base_is_kept_open_until_its_file_is_replaced(tmp_path: Path, base_path: Path) -> None:
    path = Path(shutil.copy(base_path, tmp_path / "kb.sqlite"))
    before = current(path)
    assert current(path) is before
    other = Path(shutil.copy(base_path, tmp_path / "other.sqlite"))
    connection = sqlite3.connect(other)
    connection.execute("UPDATE cards SET lead = 'Autre' WHERE topic = 'rights' AND country = 'mali'")
    connection.commit()
    connection.close()
    other.replace(path)
    assert current(path).card("rights", "mali").lead == "Autre"
    assert before.card("rights", "mali").lead != "Autre"


@pytest.mark.parametrize("damage", ["missing", "empty", "cut off", "overwritten", "other version"])
def test_the_base_that_was_read_goes_on_when_its_file_cannot_be(tmp_path: Path, base_path: Path, damage: str) -> None:
    path = Path(shutil.copy(base_path, tmp_path / "kb.sqlite"))
    before = current(path)
    assert trouble(path) == ""
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "cut off":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage == "overwritten":
        path.write_bytes(whole[:8192] + os.urandom(len(whole) // 2) + whole[8192 + len(whole) // 2 :])
    else:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA user_version = 99")
        connection.close()
    assert current(path) is before
    assert "make run" in trouble(path) or "build" in trouble(path)
    assert current(path) is before
    path.write_bytes(whole)
    assert trouble(path) == ""
    assert current(path).policies == before.policies


def test_a_damaged_base_is_read_once_and_not_at_every_answer(
    tmp_path: Path, base_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(shutil.copy(base_path, tmp_path / "kb.sqlite"))
    current(path)
    path.write_bytes(b"damaged" * 1000)
    current(path)
    monkeypatch.setattr(KnowledgeBase, "open", lambda _: pytest.fail("it was read again"))
    assert trouble(path) != ""


def test_reading_needs_the_standard_library_alone() -> None:
    """The gateway reads the base without spaCy, NumPy, sqlite-utils or PyYAML."""
    code = "import sys, policies_kb.base; print(sorted({'spacy', 'numpy', 'sqlite_utils', 'yaml'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT.parent, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
