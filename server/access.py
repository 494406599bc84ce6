"""Who may use the channels: whoever sends RASA_TOKEN, where one is set, as `Authorization: Bearer`.

On one machine the channels listen on loopback; the servers of a cluster listen on its network. Rasa's own token is for
Rasa's own routes: it does not cover channels.
"""

import hmac
import os
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]

_SCHEME = "bearer "


class Door:
    """Opens with one token, or to everybody where there is none."""

    def __init__(self, token: str | None) -> None:
        self._token = token.encode() if token else None

    @classmethod
    def of_environment(cls) -> "Door":
        """The door that RASA_TOKEN says."""
        return cls(os.environ.get("RASA_TOKEN"))

    def opens(self, authorization: str | None) -> bool:
        """Whether a header holds the token. How long this takes says nothing of where a wrong one differs."""
        if self._token is None:
            return True
        given = authorization or ""
        if not given.lower().startswith(_SCHEME):
            return False
        return hmac.compare_digest(given[len(_SCHEME) :].strip().encode("utf-8", "surrogateescape"), self._token)

    def guard(self, handler: Handler) -> Handler:
        """The same handler, behind the door: 401 without the token."""

        @wraps(handler)
        async def guarded(request: Request, *arguments: Any, **named: Any) -> HTTPResponse:
            if self.opens(request.headers.get("authorization")):
                return await handler(request, *arguments, **named)
            return response.json(
                {"error": "Unauthorized"}, status=401, headers={"WWW-Authenticate": 'Bearer realm="rasa"'}
            )

        return guarded
