"""Erasing conversations: when asked, and when nobody has written for the idle time.

What fails is tried again with every round, and shows in /health.
"""

import asyncio
import logging

from gateway.conversations import ConversationStore, Leaving
from gateway.rasa_client import RasaClient, RasaError, RasaUnreachableError
from gateway.turns import ConversationLocks

log = logging.getLogger("gateway")

# Rasa may be restarting; beyond this, data that should be gone is a failure.
OVERDUE_SECONDS = 600.0
_LONGEST_ROUND_SECONDS = 30.0


class Eraser:
    """Erases conversations from Rasa and from the store, one at a time each."""

    def __init__(
        self, store: ConversationStore, rasa: RasaClient, locks: ConversationLocks, idle_seconds: float
    ) -> None:
        self._store = store
        self._rasa = rasa
        self._locks = locks
        self._round_seconds = min(_LONGEST_ROUND_SECONDS, idle_seconds / 4)
        self._is_scrubbed = True

    async def erase(self, leaving: Leaving) -> bool:
        """Erase a conversation; False when Rasa could not yet, and it will be tried again. Raises GatewayError."""
        async with self._locks.hold(leaving.id):
            try:
                await self._erase(leaving)
            except RasaError:
                return False
        return self._is_scrubbed

    async def round(self) -> None:
        """Erase what is due; what fails is due again in the next round."""
        for leaving in self._store.to_erase():
            async with self._locks.hold(leaving.id):
                # A message that came in time may have been in the middle of its turn.
                if not self._store.is_due(leaving.id):
                    continue
                try:
                    await self._erase(leaving)
                except RasaUnreachableError:
                    # Down for all alike; a single conversation that Rasa fails on must not keep the others.
                    return
                except RasaError:
                    continue
        if not self._is_scrubbed:
            self._is_scrubbed = self._store.scrub()

    async def _erase(self, leaving: Leaving) -> None:
        """Erase a conversation that is held. Raises RasaError; the conversation is closed all the same."""
        self._store.begin_erasure(leaving.id)
        try:
            await self._rasa.erase(leaving.rasa_id)
            self._store.finish_erasure(leaving.id)
        except RasaError as error:
            log.warning("an erasure has to be tried again: %s: %s", type(error).__name__, error)
            raise
        finally:
            self._is_scrubbed = self._store.scrub()

    async def run(self) -> None:
        """Round after round, until cancelled."""
        while True:
            try:
                await self.round()
            except Exception as error:
                # The next round may succeed; ending here would keep data for ever.
                log.error("an erasure round failed: %s", type(error).__name__)
            await asyncio.sleep(self._round_seconds)

    def overdue(self) -> bool | None:
        """None when nothing waits to be erased; else whether it has for too long."""
        seconds = self._store.erasing_for()
        return None if seconds is None else seconds > OVERDUE_SECONDS
