"""What Rasa's server and the action server do with every request, to be followed from outside.

Both are Sanic applications in Rasa's environment, on loopback or behind the gateway's token: whoever asks is the
gateway or Rasa, so the request's id and trace are taken from its headers. Sanic answers the requests of a connection
one after the other in one task, so an id is held anew with every request, also where none came.
"""

import contextlib
import os
import re
from pathlib import Path

from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import BaseHTTPResponse

from observability import request_id, traces

# What asks whether the server is well, every few seconds; the gateway, at the first two, learns what memory it takes.
_PROBES = frozenset({"/status", "/health", "/webhooks/rest/ready", "/"})
RESIDENT = "X-Resident-Bytes"
_PAGE = os.sysconf("SC_PAGE_SIZE")
_ACTION = re.compile(r"action_[a-z_]{1,40}")


def follow(app: Sanic, *_: object) -> None:
    """Hold the id of each request, tell probes what memory this process holds, and trace what is served.

    May serve as a listener of the server's start.
    """

    async def begin(request: Request) -> None:
        request_id.hold(request_id.well_formed(request.headers.get(request_id.HEADER)))
        if traces.are_on() and request.path not in _PROBES:
            # Left in `end`, which runs in the same task: also after an error, and when the time is over.
            request.ctx.left = contextlib.ExitStack()
            parent = request.headers.get(traces.TRACEPARENT)
            request.ctx.span = request.ctx.left.enter_context(traces.span(_name(request), parent, serves=True))

    async def end(request: Request, response: BaseHTTPResponse) -> None:
        if request.path in _PROBES:
            response.headers[RESIDENT] = str(_resident())
        if hasattr(request.ctx, "left"):
            request.ctx.span.answered(response.status)
            request.ctx.left.close()
            del request.ctx.left

    app.register_middleware(begin, "request")
    app.register_middleware(end, "response")


def _name(request: Request) -> str:
    """The action that is called, or the method and the route as it is written: never what was asked for."""
    if request.path == "/webhook":
        with contextlib.suppress(SanicException, AttributeError):
            called = str(request.json.get("next_action"))
            if _ACTION.fullmatch(called):
                return called
    route = getattr(request, "route", None)
    return request.method if route is None else f"{request.method} /{route.path}"


def _resident() -> int:
    """The memory that this process holds, in bytes."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * _PAGE
