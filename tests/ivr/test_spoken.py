"""What a synthesiser gets: numbers and dates in words, parts short enough, and only what can be heard."""

import datetime
from pathlib import Path

import pytest

from policies_kb.base import KnowledgeBase
from policies_kb.replies.compose import compose
from policies_kb.replies.conversation import Conversation, Entity, UserTurn
from policies_kb.speech import MOST_SECONDS, Speech, in_parts, seconds

TODAY = datetime.date(2026, 12, 1)


@pytest.fixture(scope="module")
def read(base: Path) -> KnowledgeBase:
    """The knowledge base, read."""
    return KnowledgeBase.open(base)


@pytest.fixture(scope="module")
def speech(read: KnowledgeBase) -> Speech:
    """The rules with the base's words."""
    return Speech(read.phrases)


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("le 15 décembre 2021", "le quinze décembre deux mille vingt et un"),
        ("le 15/12/2021.", "le quinze décembre deux mille vingt et un."),
        ("le 1er mai 2013", "le premier mai deux mille treize"),
        ("97196 Jarry", "neuf sept, un neuf six Jarry"),
        ("10 000 Troyes", "un zéro, zéro zéro zéro Troyes"),
        ("boîte postale E 3991", "boîte postale E, trois neuf, neuf un"),
        ("B.P. : E 3991", "boîte postale : E, trois neuf, neuf un"),
        ("BP 2203", "boîte postale deux deux, zéro trois"),
        ("ACI 2000", "ACI deux mille"),
        ("la loi n°2013-015", "la loi numéro deux mille treize, zéro un cinq"),
        ("TSA 70007", "T S A sept zéro, zéro zéro sept"),
        ("et/ou", "ou"),
        ("des SMS (CDR) et", "des S M S, C D R, et"),
        ("« pour des motifs »", "pour des motifs"),
        ("suivantes :\n\n- Un,\n- Deux.\n- Trois", "suivantes : Un. Deux. Trois"),
        ("l’accès", "l'accès"),
    ],
)
def test_text_is_spelled_out(speech: Speech, written: str, heard: str) -> None:
    assert speech.said(written) == heard


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zéro"), (1, "un"), (17, "dix-sept"), (21, "vingt et un"), (70, "soixante-dix"), (71, "soixante et onze"),
        (80, "quatre-vingts"), (81, "quatre-vingt-un"), (91, "quatre-vingt-onze"), (99, "quatre-vingt-dix-neuf"),
        (100, "cent"), (101, "cent un"), (200, "deux cents"), (1999, "mille neuf cent quatre-vingt-dix-neuf"),
        (2000, "deux mille"), (2026, "deux mille vingt-six"),
    ],
)  # fmt: skip
def test_numbers_are_said_as_french_says_them(speech: Speech, number: int, words: str) -> None:
    assert speech.number(number) == words


def test_a_long_text_is_cut_at_sentences_then_at_clauses() -> None:
    sentence = "Une phrase de longueur moyenne, avec une proposition, et une autre encore pour finir. "
    parts = in_parts(sentence * 8)
    assert " ".join(parts) == (sentence * 8).strip()
    assert all(part.endswith(".") for part in parts)
    assert all(seconds(part) <= MOST_SECONDS for part in parts)
    parts = in_parts("une proposition sans fin, " * 30 + "enfin.")
    assert all(seconds(part) <= MOST_SECONDS for part in parts)


@pytest.mark.parametrize("country", ["mali", "caraibe"])
def test_every_answer_comes_in_parts_of_twenty_seconds(read: KnowledgeBase, country: str) -> None:
    for topic in read.topics:
        asked = Conversation(
            (UserTurn(topic),), door="ivr", country=country, offer="tv" if country == "caraibe" else None
        )
        custom = compose(asked, read, TODAY)["custom"]
        spoken = custom["spoken"]
        assert set(spoken) == {"answer", "detail", "address"}
        assert spoken["answer"]
        assert all(seconds(part) <= MOST_SECONDS for parts in spoken.values() for part in parts), topic
        assert bool(spoken["address"]) == any(contact["kind"] == "postal" for contact in custom["contacts"])


def test_a_reply_that_asks_back_is_heard_whole(read: KnowledgeBase) -> None:
    asked = Conversation((UserTurn("rights.erasure"),), door="ivr", country="caraibe")
    spoken = compose(asked, read, TODAY)["custom"]["spoken"]
    assert spoken["answer"][-1].endswith("?")
    assert spoken["detail"] == spoken["address"] == []


def test_only_the_ivr_door_has_spoken_parts(read: KnowledgeBase) -> None:
    asked = Conversation((UserTurn("retention"),), door="web", country="mali")
    assert "spoken" not in compose(asked, read, TODAY)["custom"]


def test_several_topics_are_answered_together_with_the_date_once(read: KnowledgeBase) -> None:
    topics = ("rights.erasure", "retention")
    turn = UserTurn(topics[0], entities=tuple(Entity("topic", topic) for topic in topics))
    spoken = compose(Conversation((turn,), door="ivr", country="mali"), read, TODAY)["custom"]["spoken"]
    said = " ".join(spoken["answer"])
    assert said.count("deux mille vingt et un") == 1
    assert "suppression" in said
    assert "aucune durée chiffrée" in said
    assert said.count("Je n'enregistre pas de demande") == 1
