"""Locks of conversations in Redis, for several Rasa servers (`deploy/endpoints.yml`).

Rasa's own Redis lock reads a list of tickets, changes it and writes it back: two servers that do so at once both find
themselves first. And who waits asks once a second. Here a lock is one key that only one can set (redis-py's Lock: SET
NX PX, released by a script that compares the holder), and who waits asks after some hundredths of a second.

The key lasts a few seconds and is renewed while its turn goes on: a server that dies holds nobody up for longer. A
server that stands still for so long may lose its lock to another; then `server/postgres_tracker_store.py` keeps the
turn of one of them alone.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import blake2b

from rasa.core.lock_store import LockError, LockStore
from rasa.utils.endpoints import EndpointConfig
from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import LockError as NotHeldError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

_PREFIX = "assistant:turn:"
_NAME_BYTES = 16
_LASTS_SECONDS = 4.0
_RENEWED_EVERY = 1.0  # seconds
# A turn has 20 s in all: what waited for longer had better be sent again.
_LONGEST_WAIT = 12.0  # seconds
# Redis may be exchanged for another within this time; who waits longer for it had better be told.
_LONGEST_ABSENCE = 2.0  # seconds
_ASKED_EVERY = (0.01, 0.04)  # seconds, drawn between
_ANSWER_SECONDS = 1.0


class ConversationBusyError(LockError):
    """Other turns of the conversation took too long. The message may be sent again."""


class RedisLockStore(LockStore):
    """A lock store of `endpoints.yml`: `url` is redis://[:password@]host:port/number, rediss:// or unix://."""

    def __init__(self, endpoint_config: EndpointConfig) -> None:
        """Nothing is connected yet. Raises ValueError when there is no such `url`."""
        super().__init__()
        self._redis = Redis.from_url(
            endpoint_config.url or "",
            socket_timeout=_ANSWER_SECONDS,
            socket_connect_timeout=_ANSWER_SECONDS,
            # Once, at once: a connection that Redis closed when it was restarted is opened again.
            retry=Retry(ConstantBackoff(0.01), 1, (RedisConnectionError,)),
            retry_on_error=[RedisConnectionError],
        )
        self._queues = _Queues()

    async def check(self) -> None:
        """Raise RedisError or OSError unless Redis answers."""
        await self._redis.ping()

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.close()

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = _LASTS_SECONDS, wait_time_in_seconds: float = _LONGEST_WAIT
    ) -> AsyncIterator[None]:
        """Hold a conversation. `lock_lifetime` is how long a server that died holds it. Nothing is given: Rasa's own
        lock gives a ticket, which none of its callers uses.

        Raises ConversationBusyError after `wait_time_in_seconds`, RedisError or OSError when Redis is away.
        """
        name = _PREFIX + blake2b(conversation_id.encode("utf-8", "surrogatepass"), digest_size=_NAME_BYTES).hexdigest()
        lock = Lock(self._redis, name, timeout=lock_lifetime, thread_local=False)
        # The turns of this server wait in line; one of them at a time asks Redis.
        async with self._queues.front(name, wait_time_in_seconds) as waits_until:
            await _acquire(lock, waits_until)
            renewal = _Renewal(lock)
            try:
                yield
            finally:
                renewal.end()
                await _release(lock)


class _Queues:
    """Turns of this server for the same conversation, one after the other."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def front(self, name: str, seconds: float) -> AsyncIterator[float]:
        """Be the first in line, and get when (loop time) the waiting must end. Raises ConversationBusyError."""
        waits_until = asyncio.get_running_loop().time() + seconds
        lock, users = self._locks.get(name, (asyncio.Lock(), 0))
        self._locks[name] = lock, users + 1
        try:
            try:
                await asyncio.wait_for(lock.acquire(), seconds)
            except asyncio.TimeoutError:
                raise ConversationBusyError("other turns of the conversation took too long") from None
            try:
                yield waits_until
            finally:
                lock.release()
        finally:
            lock, users = self._locks.pop(name)
            if users > 1:
                self._locks[name] = lock, users - 1


class _Renewal:
    """Has a lock last until `end`, however long its turn takes. Costs nothing for a turn shorter than a second."""

    def __init__(self, lock: Lock) -> None:
        self._lock = lock
        self._renewing: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(_RENEWED_EVERY, self._begin)

    def end(self) -> None:
        self._timer.cancel()
        if self._renewing is not None:
            self._renewing.cancel()

    def _begin(self) -> None:
        self._renewing = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        while True:
            try:
                await self._lock.reacquire()
            except NotHeldError:
                logger.warning("a conversation was lost to another server while its turn went on")
                return
            except (RedisError, OSError) as error:
                logger.warning("a lock could not be renewed: %s", type(error).__name__)
            await asyncio.sleep(_RENEWED_EVERY)


async def _acquire(lock: Lock, until: float) -> None:
    loop = asyncio.get_running_loop()
    away_since: float | None = None
    while True:
        try:
            if await lock.acquire(blocking=False):
                return
            away_since = None
        except (RedisError, OSError):
            away_since = away_since or loop.time()
            if loop.time() - away_since > _LONGEST_ABSENCE:
                raise
        if loop.time() > until:
            raise ConversationBusyError("another server's turn of the conversation took too long")
        await asyncio.sleep(random.uniform(*_ASKED_EVERY))


async def _release(lock: Lock) -> None:
    """The turn is over and kept: what goes wrong here holds up the next one, for as long as the key lasts."""
    try:
        await lock.release()
    except (RedisError, OSError) as error:
        logger.warning("a lock was not released: %s", type(error).__name__)
