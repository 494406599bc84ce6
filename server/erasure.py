"""Erasing a conversation: `DELETE /webhooks/erasure/<sender>`, a channel of `credentials.yml`.

Rasa offers no call for it. A channel is the extension point that may add a route to its server.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from server.access import Door
from server.stores import ConversationStore

logger = logging.getLogger(__name__)


class ErasureChannel(InputChannel):
    """A channel without messages: its one route erases."""

    @classmethod
    def name(cls) -> str:
        """The channel's name, part of its address."""
        return "erasure"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the route, which answers 204 when nothing of the conversation is left and 503 when that failed."""
        erasure = Blueprint("erasure")

        @erasure.delete("/<sender_id>")
        @Door.of_environment().guard
        async def erase(request: Request, sender_id: str) -> HTTPResponse:
            try:
                await ConversationStore.erase_everywhere(sender_id)
            except Exception as error:
                # Whichever database it is, it may be asked again.
                logger.error("an erasure failed", exc_info=error)
                return response.json({"error": type(error).__name__}, status=503)
            return response.empty(status=204)

        return erasure
