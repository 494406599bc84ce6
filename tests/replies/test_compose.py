"""What the last message wants, follow-ups resolved, and the reply that it gets."""

import pytest

from policies_kb.base import KnowledgeBase
from policies_kb.replies.compose import Kind, compose, purpose_of
from policies_kb.replies.conversation import Conversation, UserTurn
from tests.replies.conversing import TODAY, Talk, contacts, lost, said, tells

ERASURE = said("rights.erasure")
RETENTION = said("retention")


def _wanted(base: KnowledgeBase, *messages: UserTurn, country: str = "caraibe") -> tuple[Kind, tuple[str, ...]]:
    talk = Talk(base, country=country)
    talk.say(*messages[:-1])
    talk.turns.append(messages[-1])
    purpose = purpose_of(talk.conversation, base)
    return purpose.kind, purpose.topics


@pytest.mark.parametrize(
    ("messages", "kind", "topics"),
    [
        ([ERASURE], Kind.CONTACTS, ("rights.erasure",)),
        ([said("bloctel")], Kind.CONTACTS, ("bloctel",)),
        ([RETENTION], Kind.POLICY, ("retention",)),
        ([said("retention", topic=("retention", "dpo"))], Kind.CONTACTS, ("retention", "dpo")),
        ([lost()], Kind.UNSURE, ()),
        ([said("greet")], Kind.DIALOGUE, ()),
        # « et au Mali ? », « pour ma box » go on from the last topic.
        ([ERASURE, tells(country="mali")], Kind.CONTACTS, ("rights.erasure",)),
        ([RETENTION, tells(country="mali")], Kind.POLICY, ("retention",)),
        ([RETENTION, said("thanks"), tells(country="mali")], Kind.POLICY, ("retention",)),
        ([tells(country="mali")], Kind.DIALOGUE, ()),
        # « à quelle adresse ? »
        ([ERASURE, said("follow_up.where")], Kind.CONTACTS, ("rights.erasure",)),
        ([RETENTION, said("follow_up.where")], Kind.CONTACTS, ("exercise",)),
        ([said("follow_up.where")], Kind.CONTACTS, ("exercise",)),
        # « et combien de temps ? » of a request is its answer, of data its conservation.
        ([ERASURE, said("follow_up.duration")], Kind.POLICY, ("exercise.deadline",)),
        ([said("exercise.identity_proof"), said("follow_up.duration")], Kind.POLICY, ("exercise.deadline",)),
        ([said("data_categories"), said("follow_up.duration")], Kind.POLICY, ("retention",)),
        ([said("follow_up.duration")], Kind.DIALOGUE, ()),
        # An answer to the question just asked is no new question, unless it surely is one.
        ([ERASURE, said("retention", confidence=0.5, offer="tv")], Kind.CONTACTS, ("rights.erasure",)),
        ([ERASURE, said("retention", confidence=0.9, offer="tv")], Kind.POLICY, ("retention",)),
        ([ERASURE, said("retention", confidence=0.5)], Kind.POLICY, ("retention",)),
        ([ERASURE, lost(offer="tv")], Kind.CONTACTS, ("rights.erasure",)),
        ([RETENTION, lost(offer="tv")], Kind.UNSURE, ()),
        ([ERASURE, said("deny")], Kind.CONTACTS, ("rights.erasure",)),
        ([RETENTION, said("deny")], Kind.DIALOGUE, ()),
    ],
)
def test_a_message_is_read_in_the_light_of_those_before(
    base: KnowledgeBase, messages: list[UserTurn], kind: Kind, topics: tuple[str, ...]
) -> None:
    assert _wanted(base, *messages) == (kind, topics)


def test_a_conversation_without_a_message_is_refused(base: KnowledgeBase) -> None:
    with pytest.raises(ValueError, match="without a message"):
        compose(Conversation(()), base, TODAY)


@pytest.mark.parametrize("topic", ["rights.erasure", "retention", "bloctel"])
def test_without_a_country_it_is_asked_for_and_the_topic_kept(base: KnowledgeBase, topic: str) -> None:
    talk = Talk(base)
    asked = talk.say(said(topic))
    assert asked["custom"]["status"] == "clarify"
    assert asked["custom"]["topics"] == [topic]
    assert asked["custom"]["policy"] is None
    assert base.labels[topic].phrase in asked["text"]
    assert not contacts(asked)
    answered = talk.say(tells(country="caraibe"))
    assert answered["custom"]["status"] == "answered"
    assert answered["custom"]["topics"] == [topic]


def test_country_and_offer_are_asked_one_at_a_time(base: KnowledgeBase) -> None:
    talk = Talk(base)
    assert talk.say(ERASURE)["custom"]["asks"] == "country"
    assert talk.say(tells(country="caraibe"))["custom"]["asks"] == "offer"
    assert talk.say(tells(customer="pro"))["custom"]["asks"] == "pro"
    assert contacts(talk.say(tells(offer="obs"))) == {"caraibe.montauban"}


def test_mali_is_never_asked_for_the_offer(base: KnowledgeBase) -> None:
    for customer in ("pro", "sosh", "former", "none"):
        reply = Talk(base, country="mali").say(said("rights.erasure", customer=customer))
        assert reply["custom"]["asks"] is None
        assert contacts(reply) == {"mali.phone", "mali.bamako"}


def test_both_countries_with_contacts_are_asked_apart(base: KnowledgeBase) -> None:
    talk = Talk(base)
    asked = talk.say(said("rights.erasure", country="both"))
    assert (asked["custom"]["status"], asked["custom"]["asks"]) == ("clarify", "country")
    assert "Les contacts ne sont pas les mêmes" in talk.say(lost())["text"]
    assert contacts(talk.say(tells(country="mali"))) == {"mali.phone", "mali.bamako"}


def test_neither_country_is_out_of_scope_until_another_is_named(base: KnowledgeBase) -> None:
    talk = Talk(base)
    refused = talk.say(said("rights.erasure", country="elsewhere"))
    assert refused["custom"]["status"] == "out_of_scope"
    assert refused["custom"]["country"] is None
    assert not any(character.isdigit() for character in refused["text"])
    assert talk.say(tells(country="mali"))["custom"]["topics"] == ["rights.erasure"]


def test_a_correction_answers_the_last_question_again(base: KnowledgeBase) -> None:
    talk = Talk(base)
    assert contacts(talk.say(said("rights.erasure", country="caraibe", offer="mobile"))) == {"caraibe.jarry"}
    assert contacts(talk.say(tells(offer="internet"))) == {"caraibe.bordeaux"}
    assert contacts(talk.say(tells(country="mali"))) == {"mali.phone", "mali.bamako"}
    assert contacts(talk.say(tells(country="caraibe"))) == {"caraibe.bordeaux"}


@pytest.mark.parametrize("answer", ["affirm", "deny"])
@pytest.mark.parametrize("before", [[ERASURE], [ERASURE, tells(country="caraibe")]])
def test_yes_or_no_to_a_question_that_it_does_not_answer_gets_that_question_alone(
    base: KnowledgeBase, before: list[UserTurn], answer: str
) -> None:
    talk = Talk(base)
    question = talk.say(*before)
    again = talk.say(said(answer))
    assert again["custom"]["status"] == "clarify"
    assert again["custom"]["asks"] == question["custom"]["asks"]
    assert again["buttons"] == question["buttons"]
    assert again["text"].startswith("Je n'ai pas compris votre réponse. ")
    assert "section" not in again["text"]


def test_yes_that_says_more_is_an_answer_and_leads_to_the_next_question(base: KnowledgeBase) -> None:
    reply = Talk(base, country="caraibe").say(ERASURE, said("affirm", customer="pro"))
    assert reply["custom"]["asks"] == "pro"
    assert "pas compris" not in reply["text"]


@pytest.mark.parametrize(
    "messages", [[ERASURE], [said("greet")], [lost()], [said("rights.erasure", country="mali")], [RETENTION, lost()]]
)
def test_repeat_says_the_last_reply_again_whatever_it_was(base: KnowledgeBase, messages: list[UserTurn]) -> None:
    talk = Talk(base)
    last = talk.say(*messages)
    assert talk.say(said("repeat")) == last
    assert talk.say(said("repeat")) == last


def test_a_question_that_was_repeated_can_still_be_answered(base: KnowledgeBase) -> None:
    talk = Talk(base, country="caraibe")
    talk.say(ERASURE, said("repeat"))
    assert contacts(talk.say(tells(offer="obs"))) == {"caraibe.montauban"}


def test_previous_says_the_reply_before_the_last(base: KnowledgeBase) -> None:
    talk = Talk(base, country="mali")
    first = talk.say(RETENTION)
    talk.say(said("recipients"))
    assert talk.say(said("previous")) == first


@pytest.mark.parametrize("intent", ["repeat", "previous"])
def test_nothing_said_yet_cannot_be_repeated(base: KnowledgeBase, intent: str) -> None:
    reply = Talk(base).say(said(intent))
    assert reply["custom"]["status"] == "smalltalk"
    assert "Je n'ai encore rien dit" in reply["text"]


def test_confidence_is_that_of_the_intent_answered(base: KnowledgeBase) -> None:
    talk = Talk(base, country="mali")
    assert talk.say(said("retention", confidence=0.83))["custom"]["confidence"] == 0.83
    assert talk.say(tells(country="caraibe"))["custom"]["confidence"] is None
