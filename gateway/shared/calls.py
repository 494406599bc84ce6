"""The calls of all gateways, in Redis: `call:<digest>` holds where each stands, `calls` when each began, in order.

A step takes two round trips: one takes the lock and finds the call, one keeps what followed and releases the lock.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from gateway.ivr.actions import Action
from gateway.ivr.state import State
from gateway.ivr.store import Call, digest, draw_call, packed, unpacked
from gateway.shared.locks import LEASE_MILLISECONDS, TRY, Lease, SharedLocks
from gateway.shared.redis import Shared, name
from gateway.store_error import StoreError

_BEGUN = name("calls")
# Calls that never said that they ended are purged before (gateway/ivr/calls.py); this is for when no gateway is left.
_KEPT_LONGER_SECONDS = 900
_CREATE = """
redis.call('HSET', KEYS[1], 'begun', now, 'step', 1, 'state', ARGV[3], 'actions', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], now, ARGV[1])
"""
_HOLD = (
    TRY
    + """
if redis.call('EXISTS', KEYS[2]) == 0 then return {'unknown'} end
if not try() then return {'held'} end
local it = redis.call('HMGET', KEYS[2], 'begun', 'step', 'state', 'actions', 'sender')
return {'found', now - it[1], tonumber(it[2]), it[3], it[4], it[5]}
"""
)
_ADVANCE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('HSET', KEYS[2], 'step', ARGV[2], 'state', ARGV[3], 'actions', ARGV[4])
end
return 1
"""
_KEEP_SENDER = "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'sender', ARGV[1]) end"
_OLDER_THAN = "return redis.call('ZRANGE', KEYS[1], '-inf', '(' .. now - ARGV[1], 'BYSCORE')"
_ERASE = """
local sender = redis.call('HGET', KEYS[1], 'sender')
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return sender
"""


class SharedCalls:
    """The store."""

    def __init__(self, shared: Shared, locks: SharedLocks, longest_seconds: float) -> None:
        """`longest_seconds`: after which a call is purged."""
        self._locks = locks
        self._kept_milliseconds = int((longest_seconds + _KEPT_LONGER_SECONDS) * 1000)
        self._held: dict[bytes, Lease] = {}
        self._create = shared.script(_CREATE)
        self._hold = shared.script(_HOLD)
        self._advance = shared.script(_ADVANCE)
        self._keep_sender = shared.script(_KEEP_SENDER)
        self._older_than = shared.script(_OLDER_THAN)
        self._erase = shared.script(_ERASE)

    async def create(self, state: State, actions: tuple[Action, ...]) -> str:
        """Keep a new call, at step 1, and return its id, which is kept nowhere. Raises StoreError."""
        call = draw_call()
        identity = digest(call)
        await self._create(
            [name("call", identity), _BEGUN],
            identity.hex(), self._kept_milliseconds, state.to_json(), packed(actions),
        )  # fmt: skip
        return call

    @asynccontextmanager
    async def hold(self, call: bytes) -> AsyncIterator[Call | None]:
        """The call, which nobody else holds meanwhile, as `CallStore` says."""

        async def attempt(lease: Lease) -> list[Any] | None:
            what, *found = await self._hold([lease.name, name("call", call)], lease.token, LEASE_MILLISECONDS)
            return None if what == "held" else [what, *found]

        async with self._locks.enter(call, attempt) as (lease, (what, *found)):
            if what == "unknown":
                lease.gone()
                yield None
                return
            milliseconds, step, state, actions, sender = found
            self._held[call] = lease
            try:
                yield Call(call, milliseconds / 1000, step, State.from_json(state), unpacked(actions), sender)
            finally:
                del self._held[call]

    async def advance(self, call: Call, state: State, actions: tuple[Action, ...]) -> int:
        """Keep what followed from the call's step, let the next in, and return the next step.

        Raises StoreError, also when the lock was lost.
        """
        lease = self._held[call.id]
        is_kept = await self._advance(
            [lease.name, name("call", call.id)], lease.token, call.step + 1, state.to_json(), packed(actions)
        )
        lease.gone()
        if not is_kept:
            raise StoreError("Redis: the lock of a call was lost in the middle of a step")
        return call.step + 1

    async def keep_sender(self, call: Call, sender: str) -> None:
        """Remember the conversation of a call, to speak in it again and to have it erased. Raises StoreError."""
        await self._keep_sender([name("call", call.id)], sender)

    async def older_than(self, seconds: float) -> list[bytes]:
        """The calls that began longer ago than that. Raises StoreError."""
        return [bytes.fromhex(call) for call in await self._older_than([_BEGUN], int(seconds * 1000))]

    async def erase(self, call: bytes) -> str | None:
        """Forget a call. Returns the sender of its conversation, to whoever forgets it first. Raises StoreError."""
        sender: str | None = await self._erase([name("call", call), _BEGUN], call.hex())
        return sender

    async def scrub(self) -> bool:
        """Redis frees what is deleted; nothing is left to be overwritten here."""
        return True

    async def close(self) -> None:
        """Nothing: the connections are not this store's alone."""
