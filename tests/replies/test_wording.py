"""Phrases filled in for a door."""

import re
from datetime import date

import pytest

from policies_kb.base import KnowledgeBase
from policies_kb.content import ROOT
from policies_kb.replies.wording import Wording, policy_payload

CODE = "".join(path.read_text(encoding="utf-8") for path in (*ROOT.glob("replies/*.py"), ROOT / "speech.py"))
# Named in code by a part of the key: « language.en », « policy.mali »...
FAMILIES = ("language.", "policy.", "contact.exercise.by_offer", "contact.dpo.by_offer")


@pytest.fixture
def read(base: KnowledgeBase) -> Wording:
    return Wording(base, "web")


@pytest.fixture
def heard(base: KnowledgeBase) -> Wording:
    return Wording(base, "ivr")


def test_a_phrase_with_a_voice_is_said_with_it_on_the_telephone_alone(read: Wording, heard: Wording) -> None:
    assert read.say("ask.offer").endswith("Quelle est la vôtre\u00a0?")
    assert heard.say("ask.offer").endswith("ou professionnelle\u00a0?")
    assert heard.say("thanks") == read.say("thanks")


def test_an_unknown_phrase_or_a_missing_value_is_an_error(read: Wording) -> None:
    with pytest.raises(KeyError):
        read.say("nothing_of_the_kind")
    with pytest.raises(KeyError):
        read.say("notice", text="une information")


@pytest.mark.parametrize(
    ("day", "written"),
    [(date(2021, 5, 6), "6 mai 2021"), (date(2021, 12, 15), "15 décembre 2021"), (date(2026, 8, 1), "1er août 2026")],
)
def test_dates_are_written_in_full(read: Wording, day: date, written: str) -> None:
    assert read.date(day) == written


@pytest.mark.parametrize(
    ("topics", "last", "expected"),
    [
        (("dpo",), "and", "le délégué à la protection des données"),
        (("retention", "rights"), "and", "la durée de conservation de vos données et vos droits sur vos données"),
        (("retention", "rights"), "or", "la durée de conservation de vos données ou vos droits sur vos données"),
        (
            ("retention", "security", "rights"),
            "and",
            "la durée de conservation de vos données, la sécurité de vos données et vos droits sur vos données",
        ),
    ],
)
def test_topics_are_named_as_a_sentence_names_them(
    read: Wording, topics: tuple[str, ...], last: str, expected: str
) -> None:
    assert read.topics(topics, last) == expected


def test_offers_are_named_as_a_list_and_as_a_sentence(read: Wording) -> None:
    assert read.offers(["internet", "tv"]) == {
        "labels": "Internet (Livebox, fibre), TV",
        "phrases": "une offre Internet ou une offre TV",
    }


@pytest.mark.parametrize("country", [None, "both", "elsewhere"])
def test_all_operators_are_named_where_none_is_decided(read: Wording, country: str | None) -> None:
    assert read.operators(country) == {"operators": "Orange Caraïbe et Orange Mali"}
    assert read.operators("mali") == {"operators": "Orange Mali"}


def test_buttons_are_copies_that_a_reply_may_change(read: Wording) -> None:
    read.buttons("ask.offer")[0]["title"] = "autre"
    assert read.buttons("ask.offer")[0]["title"] == "Mobile"


def test_no_policy_has_no_payload() -> None:
    assert policy_payload(None) is None


def test_every_phrase_is_said_somewhere(base: KnowledgeBase) -> None:
    moves = {"greet", "thanks", "goodbye", "bot_challenge", "help", "affirm", "deny", "out_of_scope", "handoff"}
    unused = [key for key in base.phrases if not re.search(rf"['\"]{re.escape(key)}['\"]", CODE)]
    assert [key for key in unused if key not in moves and not key.startswith(FAMILIES)] == []
