"""The way of a message to a conversation that all gateways share: two round trips, one before Rasa and one after.

The first finds the conversation, counts the message, takes the lock and looks for the reply that the message had; a
message that already had one is done then. The second keeps the turn and releases the lock. It keeps nothing for who
lost the lock meanwhile, or when the conversation was closed: then there is nothing to be remembered.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from gateway.buttons import Shown
from gateway.contract import Door
from gateway.conversations import KEPT_REPLIES, Caller, Conversation, Reply, digest, packed
from gateway.errors import Fault, GatewayError
from gateway.limits import CONVERSATION, too_many
from gateway.locks import LocalLocks
from gateway.shared.buckets import TAKE
from gateway.shared.conversations import FIND, SEEN, SharedConversations, conversation_of, keys_of
from gateway.shared.locks import LEASE_MILLISECONDS, TRY, Lease, SharedLocks
from gateway.shared.redis import Shared, name
from gateway.store_error import StoreError

# KEYS: lock, conversation, said, seen, bucket. ARGV: token, lease ms, id, idle ms, kept ms, door, digest of the
# message's id or empty, whether the lock is wanted, burst (0: not counted), tokens a second.
_ENTER = (
    TAKE
    + TRY
    + FIND
    + """
local it = found(KEYS[2], KEYS[4], ARGV[3], tonumber(ARGV[4]))
if not it then return {'unknown'} end
if it[2] ~= ARGV[6] then return {'door', it[2]} end
if ARGV[9] ~= '0' then
  local wait = take(KEYS[5], tonumber(ARGV[9]), tonumber(ARGV[10]))
  if wait > 0 then return {'wait', wait} end
end
if ARGV[8] == '0' then return {'admitted'} end
if not try() then return {'held'} end
local said = redis.call('HMGET', KEYS[3], 'country', 'offer', 'shown', 'reply:' .. ARGV[7])
if said[4] then
  used(KEYS[4], KEYS[3], ARGV[3], ARGV[5])
  redis.call('DEL', KEYS[1])
end
return {'entered', it[1], it[2], said[1], said[2], said[3], said[4]}
"""
)
# KEYS: lock, conversation, said, seen. ARGV: token, id, kept ms, choices shown, digest of the message's id or empty,
# reply, how many replies are kept: a ring of so many places, from which the reply goes that had this one.
_KEEP = (
    FIND
    + """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
local it = redis.call('HMGET', KEYS[2], 'rasa', 'erasing')
if not it[1] or it[2] then return 1 end
local place = 'place:' .. redis.call('HINCRBY', KEYS[3], 'turns', 1) % ARGV[7]
local former = redis.call('HGET', KEYS[3], place)
if former then redis.call('HDEL', KEYS[3], place, 'reply:' .. former) end
if ARGV[5] ~= '' then redis.call('HSET', KEYS[3], place, ARGV[5], 'reply:' .. ARGV[5], ARGV[6]) end
redis.call('HSET', KEYS[3], 'shown', ARGV[4])
used(KEYS[4], KEYS[3], ARGV[2], ARGV[3])
return 1
"""
)


@dataclass(frozen=True)
class SharedEntry:
    """A message in its conversation."""

    conversation: Conversation
    reply: Reply | None
    _message: str
    _lease: Lease
    _entrance: "SharedEntrance"

    async def keep(self, shown: Shown, reply: Reply) -> None:
        """Remember the turn, and let the next message in. Raises StoreError."""
        await self._entrance.keep(self, shown, reply, self._message, self._lease)


class SharedEntrance:
    """The way to the conversations of all gateways."""

    def __init__(self, shared: Shared, store: SharedConversations, locks: SharedLocks, is_limited: bool) -> None:
        self._shared = shared
        self._store = store
        self._locks = locks
        self._arrivals = LocalLocks()
        self._burst = CONVERSATION.burst if is_limited else 0
        self._enter = shared.script(_ENTER)
        self._keep = shared.script(_KEEP)

    @asynccontextmanager
    async def enter(self, sender: str, message: bytes | None, caller: Caller) -> AsyncIterator[SharedEntry]:
        """Wait for the message's turn, as `Entrance` says."""
        conversation = digest(sender)
        kept_as = message.hex() if message else ""
        is_counted = False

        async def attempt(lease: Lease, is_lock_wanted: bool = True) -> list[Any] | None:
            nonlocal is_counted
            burst, is_counted = 0 if is_counted else self._burst, True
            what, *found = await self._enter(
                [lease.name, *keys_of(conversation), SEEN, name("bucket:message", conversation)],
                lease.token, LEASE_MILLISECONDS,
                conversation.hex(), self._store.idle_milliseconds, self._store.kept_milliseconds,
                caller.door, kept_as, int(is_lock_wanted), burst, CONVERSATION.per_second,
            )  # fmt: skip
            if what == "unknown":
                raise GatewayError(Fault.CONVERSATION_UNKNOWN)
            if what == "door":
                caller.admit(cast(Door, found[0]))
                raise GatewayError(Fault.KEY_REFUSED)
            if what == "wait":
                raise too_many(found[0])
            return found if what == "entered" else None

        if self._locks.is_held_here(conversation) or self._arrivals.is_held(conversation):
            # Refused at once, if it is one too many, and not after it has waited; and none overtakes another here.
            async with self._arrivals.hold(conversation):
                await attempt(Lease(self._shared, conversation), is_lock_wanted=False)
        async with self._locks.enter(conversation, attempt) as (lease, found):
            reply = None
            if found[5] is not None:
                reply = cast(Reply, json.loads(found[5]))
                lease.gone()
            yield SharedEntry(conversation_of(conversation, found[:5]), reply, kept_as, lease, self)

    async def keep(self, entry: SharedEntry, shown: Shown, reply: Reply, message: str, lease: Lease) -> None:
        """Remember a turn. Raises StoreError, also when the lock was lost."""
        conversation = entry.conversation.id
        is_kept = await self._keep(
            [lease.name, *keys_of(conversation), SEEN],
            lease.token, conversation.hex(), self._store.kept_milliseconds, packed(shown), message,
            json.dumps(reply) if message else "", KEPT_REPLIES,
        )  # fmt: skip
        lease.gone()
        if not is_kept:
            raise StoreError("Redis: the lock of a conversation was lost in the middle of a turn")
