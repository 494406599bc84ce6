"""Courtesies, help, refusals, a person asked for, other languages: the status of each, and no address in any."""

import re

import pytest

from policies_kb.base import KnowledgeBase
from tests.replies.conversing import Talk, contacts, said, tells, titles

A_NUMBER_OR_ADDRESS = re.compile(r"\d|www|@|Cedex|BP ")


@pytest.mark.parametrize("door", ["web", "agent", "ivr"])
@pytest.mark.parametrize(
    ("intent", "status", "words"),
    [
        ("greet", "smalltalk", "Bonjour"),
        ("thanks", "smalltalk", "Je vous en prie"),
        ("goodbye", "smalltalk", "Au revoir"),
        ("affirm", "smalltalk", "Très bien"),
        ("deny", "smalltalk", "D'accord"),
        ("help", "smalltalk", "vos données personnelles"),
        ("bot_challenge", "smalltalk", "Je suis une machine"),
        ("handoff", "handoff", "Une personne du service client"),
        ("out_of_scope", "out_of_scope", "service client"),
        ("unsupported_language", "unsupported_language", "I only answer in French"),
        ("policy_silent", "not_in_policy", "Je ne peux donc rien en dire"),
    ],
)
def test_each_move_has_its_status_and_no_contact(
    base: KnowledgeBase, intent: str, status: str, words: str, door: str
) -> None:
    reply = Talk(base, door).say(said(intent))
    assert reply["custom"]["status"] == status
    assert words in reply["text"]
    assert not contacts(reply)
    assert reply["custom"]["sources"] == []


@pytest.mark.parametrize("intent", ["handoff", "out_of_scope"])
@pytest.mark.parametrize("country", ["caraibe", "mali", "elsewhere"])
def test_a_refusal_or_a_person_comes_without_number_or_address(base: KnowledgeBase, intent: str, country: str) -> None:
    assert not A_NUMBER_OR_ADDRESS.search(Talk(base).say(said(intent, country=country))["text"])


@pytest.mark.parametrize("intent", ["greet", "out_of_scope", "nlu_fallback", "help", "policy_silent"])
@pytest.mark.parametrize(("country", "other"), [("caraibe", "Mali"), ("mali", "Caraïbe")])
def test_a_page_of_one_country_does_not_hear_of_the_other(
    base: KnowledgeBase, intent: str, country: str, other: str
) -> None:
    assert other not in Talk(base, country=country).say(said(intent))["text"]


def test_without_a_country_both_operators_are_named(base: KnowledgeBase) -> None:
    assert "Orange Caraïbe et Orange Mali" in Talk(base).say(said("greet"))["text"]


@pytest.mark.parametrize(
    ("country", "names"),
    [
        ("mali", ["La politique d'Orange Mali du 15 décembre 2021 n'en parle pas"]),
        ("caraibe", ["La politique d'Orange Caraïbe du 6 mai 2021 n'en parle pas"]),
        (None, ["Orange Caraïbe du 6 mai 2021", "Orange Mali du 15 décembre 2021", "n'en parlent"]),
    ],
)
def test_what_the_policy_does_not_treat_is_said_of_the_policy_with_its_date(
    base: KnowledgeBase, country: str, names: list[str]
) -> None:
    reply = Talk(base, country=country).say(said("policy_silent"))
    assert all(name in reply["text"] for name in names)
    assert (reply["custom"]["policy"] is None) == (country is None)


def test_a_policy_that_is_neither_countrys_is_not_spoken_for(base: KnowledgeBase) -> None:
    assert Talk(base).say(said("policy_silent", country="elsewhere"))["custom"]["status"] == "out_of_scope"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "in French"),
        ("es", "en francés"),
        ("pt", "em francês"),
        ("de", "auf Französisch"),
        ("it", "in francese"),
        ("ar", "الفرنسية"),
        ("gcf", "mwen ka réponn an fransé"),
        ("gcr", "mo ka réponn annan fransé"),
        ("ht", "mwen reponn an franse"),
        ("bm", "tubabukan dɔrɔn"),
        ("other", "I only answer in French"),
    ],
)
def test_another_language_is_answered_in_it(base: KnowledgeBase, language: str, words: str) -> None:
    reply = Talk(base).say(said("unsupported_language", language=language))
    assert reply["custom"]["status"] == "unsupported_language"
    assert words in reply["text"]


def test_a_country_said_first_is_noted_and_the_question_asked(base: KnowledgeBase) -> None:
    reply = Talk(base).say(tells(country="mali"))
    assert reply["text"].startswith("C'est noté\u00a0: Orange Mali. Quelle est votre question")
    assert reply["custom"]["status"] == "clarify"


def test_a_country_said_beside_a_choice_of_topics_keeps_the_choice(base: KnowledgeBase) -> None:
    talk = Talk(base)
    choice = talk.say(said("follow_up.duration"))
    assert choice["custom"]["topics"] == ["retention", "exercise.deadline"]
    again = talk.say(tells(country="mali"))
    assert again["text"].startswith("C'est noté")
    assert again["custom"]["topics"] == choice["custom"]["topics"]
    assert titles(again) == titles(choice)


def test_a_choice_that_is_heard_names_its_topics(base: KnowledgeBase) -> None:
    text = Talk(base, "ivr").say(said("follow_up.duration"))["text"]
    assert "la durée de conservation de vos données ou le délai de réponse à votre demande" in text


def test_no_as_a_refusal_offers_a_person(base: KnowledgeBase) -> None:
    assert titles(Talk(base).say(said("deny"))) == ["Parler à une personne"]
