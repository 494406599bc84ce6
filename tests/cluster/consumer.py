"""Who counts by the cluster's events: a durable queue that all of them go to."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

import aio_pika

EXCHANGE = "assistant.events"
QUEUE = "all-of-this-test"


@dataclass(frozen=True)
class Event:
    """An event as it was delivered."""

    id: str
    key: str
    body: dict[str, Any]


class Consumer:
    """Reads the queue of a broker; what is delivered while nobody reads waits there."""

    def __init__(self, url: str) -> None:
        """Have the queue from now on get every event."""
        self._url = url
        asyncio.run(self._drain())

    def delivered(self, at_least: int = 0, quiet: float = 3.0, longest: float = 90.0) -> list[Event]:
        """The events until there were enough of them and none came for `quiet` seconds, or after `longest` seconds."""
        found: list[Event] = []
        until = time.monotonic() + longest
        last = time.monotonic()
        while time.monotonic() < until:
            more = asyncio.run(self._drain())
            found += more
            if more:
                last = time.monotonic()
            elif len(found) >= at_least and time.monotonic() - last > quiet:
                break
            time.sleep(0.3)
        return found

    async def _drain(self) -> list[Event]:
        connection = await aio_pika.connect(self._url)
        async with connection:
            channel = await connection.channel()
            exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
            queue = await channel.declare_queue(QUEUE, durable=True)
            await queue.bind(exchange, "#")
            found = []
            while (message := await queue.get(fail=False)) is not None:
                await message.ack()
                found.append(Event(str(message.message_id), str(message.routing_key), json.loads(message.body)))
            return found
