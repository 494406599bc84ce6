"""A conversation as replies see it: what the person said and what was answered, without any of Rasa's classes.

The Rasa server and the action server hold the same tracker in two forms; both are read into these records, so that one
composer serves both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

WEB, AGENT, IVR = "web", "agent", "ivr"


@dataclass(frozen=True)
class Entity:
    """One thing said: `kind` is country, offer, customer, language or, where several are asked about, topic."""

    kind: str
    value: str
    role: str | None = None


@dataclass(frozen=True)
class UserTurn:
    """A message as understood: its intent, how sure (0..1), its entities, the ranking of intents, best first.

    `memory` holds what was worked out from the conversation up to this message; only one that stands in one
    conversation, at one place (`Read`), has any.
    """

    intent: str
    confidence: float = 1.0
    entities: tuple[Entity, ...] = ()
    ranking: tuple[tuple[str, float], ...] = ()
    text: str = ""
    memory: dict[str, Any] | None = field(default=None, compare=False, repr=False)

    def values(self, kind: str) -> tuple[str, ...]:
        """Every value said of one kind of entity, in order."""
        return tuple(entity.value for entity in self.entities if entity.kind == kind)


@dataclass(frozen=True)
class BotTurn:
    """A reply that was given."""

    text: str
    buttons: tuple[Mapping[str, str], ...]
    custom: Mapping[str, Any]


@dataclass(frozen=True)
class Conversation:
    """The turns so far, oldest first and ending with the person's, and what the page or the line already knew."""

    turns: tuple[UserTurn | BotTurn, ...]
    door: str = WEB
    country: str | None = None
    offer: str | None = None

    @cached_property
    def last_user(self) -> UserTurn | None:
        """The message to reply to, None when there is none."""
        return next((turn for turn in reversed(self.turns) if isinstance(turn, UserTurn)), None)

    @cached_property
    def replies(self) -> tuple[BotTurn, ...]:
        """The replies given so far, latest first."""
        return tuple(turn for turn in reversed(self.turns) if isinstance(turn, BotTurn))


class Read(dict[str, Any]):
    """An event that is read once, and not changed: the next message of its conversation finds what it was read as."""

    @cached_property
    def turn(self) -> UserTurn | BotTurn | None:
        """What a person said or was answered; None for what is neither."""
        turn = _turn(self)
        return replace(turn, memory={}) if isinstance(turn, UserTurn) else turn


def from_events(events: Iterable[Mapping[str, Any]]) -> Conversation:
    """Read a tracker's events, in the form that Rasa gives them in JSON.

    The metadata of the latest message that has any (`door`, `country`, `offer`: what the gateway knows) counts.
    """
    turns: list[UserTurn | BotTurn] = []
    metadata: Mapping[str, Any] = {}
    for event in events:
        turn = event.turn if isinstance(event, Read) else _turn(event)
        if turn is not None:
            turns.append(turn)
        if isinstance(turn, UserTurn):
            metadata = event.get("metadata") or metadata
    return Conversation(
        tuple(turns),
        door=metadata.get("door") or WEB,
        country=metadata.get("country"),
        offer=metadata.get("offer"),
    )


def _turn(event: Mapping[str, Any]) -> UserTurn | BotTurn | None:
    if event.get("event") == "user":
        return _user_turn(event)
    data = event.get("data") or {}
    if event.get("event") == "bot" and data.get("custom"):
        return BotTurn(event.get("text") or "", tuple(data.get("buttons") or ()), data["custom"])
    return None


def _user_turn(event: Mapping[str, Any]) -> UserTurn:
    parsed = event.get("parse_data") or {}
    intent = parsed.get("intent") or {}
    return UserTurn(
        intent=intent.get("name") or "",
        confidence=float(intent.get("confidence") or 0),
        entities=tuple(
            Entity(entity["entity"], str(entity["value"]), entity.get("role"))
            for entity in parsed.get("entities") or ()
        ),
        ranking=tuple((entry["name"], float(entry["confidence"])) for entry in parsed.get("intent_ranking") or ()),
        text=event.get("text") or "",
    )
