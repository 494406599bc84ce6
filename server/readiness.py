"""Whether this server can take a message now, and ending without losing one that it has taken."""

import asyncio
import os
from typing import Any

from rasa.core.lock_store import InMemoryLockStore
from sanic import Sanic
from sanic.request import Request
from sanic.response import BaseHTTPResponse

from server.stores import ConversationStore
from server.turns import watch

# Whoever asks whether the server is ready waits a few seconds at most.
_ANSWER_SECONDS = 2.0


async def why_not(app: Sanic) -> list[str]:
    """What is missing for a message to be taken: some of `model`, `store`, `locks`, and `stopping`."""
    missing = ["stopping"] if getattr(app.ctx, "stopping", False) else []
    agent = getattr(app.ctx, "agent", None)
    if agent is None or not agent.is_ready():
        return [*missing, "model"]
    parts = {"store": agent.tracker_store}
    # Rasa's own lock store is in this process' memory.
    if not isinstance(agent.lock_store, InMemoryLockStore):
        parts["locks"] = agent.lock_store
    answers = await asyncio.gather(*(_answers(part) for part in parts.values()))
    return missing + [name for name, is_there in zip(parts, answers, strict=True) if not is_there]


async def _answers(part: Any) -> bool:
    try:
        await asyncio.wait_for(part.check(), _ANSWER_SECONDS)
    except Exception:
        return False
    return True


class Lifecycle:
    """What a server does when it starts and when it is told to stop; `listeners` are for Sanic.

    Told to stop (SIGTERM), it is no longer ready, and goes on answering for RASA_DRAIN_SECONDS (0 unless set): so long
    may take whoever routes messages to notice. Every answer now closes its connection, so that nobody writes into one
    that is about to end. Then nothing new is taken, and the turns in hand are finished.
    """

    def __init__(self, longest_turn: float) -> None:
        """`longest_turn` is how long, in seconds, a turn may take."""
        self._longest_turn = longest_turn
        self._drain = float(os.environ.get("RASA_DRAIN_SECONDS", "0"))
        self.listeners = [
            (self._before_start, "before_server_start"),
            (self._after_start, "after_server_start"),
            (self._before_stop, "before_server_stop"),
            (self._after_stop, "after_server_stop"),
        ]

    async def _before_start(self, app: Sanic, *_: object) -> None:
        app.ctx.stopping = False
        # Sanic counts the seconds that turns in hand are given only once nothing new is taken.
        app.config.GRACEFUL_SHUTDOWN_TIMEOUT = self._longest_turn + 1

        async def last_of_its_connection(request: Request, _: BaseHTTPResponse) -> None:
            if app.ctx.stopping and request.stream is not None:
                request.stream.keep_alive = False

        app.register_middleware(last_of_its_connection, "response")

    async def _after_start(self, app: Sanic, *_: object) -> None:
        store = app.ctx.agent.tracker_store
        # Rasa takes its store in memory, with a warning, where it cannot import the one that it was given.
        if not isinstance(store, ConversationStore):
            raise RuntimeError(f"trackers would be kept by {type(store).__name__}, from which nothing can be erased")
        watch(app.ctx.agent)
        await store.start()

    async def _before_stop(self, app: Sanic, *_: object) -> None:
        app.ctx.stopping = True
        await asyncio.sleep(self._drain)

    async def _after_stop(self, app: Sanic, *_: object) -> None:
        await app.ctx.agent.tracker_store.stop()
        if not isinstance(app.ctx.agent.lock_store, InMemoryLockStore):
            await app.ctx.agent.lock_store.close()
