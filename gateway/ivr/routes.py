"""The line over HTTP: turns as JSON under /ivr/calls, and the same turns as VoiceXML documents from /ivr/start on."""

from typing import Annotated, Any, Literal, cast
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, FastAPI, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field, ValidationError

from gateway.api import BODY_FAULTS, CALL_FAULTS, Authorization, Here, errors_of
from gateway.audit import ReplyAudit
from gateway.erasure import Eraser
from gateway.errors import Fault, GatewayError
from gateway.ivr import content
from gateway.ivr.actions import to_json
from gateway.ivr.answers import Answers
from gateway.ivr.calls import Calls, Heard, Turn
from gateway.ivr.machine import Machine
from gateway.ivr.state import Event, Happened
from gateway.ivr.voicexml import MEDIA_TYPE, MOST_READINGS, Platform, document
from gateway.metrics import Metrics
from gateway.settings import Settings
from gateway.stores import Stores
from gateway.turns import Turns

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="assistant", charset="UTF-8"'}
_KEYED: dict[str, Any] = {"security": [{"key": []}, {"password": []}]}
_MOST_PARAMETERS = 64
_FORM = "application/x-www-form-urlencoded"

EventName = Literal["digits", "noinput", "nomatch", "speech", "hangup", "transferred", "transfer_failed", "maxtime"]


class Reading(BaseModel):
    """One reading of what was said aloud; `confidence` from 0 to 1."""

    text: Annotated[str, Field(max_length=4000)]
    confidence: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Step(BaseModel):
    """What happened at a step of a call: `digits` with the event digits, `nbest` with the event speech."""

    event: EventName
    digits: Annotated[str, Field(max_length=32)] | None = None
    nbest: Annotated[list[Reading], Field(max_length=10)] | None = None

    def happened(self) -> Event | list[Heard]:
        """The event as the calls take it. Raises GatewayError (422) when it comes without what it needs."""
        if (self.event == "digits" and self.digits is None) or (self.event == "speech" and self.nbest is None):
            raise GatewayError(Fault.EVENT_INVALID)
        if self.event == "speech":
            return [Heard(reading.text, reading.confidence) for reading in self.nbest or ()]
        return Event(Happened(self.event), digits=self.digits or "")


class TurnTaken(BaseModel):
    """A turn: what to do, in order; the last action collects, transfers or hangs up."""

    call: str
    step: int
    actions: list[dict[str, Any]]


def admitted(here: Here, authorization: Authorization = None) -> str | None:
    """The key, once it is that of the line. Voice platforms answer a challenge for Basic, if any."""
    try:
        here.keys.admit("ivr", authorization)
    except GatewayError as error:
        raise GatewayError(error.fault, _CHALLENGE) from None
    return authorization if isinstance(authorization, str) else None


def _line(request: Request) -> "Line":
    return cast(Line, request.app.state.line)


Admitted = Annotated[str | None, Depends(admitted)]
CallInPath = Annotated[str, Path(max_length=64)]
StepInPath = Annotated[int, Path(ge=1, le=10_000)]
router = APIRouter(prefix="/ivr")


class Line:
    """The calls of one gateway and how its voice platform is served."""

    def __init__(
        self, settings: Settings, stores: Stores, turns: Turns, eraser: Eraser, metrics: Metrics, audit: ReplyAudit
    ) -> None:
        said = content.load()
        answers = Answers(settings.base_path)
        machine = Machine(said, answers, speech=settings.ivr_speech_grammar is not None)
        self.calls = Calls(
            machine,
            answers,
            audit,
            stores.calls,
            stores.conversations,
            turns,
            eraser,
            metrics,
            settings.ivr_call_seconds,
        )
        self._prompts = said.prompts
        self._platform = Platform(settings.ivr_transfer_to, settings.ivr_speech_grammar)

    def document(self, turn: Turn) -> Response:
        """A turn as a VoiceXML document."""
        return Response(document(turn, self._prompts, self._platform), media_type=MEDIA_TYPE)


OurLine = Annotated[Line, Depends(_line)]


def _turn(turn: Turn, status: int = 200) -> JSONResponse:
    return JSONResponse({"call": turn.call, "step": turn.step, "actions": to_json(turn.actions)}, status_code=status)


@router.post(
    "/calls",
    status_code=201,
    summary="Begin a call",
    openapi_extra=_KEYED,
    response_model=TurnTaken,
    responses=errors_of(Fault.NOT_READY, Fault.REQUEST_INVALID, *CALL_FAULTS),
)
async def begin(line: OurLine, _: Admitted) -> JSONResponse:
    """The first turn. The call's id is given once more in every turn and kept nowhere."""
    return _turn(await line.calls.begin(), 201)


@router.post(
    "/calls/{call}/steps/{step}",
    summary="Say what happened in a call",
    openapi_extra=_KEYED,
    response_model=TurnTaken,
    responses=errors_of(Fault.CALL_UNKNOWN, Fault.EVENT_INVALID, Fault.NOT_READY, *BODY_FAULTS, *CALL_FAULTS),
)
async def step(key: Admitted, call: CallInPath, step: StepInPath, taken: Step, line: OurLine) -> JSONResponse:
    """The next turn. The same step again gets the turn that it got."""
    return _turn(await line.calls.step(call, step, taken.happened(), key))


_DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {}}, "description": "A VoiceXML 2.1 document"}
}


@router.get(
    "/start",
    summary="Begin a call, in VoiceXML",
    openapi_extra=_KEYED,
    response_class=Response,
    responses={**_DOCUMENT, **errors_of(Fault.NOT_READY, Fault.REQUEST_INVALID, *CALL_FAULTS)},
)
@router.post("/start", include_in_schema=False)
async def start(line: OurLine, _: Admitted) -> Response:
    """The first document; what the platform adds, such as the caller's number, is not looked at."""
    return line.document(await line.calls.begin())


@router.get(
    "/{call}/{step}",
    summary="Say what happened in a call, in VoiceXML",
    openapi_extra=_KEYED,
    response_class=Response,
    responses={
        **_DOCUMENT,
        **errors_of(Fault.CALL_UNKNOWN, Fault.EVENT_INVALID, Fault.NOT_READY, Fault.REQUEST_INVALID, *CALL_FAULTS),
    },
)
@router.post("/{call}/{step}", include_in_schema=False)
async def step_document(key: Admitted, request: Request, call: CallInPath, step: StepInPath, line: OurLine) -> Response:
    """The next document. Parameters may come in the body or in the query, as browsers differ."""
    taken = _parameters(request.url.query, await request.body(), request.headers.get("content-type", _FORM))
    return line.document(await line.calls.step(call, step, taken.happened(), key))


def _parameters(query: str, body: bytes, content_type: str) -> Step:
    """What a submit said; parameters that are not ours are not looked at. Raises GatewayError (422)."""
    form = body if content_type.partition(";")[0].strip().lower() == _FORM else b""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
        pairs += parse_qsl(form.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
        given = dict(pairs)
        readings = [
            {"text": given[f"text{number}"], "confidence": given.get(f"confidence{number}", "0")}
            for number in range(1, MOST_READINGS + 1)
            if given.get(f"text{number}")
        ]
        return Step.model_validate({"event": given.get("event"), "digits": given.get("digits"), "nbest": readings})
    except (ValidationError, ValueError):
        raise GatewayError(Fault.EVENT_INVALID) from None


def register(app: FastAPI, line: Line) -> None:
    """Add the line's calls."""
    app.state.line = line
    app.include_router(router)
