"""Every text composed is French as it is printed: no-break spaces, no doubled ones, no stray punctuation."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from policies_kb.base import KnowledgeBase
from policies_kb.replies.conversation import UserTurn
from tests.replies.conversing import Talk, against_schema, lost, said, tells, understood

BREAKING = re.compile(r"(?:(?<![\u00a0/])(?<!https)[;?!»]|(?<!\u00a0)(?<!https):|«(?!\u00a0))")
DOUBLED = re.compile(r"[ \u00a0]{2}|\.\.|,,|\.,|,\.|:\.| [,.]|[:;] ?[:;]")
PLACEHOLDER = re.compile(r"[{}]")
TALKS: dict[str, list[UserTurn]] = {
    "former then offer": [said("rights.erasure", customer="former"), lost(), tells(offer="internet")],
    "sosh": [said("rights.access", customer="sosh"), said("deny"), tells(offer="mobile")],
    "pro": [said("exercise", customer="pro"), lost(), tells(customer="not_obs"), tells(offer="obs")],
    "pro at home": [said("exercise", customer="pro", offer="internet"), lost(), said("deny")],
    "company mobile beside a box": [said("dpo", customer=("pro", "not_obs"), offer=("mobile", "internet"))],
    "several offers": [said("rights", offer=("mobile", "internet", "tv")), said("dpo")],
    "nobody's client": [said("rights", customer="none")],
    "offer not known": [said("rights"), tells(customer="offer_unknown")],
    "ladder": [lost(ranking=(("dpo", 0.4), ("rights", 0.3))), lost(), lost()],
    "follow-ups": [said("rights.erasure"), said("follow_up.duration"), said("follow_up.where"), said("repeat")],
    "choice of durations": [said("follow_up.duration"), tells(country="mali")],
    "two topics": [said("bloctel", topic=("bloctel", "rights.objection", "retention"))],
    "both countries": [said("supervisory_authority", country="both"), said("rights", country="both"), lost()],
    "neither country": [said("rights", country="elsewhere"), said("policy_silent"), tells(country="elsewhere")],
    "noted": [tells(country="caraibe"), tells()],
    **{
        move: [said(move)]
        for move in ("greet", "thanks", "goodbye", "affirm", "deny", "help", "bot_challenge", "handoff")
    },
    **{move: [said(move)] for move in ("out_of_scope", "policy_silent", "repeat", "previous")},
}


def _own_words(reply: dict[str, Any]) -> str:
    """The text without what is quoted as it stands: excerpts, sections, contacts, sources of notices."""
    text: str = reply["text"]
    custom = reply["custom"]
    quoted = [source[part] for source in custom["sources"] for part in ("excerpt", "section")]
    quoted += [contact["text"] for contact in custom["contacts"]]
    for words in sorted(quoted, key=len, reverse=True):
        text = text.replace(words, "…")
    return text


def _check(reply: dict[str, Any]) -> None:
    assert against_schema(reply) == []
    words = _own_words(reply)
    assert words.strip()
    for fault in (BREAKING, DOUBLED, PLACEHOLDER):
        found = fault.search(words)
        assert found is None, f"{words[max(0, found.start() - 40) : found.end() + 20]!r}"
    for button in reply["buttons"]:
        assert not BREAKING.search(button["title"]), button["title"]


def _places() -> Iterator[tuple[str, str]]:
    for door in ("web", "agent", "ivr"):
        for country in ("caraibe", "mali", "both", ""):
            yield door, country


@pytest.mark.parametrize(("door", "country"), list(_places()))
def test_every_topic_is_answered_in_good_typography(base: KnowledgeBase, door: str, country: str) -> None:
    for topic in base.topics:
        for offer in ("tv", None):
            known = {"country": country} if country else {}
            _check(Talk(base, door, offer=offer).say(understood(topic, known)))


@pytest.mark.parametrize("name", TALKS)
@pytest.mark.parametrize("door", ["web", "agent", "ivr"])
def test_every_move_is_in_good_typography(base: KnowledgeBase, name: str, door: str) -> None:
    for country in (None, "caraibe", "mali"):
        talk = Talk(base, door, country)
        for message in TALKS[name]:
            _check(talk.say(message))


@pytest.mark.parametrize("name", TALKS)
def test_what_is_heard_reads_as_sentences(base: KnowledgeBase, name: str) -> None:
    talk = Talk(base, "ivr", "caraibe")
    for message in TALKS[name]:
        text = talk.say(message)["text"]
        assert "\n" not in text
        assert text[-1] in ".?"


@pytest.mark.parametrize("words", ["Une : deux", "« Une »", "Une  phrase", "Fin..", "Quoi?", "un : .", "un {nom}"])
def test_faults_of_typography_are_found(words: str) -> None:
    assert any(fault.search(words) for fault in (BREAKING, DOUBLED, PLACEHOLDER))
