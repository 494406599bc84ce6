"""The load: people who hold conversations with a server, as many at a time as there are clients.

Every client waits for the reply before it says the next thing, over a connection of its own that stays open. What is
timed is a message: from its first byte sent to the last byte of its reply.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.bench.choice import Script
from evaluation.bench.http_client import Connection, HttpError, request
from evaluation.bench.names import OURS
from evaluation.bench.servers import Server

_WEBHOOK = "/webhooks/rest/webhook"
_SHOWN = 300  # bytes of an answer that is no reply


@dataclass(frozen=True)
class Opened:
    """A conversation that may begin: the requests of its messages, written."""

    messages: tuple[bytes, ...]


@dataclass(frozen=True)
class Took:
    """What holding conversations took, in seconds: each message, all together, processor time of server and clients."""

    messages: list[float]
    together: float
    server: float
    clients: float


async def open_all(server: Server, scripts: Sequence[Script]) -> list[Opened]:
    """Open the conversations and write their requests. Raises HttpError or OSError."""
    async with Connection(server.port) as connection:
        return [await open_one(server, connection, script) for script in scripts]


async def open_one(server: Server, connection: Connection, script: Script) -> Opened:
    """Open a conversation: this assistant gives it a name, to the others any name will do."""
    key = server.keys.get(script.channel)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    if server.name == OURS:
        place = {"channel": script.channel, "country": script.country, "offer": script.offer}
        status, body = await connection.send(request(server.host, "POST", "/conversations", headers, place))
        if status != 201:
            raise HttpError(f"{server.name} opened no conversation: {status} {body[:_SHOWN]!r}")
        sender = json.loads(body)["sender"]
    else:
        sender = secrets.token_urlsafe(24)
    said = [{"sender": sender, "message": message} for message in script.messages]
    if server.name == OURS:  # as its widget does, so that a message may be sent again
        said = [{**one, "message_id": secrets.token_urlsafe(12)} for one in said]
    return Opened(tuple(request(server.host, "POST", _WEBHOOK, headers, one) for one in said))


async def ask(connection: Connection, message: bytes) -> float:
    """The seconds until a message was answered. Raises HttpError for anything but a reply, and OSError."""
    started = time.perf_counter()
    status, body = await connection.send(message)
    took = time.perf_counter() - started
    if status != 200 or not body.startswith(b"[{"):
        raise HttpError(f"no reply: {status} {body[:_SHOWN]!r}")
    return took


async def hold_all(server: Server, scripts: Sequence[Script], clients: int) -> Took:
    """Hold all conversations, `clients` at a time. They are opened before the clock starts.

    Raises HttpError, OSError or asyncio.IncompleteReadError.
    """
    waiting = list(reversed(await open_all(server, scripts)))
    took: list[float] = []

    async def client(connection: Connection) -> None:
        while waiting:
            for message in waiting.pop().messages:
                took.append(await ask(connection, message))

    connections = [await Connection(server.port).__aenter__() for _ in range(clients)]
    before, used, started = server.processor(), time.process_time(), time.perf_counter()
    try:
        await asyncio.gather(*(client(connection) for connection in connections))
        together, clients_used = time.perf_counter() - started, time.process_time() - used
        return Took(took, together, server.processor() - before, clients_used)
    finally:
        for connection in connections:
            await connection.__aexit__(None, None, None)
