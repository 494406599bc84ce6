"""Sign-ins that were begun at an OpenID provider: what is kept until the browser comes back."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

KEPT_SECONDS = 600
_MOST = 10_000


@dataclass(frozen=True)
class Begun:
    """The secret of the browser's cookie, the nonce, the PKCE verifier, and the path to end at."""

    secret: str
    nonce: str
    verifier: str
    then: str


class Started(Protocol):
    """The sign-ins that were begun, by their state; each is given once, and for ten minutes."""

    async def keep(self, state: str, begun: Begun) -> None:
        """Keep a sign-in. What is shared may raise StoreError."""

    async def take(self, state: str) -> Begun | None:
        """The sign-in of a state, which is then kept no more. What is shared may raise StoreError."""


class LocalStarted:
    """In memory; the oldest goes when there are too many."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: OrderedDict[str, tuple[float, Begun]] = OrderedDict()

    async def keep(self, state: str, begun: Begun) -> None:
        """Keep a sign-in."""
        self._begun[state] = self._clock() + KEPT_SECONDS, begun
        if len(self._begun) > _MOST:
            self._begun.popitem(last=False)

    async def take(self, state: str) -> Begun | None:
        """The sign-in of a state, which is then kept no more."""
        until, begun = self._begun.pop(state, (0.0, None))
        return begun if until >= self._clock() else None
