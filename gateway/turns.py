"""One message in, one reply out: what happens between a person and Rasa, in order, once."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from gateway.audit import ReplyAudit
from gateway.buttons import forwarded
from gateway.contract import Say
from gateway.conversations import Conversation, ConversationStore, Reply
from gateway.doors import Credential, Doorkeeper
from gateway.errors import Fault, GatewayError
from gateway.limits import Limits
from gateway.messages import sentence
from gateway.metrics import Metrics
from gateway.privacy import redact
from gateway.rasa_client import RasaClient, RasaError, RasaMessage, RasaSlowError, RasaUnreachableError
from gateway.text import clean_message

log = logging.getLogger("gateway")

# Behind this many seconds of turns of the same conversation, a message is better sent again.
_QUEUE_SECONDS = 25.0
_RETRY = {"Retry-After": "2"}


class ConversationLocks:
    """One turn at a time in a conversation; a lock lives as long as somebody holds or awaits it."""

    def __init__(self) -> None:
        self._locks: dict[bytes, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def hold(self, conversation: bytes) -> AsyncIterator[None]:
        """Hold the conversation. Raises GatewayError (503) when others hold it too long."""
        lock, users = self._locks.get(conversation, (asyncio.Lock(), 0))
        self._locks[conversation] = lock, users + 1
        try:
            try:
                async with asyncio.timeout(_QUEUE_SECONDS):
                    await lock.acquire()
            except TimeoutError:
                raise GatewayError(Fault.BUSY, _RETRY) from None
            try:
                yield
            finally:
                lock.release()
        finally:
            lock, users = self._locks.pop(conversation)
            if users > 1:
                self._locks[conversation] = lock, users - 1


class Turns:
    """Takes a message through door, limits, clean-up, choices and privacy to Rasa, and its reply back."""

    def __init__(
        self,
        keys: Doorkeeper,
        store: ConversationStore,
        rasa: RasaClient,
        limits: Limits,
        metrics: Metrics,
        locks: ConversationLocks,
        audit: ReplyAudit,
    ) -> None:
        self._keys = keys
        self._store = store
        self._rasa = rasa
        self._limits = limits
        self._metrics = metrics
        self._locks = locks
        self._audit = audit

    async def take(self, said: Say, authorization: Credential | None) -> Reply:
        """The reply to a message. Raises GatewayError; the same message may then be sent again."""
        conversation = self._admitted(said.sender, authorization)
        self._limits.conversation(conversation.id)
        message = clean_message(said.message)
        async with self._locks.hold(conversation.id):
            # While this message waited, the conversation may have gone on, or been erased.
            current = self._admitted(said.sender, authorization)
            reply = self._store.reply_to(current, said.message_id) if said.message_id else None
            if reply is None:
                with self._metrics.timed(current.door):
                    reply = await self._turn(current, message, said.message_id)
            else:
                self._store.touch(current)
        return [{"recipient_id": said.sender, **part} for part in reply]

    def _admitted(self, sender: str, authorization: Credential | None) -> Conversation:
        self._keys.recognise(authorization)
        conversation = self._store.find(sender)
        if conversation is None:
            raise GatewayError(Fault.CONVERSATION_UNKNOWN)
        self._keys.admit(conversation.door, authorization)
        return conversation

    async def _turn(self, conversation: Conversation, message: str, message_id: str | None) -> Reply:
        text, is_payload = forwarded(message, conversation.shown)
        redacted = None if is_payload else redact(text)
        messages = await self._ask(conversation, redacted.text if redacted else text)
        reply = [part.shown() for part in messages]
        if redacted and redacted.kinds:
            self._metrics.redacted(redacted.kinds)
            # On the line a sentence more is time, and what the caller said is not on a screen.
            if conversation.door != "ivr":
                reply.insert(0, {"text": sentence("notes", "redacted")})
        shown = conversation.shown.after([choice for part in messages for choice in part.choices()])
        self._store.keep_turn(conversation, shown, message_id, reply)
        self._count(conversation, messages)
        return reply

    async def _ask(self, conversation: Conversation, text: str) -> list[RasaMessage]:
        metadata = {"door": conversation.door, "country": conversation.country, "offer": conversation.offer}
        try:
            return await self._rasa.say(conversation.rasa_id, text, metadata)
        except RasaError as error:
            log.error("no reply from Rasa: %s: %s", type(error).__name__, error)
            self._metrics.failed(conversation.door)
            raise GatewayError(_fault_of(error), _RETRY) from None

    def _count(self, conversation: Conversation, messages: list[RasaMessage]) -> None:
        custom: dict[str, Any] = next(part.custom for part in messages if part.custom)
        self._metrics.replied(conversation.door, custom["status"], custom["topics"])
        self._audit.record(conversation.door, custom)


def _fault_of(error: RasaError) -> Fault:
    if isinstance(error, RasaSlowError):
        return Fault.ASSISTANT_SLOW
    if isinstance(error, RasaUnreachableError):
        return Fault.ASSISTANT_UNREACHABLE
    return Fault.ASSISTANT_FAILED
