"""Whom to write to or call: the contract's contact for every offer, said as its door needs it."""

import re

import pytest

from policies_kb.agreed import CONTRACT, read_contract
from policies_kb.base import KnowledgeBase
from policies_kb.replies.contact_block import shows_contacts
from policies_kb.replies.conversation import UserTurn
from tests.replies.conversing import Talk, contacts, said, tells

CONTACTS = read_contract(CONTRACT).contacts
OFFERS = sorted(read_contract(CONTRACT).offers)
RIGHTS = [topic for topic in read_contract(CONTRACT).coverage if topic.split(".")[0] == "rights"]
TOPICS = [*RIGHTS, "exercise", "dpo"]
NO_ADDRESS = (
    "La politique n'indique d'adresse que pour les clients, selon leur offre. Elle n'en donne pas pour votre"
    " situation\u00a0; je ne peux donc pas vous en indiquer une."
)
ON_THE_PHONE = re.compile(r"7400|https?:|www\.|\w\.(?:fr|com)\b|[<>*]|^-|«", re.MULTILINE)


def _contract(offer: str) -> str:
    """The id of the contact that the contract gives to an offer in Caraïbe."""
    (found,) = [id_ for id_, contact in CONTACTS.items() if offer in contact.offers]
    return found


@pytest.mark.parametrize("door", ["web", "agent", "ivr"])
@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize("topic", TOPICS)
def test_every_offer_gets_exactly_the_contracts_address(base: KnowledgeBase, topic: str, offer: str, door: str) -> None:
    reply = Talk(base, door, "caraibe", offer).say(said(topic))
    expected = CONTACTS[_contract(offer)]
    assert reply["custom"]["contacts"] == [{"id": expected.id, "kind": expected.kind, "text": expected.text}]
    heard = base.contacts[expected.id].voice
    assert (heard if door == "ivr" else expected.text) in reply["text"]
    others = [contact.text for contact in CONTACTS.values() if contact.text != expected.text]
    assert not any(other in reply["text"] for other in others)


@pytest.mark.parametrize("door", ["web", "agent", "ivr"])
@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic in ("exercise", "rights", "rights.erasure")])
def test_mali_gives_its_telephone_and_its_address_whatever_the_offer(
    base: KnowledgeBase, topic: str, door: str
) -> None:
    for offer in (None, *OFFERS):
        reply = Talk(base, door, "mali", offer).say(said(topic))
        assert contacts(reply) == {"mali.phone", "mali.bamako"}
        assert ("7400" in reply["text"]) == (door != "ivr")


@pytest.mark.parametrize("country", ["caraibe", "mali"])
def test_what_is_heard_holds_no_7400_no_web_address_and_no_markup(base: KnowledgeBase, country: str) -> None:
    for topic in base.topics:
        for offer in OFFERS:
            assert not ON_THE_PHONE.search(Talk(base, "ivr", country, offer).say(said(topic))["text"]), topic


def test_a_caller_in_caraibe_is_never_sent_to_the_telephone(base: KnowledgeBase) -> None:
    reply = Talk(base, "ivr", "caraibe").say(said("rights", offer=("mobile", "internet")))
    assert contacts(reply) == {"caraibe.jarry", "caraibe.bordeaux"}
    assert "Service clients" not in reply["text"]
    assert "appel" not in reply["text"]


def test_box_and_mobile_give_both_addresses_and_say_that_open_has_jarry_alone(base: KnowledgeBase) -> None:
    text = Talk(base, country="caraibe").say(said("exercise", offer=("mobile", "internet")))["text"]
    assert "- Mobile\u00a0: " + CONTACTS["caraibe.jarry"].text in text
    assert "- Internet (Livebox, fibre)\u00a0: " + CONTACTS["caraibe.bordeaux"].text in text
    assert "une seule offre Open, écrivez seulement à l'adresse de Jarry" in text


def test_offers_with_the_same_address_share_its_line(base: KnowledgeBase) -> None:
    reply = Talk(base, country="caraibe").say(said("rights.access", offer=("internet", "tv", "mobile")))
    lines = [line for line in reply["text"].splitlines() if line.startswith("- ")]
    assert [line.split("\u00a0: ")[0] for line in lines] == ["- Internet (Livebox, fibre), TV", "- Mobile"]


def test_a_companys_mobile_keeps_its_address_beside_a_box_that_has_none(base: KnowledgeBase) -> None:
    talk = Talk(base, country="caraibe")
    reply = talk.say(said("rights.access", customer=("pro", "not_obs"), offer=("mobile", "internet")))
    assert contacts(reply) == {"caraibe.jarry"}
    assert "hors contrat Orange Business Services (OBS), la politique n'indique pas d'adresse" in reply["text"]


@pytest.mark.parametrize(
    "message", [tells(customer="none"), tells(customer=("pro", "not_obs"), offer=("internet", "fixe"))]
)
def test_where_no_answer_could_decide_the_reply_says_so(base: KnowledgeBase, message: UserTurn) -> None:
    talk = Talk(base, country="caraibe")
    reply = talk.say(said("rights.erasure"), message)
    assert reply["custom"]["status"] == "answered"
    assert reply["custom"]["asks"] is None
    assert not contacts(reply)
    assert NO_ADDRESS in reply["text"]


def test_a_former_customer_gets_the_address_of_the_offer_held_and_is_told_that_none_is_theirs(
    base: KnowledgeBase,
) -> None:
    talk = Talk(base, country="caraibe")
    asked = talk.say(said("rights.erasure", customer="former"))
    assert asked["text"].endswith("Laquelle était-ce\u00a0?")
    given = talk.say(tells(offer="fixe"))
    assert contacts(given) == {"caraibe.bordeaux"}
    assert "La politique n'attribue pas d'adresse aux anciens clients" in given["text"]


@pytest.mark.parametrize("door", ["web", "agent", "ivr"])
def test_the_identity_document_and_the_month_go_with_rights_and_not_with_the_dpo_or_bloctel(
    base: KnowledgeBase, door: str
) -> None:
    for topic in TOPICS:
        text = Talk(base, door, "caraibe", "mobile").say(said(topic))["text"]
        assert ("justificatif d'identité" in text) == (topic != "dpo"), topic
        assert ("un délai d'un mois à compter de la réception" in text) == (topic != "dpo"), topic
    assert "un mois" not in Talk(base, door, "caraibe", "mobile").say(said("bloctel"))["text"]


def test_bloctel_shows_its_two_contacts_and_needs_no_offer(base: KnowledgeBase) -> None:
    reply = Talk(base, country="caraibe").say(said("bloctel"))
    assert contacts(reply) == {"bloctel.web", "bloctel.post"}
    assert reply["custom"]["asks"] is None
    for id_ in contacts(reply):
        assert CONTACTS[id_].text in reply["text"]


def test_bloctel_beside_a_right_shows_the_contacts_of_both(base: KnowledgeBase) -> None:
    reply = Talk(base, country="caraibe", offer="tv").say(said("bloctel", topic=("bloctel", "rights.objection")))
    assert contacts(reply) == {"bloctel.web", "bloctel.post", "caraibe.bordeaux"}


def test_the_policys_own_sentence_stands_beside_the_address_that_it_assigns(base: KnowledgeBase) -> None:
    reply = Talk(base, country="caraibe", offer="mobile_entreprise").say(said("exercise"))
    assert "Si vous êtes client d'une offre mobile entreprise, s'adresser à Orange Caraïbe SA" in reply["text"]


def test_only_rights_their_exercise_and_the_dpo_show_the_contacts_of_rights(base: KnowledgeBase) -> None:
    assert {topic for topic in base.topics if shows_contacts(topic)} == set(TOPICS)
