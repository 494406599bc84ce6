"""`action_unsure` shows what is closest in the policy, without ever giving an address away."""

import dataclasses

import pytest

from actions.policy_search import closest_excerpts
from actions.unsure import ActionUnsure
from policies_kb.base import current
from policies_kb.lemmas import pipeline
from tests.actions.action_test_helper import bot, run, user

ABROAD = "mes données sont traitées hors du Mali"


@pytest.fixture
def action() -> ActionUnsure:
    """The action as the server makes it: in a folder with a base, which it loads its search from."""
    return ActionUnsure()


def test_the_domain_knows_the_action_by_its_name(action: ActionUnsure) -> None:
    assert action.name() == "action_unsure"


def test_the_closest_passage_of_the_countrys_policy_is_shown(action: ActionUnsure) -> None:
    message = run(action, user("nlu_fallback", ABROAD, confidence=0.2, country="mali"))
    assert message["custom"]["status"] == "excerpt"
    (source,) = message["custom"]["sources"]
    assert source["policy"] == "orange-mali"
    assert "hors du Mali" in source["excerpt"]
    assert source["excerpt"] in message["text"]


def test_without_a_country_no_policy_is_searched(action: ActionUnsure) -> None:
    message = run(action, user("nlu_fallback", ABROAD, confidence=0.2))
    assert message["custom"]["status"] == "clarify"
    assert message["custom"]["sources"] == []


def test_words_far_from_any_passage_show_none(action: ActionUnsure) -> None:
    message = run(action, user("nlu_fallback", "zzxqy", confidence=0.2, country="mali"))
    assert message["custom"]["status"] == "clarify"
    assert message["custom"]["sources"] == []


def test_the_third_miss_is_handed_to_a_person(action: ActionUnsure) -> None:
    events = []
    for _ in range(3):
        events.append(user("nlu_fallback", "zzxqy", confidence=0.2))
        message = run(action, *events)
        events.append(bot(message))
    assert message["custom"]["status"] == "handoff"
    assert message["buttons"] == []


@pytest.mark.parametrize(
    ("question", "country"),
    [
        ("à quelle adresse postale écrire, BP 2203 Jarry", "caraibe"),
        ("adresse OBS Montauban", "caraibe"),
        ("site bloctel et adresse à Troyes", "caraibe"),
        ("appeler le 7400 ou écrire à Bamako Hamdallaye", "mali"),
    ],
)
def test_a_passage_that_holds_an_address_is_never_shown(question: str, country: str) -> None:
    texts = [contact.text for contact in current().contacts.values()]
    for excerpt in closest_excerpts(current(), question, country, []):
        assert not any(text in excerpt.text for text in texts)
        assert "7400" not in excerpt.text


def test_only_passages_of_a_likely_topic_are_shown() -> None:
    shown = closest_excerpts(current(), ABROAD, "mali", ["transfers"])
    assert "hors du Mali" in shown[0].text
    assert shown[0] not in closest_excerpts(current(), ABROAD, "mali", ["rights.post_mortem"])


def test_a_passage_that_the_replys_own_base_does_not_hold_is_not_shown() -> None:
    base = current()
    replaced = dataclasses.replace(base, passages=())
    assert closest_excerpts(base, ABROAD, "mali", [])
    assert closest_excerpts(replaced, ABROAD, "mali", []) == []


@pytest.mark.parametrize("strange", ["zyzomys", "o'brzyzek", "grxlt-vwq", "kwyjibo.example", "97x31q", "Zyłkowský"])
def test_a_word_of_a_question_is_not_kept_by_what_reads_it(strange: str) -> None:
    strings = pipeline().vocab.strings
    assert strange.lower() not in strings
    before = len(strings)
    closest_excerpts(current(), f"et pour {strange}, suprimer quelles données ?", "mali", [])
    assert strange.lower() not in strings
    assert not [text for text in list(strings)[before:] if strange.lower() in text.lower()]
