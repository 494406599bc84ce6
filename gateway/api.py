"""The HTTP contract's calls: open a conversation, say something, erase it, ask for health."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Path, Request
from fastapi.responses import JSONResponse, Response

from gateway.console.sessions import TOKEN_HEADER, gate_of
from gateway.contract import SENDER_LIMIT, Message, OpenConversation, OpenedConversation, Say
from gateway.conversations import ConversationStore
from gateway.doors import ConsoleAgent, Credential, Doorkeeper
from gateway.erasure import Eraser
from gateway.errors import ErrorBody, Fault, GatewayError
from gateway.health import Health, HealthReport
from gateway.metrics import Metrics
from gateway.request_id import given
from gateway.settings import Network
from gateway.turns import Turns


@dataclass(frozen=True)
class Services:
    """What the calls need."""

    keys: Doorkeeper
    store: ConversationStore
    turns: Turns
    eraser: Eraser
    health: Health
    metrics: Metrics
    idle_seconds: int
    trusted_proxies: tuple[Network, ...]


async def services(request: Request) -> Services:
    """The services of the running application. A coroutine, for which FastAPI starts no thread."""
    found = request.app.state.services
    assert isinstance(found, Services)
    return found


Here = Annotated[Services, Depends(services)]


async def credential(
    request: Request,
    # Not a declared header: FastAPI would describe it beside the security schemes that do.
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Credential | None:
    """What opens a door: a key or, in the place of the agent key, a session of the console with its CSRF token.

    Raises GatewayError when a token is shown without a key, and the session is not there, not an agent's or another's.
    """
    if authorization is not None or TOKEN_HEADER not in request.headers:
        return authorization
    gate = gate_of(request)
    gate.check_token(request, gate.required(request, "agent"))
    return ConsoleAgent()


Authorization = Annotated[Credential | None, Depends(credential)]

SenderInPath = Annotated[str, Path(max_length=SENDER_LIMIT)]

router = APIRouter()


def errors_of(*faults: Fault) -> dict[int | str, dict[str, Any]]:
    """The errors of a call as OpenAPI has them, with an example of each."""
    described: dict[int | str, dict[str, Any]] = {}
    for fault in faults:
        response = described.setdefault(
            fault.status,
            {"model": ErrorBody, "description": "Error", "content": {"application/json": {"examples": {}}}},
        )
        response["content"]["application/json"]["examples"][fault.code] = {"value": fault.body()}
        if fault.status == 429:
            response["headers"] = {"Retry-After": {"description": "Whole seconds", "schema": {"type": "integer"}}}
    return described


ANY_DOOR: dict[str, Any] = {"security": [{}, {"key": []}, {"password": []}, {"session": [], "token": []}]}
BODY_FAULTS = (Fault.BODY_MALFORMED, Fault.BODY_SLOW, Fault.BODY_TOO_LARGE, Fault.BODY_TYPE, Fault.REQUEST_INVALID)
CALL_FAULTS = (
    Fault.KEY_MISSING,
    Fault.KEY_REFUSED,
    Fault.SESSION_MISSING,
    Fault.ROLE_MISSING,
    Fault.TOKEN_REFUSED,
    Fault.TOO_MANY,
    Fault.INTERNAL,
    Fault.BUSY,
    Fault.STORE_FAILED,
)


@router.post(
    "/conversations",
    status_code=201,
    summary="Open a conversation",
    openapi_extra=ANY_DOOR,
    responses=errors_of(*BODY_FAULTS, Fault.CHANNEL_INVALID, Fault.COUNTRY_INVALID, Fault.OFFER_INVALID, *CALL_FAULTS),
)
async def open_conversation(
    wanted: OpenConversation, here: Here, authorization: Authorization = None
) -> OpenedConversation:
    """The sender is given once: it names the conversation, and whoever holds it may speak in it."""
    here.keys.admit(wanted.channel, authorization)
    sender = await here.store.create(wanted.channel, wanted.country, wanted.offer)
    here.metrics.opened(wanted.channel)
    return OpenedConversation(sender=sender, expires_in=here.idle_seconds)


@router.post(
    "/webhooks/rest/webhook",
    summary="Say something",
    openapi_extra=ANY_DOOR,
    response_model=None,
    responses={
        200: {"model": list[Message], "description": "The reply; one message carries `custom`"},
        **errors_of(
            *BODY_FAULTS,
            Fault.SENDER_INVALID,
            Fault.MESSAGE_INVALID,
            Fault.MESSAGE_EMPTY,
            Fault.MESSAGE_TOO_LONG,
            Fault.MESSAGE_ID_INVALID,
            Fault.CONVERSATION_UNKNOWN,
            *CALL_FAULTS,
            Fault.ASSISTANT_FAILED,
            Fault.ASSISTANT_UNREACHABLE,
            Fault.ASSISTANT_SLOW,
        ),
    },
)
async def say(request: Request, said: Say, here: Here, authorization: Authorization = None) -> JSONResponse:
    """Rasa's REST channel. The same `message_id` again gives the same reply, without a new turn."""
    return JSONResponse(await here.turns.take(said, authorization, given(request.scope, here.trusted_proxies)))


@router.delete(
    "/conversations/{sender}",
    status_code=204,
    summary="Erase a conversation",
    openapi_extra=ANY_DOOR,
    response_class=Response,
    responses={
        204: {"description": "Nothing of it is kept"},
        **errors_of(Fault.SENDER_INVALID, Fault.CONVERSATION_UNKNOWN, *CALL_FAULTS, Fault.ERASURE_PENDING),
    },
)
async def erase_conversation(sender: SenderInPath, here: Here, authorization: Authorization = None) -> Response:
    """On 503 the conversation is closed and its erasure goes on; asking again is allowed."""
    here.keys.recognise(authorization)
    leaving = await here.store.leaving(sender)
    if leaving is None:
        raise GatewayError(Fault.CONVERSATION_UNKNOWN)
    here.keys.admit(leaving.door, authorization)
    if not await here.eraser.erase(leaving):
        raise GatewayError(Fault.ERASURE_PENDING, {"Retry-After": "30"})
    return Response(status_code=204)


@router.get(
    "/health",
    summary="Whether every part can answer",
    response_model=HealthReport,
    responses={503: {"model": HealthReport, "description": "A part cannot answer"}},
)
@router.head("/health", include_in_schema=False)
async def health(here: Here) -> JSONResponse:
    """200 when all parts can answer; 503 and which cannot until then."""
    report = await here.health.report()
    return JSONResponse(report.model_dump(exclude_none=True), status_code=200 if report.status == "ok" else 503)


def register(app: FastAPI) -> None:
    """Add the calls."""
    app.include_router(router)
