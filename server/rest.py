"""Messages: `POST /webhooks/rest/webhook`, Rasa's REST channel in the form this assistant needs, on loopback.

Rasa's own channel answers 200 with whatever was said before a turn failed, also when the turn could not be kept: the
person would read a reply that the conversation does not remember. Here a turn that failed is an error, and leaves
nothing behind, so that the same message may be sent again.
"""

import logging
from asyncio import CancelledError
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from server.tracker_store import ErasableTrackerStore

logger = logging.getLogger(__name__)


class RestChannel(InputChannel):
    """Takes `{"sender", "message", "metadata"}` and answers with the messages of the reply."""

    @classmethod
    def name(cls) -> str:
        """The channel's name, part of its address."""
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the route, which answers 200 when the turn was kept and 503 when it was not."""
        rest = Blueprint("rest")

        @rest.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            said = request.json
            reply = CollectingOutputChannel()
            message = UserMessage(
                said["message"], reply, said["sender"], input_channel=self.name(), metadata=said.get("metadata")
            )
            try:
                await on_new_message(message)
            except CancelledError:
                # The server's time for a request is over, or the gateway has gone.
                ErasableTrackerStore.reread_everywhere(said["sender"])
                raise
            except Exception as error:
                ErasableTrackerStore.reread_everywhere(said["sender"])
                logger.error("a turn failed and was not kept", exc_info=error)
                return response.json({"error": type(error).__name__}, status=503)
            return response.json(reply.messages)

        return rest
