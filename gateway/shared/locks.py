"""One at a time among all gateways, by Redis; within one gateway in the order in which they asked.

Only the first in a gateway's queue asks Redis. A lock is a lease: short, because a gateway that was killed holds it
until it ends, and renewed for as long as what is done under it takes. Who lost it all the same, because Redis or the
gateway stood still, finds its token gone, and keeps nothing (shared/entrance.py, shared/calls.py).
"""

import asyncio
import logging
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import TypeVar

from redis.asyncio.lock import Lock

from gateway import locks
from gateway.locks import LocalLocks, busy
from gateway.shared.redis import Shared, failures, name
from gateway.store_error import StoreError

log = logging.getLogger("gateway")
T = TypeVar("T")

LEASE_SECONDS = 4.0
_RENEWED_SECONDS = LEASE_SECONDS / 4
# Turns take a few hundredths of a second; asked at random times, two gateways do not keep in step.
_ASKED_SECONDS = (0.01, 0.03)
# The lines of a script that take the lock KEYS[1] for the token ARGV[1], at the latest for ARGV[2] ms; false: held.
TRY = """
local function try()
  return redis.call('GET', KEYS[1]) == ARGV[1] or redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
end
"""
LEASE_MILLISECONDS = int(LEASE_SECONDS * 1000)


class Lease:
    """A lock, held or to be taken by a script with `token`; `name` is its key."""

    def __init__(self, shared: Shared, key: bytes) -> None:
        self.name = name("lock", key)
        self.token = secrets.token_hex(16)
        self._lock = Lock(
            shared.client, self.name, timeout=LEASE_SECONDS, sleep=random.uniform(*_ASKED_SECONDS), thread_local=False
        )
        self._renewal: asyncio.TimerHandle | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._is_held = False

    async def wait(self, seconds: float) -> bool:
        """Take it when it is free; False when it was not for so many seconds. Raises StoreError."""
        with failures():
            is_taken = bool(await self._lock.acquire(blocking_timeout=max(0.0, seconds), token=self.token))
        if is_taken:
            self.taken()
        return is_taken

    def taken(self) -> None:
        """It is held from here on: renew it until it is given up."""
        if self._is_held:
            return
        self._lock.local.token = self.token.encode()
        self._is_held = True
        self._renew_later()

    def gone(self) -> None:
        """A script has released it."""
        self._is_held = False
        if self._renewal is not None:
            self._renewal.cancel()

    async def give_up(self) -> None:
        """Release it, if it is held. What cannot be released ends by itself."""
        if not self._is_held:
            return
        self.gone()
        try:
            with failures():
                await self._lock.release()
        except StoreError as error:
            log.warning("a lock ends later than it could: %s", error)

    def _renew_later(self) -> None:
        self._renewal = asyncio.get_running_loop().call_later(_RENEWED_SECONDS, self._begin_to_renew)

    def _begin_to_renew(self) -> None:
        self._renewing = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        try:
            with failures():
                await self._lock.extend(LEASE_SECONDS, replace_ttl=True)
        except StoreError as error:
            # Tried again while it may still be ours; whoever keeps something is told if it is not.
            if self._is_held:
                log.warning("a lock could not be renewed: %s", error)
        if self._is_held:
            self._renew_later()


class SharedLocks:
    """The locks of all gateways."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._queue = LocalLocks()
        self._try = shared.script(TRY + "return try() and 1 or 0")

    def is_held_here(self, key: bytes) -> bool:
        """Whether a request of this gateway holds or awaits it."""
        return self._queue.is_held(key)

    @asynccontextmanager
    async def hold(self, key: bytes, patience: float | None = None) -> AsyncIterator[None]:
        """Hold it, as `Locks` says. Raises GatewayError (503) or StoreError."""
        async with self.enter(key, self._attempt, patience):
            yield

    async def _attempt(self, lease: Lease) -> bool | None:
        return True if await self._try([lease.name], lease.token, LEASE_MILLISECONDS) else None

    @asynccontextmanager
    async def enter(
        self, key: bytes, attempt: Callable[[Lease], Awaitable[T | None]], patience: float | None = None
    ) -> AsyncIterator[tuple[Lease, T]]:
        """Hold it by a script that takes it and reads in one: `attempt` runs it, and gives None if others hold it.

        Raises GatewayError (503), StoreError, and what `attempt` raises.
        """
        until = monotonic() + (locks.QUEUE_SECONDS if patience is None else patience)
        async with self._queue.hold(key, patience):
            lease = Lease(self._shared, key)
            try:
                found = await attempt(lease)
                if found is None and await lease.wait(until - monotonic()):
                    found = await attempt(lease)
                if found is None:
                    raise busy()
                lease.taken()
                yield lease, found
            finally:
                await lease.give_up()
