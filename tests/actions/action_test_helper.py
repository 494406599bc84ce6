"""Run an action as the action server does: a tracker of events in, messages out."""

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

Entities = Sequence[tuple[str, str]]


def user(
    intent: str,
    text: str = "...",
    entities: Entities = (),
    *,
    confidence: float = 0.9,
    ranking: Sequence[tuple[str, float]] = (),
    door: str = "web",
    country: str | None = None,
    offer: str | None = None,
) -> dict[str, Any]:
    """The event of a message, with what the gateway knows in its metadata."""
    return {
        "event": "user",
        "text": text,
        "parse_data": {
            "intent": {"name": intent, "confidence": confidence},
            "entities": [{"entity": kind, "value": value} for kind, value in entities],
            "intent_ranking": [{"name": name, "confidence": share} for name, share in ranking],
        },
        "metadata": {"door": door, "country": country, "offer": offer},
    }


def bot(message: dict[str, Any]) -> dict[str, Any]:
    """The event of a message that an action sent."""
    return {
        "event": "bot",
        "text": message["text"],
        "data": {"buttons": message["buttons"], "custom": message["custom"]},
    }


def run(action: Action, *events: dict[str, Any]) -> dict[str, Any]:
    """Run an action on a tracker; the one message that it sends. It must leave no event."""
    dispatcher = CollectingDispatcher()
    left = action.run(dispatcher, _tracker(events), {})
    assert left == []
    assert len(dispatcher.messages) == 1
    message: dict[str, Any] = dispatcher.messages[0]
    return message


def _tracker(events: Sequence[dict[str, Any]]) -> Tracker:
    latest: dict[str, Any] = next((event["parse_data"] for event in reversed(events) if event["event"] == "user"), {})
    return Tracker("a-sender", {}, latest, list(events), False, None, {}, "action_listen")
