"""Messages: `POST /webhooks/rest/webhook`, Rasa's REST channel in the form this assistant needs.

Rasa's own channel answers 200 with whatever was said before a turn failed, also when the turn could not be kept: the
person would read a reply that the conversation does not remember. Here a turn that failed is an error, and leaves
nothing behind, so that the same message may be sent again. One that was taken already (`server/turns.py`) is answered
with what was said then.

`GET /webhooks/rest/ready` says whether a message can be taken now, to whoever routes them: it needs no token.
"""

import logging
from asyncio import CancelledError
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from server.access import Door
from server.readiness import why_not
from server.stores import ConversationStore
from server.turns import TURN, Turn, TurnTakenError

logger = logging.getLogger(__name__)


class RestChannel(InputChannel):
    """Takes `{"sender", "message", "metadata"}` and answers with the messages of the reply."""

    @classmethod
    def name(cls) -> str:
        """The channel's name, part of its address."""
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes. A turn is answered 200 when it was kept, 503 when it was not and may be taken again."""
        rest = Blueprint("rest")

        @rest.post("/webhook")
        @Door.of_environment().guard
        async def receive(request: Request) -> HTTPResponse:
            said = request.json
            metadata = said.get("metadata")
            reply = CollectingOutputChannel()
            message = UserMessage(said["message"], reply, said["sender"], input_channel=self.name(), metadata=metadata)
            turn = Turn((metadata or {}).get(TURN))
            try:
                await on_new_message(message)
            except TurnTakenError as taken:
                for event in taken.replies:
                    await reply.send_response(said["sender"], event.message())
            except CancelledError:
                # The server's time for a request is over, or the gateway has gone.
                ConversationStore.reread_everywhere(said["sender"])
                raise
            except Exception as error:
                ConversationStore.reread_everywhere(said["sender"])
                logger.error("a turn failed and was not kept", exc_info=error)
                return response.json({"error": type(error).__name__}, status=503)
            return response.json(reply.messages, headers=turn.timing())

        @rest.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            missing = await why_not(request.app)
            return response.json({"ready": not missing, "missing": missing}, status=503 if missing else 200)

        return rest
