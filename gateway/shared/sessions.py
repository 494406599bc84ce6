"""The console's sessions of all gateways, in Redis: `session:<digest of the cookie>`, gone when it is over."""

import json
from collections.abc import Iterable

from gateway.console.sessions import Session, digest, drawn
from gateway.console.settings import Role
from gateway.shared.redis import Shared, failures, name

_KIND = "session"
# Keys that one step of looking through all of them takes.
_STEP = 1000
# `ends`: when it is over however much it is used, in milliseconds. What no longer lasts is gone by PEXPIRE itself.
_LASTS = "redis.call('PEXPIRE', KEYS[1], math.min(tonumber(ARGV[1]), tonumber(ends) - now)) "
_OPEN = (
    """
local ends = now + tonumber(ARGV[2])
redis.call('HSET', KEYS[1], 'subject', ARGV[3], 'roles', ARGV[4], 'csrf', ARGV[5], 'ends', string.format('%.0f', ends))
"""
    + _LASTS
)
_FIND = (
    """
local kept = redis.call('HMGET', KEYS[1], 'subject', 'roles', 'csrf', 'ends')
local ends = kept[4]
if not ends then return nil end
"""
    + _LASTS
    + """
if tonumber(ends) <= now then return nil end
return {kept[1], kept[2], kept[3]}
"""
)
_END = "return redis.call('DEL', KEYS[1])"
_END_OF = "if redis.call('HGET', KEYS[1], 'subject') == ARGV[1] then redis.call('DEL', KEYS[1]) end"


class SharedSessions:
    """Sessions that every gateway knows."""

    def __init__(self, shared: Shared, idle_seconds: float, longest_seconds: float) -> None:
        self._shared = shared
        self._idle = round(idle_seconds * 1000)
        self._longest = round(longest_seconds * 1000)
        self._open, self._find = shared.script(_OPEN), shared.script(_FIND)
        self._end, self._end_of = shared.script(_END), shared.script(_END_OF)

    async def close(self) -> None:
        """Nothing is this store's own."""

    async def open(self, subject: str, roles: Iterable[Role]) -> str:
        """Open a session for a subject (a digest) and return the token for the cookie, which is kept nowhere."""
        token = drawn()
        key = name(_KIND, digest(token))
        await self._open([key], self._idle, self._longest, subject, json.dumps(sorted(roles)), drawn())
        return token

    async def find(self, token: str) -> Session | None:
        """The session of a cookie; counts as use. None when there is none, or its time is over."""
        kept = await self._find([name(_KIND, digest(token))], self._idle)
        if kept is None:
            return None
        subject, roles, csrf = kept
        return Session(subject, frozenset(json.loads(roles)), csrf)

    async def end(self, token: str) -> None:
        """Forget a session."""
        await self._end([name(_KIND, digest(token))])

    async def end_all(self, subject: str) -> None:
        """Forget every session of a subject (a digest): all are looked through, which is done seldom."""
        with failures():
            keys = [key async for key in self._shared.client.scan_iter(f"{name(_KIND)}:*", count=_STEP)]
        for key in keys:
            await self._end_of([key], subject)

    async def purge(self) -> None:
        """Redis forgets by itself."""
