"""The calls of the agents' page: look up, open a card, ask a free question.

What is typed comes in bodies, never in URLs, and nothing of it is kept or logged.
"""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from gateway.audit import ReplyAudit
from gateway.console.cards import card
from gateway.console.index import Indexes
from gateway.console.lines import Line, Part
from gateway.console.lookup import look_up
from gateway.console.questions import question, understand
from gateway.console.services import console_of
from gateway.errors import Fault, GatewayError
from gateway.rasa_client import RasaClient
from gateway.text import clean_message
from policies_kb import base as knowledge
from policies_kb.base_version import version_of

_DOOR = "agent"


class LookUp(Line):
    """What is typed so far, what the agent chose, and which of it knowing the text."""

    text: str
    settled: Annotated[list[Part], Field(default_factory=list)]


class OpenCard(Line):
    """A topic and the line that it is asked for."""

    topic: str


class Question(Line):
    """A customer's sentence, as said."""

    text: str


def agent_router(rasa: RasaClient, base_path: Path, agent: Callable[..., Any]) -> APIRouter:
    """The calls under /conseiller/api, each behind the dependency `agent`."""
    router = APIRouter(prefix="/conseiller/api", dependencies=[Depends(agent)], include_in_schema=False)
    indexes = Indexes()

    def current_base() -> knowledge.KnowledgeBase:
        try:
            return knowledge.current(base_path)
        except knowledge.BaseError:
            raise GatewayError(Fault.NOT_READY) from None

    Base = Annotated[knowledge.KnowledgeBase, Depends(current_base)]

    @router.get("/start")
    async def start(base: Base) -> dict[str, Any]:
        """The names that the page shows before anything is typed, and the policies in force."""
        return {
            "topics": [{"topic": topic, "title": base.labels[topic].label} for topic in base.topics],
            "offers": {
                key.removeprefix("offer."): label.label
                for key, label in base.labels.items()
                if key.startswith("offer.")
            },
            "policies": [
                {
                    "country": country,
                    "name": base.labels[f"country.{country}"].phrase,
                    "title": policy.title,
                    "updated": policy.updated.isoformat(),
                }
                for country, policy in base.policies.items()
            ],
        }

    @router.post("/lookup")
    async def lookup(asked: LookUp, base: Base) -> dict[str, Any]:
        """Up to eight results, and the line read out of the text."""
        text = clean_message(asked.text)
        understood = await understand(text, rasa, base)
        return look_up(text, understood, asked, asked.settled, base, indexes.of(base, datetime.date.today()))

    @router.post("/card")
    async def open_card(asked: OpenCard, base: Base, request: Request) -> dict[str, Any]:
        """A card; a topic that the base does not hold is a request that cannot be understood."""
        if asked.topic not in base.topics:
            raise GatewayError(Fault.REQUEST_INVALID)
        shown = card(base, asked.topic, asked, datetime.date.today())
        ReplyAudit(console_of(request).audit, base_path).record(_DOOR, _given(shown))
        return shown | {"base_version": version_of(base_path)}

    @router.post("/question")
    async def free_question(asked: Question, base: Base) -> dict[str, Any]:
        """What a sentence means, as the chat understands it. 503 when Rasa does not answer."""
        understood = await understand(clean_message(asked.text), rasa, base)
        if understood is None:
            raise GatewayError(Fault.ASSISTANT_UNREACHABLE, {"Retry-After": "5"})
        return question(understood, asked, base)

    return router


def _given(shown: dict[str, Any]) -> dict[str, Any]:
    """What the audit log keeps of a card, as it keeps it of a reply."""
    line, own = shown["line"], shown["sides"][0]
    decided = line["country"] == own["country"]
    return {
        "country": own["country"] if decided else None,
        "offer": line["offers"][0] if len(line["offers"]) == 1 else None,
        "topics": [shown["topic"]],
        "status": shown["status"],
        "policy": own["policy"] if decided else None,
    }
