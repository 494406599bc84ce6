"""A reply under construction: citing, joining, and its payload."""

from policies_kb.base import Excerpt, KnowledgeBase
from policies_kb.replies.account import Account
from policies_kb.replies.reply import Reply, Status

WHOLE = Excerpt("orange-mali", "Droits", "un droit d'accès, de rectification", 10, 44)
PART = Excerpt("orange-mali", "Droits", "accès", 19, 24)
ELSEWHERE = Excerpt("orange-caraibe", "Droits", "accès", 19, 24)


def test_an_excerpt_is_cited_once_and_not_again_as_part_of_another() -> None:
    reply = Reply(Status.ANSWERED)
    assert reply.cite([WHOLE, PART, WHOLE]) == [WHOLE]
    assert reply.cite([ELSEWHERE]) == [ELSEWHERE]
    assert reply.excerpts == [WHOLE, ELSEWHERE]


def test_parts_are_paragraphs_to_read_and_sentences_to_hear() -> None:
    reply = Reply(Status.ANSWERED, ["Un. ", "", "Deux."])
    assert reply.text(spoken=False) == "Un.\n\nDeux."
    assert reply.text(spoken=True) == "Un. Deux."


def test_the_offer_is_said_when_there_is_one_and_all_of_them_always() -> None:
    reply = Reply(Status.ANSWERED)
    one = reply.custom(Account(country="caraibe", offers=("tv",)))
    assert (one["offer"], one["offers"]) == ("tv", ["tv"])
    two = reply.custom(Account(country="caraibe", offers=("tv", "mobile")))
    assert (two["offer"], two["offers"]) == (None, ["tv", "mobile"])


def test_only_a_policys_country_is_given_as_the_country() -> None:
    countries = [
        Reply(Status.CLARIFY).custom(Account(country=country))["country"]
        for country in ("caraibe", "mali", "both", "elsewhere", None)
    ]
    assert countries == ["caraibe", "mali", None, None, None]


def test_the_policy_is_given_with_its_date_and_its_texts_fingerprint(base: KnowledgeBase) -> None:
    policy = Reply(Status.ANSWERED, policy=base.policies["mali"]).custom(Account())["policy"]
    assert policy["id"] == "orange-mali"
    assert policy["updated"] == "2021-12-15"
    assert len(policy["sha256"]) == 64


def test_topics_kept_waiting_are_those_of_the_reply_unless_said_otherwise() -> None:
    assert Reply(Status.CLARIFY, topics=("dpo",)).custom(Account())["pending"] == ["dpo"]
    refused = Reply(Status.OUT_OF_SCOPE, pending=("dpo",)).custom(Account())
    assert (refused["topics"], refused["pending"]) == ([], ["dpo"])
