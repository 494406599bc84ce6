"""The calls of the line: begun, taken a step on, and forgotten; what is said aloud goes the way of every message."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from gateway.audit import ReplyAudit
from gateway.contract import Say
from gateway.conversations import ConversationStore
from gateway.erasure import OVERDUE_SECONDS, Eraser
from gateway.errors import Fault, GatewayError
from gateway.ivr.actions import Action
from gateway.ivr.answers import COUNTRY, Answers
from gateway.ivr.machine import Machine
from gateway.ivr.state import Event, Happened, View
from gateway.ivr.store import Call, CallStore, digest
from gateway.metrics import Metrics
from gateway.turns import Turns

log = logging.getLogger("gateway")

# Below this, what a recogniser believes to have heard is not acted on; VoiceXML 2.1, 5.1.5: from 0 to 1.
LEAST_CONFIDENCE = 0.5
# A transfer under way may still report, and an answer may be on its way.
GRACE_SECONDS = 120.0
_ROUND_SECONDS = 30.0
_ENDS = frozenset({Happened.HANGUP, Happened.TRANSFERRED})


@dataclass(frozen=True)
class Turn:
    """What a renderer gets: the call, the step it answers next, and what to do."""

    call: str
    step: int
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Heard:
    """One reading of what was said aloud, with the recogniser's confidence from 0 to 1."""

    text: str
    confidence: float


class Calls:
    """One step at a time in a call; the same step again gets the same turn."""

    def __init__(
        self,
        machine: Machine,
        answers: Answers,
        audit: ReplyAudit,
        store: CallStore,
        conversations: ConversationStore,
        turns: Turns,
        eraser: Eraser,
        metrics: Metrics,
        cap_seconds: float,
    ) -> None:
        self._machine = machine
        self._answers = answers
        self._audit = audit
        self._store = store
        self._conversations = conversations
        self._turns = turns
        self._eraser = eraser
        self._metrics = metrics
        self._cap_seconds = cap_seconds
        self._erasing: set[asyncio.Task[None]] = set()
        self._is_scrubbed = True
        self._failing_since: float | None = None

    async def begin(self) -> Turn:
        """A new call. Raises one of STORE_ERRORS."""
        state, actions = self._machine.start()
        return Turn(await self._store.create(state, actions), 1, actions)

    async def step(self, call: str, step: int, event: Event | Sequence[Heard], authorization: str | None) -> Turn:
        """What follows from an event, or from readings of a question, at a step of a call.

        A step that is over, or has not come, changes nothing and gets the turn as it stands. Raises GatewayError: 404
        for a call that is unknown or has ended; or one of STORE_ERRORS.
        """
        async with self._store.hold(digest(call)) as current:
            if current is None:
                raise GatewayError(Fault.CALL_UNKNOWN)
            if step != current.step:
                return Turn(call, current.step, current.actions)
            if not isinstance(event, Event):
                event = await self._answered(current, step, event, authorization)
            if current.seconds > self._cap_seconds and current.state.view not in (View.ADVISER, View.OVER):
                event = event if event.happened in _ENDS else Event(Happened.MAXTIME)
            state, actions = self._machine.step(current.state, event)
            # What was asked aloud is written down with the turn of the conversation.
            if event.happened is Happened.DIGITS and state.view is View.ANSWER and state.topics != current.state.topics:
                self._audit.record("ivr", self._answers.custom(state.topics))
            if event.happened in _ENDS:
                await self._forget(current.id)
                return Turn(call, current.step + 1, actions)
            return Turn(call, await self._store.advance(current, state, actions), actions)

    async def _answered(self, call: Call, step: int, readings: Sequence[Heard], authorization: str | None) -> Event:
        """What became of a question said aloud: only the surest reading counts, and only when it is sure enough."""
        surest = max(readings, key=lambda reading: reading.confidence, default=None)
        if surest is None or surest.confidence < LEAST_CONFIDENCE or not surest.text.strip():
            return Event(Happened.UNHEARD)
        sender = call.sender
        if sender is None:
            sender = await self._conversations.create("ivr", COUNTRY, None)
            self._metrics.opened("ivr")
            await self._store.keep_sender(call, sender)
        try:
            said = Say(sender=sender, message=surest.text, message_id=str(step))
            reply = await self._turns.take(said, authorization)
        except GatewayError as error:
            return Event(Happened.UNHEARD if error.fault.status == 422 else Happened.UNANSWERED)
        custom = next(part["custom"] for part in reply if "custom" in part)
        return Event(Happened.REPLIED, custom=custom)

    async def _forget(self, call: bytes) -> None:
        self._is_scrubbed = False
        sender = await self._store.erase(call)
        self._is_scrubbed = await self._store.scrub()
        leaving = await self._conversations.leaving(sender) if sender else None
        if sender and leaving:
            # Who hangs up waits for nobody; what fails is tried again by the eraser's own rounds.
            await self._conversations.begin_erasure(leaving.id)
            task = asyncio.create_task(self._erase(sender))
            self._erasing.add(task)
            task.add_done_callback(self._erasing.discard)

    async def _erase(self, sender: str) -> None:
        leaving = await self._conversations.leaving(sender)
        if leaving is not None:
            # Held too long by a message in its turn: the rounds come back to it.
            with suppress(GatewayError):
                await self._eraser.erase(leaving)

    async def purge(self) -> None:
        """Forget calls that never said that they ended. Raises one of STORE_ERRORS."""
        for call in await self._store.older_than(self._cap_seconds + GRACE_SECONDS):
            await self._forget(call)
        if not self._is_scrubbed:
            self._is_scrubbed = await self._store.scrub()
        self._failing_since = None

    async def run(self) -> None:
        """Purge at once, then every half minute, until cancelled."""
        while True:
            try:
                await self.purge()
            except Exception as error:
                # The next round may succeed; ending here would keep calls for ever.
                log.error("a purge of calls failed: %s", type(error).__name__)
                self._failing_since = self._failing_since or time.monotonic()
            await asyncio.sleep(_ROUND_SECONDS)

    def overdue(self) -> bool | None:
        """None when calls are forgotten in time; else whether that has failed for too long."""
        if self._failing_since is None:
            return None if self._is_scrubbed else False
        return time.monotonic() - self._failing_since > OVERDUE_SECONDS
