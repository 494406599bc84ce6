"""Reads a request's body whole before anything else does: bounded in size and in time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import Fault, answer

MOST_BYTES = 16 * 1024
READ_SECONDS = 10.0


@dataclass(frozen=True)
class Allowance:
    """How many bytes of a body are read, and what is answered to more."""

    bytes: int = MOST_BYTES
    fault: Fault = Fault.BODY_TOO_LARGE


class _TooLargeError(Exception):
    """More bytes came than are read."""


class _GoneError(Exception):
    """The caller left before the body was whole."""


class BodyMiddleware:
    """Answers 413, 408 or 400 itself, and hands on bodies that are whole; `allowance` decides by request."""

    def __init__(self, app: ASGIApp, allowance: Callable[[Scope], Allowance]) -> None:
        self._app = app
        self._allowance = allowance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # What is left unread would be taken for the next request.
        close = {"Connection": "close"}
        if _has_two_lengths(scope):
            await answer(Fault.REQUEST_REFUSED, close)(scope, receive, send)
            return
        allowance = self._allowance(scope)
        try:
            async with asyncio.timeout(READ_SECONDS):
                body = await _read(receive, allowance.bytes)
        except _TooLargeError:
            await answer(allowance.fault, close)(scope, receive, send)
            return
        except TimeoutError:
            await answer(Fault.BODY_SLOW, close)(scope, receive, send)
            return
        except _GoneError:
            return
        handed_on = False

        async def replay() -> Message:
            nonlocal handed_on
            if handed_on:
                return await receive()
            handed_on = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)


def _has_two_lengths(scope: Scope) -> bool:
    """Whether a proxy could see the body end elsewhere, and hand on what follows as a request (RFC 9112, 6.3)."""
    return {b"content-length", b"transfer-encoding"} <= {name for name, _ in scope["headers"]}


async def _read(receive: Receive, most: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _GoneError
        body += message.get("body", b"")
        if len(body) > most:
            raise _TooLargeError
        if not message.get("more_body", False):
            return bytes(body)
