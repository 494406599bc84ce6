"""One at a time in a conversation or a call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from gateway.errors import Fault, GatewayError

# Behind this many seconds of turns of the same conversation, a message is better sent again.
QUEUE_SECONDS = 25.0
_RETRY = {"Retry-After": "2"}


def busy() -> GatewayError:
    """What is raised when others hold a conversation too long."""
    return GatewayError(Fault.BUSY, _RETRY)


class Locks(Protocol):
    """What only one may do at a time, by a digest that names it."""

    def hold(self, key: bytes, patience: float | None = None) -> AbstractAsyncContextManager[None]:
        """Hold it; those who wait come in the order in which they asked.

        Raises GatewayError (503) when others hold it for `patience` seconds (None: QUEUE_SECONDS).
        """


class LocalLocks:
    """Among the requests of one gateway; a lock lives as long as somebody holds or awaits it."""

    def __init__(self) -> None:
        self._locks: dict[bytes, tuple[asyncio.Lock, int]] = {}

    def is_held(self, key: bytes) -> bool:
        """Whether somebody holds it now."""
        return key in self._locks

    @asynccontextmanager
    async def hold(self, key: bytes, patience: float | None = None) -> AsyncIterator[None]:
        """Hold it. Raises GatewayError (503), as `Locks` says."""
        lock, users = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = lock, users + 1
        try:
            try:
                async with asyncio.timeout(QUEUE_SECONDS if patience is None else patience):
                    await lock.acquire()
            except TimeoutError:
                raise busy() from None
            try:
                yield
            finally:
                lock.release()
        finally:
            lock, users = self._locks.pop(key)
            if users > 1:
                self._locks[key] = lock, users - 1
