"""A turn as the REST channel sees it: whether it was taken already, and how long its parts took.

`watch` puts small wrappers around three methods of the processor that Rasa has loaded. They are where a turn can be
seen inside its conversation's lock: a check before the lock would miss a first try that is still under way.

Whoever sends a message again - nginx, after a server died; the gateway, after an error - gives it the same
`metadata.turn`. A turn that the tracker holds is answered with what was said then, and not taken a second time.
"""

import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import wraps
from itertools import islice
from typing import Any

from rasa.core.agent import Agent
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

# The key of a message's metadata that names its turn.
TURN = "turn"
# Messages are sent again within seconds: some thirty turns are far more than can pass meanwhile.
_LOOKED_AT = 200


class TurnTakenError(Exception):
    """The turn was taken before; `replies` is what was said then."""

    def __init__(self, replies: list[BotUttered]) -> None:
        super().__init__("the turn was taken before")
        self.replies = replies


class Turn:
    """The turn in hand. `turn` names it; None when nobody named it."""

    _in_hand: ContextVar["Turn | None"] = ContextVar("turn", default=None)

    def __init__(self, turn: str | None) -> None:
        self.turn = turn
        self._began: float | None = None
        self._seconds = {"parse": 0.0, "keep": 0.0}
        self._in_hand.set(self)

    @classmethod
    def in_hand(cls) -> "Turn | None":
        """The turn that this code runs for, None where it runs for none."""
        return cls._in_hand.get()

    def timing(self) -> dict[str, str]:
        """The header Server-Timing (W3C), in milliseconds; none when nothing was measured.

        `parse` is understanding; `keep` reading and writing the tracker; `act` all the rest of the turn, from when it
        had its conversation to itself.
        """
        if self._began is None:
            return {}
        whole = time.perf_counter() - self._began
        parts = {"parse": self._seconds["parse"], "act": whole - sum(self._seconds.values())}
        parts["keep"] = self._seconds["keep"]
        return {"Server-Timing": ", ".join(f"{name};dur={1000 * spent:.2f}" for name, spent in parts.items())}

    async def timed(self, part: str, doing: Awaitable[Any]) -> Any:
        """Await `doing`, whose time counts as `part`."""
        start = time.perf_counter()
        if self._began is None:
            self._began = start
        try:
            return await doing
        finally:
            self._seconds[part] += time.perf_counter() - start


def replies_to(tracker: DialogueStateTracker, turn: str) -> list[BotUttered]:
    """What was said to the message of a turn; nothing when the tracker does not hold it, or holds no answer to it.

    A turn whose action failed is kept without an answer: it is for the next try to give one.
    """
    said: list[BotUttered] = []
    for event in islice(reversed(tracker.events), _LOOKED_AT):
        if isinstance(event, BotUttered):
            said.append(event)
        elif isinstance(event, UserUttered):
            if event.metadata.get(TURN) == turn:
                return said[::-1]
            said.clear()
    return []


def watch(agent: Agent) -> None:
    """Time the turns of a loaded agent, and have it raise TurnTakenError for one that was taken before."""
    processor = agent.processor
    if processor is None:
        return
    processor.get_tracker = _refusing_the_taken(_timed("keep", processor.get_tracker))
    processor.parse_message = _timed("parse", processor.parse_message)
    processor.save_tracker = _timed("keep", processor.save_tracker)


def _timed(part: str, do: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(do)
    async def timed(*arguments: Any, **named: Any) -> Any:
        turn = Turn.in_hand()
        doing = do(*arguments, **named)
        return await (turn.timed(part, doing) if turn else doing)

    return timed


def _refusing_the_taken(read: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(read)
    async def reading(*arguments: Any, **named: Any) -> Any:
        tracker = await read(*arguments, **named)
        turn = Turn.in_hand()
        if turn is not None and turn.turn is not None:
            replies = replies_to(tracker, turn.turn)
            if replies:
                raise TurnTakenError(replies)
        return tracker

    return reading
