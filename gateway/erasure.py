"""Erasing conversations: when asked, and when nobody has written for the idle time.

What fails is tried again with every round, and shows in /health: also where the failure is that nothing can be written.
"""

import asyncio
import logging
import time
import urllib.parse
from collections.abc import Callable

import yarl

from gateway.conversations import ConversationStore, Leaving
from gateway.errors import GatewayError
from gateway.locks import Locks
from gateway.rasa_client import RasaClient, RasaError, RasaUnreachableError
from gateway.store_error import STORE_ERRORS

log = logging.getLogger("gateway")

# Rasa may be restarting; beyond this, data that should be gone is a failure.
OVERDUE_SECONDS = 600.0
_LONGEST_ROUND_SECONDS = 30.0


class Eraser:
    """Erases conversations from Rasa and from the store, one at a time each."""

    def __init__(
        self,
        store: ConversationStore,
        rasa: RasaClient,
        locks: Locks,
        idle_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._rasa = rasa
        self._locks = locks
        self._round_seconds = min(_LONGEST_ROUND_SECONDS, idle_seconds / 4)
        self._clock = clock
        self._is_scrubbed = True
        self._failing_since: float | None = None
        # Conversations that the last round could not erase, or that are found to wait since.
        self.waiting = 0

    async def erase(self, leaving: Leaving) -> bool:
        """Erase a conversation; False when that could not be done yet, and will be tried again.

        Raises GatewayError, and one of STORE_ERRORS when it could not even be closed: it is then as it was.
        """
        async with self._locks.hold(leaving.id):
            await self._store.begin_erasure(leaving.id)
            try:
                await self._erase(leaving)
            except (RasaError, *STORE_ERRORS) as error:
                self._failed(error)
                return False
        return self._is_scrubbed

    async def round(self) -> None:
        """Erase what is due; what fails is due again in the next round.

        Raises one of STORE_ERRORS when nothing can be.
        """
        has_failed = False
        due = await self._store.to_erase()
        self.waiting = len(due)
        for leaving in due:
            try:
                if await self._erase_due(leaving):
                    self.waiting -= 1
            except RasaError as error:
                self._failed(error)
                has_failed = True
                # Down for all alike; a single conversation that Rasa fails on must not keep the others.
                if isinstance(error, RasaUnreachableError):
                    break
        _forget_addresses()
        if not self._is_scrubbed:
            self._is_scrubbed = await self._store.scrub()
        if self._is_scrubbed and not has_failed:
            self._failing_since = None

    async def _erase_due(self, leaving: Leaving) -> bool:
        """Erase a conversation if it still is to be; False when somebody has it in hand."""
        # Held by a turn that came in time, or by another gateway that erases it: the next round sees to what is left.
        try:
            async with self._locks.hold(leaving.id, patience=0):
                if await self._store.is_due(leaving.id):
                    await self._store.begin_erasure(leaving.id)
                    await self._erase(leaving)
        except GatewayError:
            return False
        return True

    async def _erase(self, leaving: Leaving) -> None:
        """Erase a conversation that is held and closed. Raises RasaError or one of STORE_ERRORS."""
        self._is_scrubbed = False
        try:
            await self._rasa.erase(leaving.rasa_id)
            await self._store.finish_erasure(leaving.id)
        finally:
            _forget_addresses()
            self._is_scrubbed = await self._store.scrub()

    def _failed(self, error: Exception) -> None:
        log.warning("an erasure has to be tried again: %s", _told(error))
        self.waiting = max(self.waiting, 1)
        if self._failing_since is None:
            self._failing_since = self._clock()

    async def run(self) -> None:
        """Round after round, until cancelled."""
        while True:
            try:
                await self.round()
            except Exception as error:
                # The next round may succeed; ending here would keep data for ever.
                self._failed(error)
            await asyncio.sleep(self._round_seconds)

    async def overdue(self) -> bool | None:
        """None when nothing waits to be erased; else whether it has for too long. Raises one of STORE_ERRORS."""
        waits = [await self._store.erasing_for()]
        if self._failing_since is not None:
            waits.append(self._clock() - self._failing_since)
        elif not self._is_scrubbed:
            waits.append(0.0)
        seconds = [wait for wait in waits if wait is not None]
        return max(seconds) > OVERDUE_SECONDS if seconds else None


def _forget_addresses() -> None:
    """The standard library remembers the addresses it took apart, and a VoiceXML browser sends speech in the query.

    yarl, which takes apart those of the calls to Rasa, remembers them too, with Rasa's name of a conversation.
    """
    urllib.parse.clear_cache()  # type: ignore[attr-defined]  # typeshed does not know it
    yarl.cache_clear()


def _told(error: Exception) -> str:
    """An error's kind and, of Rasa's, what the client says of it, which is never text of an answer."""
    return f"{type(error).__name__}: {error}" if isinstance(error, RasaError) else type(error).__name__
