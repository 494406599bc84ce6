"""What a text means, by the same understanding as the chat: Rasa's parser, without a conversation.

Nothing of the text is kept: no tracker is touched, and what identifies a person is replaced before Rasa sees it.
"""

import datetime
from dataclasses import dataclass
from typing import Any, Literal

from gateway.console.lines import Line, known, read
from gateway.privacy import redact
from gateway.rasa_client import RasaClient, RasaError
from gateway.text import without_command
from policies_kb.base import KnowledgeBase
from policies_kb.replies.compose import Kind, compose, purpose_of
from policies_kb.replies.conversation import AGENT, Conversation, UserTurn, from_events

Level = Literal["sure", "fairly", "unsure"]
# In words: from the highest threshold of config.yml on the chat answers, below the lowest it always asks back.
_SURE, _FAIRLY = 0.9, 0.5
_MOST_NEXT = 4
_LEAST_SHARE = 0.005  # what shows as 0 % is no candidate
_NAMED = ("country", "offer", "customer")


@dataclass(frozen=True)
class Understood:
    """A text as understood: the turn, and the topics it asks about (none when it asks about no topic)."""

    turn: UserTurn
    topics: tuple[str, ...]
    said: dict[str, str] | None

    def share(self, topic: str) -> float:
        """How likely a topic is, from 0 to 1."""
        return dict(self.turn.ranking).get(topic, 0.0)


async def understand(text: str, rasa: RasaClient, base: KnowledgeBase) -> Understood | None:
    """The meaning of a cleaned text; None when Rasa does not answer. Raises GatewayError for a text of slashes only."""
    plain = without_command(redact(text).text)
    try:
        parsed = await rasa.parse(plain)
    except RasaError:
        return None
    conversation = from_events([{"event": "user", "text": plain, "parse_data": parsed}])
    turn = conversation.last_user
    assert turn is not None
    purpose = purpose_of(conversation, base)
    if purpose.kind in (Kind.POLICY, Kind.CONTACTS):
        return Understood(turn, purpose.topics, None)
    reply = compose(Conversation((turn,), AGENT), base, datetime.date.today())
    return Understood(turn, (), {"status": reply["custom"]["status"], "text": reply["text"]})


def question(understood: Understood, line: Line, base: KnowledgeBase) -> dict[str, Any]:
    """What the text asks, how sure that is, and the next likeliest topics."""
    turn = understood.turn
    reading = read(turn, line, ())
    nexts = [
        {"topic": intent, "title": base.labels[intent].label, "share": round(share, 3)}
        for intent, share in turn.ranking
        if intent in base.topics and intent not in understood.topics and share >= _LEAST_SHARE
    ]
    return {
        "topics": [{"topic": topic, "title": base.labels[topic].label} for topic in understood.topics],
        "reply": understood.said,
        "confidence": round(turn.confidence, 3),
        "level": level(turn.confidence),
        "next": nexts[:_MOST_NEXT],
        "entities": [{"kind": entity.kind, "value": entity.value} for entity in turn.entities if entity.kind in _NAMED],
        "line": known(reading.account).model_dump(),
        "disagreements": list(reading.disagreements),
    }


def level(confidence: float) -> Level:
    """How sure a probability is, in words of the page."""
    return "sure" if confidence >= _SURE else "fairly" if confidence >= _FAIRLY else "unsure"
