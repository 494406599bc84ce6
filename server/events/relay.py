"""From the outbox to RabbitMQ: every event at least once, however often RabbitMQ or this server goes away.

A row leaves the outbox in the transaction in which RabbitMQ confirmed to have it. Several servers relay side by side:
each takes rows that no other has taken. An event is doubled only when a server or its connection ends between the
confirmation and the end of the transaction; its `message_id` is the same then.

Rows are taken in the order of their ids, which are random, so that what was written together is not sent together.
"""

import asyncio
import logging
import random
from contextlib import suppress

import aio_pika
from aio_pika.abc import AbstractConnection, AbstractExchange
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

logger = logging.getLogger(__name__)

EXCHANGE = "assistant.events"
_BATCH = 200
_IDLE_SECONDS = 2.0
_ANSWER_SECONDS = 10.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0  # seconds
_TAKE = "SELECT id, key, body FROM event_outbox ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED"
_DONE = "DELETE FROM event_outbox WHERE id = ANY(%s)"


class Relay:
    """Relays until it is cancelled. What it cannot relay stays where it is, and is tried again ever more slowly."""

    def __init__(
        self,
        pool: "AsyncConnectionPool[AsyncConnection[tuple[object, ...]]]",
        url: str,
        idle_seconds: float = _IDLE_SECONDS,
        longest_pause: float = _LONGEST_PAUSE,
    ) -> None:
        """`url` as amqp://name:password@host:port/virtual-host, or amqps://. Nothing is connected yet."""
        self._pool = pool
        self._url = url
        self._idle_seconds = idle_seconds
        self._longest_pause = longest_pause
        self._connection: AbstractConnection | None = None
        self._exchange: AbstractExchange | None = None

    async def run(self) -> None:
        """Batch after batch, until cancelled."""
        pause = _FIRST_PAUSE
        try:
            while True:
                failure = await self._tried()
                if failure is None:
                    if pause > _FIRST_PAUSE:
                        logger.warning("events are relayed again")
                    pause = _FIRST_PAUSE
                    continue
                if pause == _FIRST_PAUSE:
                    logger.warning("events wait to be relayed: %s", failure)
                await self.close()
                await asyncio.sleep(min(pause, self._longest_pause) * random.uniform(0.5, 1.5))
                pause = min(2 * pause, _LONGEST_PAUSE)
        finally:
            await self.close()

    async def _tried(self) -> str | None:
        """Relay a batch and wait until it is worth looking again; else the kind of the failure.

        In a task of its own: where a connection breaks, aio-pika cancels who waits for it, and raises errors of many
        kinds. None of them may end the relay.
        """
        batch = asyncio.create_task(self.batch())
        try:
            await asyncio.wait([batch])
        finally:
            batch.cancel()
            await asyncio.gather(batch, return_exceptions=True)
        if batch.cancelled():
            return "CancelledError"
        if (error := batch.exception()) is not None:
            return type(error).__name__
        if batch.result() < _BATCH:
            await asyncio.sleep(self._idle_seconds * random.uniform(0.5, 1.5))
        return None

    async def batch(self) -> int:
        """Relay some rows, and return how many. Raises what the two servers' libraries do; nothing is lost then."""
        exchange = await self._connected()
        async with self._pool.connection() as connection, connection.transaction():
            rows = await (await connection.execute(_TAKE, (_BATCH,))).fetchall()
            if rows:
                sending = [self._publish(exchange, str(identity), str(key), str(body)) for identity, key, body in rows]
                await asyncio.wait_for(asyncio.gather(*sending), _ANSWER_SECONDS)
                await connection.execute(_DONE, ([row[0] for row in rows],))
        return len(rows)

    @staticmethod
    async def _publish(exchange: AbstractExchange, identity: str, key: str, body: str) -> None:
        message = aio_pika.Message(
            body.encode(),
            message_id=identity,
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            app_id="assistant",
        )
        # Not mandatory: where nobody has bound a queue, nobody waits for it.
        await exchange.publish(message, routing_key=key, mandatory=False)

    async def _connected(self) -> AbstractExchange:
        if self._exchange is None or self._connection is None or self._connection.is_closed:
            await self.close()
            self._connection = await aio_pika.connect(self._url, timeout=_ANSWER_SECONDS)
            channel = await self._connection.channel(publisher_confirms=True)
            self._exchange = await channel.declare_exchange(
                EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True, timeout=_ANSWER_SECONDS
            )
        return self._exchange

    async def close(self) -> None:
        """Close the connection to RabbitMQ; the next batch opens another."""
        connection, self._connection, self._exchange = self._connection, None, None
        if connection is not None:
            with suppress(Exception):  # it may be broken in as many ways
                await asyncio.wait_for(connection.close(), _ANSWER_SECONDS)
