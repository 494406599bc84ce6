"""One span a request, when traces are on: its method, its route as it is written, its status; never its path."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.limits import is_trusted
from gateway.settings import Network
from observability import traces

# RFC 9110 and 5789; any other method is a word of somebody's.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"})


class Traced:
    """Begins the span of a request, as part of the trace that a trusted proxy names, or of one of its own."""

    def __init__(self, app: ASGIApp, trusted: tuple[Network, ...]) -> None:
        self._app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Probes come every few seconds and say nothing of a turn.
        if scope["type"] != "http" or scope["path"] == "/health":
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        with traces.span(method, self._parent(scope), serves=True) as span:

            async def watched(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.answered(message["status"])
                await send(message)

            span.note("http.request.method", method)
            try:
                await self._app(scope, receive, watched)
            finally:
                # Known once the request was routed; files and what is no page have none.
                template = getattr(scope.get("route"), "path", None)
                if template is not None:
                    span.name(f"{method} {template}")
                    span.note("http.route", template)

    def _parent(self, scope: Scope) -> str | None:
        peer = scope["client"][0] if scope.get("client") else ""
        return Headers(scope=scope).get(traces.TRACEPARENT) if is_trusted(peer, self._trusted) else None
