"""Trackers in PostgreSQL, for several Rasa servers (`deploy/endpoints.yml`).

A conversation has one row that counts its events, and a row for each event. A turn is one statement: it raises the
count from what its tracker began with and adds the events, or does neither. So two servers that take turns of the same
conversation at once cannot both keep theirs, whatever became of the lock between them; the loser's turn is an error,
and may be sent again. A tracker in memory is used as long as the count is what it was: one short query a turn.

What is erased leaves its count behind for an hour, marked: a turn that was under way cannot bring the conversation
back. What can still be read of the rows then is told in `server/sealed.py`. Conversations that nobody asked to erase
and nobody wrote to for a day - the gateways' memory was lost - are erased here.
"""

import asyncio
import json
import logging
import os
import random
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from psycopg import AsyncConnection, Error, OperationalError
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from rasa.core.brokers.broker import EventBroker
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from policies_kb.base import DEFAULT_PATH
from policies_kb.base_version import version_of
from server import postgres_schema as schema
from server.events.relay import Relay
from server.events.told import Told, erased, opened, told_of
from server.sealed import Seal
from server.stores import ConversationErasedError, ConversationStore, LiveTrackers, stored_form

logger = logging.getLogger(__name__)

Connection = AsyncConnection[tuple[Any, ...]]
T = TypeVar("T")

# What one event loop can make use of: a turn is a millisecond or two of the database's time.
_MOST_CONNECTIONS = 8
# A turn has 20 s in all, and whoever sent it may have another server to ask.
_WAIT_SECONDS = 3.0
_SWEEP_SECONDS = 600.0
_LIMITS = "SET statement_timeout = '5s'; SET lock_timeout = '3s'; SET idle_in_transaction_session_timeout = '30s'"
# On a tracker: how many of its events were stored when it was read.
_STORED = "_stored_events"


class ConversationMovedError(RuntimeError):
    """Another server kept a turn of the conversation meanwhile: nothing of this turn is kept."""


class PostgresTrackerStore(ConversationStore):
    """A tracker store of `endpoints.yml`: `url` is the database, `live` the trackers to hold, `amqp` where to relay.

    `amqp` is AMQP_URL unless given; without it no events are written.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        host: str = "",
        live: int = 256,
        amqp: str | None = None,
        **kwargs: Any,
    ) -> None:
        """`host` is what Rasa makes of `url`: postgresql://name:password@host/database. Nothing is connected yet."""
        super().__init__(domain, event_broker)
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            host,
            min_size=1,
            max_size=_MOST_CONNECTIONS,
            open=False,
            timeout=_WAIT_SECONDS,
            configure=_configure,
            kwargs={
                "autocommit": True,
                "application_name": "assistant-rasa",
                "connect_timeout": 3,
                # A server that is gone without a word is noticed in seconds, not in minutes.
                "tcp_user_timeout": 5000,
            },
        )
        self._live = LiveTrackers(int(live))
        self._amqp = os.environ.get("AMQP_URL") if amqp is None else amqp
        self._prepared = False
        self._preparing = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Relay events, and erase what nobody asked for any more, until `stop`. The database may be away."""
        self._tasks.append(asyncio.create_task(self._sweep_for_ever()))
        if self._amqp:
            version_of(DEFAULT_PATH)
            self._tasks.append(asyncio.create_task(self._relay_for_ever(self._amqp)))

    async def stop(self) -> None:
        """Close the connections."""
        await super().stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self._pool.close()

    async def check(self) -> None:
        """Raise psycopg.Error or PoolTimeout unless the tables can be read."""
        await self._do(lambda connection: _fetch(connection, "SELECT 1 FROM tracker_conversations LIMIT 1"))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the tracker of a conversation, None for an unknown one. Raises psycopg.Error or PoolTimeout."""
        seal = Seal(sender_id)
        live = self._live.get(sender_id)
        if live is not None:
            if await self._count(seal) == live[1]:
                return live[0]
            self._live.forget(sender_id)
        rows = await self._do(lambda connection: _fetch(connection, schema.READ, (seal.name,)))
        if not rows:
            return None
        events = [json.loads(seal.open(position, bytes(event))) for position, event in rows]
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        self._keep(tracker, len(events))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Add the events that are not yet stored.

        Raises ConversationErasedError, ConversationMovedError, psycopg.Error or PoolTimeout: the tracker is then not
        kept in memory, and the turn is to be taken again.
        """
        seal = Seal(tracker.sender_id)
        stored = vars(tracker).get(_STORED)
        if not tracker.events:
            # Rasa saves a tracker that it has just made because none was found: its turn begins with nothing stored.
            vars(tracker)[_STORED] = 0
            return
        if stored is None:
            stored = await self._count(seal)
        fresh: list[Event] = list(tracker.events)[stored:]
        if not fresh:
            return
        told = self._told(fresh, is_new=stored == 0)
        try:
            await self._append(seal, stored, fresh, told)
        except BaseException:
            self.reread(tracker.sender_id)
            raise
        self._keep(tracker, stored + len(fresh))
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, fresh, tracker.sender_id)

    async def keys(self) -> Iterable[str]:
        """Return what the conversations are named by here: their ids are not known to the database."""
        rows = await self._do(
            lambda connection: _fetch(connection, "SELECT encode(conversation, 'hex') FROM tracker_conversations "
                                      "WHERE NOT erased")
        )  # fmt: skip
        return [str(row[0]) for row in rows]

    def reread(self, sender_id: str) -> None:
        """Forget what memory holds of a conversation: the next turn goes on from what is in the database."""
        self._live.forget(sender_id)

    async def erase(self, sender_id: str) -> None:
        """Erase a conversation, from memory and from the database. Raises psycopg.Error or PoolTimeout."""
        self.reread(sender_id)
        name = Seal(sender_id).name

        async def erase(connection: Connection) -> None:
            async with connection.transaction():
                await connection.execute(schema.MARK, (name,))
                gone = await connection.execute(schema.ERASE, (name,))
                if self._amqp and gone.rowcount:
                    await connection.execute(schema.TELL, _columns([erased()]))

        await self._do(erase)

    async def sweep(self) -> None:
        """Erase the conversations that were not written to for a day. Raises psycopg.Error or PoolTimeout."""
        await self._do(lambda connection: connection.execute(schema.SWEEP))

    async def _count(self, seal: Seal) -> int:
        """How many events of a conversation are stored."""
        rows = await self._do(lambda connection: _fetch(connection, schema.COUNT, (seal.name,)))
        return int(rows[0][0]) if rows else 0

    async def _append(self, seal: Seal, stored: int, fresh: list[Event], told: list[Told]) -> None:
        sealed = [seal.close(stored + place, stored_form(event)) for place, event in enumerate(fresh)]
        values = {"name": seal.name, "stored": stored, "events": sealed, **_columns(told)}
        if await self._do(lambda connection: _fetch(connection, schema.KEEP, values)):
            return
        rows = await self._do(lambda connection: _fetch(connection, schema.COUNT, (seal.name,)))
        if rows and not rows[0][1]:
            raise ConversationMovedError("a turn was not kept: its conversation went on elsewhere meanwhile")
        raise ConversationErasedError("a turn was not kept: its conversation was erased meanwhile")

    def _told(self, fresh: list[Event], is_new: bool) -> list[Told]:
        if not self._amqp:
            return []
        told = list(told_of(fresh, version_of(DEFAULT_PATH)))
        return [opened(fresh), *told] if is_new else told

    def _keep(self, tracker: DialogueStateTracker, stored: int) -> None:
        vars(tracker)[_STORED] = stored
        self._live.keep(tracker, stored)

    async def _do(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Do some work on a connection; once more where the server had closed that one.

        Nothing is done twice by that: a turn that was kept when its connection broke does not fit a second time.
        """
        await self._prepare()
        connection: Connection | None = None
        try:
            async with self._pool.connection() as connection:
                return await work(connection)
        except OperationalError:
            if connection is None or not connection.closed:
                raise
        await self._pool.check()
        async with self._pool.connection() as connection:
            return await work(connection)

    async def _prepare(self) -> None:
        if self._prepared:
            return
        async with self._preparing:
            if not self._prepared:
                await self._pool.open()
                async with self._pool.connection() as connection:
                    await schema.prepare(connection)
                self._prepared = True

    async def _sweep_for_ever(self) -> None:
        while True:
            try:
                await self.sweep()
            except (Error, PoolTimeout) as error:
                logger.warning("old conversations have to be erased later: %s", type(error).__name__)
            await asyncio.sleep(_SWEEP_SECONDS * random.uniform(0.5, 1.5))

    async def _relay_for_ever(self, url: str) -> None:
        while True:
            try:
                await self._prepare()
                break
            except (Error, PoolTimeout):
                await asyncio.sleep(_WAIT_SECONDS * random.uniform(0.5, 1.5))
        await Relay(self._pool, url).run()


async def _configure(connection: Connection) -> None:
    await connection.execute(_LIMITS)


async def _fetch(connection: Connection, statement: str, values: Any = None) -> list[tuple[Any, ...]]:
    return await (await connection.execute(statement, values)).fetchall()


def _columns(told: list[Told]) -> dict[str, list[str]]:
    return {
        "ids": [each.id for each in told],
        "keys": [each.key for each in told],
        "bodies": [each.body for each in told],
    }
