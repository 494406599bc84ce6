"""Every request has an id, which its answer carries back: in X-Request-ID, also where the answer is an error.

A trusted proxy gives it; from anybody else the header counts for nothing, or a stranger could write into the log.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.limits import is_trusted
from gateway.settings import Network
from observability.request_id import HEADER, current, draw, hold, well_formed

__all__ = ["HEADER", "RequestIds", "current"]


class RequestIds:
    """Holds the id of a request while it is in hand (`current`), and sends it back."""

    def __init__(self, app: ASGIApp, trusted: tuple[Network, ...]) -> None:
        self._app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = given(scope, self._trusted) or draw()
        hold(request_id)

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        await self._app(scope, receive, marked)


def given(scope: Scope, trusted: tuple[Network, ...]) -> str | None:
    """The id that a trusted proxy sent, if it sent one: the same when it sends a request again."""
    peer = scope["client"][0] if scope.get("client") else ""
    return well_formed(Headers(scope=scope).get(HEADER)) if is_trusted(peer, trusted) else None
