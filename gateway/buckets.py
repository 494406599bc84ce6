"""Token buckets: so many at once, then so many a second, for each of those who ask."""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol

_MOST_BUCKETS = 50_000


@dataclass(frozen=True)
class Rate:
    """`burst` calls at once, `per_second` over time."""

    burst: float
    per_second: float

    @property
    def full_after(self) -> float:
        """The seconds after which a bucket that is left alone is full again, and tells nothing of its holder."""
        return self.burst / self.per_second


class Buckets(Protocol):
    """The buckets of one rate. Those that are shared may raise StoreError."""

    async def take(self, key: Hashable) -> int:
        """Take one token. Returns 0, or the whole seconds after which one will be there."""

    async def give_back(self, key: Hashable) -> None:
        """Return a token that was taken."""


class LocalBuckets:
    """In memory. A bucket goes once it must be full again, the one unused longest when there are too many.

    So no address stays longer than it has to. The latter forgives a bucket's holder.
    """

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic, most: int = _MOST_BUCKETS) -> None:
        self._rate = rate
        self._clock = clock
        self._most = most
        # In the order in which they were used.
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._is_sweeping = False

    async def take(self, key: Hashable) -> int:
        """Take one token. Returns 0, or the whole seconds after which one will be there."""
        now = self._clock()
        tokens, then = self._buckets.pop(key, (self._rate.burst, now))
        tokens = min(self._rate.burst, tokens + (now - then) * self._rate.per_second)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if allowed else tokens), now
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        if not self._is_sweeping:
            self._sweep_later()
        return 0 if allowed else max(1, math.ceil((1 - tokens) / self._rate.per_second))

    async def give_back(self, key: Hashable) -> None:
        """Return a token that was taken."""
        if key in self._buckets:
            tokens, then = self._buckets[key]
            self._buckets[key] = min(self._rate.burst, tokens + 1), then

    def sweep(self) -> None:
        """Drop the buckets that must be full again."""
        oldest = self._clock() - self._rate.full_after
        while self._buckets and next(iter(self._buckets.values()))[1] <= oldest:
            self._buckets.popitem(last=False)
        self._is_sweeping = False
        if self._buckets:
            self._sweep_later()

    def _sweep_later(self) -> None:
        self._is_sweeping = True
        asyncio.get_running_loop().call_later(self._rate.full_after, self.sweep)
