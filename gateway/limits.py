"""How much one caller may ask: token buckets by address, by keyed door and by conversation; and how much all may.

Many people share an address (mobile networks of the islands and of Mali, call centres), so an address may burst; a
conversation is one person and may not. A key vouches for its holder: behind it all calls of a line are one caller.
"""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.doors import Doorkeeper
from gateway.errors import Fault, GatewayError, answer
from gateway.settings import Network, Settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Rate:
    """`burst` calls at once, `per_second` over time."""

    burst: float
    per_second: float


ADDRESS = Rate(burst=300, per_second=20)
OPENING = Rate(burst=120, per_second=2)
KEYED_DOOR = Rate(burst=400, per_second=100)
CONVERSATION = Rate(burst=10, per_second=1)
# The console looks things up with every key that is typed, and a whole call centre types behind one address.
SESSION = Rate(burst=60, per_second=20)
# All requests in hand at once: beyond this, waiting costs more than coming back.
MOST_AT_ONCE = 256
_MOST_BUCKETS = 50_000
_OPENING_PATH = "/conversations"
_FREE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Buckets:
    """Token buckets of one rate by key; those unused longest are dropped first, which forgives their holder."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic, most: int = _MOST_BUCKETS) -> None:
        self._rate = rate
        self._clock = clock
        self._most = most
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable) -> int:
        """Take one token. Returns 0, or the whole seconds after which one will be there."""
        now = self._clock()
        tokens, then = self._buckets.pop(key, (self._rate.burst, now))
        tokens = min(self._rate.burst, tokens + (now - then) * self._rate.per_second)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if allowed else tokens), now
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((1 - tokens) / self._rate.per_second))

    def give_back(self, key: Hashable) -> None:
        """Return a token that was taken."""
        if key in self._buckets:
            tokens, then = self._buckets[key]
            self._buckets[key] = min(self._rate.burst, tokens + 1), then


class Limits:
    """The buckets of one gateway; none when limits are off."""

    def __init__(self, settings: Settings) -> None:
        self._on = settings.rate_limits
        self._addresses = Buckets(ADDRESS)
        self._openings = Buckets(OPENING)
        self._doors = Buckets(KEYED_DOOR)
        self._conversations = Buckets(CONVERSATION)
        self._sessions = Buckets(SESSION)

    def conversation(self, conversation: bytes) -> None:
        """Count a message of a conversation. Raises GatewayError (429)."""
        self._refuse(self._conversations.take(conversation) if self._on else 0)

    def call(self, caller: Hashable, door: str | None, opens: bool) -> None:
        """Count a call by a keyed door, or by an address (which may open fewer conversations). Raises GatewayError."""
        if not self._on:
            return
        if door is not None:
            self._refuse(self._doors.take(door))
            return
        self._refuse(self._addresses.take(caller))
        if opens:
            self._refuse(self._openings.take(caller))

    def session(self, holder: Hashable) -> None:
        """Count a call of somebody signed in at the console. Raises GatewayError (429)."""
        self._refuse(self._sessions.take(holder) if self._on else 0)

    @staticmethod
    def _refuse(seconds: int) -> None:
        if seconds:
            raise GatewayError(Fault.TOO_MANY, {"Retry-After": str(seconds)})


def client_of(peer: str, forwarded: list[str], trusted: tuple[Network, ...]) -> Hashable:
    """Whom a call counts for: the peer or, behind trusted proxies, the last address they did not add themselves.

    An IPv6 caller holds a whole /64 (RFC 6177), which counts as one.
    """
    client = _address(peer)
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    while client is not None and hops and any(client in network for network in trusted):
        previous = _address(hops.pop())
        if previous is None:
            break
        client = previous
    if isinstance(client, ipaddress.IPv6Address):
        return ipaddress.ip_network((client, 64), strict=False)
    return client


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


class LimitMiddleware:
    """Counts every call that does something, before its body is read.

    `holder` tells who is signed in at the console, None when a call is nobody's there.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits,
        keys: Doorkeeper,
        trusted: tuple[Network, ...],
        holder: Callable[[Scope], Hashable | None],
    ) -> None:
        self._app = app
        self._holder = holder
        self._limits = limits
        self._keys = keys
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            self._count(scope)
        except GatewayError as error:
            # The body is not read: nothing that it holds may be taken for a request.
            await answer(error.fault, {**(error.headers or {}), "Connection": "close"})(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _count(self, scope: Scope) -> None:
        if scope["method"] in _FREE_METHODS:
            return
        headers = Headers(scope=scope)
        authorization = headers.get("authorization")
        door = self._keys.door_of(authorization) if authorization is not None else None
        if door is None and (holder := self._holder(scope)) is not None:
            self._limits.session(holder)
            return
        peer = scope["client"][0] if scope.get("client") else ""
        client = client_of(peer, headers.getlist("x-forwarded-for"), self._trusted)
        self._limits.call(client, door, opens=scope["path"] == _OPENING_PATH)


class AtOnceMiddleware:
    """Answers 503 when too many requests are in hand.

    One is in hand from when its body is whole until its answer begins: who sends or reads slowly holds a connection
    (connections.py), and nobody else up.
    """

    def __init__(self, app: ASGIApp, most: int = MOST_AT_ONCE) -> None:
        self._app = app
        self._most = most
        self._in_hand = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._in_hand >= self._most:
            await answer(Fault.BUSY, {"Retry-After": "1"})(scope, receive, send)
            return
        in_hand = True
        self._in_hand += 1

        def done() -> None:
            nonlocal in_hand
            self._in_hand -= in_hand
            in_hand = False

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                done()
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            done()
