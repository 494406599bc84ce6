"""From a conversation to the reply: which of the things that can be said answers the last message."""

import datetime
import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies_kb.base import Excerpt, KnowledgeBase
from policies_kb.replies import dialogue
from policies_kb.replies.account import BOTH, CARAIBE, ELSEWHERE, Account, Need, account_of
from policies_kb.replies.answer import answer, ask_country, ask_offer
from policies_kb.replies.contact_block import shows_contacts
from policies_kb.replies.conversation import Conversation, UserTurn
from policies_kb.replies.reply import Reply, Status
from policies_kb.replies.spoken import spoken
from policies_kb.replies.unsure import asked_again, unsure
from policies_kb.replies.wording import Wording

INFORM = "inform"
UNSURE = "nlu_fallback"
WHERE = "follow_up.where"
DURATION = "follow_up.duration"
BLOCTEL = "bloctel"
YES_NO = frozenset({"affirm", "deny"})
_COUNTRY = "country"
_HALF_SAID = frozenset({Need.SOSH, Need.PRO, Need.PRO_HOME})
# Below this, a message that answers the question just asked is taken for that answer rather than for a new question.
_SURE_OF_A_NEW_QUESTION = 0.7

Search = Callable[[str, str | None, Sequence[str]], Sequence[Excerpt]]


class Kind(enum.Enum):
    """How a reply comes about, which decides the part of Rasa that gives it."""

    CONTACTS = "contacts"
    POLICY = "policy"
    UNSURE = "unsure"
    DIALOGUE = "dialogue"


@dataclass(frozen=True)
class Purpose:
    """What a message is taken to want: topics to answer, or one of the moves of a dialogue (`intent`)."""

    kind: Kind
    intent: str
    topics: tuple[str, ...] = ()


def purpose_of(conversation: Conversation, base: KnowledgeBase) -> Purpose:
    """Say what the last message of a conversation wants, follow-ups resolved against what was said before.

    Raises ValueError for a conversation without any message.
    """
    turn = conversation.last_user
    if turn is None:
        raise ValueError("a conversation without a message has no reply")
    asked = _last_asked(conversation)
    informs = bool(turn.values(_COUNTRY) or turn.values("offer") or turn.values("customer"))
    if turn.intent in base.topics and not (asked and informs and turn.confidence < _SURE_OF_A_NEW_QUESTION):
        return _about(turn.values("topic") or (turn.intent,))
    if turn.intent == DURATION:
        return _duration(conversation)
    if turn.intent == WHERE:
        return _about(tuple(topic for topic in _pending(conversation) if _has_contacts(topic)) or ("exercise",))
    if turn.intent in YES_NO and asked:
        return _about(_pending(conversation))
    if turn.intent == INFORM or turn.intent in base.topics or (turn.intent == UNSURE and asked and informs):
        pending = _pending(conversation)
        if pending and (informs or asked):
            return _about(pending)
        return Purpose(Kind.DIALOGUE, INFORM)
    if turn.intent == UNSURE:
        return Purpose(Kind.UNSURE, UNSURE)
    return Purpose(Kind.DIALOGUE, turn.intent)


def compose(
    conversation: Conversation, base: KnowledgeBase, today: datetime.date, search: Search | None = None
) -> dict[str, Any]:
    """Compose the reply to the last message: `{"text", "buttons", "custom"}`.

    `today` decides which notices still hold. `search(question, country, topics)` gives excerpts of a policy, closest
    first, among those of the likely topics; it is asked only when the question was not understood. Raises ValueError
    for a conversation without any message.
    """
    wording = Wording(base, conversation.door)
    account = account_of(conversation)
    purpose = purpose_of(conversation, base)
    turn = conversation.last_user or UserTurn("")
    if purpose.intent == "repeat" and conversation.replies:
        return _again(conversation.replies[0].text, conversation.replies[0].buttons, conversation.replies[0].custom)
    if purpose.intent == "previous" and len(conversation.replies) > 1:
        return _again(conversation.replies[1].text, conversation.replies[1].buttons, conversation.replies[1].custom)
    if purpose.kind in (Kind.POLICY, Kind.CONTACTS):
        # « Oui » to « which offer? » answers nothing; it is no miss either.
        again = asked_again(conversation, account, wording) if turn.intent in YES_NO else None
        reply = again or on_topics(purpose.topics, account, wording, today)
    elif purpose.kind is Kind.UNSURE:
        reply = unsure(conversation, account, wording, search)
    else:
        reply = dialogue.reply(purpose.intent, conversation, account, wording)
    if turn.intent == purpose.intent:
        reply.confidence = turn.confidence
    custom = reply.custom(account)
    if wording.spoken:
        custom["spoken"] = spoken(reply, wording)
    return _again(reply.text(wording.spoken), tuple(reply.buttons), custom)


def on_topics(topics: tuple[str, ...], account: Account, wording: Wording, today: datetime.date) -> Reply:
    """Reply on topics: answer them, or ask for the country or the offer that decides the answer."""
    contacts = any(_has_contacts(topic) for topic in topics)
    if account.country == ELSEWHERE:
        return Reply(Status.OUT_OF_SCOPE, [wording.say("out_of_scope.elsewhere")], pending=topics)
    if account.country is None or (account.country == BOTH and contacts):
        return ask_country(topics, account, wording)
    due = any(
        shows_contacts(topic) and wording.base.card(topic, account.country).coverage != "silent"
        for topic in topics
        if account.country != BOTH
    )
    if due and account.country == CARAIBE and account.need in _HALF_SAID:
        return _which_offer(topics, account, wording)
    return answer(topics, account, wording, today)


def _which_offer(topics: tuple[str, ...], account: Account, wording: Wording) -> Reply:
    """« Sosh » or « pro » was said, which is not yet an offer: only the question that decides it."""
    reply = Reply(Status.CLARIFY, topics=topics, policy=wording.base.policies[account.country or ""])
    ask_offer(reply, account, wording)
    return reply


def _about(topics: tuple[str, ...]) -> Purpose:
    return Purpose(Kind.CONTACTS if any(_has_contacts(topic) for topic in topics) else Kind.POLICY, topics[0], topics)


def _has_contacts(topic: str) -> bool:
    return topic == BLOCTEL or shows_contacts(topic)


def _pending(conversation: Conversation) -> tuple[str, ...]:
    """The topics last spoken of."""
    for reply in conversation.replies:
        if reply.custom.get("pending") and reply.custom.get("asks") != dialogue.TOPIC:
            return tuple(reply.custom["pending"])
    return ()


def _last_asked(conversation: Conversation) -> str | None:
    """The question that the last reply ended with, when its answer is a country or an offer."""
    if not conversation.replies:
        return None
    asks = conversation.replies[0].custom.get("asks")
    return asks if asks and asks != dialogue.TOPIC else None


def _duration(conversation: Conversation) -> Purpose:
    """« et combien de temps ? »: for an answer after a right, of conservation after the data."""
    pending = _pending(conversation)
    if not pending:
        return Purpose(Kind.DIALOGUE, DURATION)
    about_a_request = any(_has_contacts(topic) or topic.startswith("exercise") for topic in pending)
    return _about(("exercise.deadline",) if about_a_request else ("retention",))


def _again(text: str, buttons: Sequence[Mapping[str, str]], custom: Mapping[str, Any]) -> dict[str, Any]:
    return {"text": text, "buttons": [dict(button) for button in buttons], "custom": dict(custom)}
