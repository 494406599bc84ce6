"""Every topic x country x door x offer gives one reply: a cited answer with exactly its contacts, or the question.

What is expected is read from the contract and the policies here, and from nothing that the composer uses.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from policies_kb.base import KnowledgeBase
from policies_kb.content import ROOT
from policies_kb.source import read_sources
from tests.replies.conversing import Talk, against_schema, understood

CONTRACT: dict[str, Any] = yaml.safe_load((ROOT / "contract" / "topics.yml").read_text(encoding="utf-8"))
TOPICS: dict[str, dict[str, str]] = {topic["id"]: topic for topic in CONTRACT["topics"]}
CONTACTS: dict[str, dict[str, Any]] = {contact["id"]: contact for contact in CONTRACT["contacts"]}
POLICIES = {country: " ".join(source.body.split()) for country, source in read_sources().items()}

OFFERS = ("mobile", "open", "internet", "fixe", "tv", "obs", "mobile_entreprise")
# What a person may have said of the line: an offer, nothing, or one of the situations that decide nothing yet.
SITUATIONS: dict[str, dict[str, str]] = {
    **{offer: {"offer": offer} for offer in OFFERS},
    "unknown": {},
    **{situation: {"customer": situation} for situation in ("sosh", "pro", "none", "former")},
}
# The question that each situation leaves open in Caraïbe, and whether the right itself is answered before it.
OPEN = {"unknown": ("offer", True), "former": ("offer", True), "sosh": ("sosh", False), "pro": ("pro", False)}
NAMES_OF = {
    "caraibe": re.compile(
        r"Caraïbe|Guadeloupe|Martinique|Guyane|CNIL|Jarry|Bordeaux|Montauban|bloctel\.gouv|Troyes|6 mai 2021"
    ),
    "mali": re.compile(r"Mali|7400|Bamako|Hamdallaye|APDP|15 décembre 2021"),
}


@dataclass(frozen=True)
class Expected:
    """What the contract wants of a reply."""

    status: str
    contacts: frozenset[str] = frozenset()
    asks: str | None = None
    policies: tuple[str, ...] = ()


def _has_contacts(topic: str) -> bool:
    return topic in ("exercise", "rights", "dpo") or topic.startswith("rights.")


def _expected(topic: str, country: str, situation: str) -> Expected:
    if country == "unknown" or (country == "both" and (_has_contacts(topic) or topic == "bloctel")):
        return Expected("clarify", asks="country")
    if country == "both":
        return Expected("answered", policies=("caraibe", "mali"))
    if TOPICS[topic][country] == "silent":
        return Expected("not_in_policy", policies=(country,))
    answered = Expected("answered", policies=(country,))
    if topic == "bloctel":
        return Expected("answered", frozenset({"bloctel.web", "bloctel.post"}), policies=(country,))
    if not _has_contacts(topic):
        return answered
    if country == "mali":
        return Expected("answered", frozenset({"mali.phone", "mali.bamako"}), policies=(country,))
    if situation in OPEN:
        asks, answers = OPEN[situation]
        return Expected("answered" if answers else "clarify", asks=asks, policies=(country,) if answers else ())
    theirs = {id_ for id_, contact in CONTACTS.items() if contact["country"] == country and situation in contact["for"]}
    return Expected("answered", frozenset(theirs), policies=(country,))


def _cases() -> Iterator[tuple[str, str]]:
    for topic in TOPICS:
        for country in ("caraibe", "mali", "unknown", "both"):
            yield topic, country


@pytest.mark.parametrize(("topic", "country"), list(_cases()))
@pytest.mark.parametrize("door", ["web", "agent", "ivr"])
def test_one_cited_answer_or_the_right_question(base: KnowledgeBase, topic: str, country: str, door: str) -> None:
    for situation, entities in SITUATIONS.items():
        told = entities if country == "unknown" else {**entities, "country": country}
        reply = Talk(base, door).say(understood(topic, told))
        _check(reply, topic, country, door, _expected(topic, country, situation), situation)


def _check(reply: Mapping[str, Any], topic: str, country: str, door: str, expected: Expected, situation: str) -> None:
    text, custom = " ".join(reply["text"].split(" ")), reply["custom"]
    squeezed = " ".join(text.split())
    assert against_schema(reply) == [], situation
    assert custom["status"] == expected.status, situation
    assert custom["topics"] == [topic], situation
    assert custom["asks"] == expected.asks, situation
    assert custom["country"] == (country if country in POLICIES else None), situation
    assert custom["offer"] == (situation if situation in OFFERS else None), situation
    assert {contact["id"] for contact in custom["contacts"]} == expected.contacts, situation
    for contact in custom["contacts"]:
        assert contact["text"] == CONTACTS[contact["id"]]["text"]
        assert door == "ivr" or contact["text"] in text, situation
    assert {source["policy"] for source in custom["sources"]} == {f"orange-{of}" for of in expected.policies}, situation
    for source in custom["sources"]:
        excerpt = " ".join(source["excerpt"].split())
        assert excerpt in POLICIES[source["policy"].removeprefix("orange-")]
        assert door == "ivr" or (excerpt in squeezed and source["section"] in text), situation
    for other in POLICIES:
        if country in POLICIES and other != country:
            assert not NAMES_OF[other].search(text), situation
    if expected.asks:
        assert text.rstrip().endswith("?"), situation
        assert len(reply["buttons"]) >= 2, situation
    if len(expected.policies) == 2:
        assert text.index("Orange Caraïbe") < text.index("Orange Mali"), situation
    if len(expected.policies) == 1:
        title = next(policy for policy in CONTRACT["policies"].values() if policy["country"] == country)["title"]
        assert custom["policy"]["title"] == title


def test_the_table_of_expectations_is_the_contracts() -> None:
    """The expectations above are worth something only if they tell apart what the contract tells apart."""
    addresses = {offer: _expected("rights", "caraibe", offer).contacts for offer in OFFERS}
    assert all(len(ids) == 1 for ids in addresses.values())
    assert len(set(addresses.values())) == 3
    assert len(TOPICS) == 28
    assert sum(topic["mali"] == "silent" for topic in TOPICS.values()) == 6
