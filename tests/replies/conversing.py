"""Hold a conversation with the composer: messages as understood go in, the replies are kept, as Rasa's tracker does."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator

from policies_kb.base import KnowledgeBase
from policies_kb.content import ROOT
from policies_kb.replies.account import Account, account_of
from policies_kb.replies.compose import Search, compose
from policies_kb.replies.conversation import WEB, BotTurn, Conversation, Entity, UserTurn

# Notices are dated: the tests say on which day they run.
TODAY = date(2026, 11, 22)
Values: TypeAlias = "str | Sequence[str]"
_SCHEMA = Draft202012Validator(json.loads((ROOT / "contract" / "reply.schema.json").read_text(encoding="utf-8")))


def said(
    intent: str,
    text: str = "",
    *,
    confidence: float = 1.0,
    ranking: Sequence[tuple[str, float]] = (),
    role: str | None = None,
    **entities: Values,
) -> UserTurn:
    """A message as understood: entities by kind (`offer="mobile"`, `offer=("tv", "open")`), `role` for countries."""
    return understood(intent, entities, text, confidence=confidence, ranking=ranking, role=role)


def understood(
    intent: str,
    entities: Mapping[str, Values],
    text: str = "",
    *,
    confidence: float = 1.0,
    ranking: Sequence[tuple[str, float]] = (),
    role: str | None = None,
) -> UserTurn:
    """The same, from entities that a test has in hand."""
    found = [
        Entity(kind, value, role if kind == "country" else None)
        for kind, values in entities.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    return UserTurn(intent, confidence, tuple(found), tuple(ranking), text)


def tells(role: str | None = None, **entities: Values) -> UserTurn:
    """A message that only gives a country, an offer or a situation."""
    return understood("inform", entities, role=role)


def lost(text: str = "...", *, ranking: Sequence[tuple[str, float]] = (), **entities: Values) -> UserTurn:
    """A message that was not understood."""
    return understood("nlu_fallback", entities, text, confidence=0.2, ranking=ranking)


@dataclass
class Talk:
    """One conversation with the composer; `country` and `offer` are what the page or the line already knows."""

    base: KnowledgeBase
    door: str = WEB
    country: str | None = None
    offer: str | None = None
    search: Search | None = None
    on: date = TODAY
    turns: list[UserTurn | BotTurn] = field(default_factory=list)

    def say(self, *messages: UserTurn) -> dict[str, Any]:
        """Say messages one after the other; the reply to the last."""
        reply: dict[str, Any] = {}
        for message in messages:
            self.turns.append(message)
            reply = compose(self.conversation, self.base, self.on, self.search)
            self.turns.append(BotTurn(reply["text"], tuple(reply["buttons"]), reply["custom"]))
        return reply

    @property
    def conversation(self) -> Conversation:
        """The conversation so far."""
        return Conversation(tuple(self.turns), self.door, self.country, self.offer)

    @property
    def account(self) -> Account:
        """What is known of the person's line after all that was said."""
        return account_of(self.conversation)


def contacts(reply: dict[str, Any]) -> set[str]:
    """The ids of the contacts that a reply shows."""
    return {contact["id"] for contact in reply["custom"]["contacts"]}


def titles(reply: dict[str, Any]) -> list[str]:
    """What the buttons of a reply say."""
    return [button["title"] for button in reply["buttons"]]


def against_schema(reply: Mapping[str, Any]) -> list[str]:
    """What in a reply's `custom` is not as the contract's schema has it."""
    return [error.message for error in _SCHEMA.iter_errors(reply["custom"])]
