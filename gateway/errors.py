"""One error shape, everywhere: {"error": {"code": "...", "message": "a French sentence to act on"}}.

Also where no route is reached (404, 405), where a body cannot be parsed, and for a fault of our own. Nothing that was
sent is echoed, and nothing of an exception but its type and place is logged: messages of exceptions quote what people
typed.
"""

import logging
import traceback
from collections.abc import Mapping
from enum import Enum
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.messages import sentence
from gateway.store_error import STORE_ERRORS

log = logging.getLogger("gateway")


class Fault(Enum):
    """Every error the gateway gives: the code in the answer (and in messages.yml) and the HTTP status."""

    BODY_MALFORMED = ("body_malformed", 400)
    REQUEST_REFUSED = ("request_refused", 400)
    ORIGIN_REFUSED = ("origin_refused", 400)
    KEY_MISSING = ("key_missing", 401)
    KEY_REFUSED = ("key_refused", 401)
    CALL_UNKNOWN = ("call_unknown", 404)
    SESSION_MISSING = ("session_missing", 401)
    CREDENTIALS_REFUSED = ("credentials_refused", 401)
    ROLE_MISSING = ("role_missing", 403)
    TOKEN_REFUSED = ("token_refused", 403)
    PAGE_UNKNOWN = ("page_unknown", 404)
    CONVERSATION_UNKNOWN = ("conversation_unknown", 404)
    LETTER_UNKNOWN = ("letter_unknown", 404)
    METHOD_REFUSED = ("method_refused", 405)
    BODY_SLOW = ("body_slow", 408)
    BODY_TOO_LARGE = ("body_too_large", 413)
    VERSION_TOO_LARGE = ("version_too_large", 413)
    BODY_TYPE = ("body_type", 415)
    REQUEST_INVALID = ("request_invalid", 422)
    CHANNEL_INVALID = ("channel_invalid", 422)
    COUNTRY_INVALID = ("country_invalid", 422)
    OFFER_INVALID = ("offer_invalid", 422)
    SENDER_INVALID = ("sender_invalid", 422)
    MESSAGE_INVALID = ("message_invalid", 422)
    MESSAGE_EMPTY = ("message_empty", 422)
    MESSAGE_TOO_LONG = ("message_too_long", 422)
    MESSAGE_ID_INVALID = ("message_id_invalid", 422)
    EVENT_INVALID = ("event_invalid", 422)
    DATES_INVALID = ("dates_invalid", 422)
    VERSION_INVALID = ("version_invalid", 422)
    TOO_MANY = ("too_many", 429)
    SIGN_IN_LOCKED = ("sign_in_locked", 429)
    INTERNAL = ("internal", 500)
    ASSISTANT_FAILED = ("assistant_failed", 502)
    ASSISTANT_UNREACHABLE = ("assistant_unreachable", 503)
    ASSISTANT_SLOW = ("assistant_slow", 503)
    ERASURE_PENDING = ("erasure_pending", 503)
    BASE_UNREADABLE = ("base_unreadable", 503)
    VERSION_SLOW = ("version_slow", 503)
    BUSY = ("busy", 503)
    STORE_FAILED = ("store_failed", 503)
    NOT_READY = ("not_ready", 503)

    @property
    def code(self) -> str:
        """The word that programs read."""
        return self.value[0]

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[1]

    def body(self) -> dict[str, dict[str, str]]:
        """The error object of the answer."""
        return {"error": {"code": self.code, "message": sentence("faults", self.code)}}


class ErrorDetail(BaseModel):
    """What went wrong, for a program and for a person."""

    code: str
    message: str


class ErrorBody(BaseModel):
    """The one shape of every error."""

    error: ErrorDetail


class GatewayError(HTTPException):
    """Raised anywhere below a route to answer with a fault; `headers` go with the answer."""

    def __init__(self, fault: Fault, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status_code=fault.status, headers=dict(headers or {}))
        self.fault = fault


def answer(fault: Fault, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The response for a fault."""
    return JSONResponse(fault.body(), status_code=fault.status, headers=dict(headers or {}))


# What the framework itself refuses, by status.
_BY_STATUS = {400: Fault.BODY_MALFORMED, 404: Fault.PAGE_UNKNOWN, 405: Fault.METHOD_REFUSED}
_BY_FIELD = {
    "channel": Fault.CHANNEL_INVALID,
    "country": Fault.COUNTRY_INVALID,
    "offer": Fault.OFFER_INVALID,
    "sender": Fault.SENDER_INVALID,
    "message": Fault.MESSAGE_INVALID,
    "message_id": Fault.MESSAGE_ID_INVALID,
    "event": Fault.EVENT_INVALID,
    "digits": Fault.EVENT_INVALID,
    "nbest": Fault.EVENT_INVALID,
}


def register(app: FastAPI) -> None:
    """Answer every exception that reaches the application in the one shape."""

    async def refused(_: Request, error: Exception) -> JSONResponse:
        if isinstance(error, GatewayError):
            return answer(error.fault, error.headers)
        if isinstance(error, HTTPException):
            fault = _BY_STATUS.get(error.status_code, Fault.REQUEST_REFUSED)
            return JSONResponse(fault.body(), status_code=error.status_code, headers=error.headers)
        raise error

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return answer(_validation_fault(request, error.errors()))

    async def store_failed(_: Request, error: Exception) -> JSONResponse:
        _log_without_text(error)
        return answer(Fault.STORE_FAILED, {"Retry-After": "5"})

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    for error in STORE_ERRORS:
        app.add_exception_handler(error, store_failed)


def _validation_fault(request: Request, errors: Any) -> Fault:
    first = errors[0]
    if first["type"] == "json_invalid":
        return Fault.BODY_MALFORMED
    if len(first["loc"]) > 1:
        return _BY_FIELD.get(str(first["loc"][1]), Fault.REQUEST_INVALID)
    return Fault.REQUEST_INVALID if _declares_json(request) else Fault.BODY_TYPE


def _declares_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


class ErrorBoundary:
    """Turns any exception that nobody foresaw into a 500 of the one shape.

    It stands inside Starlette's own boundary, which would log the exception with its message.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            _log_without_text(error)
            if not started:
                await answer(Fault.INTERNAL)(scope, receive, send)


def _log_without_text(error: Exception) -> None:
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "unknown place"
    log.error("%s at %s", type(error).__name__, place)
