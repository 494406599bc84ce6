"""A message that was not understood: choices, a passage, the question again, then a person; never a guess."""

from collections.abc import Sequence

import pytest

from policies_kb.base import Excerpt, KnowledgeBase
from policies_kb.replies.compose import Search
from policies_kb.replies.conversation import UserTurn
from tests.replies.conversing import Talk, contacts, lost, said, tells, titles

TWO = (("rights.access", 0.3), ("retention", 0.25), ("greet", 0.2), ("dpo", 0.02))
ONE = (("rights.access", 0.3), ("retention", 0.05))
ERASURE = said("rights.erasure")


def _finding(*excerpts: Excerpt) -> Search:
    def search(question: str, country: str | None, topics: Sequence[str]) -> Sequence[Excerpt]:
        return [excerpt for excerpt in excerpts if excerpt.policy == f"orange-{country}"]

    return search


def _passage(base: KnowledgeBase, words: str) -> Excerpt:
    return next(passage.excerpt for passage in base.passages if words in passage.excerpt.text)


def test_likely_topics_are_offered_and_nothing_is_answered(base: KnowledgeBase) -> None:
    reply = Talk(base, country="caraibe").say(lost(ranking=TWO))
    assert reply["custom"]["status"] == "clarify"
    assert reply["custom"]["topics"] == ["rights.access", "retention"]
    labels = [base.labels[topic].label for topic in ("rights.access", "retention")]
    assert titles(reply) == [*labels, "Aucun de ces sujets"]
    assert reply["custom"]["sources"] == []


def test_the_closest_passage_is_shown_as_such_verbatim_and_dated(base: KnowledgeBase) -> None:
    passage = _passage(base, "hors du Mali")
    reply = Talk(base, country="mali", search=_finding(passage)).say(lost(ranking=ONE))
    assert reply["custom"]["status"] == "excerpt"
    assert [source["excerpt"] for source in reply["custom"]["sources"]] == [passage.text]
    assert reply["custom"]["policy"]["id"] == "orange-mali"
    assert f"«\u00a0{passage.text}\u00a0»" in reply["text"]
    assert "15 décembre 2021" in reply["text"]
    assert "Je ne suis pas sûr d'avoir compris" in reply["text"]
    assert not contacts(reply)


def test_a_passage_is_looked_for_among_the_likely_topics_only(base: KnowledgeBase) -> None:
    asked: list[Sequence[str]] = []

    def search(question: str, country: str | None, topics: Sequence[str]) -> Sequence[Excerpt]:
        asked.append(topics)
        return []

    ranking = (("out_of_scope", 0.3), ("transfers", 0.05), ("retention", 0.04), ("dpo", 0.03), ("rights", 0.02))
    Talk(base, country="mali", search=search).say(lost(ranking=ranking))
    assert asked == [["transfers", "retention", "dpo"]]


def test_a_passage_shown_leaves_subjects_to_choose_from(base: KnowledgeBase) -> None:
    passage = _passage(base, "hors du Mali")
    reply = Talk(base, country="mali", search=_finding(passage)).say(lost())
    assert "choisissez un sujet" in reply["text"]
    assert len(titles(reply)) > 2
    assert titles(reply)[-1] == "Parler à une personne"


def test_no_passage_is_shown_before_the_country_is_known(base: KnowledgeBase) -> None:
    reply = Talk(base, search=_finding(*(passage.excerpt for passage in base.passages))).say(lost())
    assert reply["custom"]["status"] == "clarify"
    assert reply["custom"]["sources"] == []


def test_a_web_address_is_not_read_aloud(base: KnowledgeBase) -> None:
    address, other = _passage(base, "orangecaraibe.fr"), _passage(base, "trois ans")
    heard = Talk(base, "ivr", "caraibe", search=_finding(address, other)).say(lost())
    assert [source["excerpt"] for source in heard["custom"]["sources"]] == [other.text]
    read = Talk(base, "web", "caraibe", search=_finding(address, other)).say(lost())
    assert [source["excerpt"] for source in read["custom"]["sources"]] == [address.text]
    alone = Talk(base, "ivr", "caraibe", search=_finding(address)).say(lost())
    assert alone["custom"]["status"] == "clarify"


@pytest.mark.parametrize(
    ("before", "asks"),
    [
        ([ERASURE], "country"),
        ([ERASURE, tells(country="caraibe")], "offer"),
        ([ERASURE, tells(country="caraibe", customer="sosh")], "sosh"),
        ([ERASURE, tells(country="caraibe", customer="pro")], "pro"),
        ([ERASURE, tells(country="caraibe", customer="pro", offer="tv")], "pro_home"),
    ],
)
def test_the_question_just_asked_is_asked_again_with_its_choices(
    base: KnowledgeBase, before: list[UserTurn], asks: str
) -> None:
    talk = Talk(base)
    question = talk.say(*before)
    again = talk.say(lost(ranking=TWO))
    assert again["text"].startswith("Je n'ai pas compris votre réponse. ")
    assert again["custom"]["status"] == "clarify"
    assert again["custom"]["topics"] == ["rights.erasure"]
    assert question["custom"]["asks"] == again["custom"]["asks"] == asks
    assert again["buttons"] == question["buttons"]


def test_a_question_asked_again_can_then_be_answered(base: KnowledgeBase) -> None:
    talk = Talk(base, country="caraibe")
    talk.say(ERASURE, lost(), lost())
    assert contacts(talk.say(tells(offer="tv"))) == {"caraibe.bordeaux"}


@pytest.mark.parametrize("ranking", [(), TWO])
def test_the_third_miss_in_a_row_is_handed_to_a_person(base: KnowledgeBase, ranking: tuple[tuple[str, float]]) -> None:
    talk = Talk(base, country="caraibe")
    statuses = [talk.say(lost(ranking=ranking))["custom"]["status"] for _ in range(4)]
    assert statuses == ["clarify", "clarify", "handoff", "clarify"]


def test_misses_apart_are_not_added_up(base: KnowledgeBase) -> None:
    talk = Talk(base, country="mali")
    talk.say(lost(), lost(), said("retention"))
    assert talk.say(lost())["custom"]["status"] == "clarify"


@pytest.mark.parametrize("intent", ["out_of_scope", "policy_silent", "deny", "unsupported_language"])
def test_a_refusal_is_no_miss(base: KnowledgeBase, intent: str) -> None:
    talk = Talk(base, country="mali")
    assert talk.say(said(intent))["custom"]["unsure"] is False
    assert talk.say(said(intent), said(intent), lost())["custom"]["status"] == "clarify"


def test_yes_to_a_question_for_the_offer_is_no_miss(base: KnowledgeBase) -> None:
    talk = Talk(base, country="caraibe")
    assert talk.say(ERASURE, said("affirm"))["custom"]["unsure"] is False
