"""Replies that answer no topic: courtesies, help, refusals, a person asked for, another language."""

from policies_kb.replies.account import BOTH, ELSEWHERE, Account
from policies_kb.replies.conversation import Conversation
from policies_kb.replies.reply import Reply, Status
from policies_kb.replies.wording import Wording

TOPIC = "topic"
DURATIONS = ("retention", "exercise.deadline")
# Moves that a phrase of the same name answers as it is.
_PLAIN = frozenset({"thanks", "goodbye", "bot_challenge", "affirm"})


def reply(intent: str, conversation: Conversation, account: Account, wording: Wording) -> Reply:
    """Reply to a move of the dialogue; a request for help, and any unknown one, with what can be asked."""
    if intent in _PLAIN:
        return Reply(Status.SMALLTALK, [wording.say(intent)])
    if intent == "greet":
        return Reply(Status.SMALLTALK, [wording.say("greet", **wording.operators(account.country))], subjects(wording))
    if intent == "unsupported_language":
        return _foreign(conversation, wording)
    if intent == "handoff":
        return Reply(Status.HANDOFF, [wording.say("handoff")])
    if intent == "out_of_scope":
        said = wording.say("out_of_scope", **wording.operators(account.country))
        return Reply(Status.OUT_OF_SCOPE, [said], subjects(wording))
    if intent == "policy_silent":
        return _silent(account, wording)
    if intent == "follow_up.duration":
        return choose(DURATIONS, wording)
    if intent == "inform":
        return _noted(conversation, account, wording)
    if intent == "deny":
        return Reply(Status.SMALLTALK, [wording.say("deny")], [wording.button("choice.person")])
    if intent in ("repeat", "previous"):
        return Reply(Status.SMALLTALK, [wording.say("nothing_to_repeat")], subjects(wording))
    return Reply(Status.SMALLTALK, [wording.say("help")], subjects(wording))


def choose(topics: tuple[str, ...], wording: Wording, question: str = "ask.topic") -> Reply:
    """Ask which of two or three topics is meant."""
    buttons = [wording.topic_button(topic) for topic in topics] + [wording.button("choice.none")]
    said = wording.say(question, topics=wording.topics(topics, "or"))
    return Reply(Status.CLARIFY, [said], buttons, topics, asks=TOPIC)


def subjects(wording: Wording) -> list[dict[str, str]]:
    """The subjects offered to somebody who does not know what to ask."""
    return [wording.topic_button(topic) for topic in wording.base.phrases["suggested"]["topics"]]


def _foreign(conversation: Conversation, wording: Wording) -> Reply:
    turn = conversation.last_user
    language = next(iter(turn.values("language")), "other") if turn else "other"
    return Reply(Status.UNSUPPORTED_LANGUAGE, [wording.say(f"language.{language}")])


def _silent(account: Account, wording: Wording) -> Reply:
    """A question about this operator's handling of data that its policy does not treat."""
    policies = wording.base.policies
    if account.country == ELSEWHERE:
        return Reply(Status.OUT_OF_SCOPE, [wording.say("out_of_scope.elsewhere")])
    if account.country in policies:
        policy = policies[account.country or ""]
        name = wording.policy(policy.country)
        said = wording.say("policy_silent", policy=name[0].upper() + name[1:], date=wording.date(policy.updated))
        found = Reply(Status.NOT_IN_POLICY, [said], policy=policy)
    else:
        values = {
            f"{key}_{country}": value
            for country, policy in policies.items()
            for key, value in wording.dated(policy).items()
        }
        found = Reply(Status.NOT_IN_POLICY, [wording.say("policy_silent.both", **values)])
    found.parts.append(wording.say("policy_silent.next"))
    found.buttons = subjects(wording)
    return found


def _noted(conversation: Conversation, account: Account, wording: Wording) -> Reply:
    """A country or an offer said before any question, or beside the choice of topics that was offered."""
    if account.country == ELSEWHERE:
        return Reply(Status.OUT_OF_SCOPE, [wording.say("out_of_scope.elsewhere")])
    last = conversation.replies[0].custom if conversation.replies else {}
    if last.get("asks") == TOPIC and len(last.get("topics") or ()) > 1:
        return choose(tuple(last["topics"]), wording, "ask.topic_noted")
    if account.country is None or account.country == BOTH:
        return Reply(Status.CLARIFY, [wording.say("ask.question_plain")], subjects(wording))
    country = wording.base.labels[f"country.{account.country}"].phrase
    return Reply(Status.CLARIFY, [wording.say("ask.question", country=country)], subjects(wording))
