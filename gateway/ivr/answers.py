"""Answers by keys: composed as every answer is, for the line's country and door."""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.contract import Country
from gateway.errors import Fault, GatewayError
from gateway.ivr.views import Answer
from policies_kb import base
from policies_kb.replies.compose import compose
from policies_kb.replies.conversation import IVR, Conversation, Entity, UserTurn

COUNTRY: Country = "mali"


class Answers:
    """Composes from the base at `path` as it is at the moment, each answer once for a base and a day."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._composed: dict[tuple[str, ...], Mapping[str, Any]] = {}
        self._composed_of: tuple[base.KnowledgeBase, datetime.date] | None = None

    def __call__(self, topics: tuple[str, ...]) -> Answer:
        """The answer to topics, which are asked as one question. Raises GatewayError (503) without a base."""
        parts = self.custom(topics)["spoken"]
        return Answer(tuple(parts["answer"]), tuple(parts["detail"]), tuple(parts["address"]))

    def custom(self, topics: tuple[str, ...]) -> Mapping[str, Any]:
        """The payload of that answer. Raises GatewayError (503) without a base."""
        try:
            content = base.current(self._path)
        except base.BaseError:
            raise GatewayError(Fault.NOT_READY, {"Retry-After": "5"}) from None
        today = datetime.date.today()
        if self._composed_of is None or self._composed_of[0] is not content or self._composed_of[1] != today:
            self._composed, self._composed_of = {}, (content, today)
        if topics not in self._composed:
            self._composed[topics] = _composed(topics, content, today)
        return self._composed[topics]


def _composed(topics: tuple[str, ...], content: base.KnowledgeBase, today: datetime.date) -> Mapping[str, Any]:
    asked = UserTurn(topics[0], entities=tuple(Entity("topic", topic) for topic in topics))
    conversation = Conversation((asked,), door=IVR, country=COUNTRY)
    custom: Mapping[str, Any] = compose(conversation, content, today)["custom"]
    return custom
