"""One message in, one reply out: what happens between a person and Rasa, in order, once."""

import logging
import secrets
from functools import partial
from hashlib import sha256
from time import perf_counter
from typing import Any

from gateway.audit import ReplyAudit
from gateway.buttons import forwarded
from gateway.contract import Say
from gateway.conversations import Caller, Conversation, Entrance, Entry, Reply, digest
from gateway.doors import Credential, Doorkeeper
from gateway.errors import Fault, GatewayError
from gateway.messages import sentence
from gateway.metrics import Metrics
from gateway.privacy import redact
from gateway.rasa_client import RasaClient, RasaError, RasaMessage, RasaSlowError, RasaUnreachableError
from gateway.text import clean_message

log = logging.getLogger("gateway")

_RETRY = {"Retry-After": "2"}


class Turns:
    """Takes a message through door, limits, clean-up, choices and privacy to Rasa, and its reply back."""

    def __init__(
        self, keys: Doorkeeper, entrance: Entrance, rasa: RasaClient, metrics: Metrics, audit: ReplyAudit
    ) -> None:
        self._keys = keys
        self._entrance = entrance
        self._rasa = rasa
        self._metrics = metrics
        self._audit = audit

    async def take(self, said: Say, authorization: Credential | None, request_id: str | None = None) -> Reply:
        """The reply to a message; `request_id` is what a proxy of ours calls the request, also when it sends it again.

        Raises GatewayError or one of STORE_ERRORS; the same message may then be sent again.
        """
        message_id = _kept_as(said.message_id, request_id)
        began = perf_counter()
        async with self._entrance.enter(said.sender, message_id, self._caller(authorization)) as entry:
            self._metrics.part("queue", perf_counter() - began)
            message = clean_message(said.message)
            reply = entry.reply
            if reply is None:
                with self._metrics.timed(entry.conversation.door):
                    reply = await self._turn(entry, message, message_id)
        return [{"recipient_id": said.sender, **part} for part in reply]

    def _caller(self, authorization: Credential | None) -> Caller:
        self._keys.recognise(authorization)
        opened = None if authorization is None else self._keys.door_of(authorization)
        return Caller(opened or "web", partial(self._keys.admit, authorization=authorization))

    async def _turn(self, entry: Entry, message: str, message_id: bytes | None) -> Reply:
        conversation = entry.conversation
        began = perf_counter()
        text, is_payload = forwarded(message, conversation.shown)
        redacted = None if is_payload else redact(text)
        asked = perf_counter()
        self._metrics.part("redact", asked - began)
        messages = await self._ask(conversation, redacted.text if redacted else text, message_id)
        answered = perf_counter()
        self._metrics.part("rasa", answered - asked)
        reply = [part.shown() for part in messages]
        if redacted and redacted.kinds:
            self._metrics.redacted(redacted.kinds)
            # On the line a sentence more is time, and what the caller said is not on a screen.
            if conversation.door != "ivr":
                reply.insert(0, {"text": sentence("notes", "redacted")})
        shown = conversation.shown.after([choice for part in messages for choice in part.choices()])
        await entry.keep(shown, reply)
        self._metrics.part("keep", perf_counter() - answered)
        self._count(conversation, messages)
        return reply

    async def _ask(self, conversation: Conversation, text: str, message_id: bytes | None) -> list[RasaMessage]:
        metadata = {
            "door": conversation.door,
            "country": conversation.country,
            "offer": conversation.offer,
            "turn": _turn_of(conversation, message_id),
        }
        try:
            return await self._rasa.say(conversation.rasa_id, text, metadata)
        except RasaError as error:
            log.error("no reply from Rasa: %s: %s", type(error).__name__, error)
            self._metrics.failed(conversation.door)
            raise GatewayError(_fault_of(error), _RETRY) from None

    def _count(self, conversation: Conversation, messages: list[RasaMessage]) -> None:
        custom: dict[str, Any] = next(part.custom for part in messages if part.custom)
        self._metrics.replied(conversation.door, custom["status"], custom["topics"], bool(custom.get("unsure")))
        self._audit.record(conversation.door, custom)


def _kept_as(message_id: str | None, request_id: str | None) -> bytes | None:
    """What a message is known by when it comes again: a digest of its own id or, without one, of the request's."""
    if message_id is not None:
        return digest(message_id)
    return digest(f"request\0{request_id}") if request_id else None


def _turn_of(conversation: Conversation, message_id: bytes | None) -> str:
    """What Rasa knows a turn by: the same for a message that comes again, so that it is no second turn."""
    return sha256(conversation.id + message_id).hexdigest() if message_id else secrets.token_hex(32)


def _fault_of(error: RasaError) -> Fault:
    if isinstance(error, RasaSlowError):
        return Fault.ASSISTANT_SLOW
    if isinstance(error, RasaUnreachableError):
        return Fault.ASSISTANT_UNREACHABLE
    return Fault.ASSISTANT_FAILED
