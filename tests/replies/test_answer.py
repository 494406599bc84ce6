"""Answers: the policy's words of the right country, what it does not say, notices, and the question that decides."""

from datetime import date

import pytest

from policies_kb.base import KnowledgeBase
from tests.replies.conversing import TODAY, Talk, contacts, said

BLOCTEL_NOTICE, APDP_NOTICE = "caraibe.bloctel_ended", "mali.apdp"


@pytest.mark.parametrize("country", ["caraibe", "mali"])
def test_an_answer_is_lead_what_is_not_said_excerpts_section_and_date(base: KnowledgeBase, country: str) -> None:
    for topic in base.topics:
        card = base.card(topic, country)
        text = Talk(base, country=country, offer="tv").say(said(topic))["text"]
        assert text.startswith(card.lead)
        assert card.not_said is None or card.not_said in text
        for excerpt in card.excerpts:
            assert f"«\u00a0{excerpt.text}\u00a0»\n(section «\u00a0{excerpt.section}\u00a0»)" in text
        day = "6 mai 2021" if country == "caraibe" else "15 décembre 2021"
        assert text.count(f"mise à jour du {day}\u00a0:") == 1


@pytest.mark.parametrize("country", ["caraibe", "mali"])
def test_what_is_heard_names_the_policys_date_before_the_cards_voice(base: KnowledgeBase, country: str) -> None:
    day = "6 mai 2021" if country == "caraibe" else "15 décembre 2021"
    for topic in base.topics:
        text = Talk(base, "ivr", country, "tv").say(said(topic))["text"]
        assert base.card(topic, country).voice[1:] in text
        assert day in text.split(". ")[0] or topic == "policy.changes"


def test_two_topics_heard_together_name_the_policy_once(base: KnowledgeBase) -> None:
    text = Talk(base, "ivr", "caraibe").say(said("retention", topic=("retention", "recipients")))["text"]
    assert text.count("Selon la politique d'Orange Caraïbe, mise à jour du 6 mai 2021\u00a0: vos données") == 1
    assert text.count("6 mai 2021") == 1


def test_silence_is_said_as_such_and_gives_no_contact(base: KnowledgeBase) -> None:
    silent = [topic for topic in base.topics if base.card(topic, "mali").coverage == "silent"]
    assert len(silent) == 6
    for topic in silent:
        reply = Talk(base, country="mali").say(said(topic))
        assert reply["custom"]["status"] == "not_in_policy"
        assert reply["custom"]["topics"] == [topic]
        assert not contacts(reply)
        assert "ne parle pas" in reply["text"]
        assert "pas ce droit" not in reply["text"]


def test_a_silent_topic_beside_one_that_is_answered_keeps_the_contacts_of_the_latter(base: KnowledgeBase) -> None:
    reply = Talk(base, country="mali").say(said("rights.portability", topic=("rights.portability", "rights.access")))
    assert reply["custom"]["status"] == "answered"
    assert contacts(reply) == {"mali.phone", "mali.bamako"}
    assert "ne parle pas de portabilité" in reply["text"]


def test_both_countries_are_answered_apart_each_under_its_name(base: KnowledgeBase) -> None:
    reply = Talk(base).say(said("retention", country="both"))
    assert reply["custom"]["status"] == "answered"
    assert reply["custom"]["country"] is None
    assert reply["custom"]["policy"] is None
    caraibe, mali = reply["text"].split("Orange Mali\u00a0:\n")
    assert caraibe.startswith("Orange Caraïbe\u00a0:\n")
    assert "trois ans" in caraibe
    assert "Mali" not in caraibe
    assert "trois ans" not in mali


def test_a_notice_stands_before_the_contacts_of_bloctel(base: KnowledgeBase) -> None:
    reply = Talk(base, country="caraibe").say(said("bloctel"))
    text = reply["text"]
    assert text.index("Information hors politique (vérifiée le 21 novembre 2026)") < text.index("- www.bloctel.gouv.fr")
    (notice,) = reply["custom"]["notices"]
    assert notice["id"] == BLOCTEL_NOTICE
    assert notice["checked_on"] == "2026-11-21"
    assert notice["source"] in text


@pytest.mark.parametrize("door", ["web", "agent", "ivr"])
def test_a_notice_dates_itself_on_every_door(base: KnowledgeBase, door: str) -> None:
    text = Talk(base, door, "mali").say(said("supervisory_authority"))["text"]
    assert "Information hors politique" in text
    assert "vérifiée le 21 novembre 2026" in text


def test_a_notice_of_one_country_is_kept_when_both_are_asked_about(base: KnowledgeBase) -> None:
    reply = Talk(base).say(said("supervisory_authority", country="both"))
    assert [notice["id"] for notice in reply["custom"]["notices"]] == [APDP_NOTICE]
    assert reply["text"].index("Orange Mali\u00a0:") < reply["text"].index("Information hors politique")


@pytest.mark.parametrize(("topic", "country"), [("bloctel", "caraibe"), ("supervisory_authority", "mali")])
def test_an_expired_notice_is_left_out_and_the_rest_still_answered(
    base: KnowledgeBase, topic: str, country: str
) -> None:
    (notice,) = base.notices(topic, country, TODAY)
    last = Talk(base, country=country, on=notice.expires_on).say(said(topic))
    after = Talk(base, country=country, on=date.max).say(said(topic))
    assert last["custom"]["notices"]
    assert after["custom"]["notices"] == []
    assert "hors politique" not in after["text"]
    assert {**last["custom"], "notices": []} == after["custom"]


def test_an_address_that_depends_on_the_offer_is_asked_for_after_the_answer(base: KnowledgeBase) -> None:
    reply = Talk(base, country="caraibe").say(said("rights.erasure"))
    assert reply["custom"]["status"] == "answered"
    assert reply["custom"]["asks"] == "offer"
    assert not contacts(reply)
    assert reply["text"].startswith(base.card("rights.erasure", "caraibe").lead)
    assert reply["text"].endswith("Quelle est la vôtre\u00a0?")
    assert reply["buttons"][0]["payload"] == '/inform{"offer": "mobile"}'


def test_what_is_heard_says_the_choices_that_a_caller_cannot_see(base: KnowledgeBase) -> None:
    text = Talk(base, "ivr", "caraibe").say(said("rights.erasure"))["text"]
    assert text.endswith("Est-ce une offre mobile, Open, Internet, fixe, TV ou professionnelle\u00a0?")


def test_the_delay_asked_about_beside_a_right_does_not_drop_the_identity_document(base: KnowledgeBase) -> None:
    asked = said("rights.erasure", topic=("rights.erasure", "exercise.deadline"))
    text = Talk(base, "ivr", "caraibe", "tv").say(asked)["text"]
    assert text.count("justificatif d'identité") == 1
    assert text.count("un délai d'un mois") == 1


def test_at_most_three_topics_are_answered_at_once(base: KnowledgeBase) -> None:
    four = ("retention", "recipients", "security", "transfers")
    assert Talk(base, country="mali").say(said("retention", topic=four))["custom"]["topics"] == list(four[:3])


def test_an_answer_offers_topics_to_go_on_with_and_never_its_own(base: KnowledgeBase) -> None:
    for topic in base.topics:
        payloads = [button["payload"] for button in Talk(base, country="mali").say(said(topic))["buttons"]]
        assert 1 <= len(payloads) <= 3
        assert f"/{topic}" not in payloads
