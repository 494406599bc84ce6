"""Which letters a reply offers: those on the rights asked about, to the addresses that it shows, and no others."""

import re
from typing import Any

import pytest

from policies_kb.base import KnowledgeBase
from tests.replies.conversing import Talk, against_schema, contacts, said, tells, understood

OFFERS = ("mobile", "open", "internet", "fixe", "tv", "obs", "mobile_entreprise")
SLUGS = {
    "rights.access": "acces",
    "rights.rectification": "rectification",
    "rights.erasure": "effacement",
    "rights.objection": "opposition",
    "rights.restriction": "limitation",
    "rights.portability": "portabilite",
    "rights.post_mortem": "directives-apres-le-deces",
    "rights.withdraw_consent": "retrait-du-consentement",
}
SILENT_IN_MALI = {"rights.portability", "rights.post_mortem", "rights.withdraw_consent"}


def _paths(reply: dict[str, Any]) -> list[str]:
    return [letter["pdf"] for letter in reply["custom"]["letters"]]


def _caraibe(right: str, *offers: str) -> list[str]:
    return [f"/courriers/caraibe/{offer.replace('_', '-')}/{SLUGS[right]}.pdf" for offer in offers]


@pytest.mark.parametrize("door", ["web", "agent"])
@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize("right", SLUGS)
def test_a_right_in_caraibe_comes_with_the_letter_to_the_address_shown(
    base: KnowledgeBase, right: str, offer: str, door: str
) -> None:
    reply = Talk(base, door).say(understood(right, {"country": "caraibe", "offer": offer}))
    (path,) = _caraibe(right, offer)
    (letter,) = reply["custom"]["letters"]
    kept = base.letter(right, "caraibe", offer)
    assert kept is not None
    assert letter == {"right": right, "title": kept.title, "pdf": path, "text": path.replace(".pdf", ".txt")}
    assert contacts(reply) == {kept.contact}
    assert against_schema(reply) == []


@pytest.mark.parametrize("door", ["web", "agent"])
@pytest.mark.parametrize("right", SLUGS)
def test_a_right_in_mali_comes_with_its_letter_whatever_the_offer(base: KnowledgeBase, right: str, door: str) -> None:
    expected = [] if right in SILENT_IN_MALI else [f"/courriers/mali/{SLUGS[right]}.pdf"]
    for offer in (None, *OFFERS):
        assert _paths(Talk(base, door, "mali", offer).say(said(right))) == expected


@pytest.mark.parametrize("country", ["caraibe", "mali"])
@pytest.mark.parametrize("topic", SLUGS)
def test_a_letter_is_never_offered_on_the_telephone(base: KnowledgeBase, topic: str, country: str) -> None:
    assert _paths(Talk(base, "ivr", country, "tv").say(said(topic))) == []


@pytest.mark.parametrize("customer", [None, "sosh", "pro", "none", "former", "offer_unknown"])
def test_while_the_address_is_not_decided_there_is_no_letter(base: KnowledgeBase, customer: str | None) -> None:
    talk = Talk(base, country="caraibe")
    talk.say(said("rights.erasure"))
    reply = talk.say(tells(customer=customer)) if customer else talk.say(said("rights.erasure"))
    assert contacts(reply) == set()
    assert _paths(reply) == []


def test_without_a_country_or_with_both_there_is_no_letter(base: KnowledgeBase) -> None:
    for known in ({}, {"country": "both"}, {"country": "elsewhere"}):
        assert _paths(Talk(base).say(understood("rights.access", known))) == []


@pytest.mark.parametrize("country", ["caraibe", "mali"])
def test_only_a_right_by_its_name_has_a_letter(base: KnowledgeBase, country: str) -> None:
    for topic in set(base.topics) - SLUGS.keys():
        assert _paths(Talk(base, country=country, offer="tv").say(said(topic))) == [], topic
    for move in ("greet", "thanks", "handoff", "out_of_scope", "policy_silent", "help"):
        assert _paths(Talk(base, country=country, offer="tv").say(said(move))) == [], move


def test_the_answer_to_the_question_about_the_offer_brings_the_letter(base: KnowledgeBase) -> None:
    talk = Talk(base)
    assert _paths(talk.say(said("rights.access"))) == []
    assert _paths(talk.say(tells(country="caraibe"))) == []
    assert _paths(talk.say(tells(offer="open"))) == _caraibe("rights.access", "open")
    assert _paths(talk.say(tells(offer="fixe"))) == _caraibe("rights.access", "fixe")


def test_several_addresses_give_a_letter_each_and_their_titles_tell_them_apart(base: KnowledgeBase) -> None:
    reply = Talk(base, country="caraibe").say(said("rights.access", offer=("internet", "tv", "mobile")))
    assert _paths(reply) == _caraibe("rights.access", "internet", "mobile")
    titles = [letter["title"] for letter in reply["custom"]["letters"]]
    assert titles == [
        "Lettre concernant le droit d'accès à vos données (Orange Caraïbe, offre Internet)",
        "Lettre concernant le droit d'accès à vos données (Orange Caraïbe, offre mobile)",
    ]


def test_two_rights_give_a_letter_each(base: KnowledgeBase) -> None:
    asked = ("rights.erasure", "exercise.deadline", "rights.access")
    reply = Talk(base, country="mali").say(said("rights.erasure", topic=asked))
    assert _paths(reply) == ["/courriers/mali/effacement.pdf", "/courriers/mali/acces.pdf"]


def test_a_companys_mobile_gets_its_letter_and_its_box_which_has_no_address_none(base: KnowledgeBase) -> None:
    talk = Talk(base, country="caraibe")
    reply = talk.say(said("rights.access", customer=("pro", "not_obs"), offer=("mobile", "internet")))
    assert _paths(reply) == _caraibe("rights.access", "mobile_entreprise")


def test_a_former_customer_gets_the_letter_to_the_address_shown(base: KnowledgeBase) -> None:
    talk = Talk(base, country="caraibe")
    talk.say(said("rights.erasure", customer="former"))
    assert _paths(talk.say(tells(offer="fixe"))) == _caraibe("rights.erasure", "fixe")


def test_a_reply_said_again_offers_its_letters_again(base: KnowledgeBase) -> None:
    talk = Talk(base, country="mali")
    first = talk.say(said("rights.access"))
    assert _paths(talk.say(said("repeat"))) == _paths(first) != []


def test_titles_are_french_as_it_is_printed(base: KnowledgeBase) -> None:
    for letter in base.letters:
        assert not re.search(r"(?<!\u00a0)[:;?!»]|[{}]|  ", letter.title)
