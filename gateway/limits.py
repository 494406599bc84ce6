"""How much one caller may ask: token buckets by address, by keyed door and by conversation; and how much all may.

Many people share an address (mobile networks of the islands and of Mali, call centres), so an address may burst; a
conversation is one person and may not. A key vouches for its holder: behind it all calls of a line are one caller.
"""

import ipaddress
import logging
import time
from collections.abc import Awaitable, Callable, Hashable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.buckets import Buckets, Rate
from gateway.doors import Doorkeeper
from gateway.errors import Fault, GatewayError, answer
from gateway.settings import Network
from gateway.store_error import StoreError

log = logging.getLogger("gateway")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


ADDRESS = Rate(burst=300, per_second=20)
OPENING = Rate(burst=120, per_second=2)
KEYED_DOOR = Rate(burst=400, per_second=100)
CONVERSATION = Rate(burst=10, per_second=1)
# The console looks things up with every key that is typed, and a whole call centre types behind one address.
SESSION = Rate(burst=60, per_second=20)
# All requests in hand at once: beyond this, waiting costs more than coming back.
MOST_AT_ONCE = 256
# For so long nobody asks a Redis again that did not answer: asking may itself take a second.
_OPEN_SECONDS = 1.0
_OPENING_PATH = "/conversations"
_FREE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Limits:
    """The buckets of a gateway or, where they are shared, of all of them; none when limits are off."""

    def __init__(self, buckets: Callable[[str, Rate], Buckets] | None) -> None:
        """`buckets` makes the buckets of a name and a rate; None when limits are off."""
        self._conversations = buckets("conversation", CONVERSATION) if buckets else None
        self._addresses = buckets("address", ADDRESS) if buckets else None
        self._openings = buckets("opening", OPENING) if buckets else None
        self._doors = buckets("door", KEYED_DOOR) if buckets else None
        self._sessions = buckets("session", SESSION) if buckets else None
        self._open_until = 0.0

    async def conversation(self, conversation: bytes) -> None:
        """Count a message of a conversation. Raises GatewayError (429)."""
        await self._take(self._conversations, conversation)

    async def call(self, caller: Hashable, door: str | None, opens: bool) -> None:
        """Count a call by a keyed door, or by an address (which may open fewer conversations). Raises GatewayError."""
        if door is not None:
            await self._take(self._doors, door)
            return
        await self._take(self._addresses, caller)
        if opens:
            await self._take(self._openings, caller)

    async def session(self, holder: Hashable) -> None:
        """Count a call of somebody signed in at the console. Raises GatewayError (429)."""
        await self._take(self._sessions, holder)

    async def _take(self, buckets: Buckets | None, key: Hashable) -> None:
        if buckets is None or (self._open_until and time.monotonic() < self._open_until):
            return
        try:
            seconds = await buckets.take(key)
        except StoreError as error:
            # What cannot be counted is let through: what needs the same Redis says itself that it fails.
            if not self._open_until:
                log.error("limits are not kept: %s", error)
            self._open_until = time.monotonic() + _OPEN_SECONDS
            return
        self._open_until = 0.0
        if seconds:
            raise too_many(seconds)


def too_many(seconds: int) -> GatewayError:
    """What is raised for a call too many: to be made again after so many seconds."""
    return GatewayError(Fault.TOO_MANY, {"Retry-After": str(seconds)})


def client_of(peer: str, forwarded: list[str], trusted: tuple[Network, ...]) -> Hashable:
    """Whom a call counts for: the peer or, behind trusted proxies, the last address they did not add themselves.

    An IPv6 caller holds a whole /64 (RFC 6177), which counts as one.
    """
    client = _address(peer)
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    while client is not None and hops and _is_in(client, trusted):
        previous = _address(hops.pop())
        if previous is None:
            break
        client = previous
    if isinstance(client, ipaddress.IPv6Address):
        return ipaddress.ip_network((client, 64), strict=False)
    return client


def is_trusted(peer: str, trusted: tuple[Network, ...]) -> bool:
    """Whether `peer`, an address, is a proxy whose headers count."""
    address = _address(peer)
    return address is not None and _is_in(address, trusted)


def _is_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


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
        holder: Callable[[Scope], Awaitable[Hashable | None]],
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
            await self._count(scope)
        except GatewayError as error:
            # The body is not read: nothing that it holds may be taken for a request.
            await answer(error.fault, {**(error.headers or {}), "Connection": "close"})(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _count(self, scope: Scope) -> None:
        if scope["method"] in _FREE_METHODS:
            return
        headers = Headers(scope=scope)
        authorization = headers.get("authorization")
        door = self._keys.door_of(authorization) if authorization is not None else None
        if door is None and (holder := await self._holder(scope)) is not None:
            await self._limits.session(holder)
            return
        peer = scope["client"][0] if scope.get("client") else ""
        client = client_of(peer, headers.getlist("x-forwarded-for"), self._trusted)
        await self._limits.call(client, door, opens=scope["path"] == _OPENING_PATH)


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
