"""What is told of a turn: `told_of` takes the events that Rasa keeps, and gives those that others may see."""

import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from rasa.shared.core.events import BotUttered, Event, UserUttered

_NOBODY_KNOWS = "unknown"


@dataclass(frozen=True)
class Told:
    """An event to be relayed: its id, drawn at random, the routing key that it is sent under, and its JSON."""

    id: str
    key: str
    body: str


def opened(events: Iterable[Event]) -> Told:
    """A conversation began, with these events."""
    door = next((event.metadata.get("door") for event in events if isinstance(event, UserUttered)), None)
    return _told("conversation.opened", (door,), {"door": door})


def erased() -> Told:
    """A conversation was erased."""
    return _told("conversation.erased", (), {})


def told_of(events: Iterable[Event], base: str) -> Iterator[Told]:
    """An event for each turn among `events`, which were answered from the version `base` of the knowledge base."""
    said: UserUttered | None = None
    for event in events:
        if isinstance(event, UserUttered):
            said = event
        elif said is not None and isinstance(event, BotUttered) and event.data.get("custom"):
            yield _turn(said, event.data["custom"], base)
            said = None


def _turn(said: UserUttered, custom: dict[str, Any], base: str) -> Told:
    door, status = said.metadata.get("door"), custom.get("status")
    intent = said.intent or {}
    body = {
        "door": door,
        "country": custom.get("country"),
        "offer": custom.get("offer"),
        "topics": custom.get("topics"),
        "status": status,
        "base": base,
        "intent": intent.get("name"),
        # Two digits: all of them would nearly name the sentence.
        "confidence": round(float(intent.get("confidence") or 0.0), 2),
    }
    return _told("turn.answered", (door, status), body)


def _told(kind: str, words: tuple[str | None, ...], fields: dict[str, Any]) -> Told:
    hour = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H")
    key = ".".join((kind, *(word or _NOBODY_KNOWS for word in words)))
    return Told(str(uuid.uuid4()), key, json.dumps({"kind": kind, "hour": hour, **fields}))
