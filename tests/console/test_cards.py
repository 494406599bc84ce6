"""Cards against the knowledge base: contacts as in the chat, no other address anywhere, marks that are differences."""

import datetime
import difflib
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.console.cards import card, version
from gateway.console.lines import Line, account_for, known
from gateway.console.sides import compare
from gateway.console.spoken import grouped
from policies_kb.base import KnowledgeBase
from policies_kb.replies.compose import on_topics
from policies_kb.replies.conversation import AGENT
from policies_kb.replies.wording import Wording

TODAY = datetime.date(2026, 11, 22)
OFFERS = ("mobile", "open", "internet", "fixe", "tv", "obs", "mobile_entreprise")
SITUATIONS = ((), ("sosh",), ("pro",), ("pro", "not_obs"), ("former",), ("none",), ("offer_unknown",))
# What a speech or a letter must hold to send somebody somewhere.
PLACES = {
    "caraibe.jarry": "Jarry",
    "caraibe.bordeaux": "33732",
    "caraibe.montauban": "Montauban",
    "mali.phone": "7400",
    "mali.bamako": "Hamdallaye",
    "bloctel.web": "www.bloctel",
    "bloctel.post": "Nicolas Siret",
}


def _lines() -> Iterator[Line]:
    offers = [[], *([offer] for offer in OFFERS), ["internet", "mobile"]]
    for country, held, situation in itertools.product((None, "caraibe", "mali"), offers, SITUATIONS):
        yield Line.model_validate({"country": country, "offers": held, "customer": situation})


LINES = list(_lines())


@pytest.fixture(scope="module")
def kb(built_base: Path) -> KnowledgeBase:
    return KnowledgeBase.open(built_base)


def _named_in(shown: dict[str, Any]) -> set[str]:
    """The contacts whose place is named anywhere in a card, digits in groups or not."""
    # The notice on Bloctel names the site of another service; « pro.bloctel » is not the contact.
    words = json.dumps(shown, ensure_ascii=False).replace("pro.bloctel", "")
    return {contact for contact, place in PLACES.items() if place in words or place in words.replace(" ", "")}


def test_every_card_of_every_line_gives_the_contacts_of_the_chat_and_names_no_other_place(kb: KnowledgeBase) -> None:
    for topic, line in itertools.product(kb.topics, LINES):
        shown = card(kb, topic, line, TODAY)
        account = account_for(line)
        reply = on_topics((topic,), account, Wording(kb, AGENT), TODAY)
        ids = [contact["id"] for contact in shown["contacts"]]
        assert ids == [contact.id for contact in reply.contacts], (topic, line)
        of_country = {"mali.phone", "mali.bamako"} if line.country == "mali" else set()
        bloctel = {"bloctel.web", "bloctel.post"} if line.country == "caraibe" else set()
        assert _named_in(shown) <= set(ids) | of_country | bloctel, (topic, line)
        assert all(letter["pdf"].startswith(f"/courriers/{line.country}/") for letter in shown["letters"])
        assert bool(shown["letters"]) <= bool(ids)


@pytest.mark.parametrize(
    ("line", "contacts", "asks", "said"),
    [
        ({"country": "mali"}, {"mali.phone", "mali.bamako"}, None, ""),
        ({"country": "caraibe"}, set(), "offer", ""),
        ({"country": "caraibe", "offers": ["tv"]}, {"caraibe.bordeaux"}, None, ""),
        ({"country": "caraibe", "offers": ["obs"]}, {"caraibe.montauban"}, None, ""),
        ({"country": "caraibe", "customer": ["sosh"]}, set(), "sosh", ""),
        ({"country": "caraibe", "customer": ["sosh"], "offers": ["mobile"]}, {"caraibe.jarry"}, None, ""),
        ({"country": "caraibe", "customer": ["pro"]}, set(), "pro", ""),
        ({"country": "caraibe", "customer": ["pro"], "offers": ["internet"]}, set(), "pro_home", ""),
        (
            {"country": "caraibe", "customer": ["pro", "not_obs"], "offers": ["internet"]},
            set(),
            None,
            "n'indique d'adresse que pour les clients",
        ),
        ({"country": "caraibe", "customer": ["none"]}, set(), None, "n'indique d'adresse que pour les clients"),
        ({"country": "caraibe", "customer": ["former"], "offers": ["fixe"]}, {"caraibe.bordeaux"}, None, "anciens"),
        ({"country": "caraibe", "offers": ["internet", "mobile"]}, {"caraibe.bordeaux", "caraibe.jarry"}, None, "Open"),
        ({}, set(), "country", ""),
    ],
)
def test_an_address_waits_for_what_decides_it(
    kb: KnowledgeBase, line: dict[str, Any], contacts: set[str], asks: str | None, said: str
) -> None:
    shown = card(kb, "rights.erasure", Line.model_validate(line), TODAY)
    assert {contact["id"] for contact in shown["contacts"]} == contacts
    assert (shown["question"] or {}).get("asks") == asks
    assert said in " ".join(shown["remarks"])
    assert bool(shown["remarks"]) == bool(said)


@pytest.mark.parametrize("line", LINES, ids=str)
def test_a_line_given_back_is_the_same_line(line: Line) -> None:
    account = account_for(line)
    again = account_for(Line.model_validate(known(account).model_dump(exclude={"need"})))
    assert known(again) == known(account)
    assert again.need is account.need
    assert again.addressed == account.addressed


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]", text)


def test_the_marks_of_both_countries_are_exactly_the_differences_of_their_passages(kb: KnowledgeBase) -> None:
    marked = 0
    for topic in kb.topics:
        sides = card(kb, topic, Line(country="caraibe", offers=["mobile"]), TODAY)["sides"]
        assert [side["country"] for side in sides] == ["caraibe", "mali"]
        texts, kept, lengths = [], [], []
        for side in sides:
            excerpts = [passage["excerpt"] for passage in side["passages"] if passage["excerpt"] is not None]
            joined = ["".join(span["text"] for span in passage["spans"]) for passage in side["passages"]]
            assert [text for text in joined if text] == excerpts
            spans = [span for passage in side["passages"] for span in passage["spans"]]
            texts.append([word for excerpt in excerpts for word in _words(excerpt)])
            kept.append([word for span in spans if span["same"] for word in _words(span["text"])])
            lengths.append(sum(len(_words(span["text"])) for span in spans if not span["same"]))
        assert kept[0] == kept[1], topic
        common = difflib.SequenceMatcher(None, texts[0], texts[1], autojunk=False).get_matching_blocks()
        assert len(kept[0]) == sum(block.size for block in common), topic
        assert lengths == [len(text) - len(kept[0]) for text in texts]
        marked += sum(lengths)
    assert marked > 0


def test_texts_that_agree_are_not_marked_and_texts_that_do_not_are_marked_whole() -> None:
    same, _ = compare(("Vous avez un droit.",), ("Vous avez  un\ndroit.",))
    assert [(span.text, span.same) for span in same[0]] == [("Vous avez un droit.", True)]
    ours, theirs = compare(("trois ans",), ("aucun chiffre", "rien"))
    assert [span.same for spans in (*ours, *theirs) for span in spans] == [False, False, False]


def test_passages_carry_section_and_policy_its_date_and_digest(kb: KnowledgeBase) -> None:
    for country in ("caraibe", "mali"):
        own = card(kb, "retention", Line.model_validate({"country": country}), TODAY)["sides"][0]
        assert own["policy"]["updated"] == kb.policies[country].updated.isoformat()
        assert own["policy"]["sha256"] == kb.policies[country].sha256
        assert own["not_said"]
        assert own["passages"]
        assert all(passage["section"] and passage["excerpt"] for passage in own["passages"])
        assert own["version"] == version(kb.card("retention", country))


def test_formalities_go_with_an_address_and_come_with_their_passages(kb: KnowledgeBase) -> None:
    shown = card(kb, "rights.access", Line(country="mali"), TODAY)
    assert [formality["topic"] for formality in shown["formalities"]] == [
        "exercise.identity_proof",
        "exercise.deadline",
    ]
    assert all(formality["passages"] for formality in shown["formalities"])
    assert card(kb, "rights.access", Line(country="caraibe"), TODAY)["formalities"] == []
    assert card(kb, "dpo", Line(country="caraibe", offers=["tv"]), TODAY)["formalities"] == []


def test_a_notice_is_shown_until_it_expires(kb: KnowledgeBase) -> None:
    line = Line(country="caraibe")
    (notice,) = card(kb, "bloctel", line, TODAY)["notices"]
    assert notice["before_contacts"]
    assert notice["source"]
    assert card(kb, "bloctel", line, datetime.date(2027, 5, 22))["notices"] == []


@pytest.mark.parametrize(
    ("contact", "heard"),
    [
        ("caraibe.jarry", "22 03, 97 196 Jarry Cedex 9"),
        ("caraibe.bordeaux", "33 732 Bordeaux Cedex 9"),
        ("caraibe.montauban", "O B S, Gestion des données personnelles, T S A 70 007, 82 008 Montauban"),
        ("mali.phone", "au 74 00"),
        ("mali.bamako", "Hamdallaye ACI 2000, boîte postale E 39 91, Bamako"),
    ],
)
def test_numbers_of_a_contact_are_read_in_groups(kb: KnowledgeBase, contact: str, heard: str) -> None:
    assert heard in grouped(kb.contacts[contact].voice)


def test_a_box_is_spelled_and_a_name_that_holds_a_number_is_not() -> None:
    assert grouped("BP 2203, 97196 Jarry Cedex 9") == "B P 22 03, 97 196 Jarry Cedex 9"
    assert grouped("Hamdallaye ACI 2000, le 6 mai 2021") == "Hamdallaye ACI 2000, le 6 mai 2021"


def test_the_script_dates_the_policy_and_reads_the_contact_in_groups(kb: KnowledgeBase) -> None:
    script = card(kb, "rights.erasure", Line(country="caraibe", offers=["open"]), TODAY)["script"]
    assert "6 mai 2021" in script
    assert "97 196 Jarry" in script
    assert "97196" not in script
