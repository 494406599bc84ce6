"""The conversations of all gateways, in Redis.

| key | holds | until |
| --- | --- | --- |
| `conversation:<digest>` | Rasa's name for it, door, whether it is being erased | erased everywhere |
| `said:<digest>` | context, choices shown, last replies (our own text) | idle time and a minute, by Redis' time-out |
| `conversations` | when each was last used, in order | erased |
| `erasing` | since when each is being erased, in order | erased everywhere |

What was said goes by itself, also when no gateway is left to see to it; what the erasure in Rasa needs stays until it
is done.
"""

from typing import Any, cast

from gateway.contract import Country, Door, Offer
from gateway.conversations import Conversation, Leaving, digest, draw_sender, rasa_id_of, unpacked
from gateway.shared.redis import Shared, name

# Longer than a turn: a conversation that becomes idle in the middle of one goes on.
_GRACE_SECONDS = 60
# Conversations that one round looks at; the next begins with those left.
_MOST_A_ROUND = 500

SEEN = name("conversations")
_ERASING = name("erasing")
# Functions for other scripts too: Rasa's name and the door of a conversation that is open; and that it was used just
# now, with the milliseconds for which what was said in it is kept.
FIND = """
local function found(conversation, seen, id, idle)
  local it = redis.call('HMGET', conversation, 'rasa', 'door', 'erasing')
  local at = tonumber(redis.call('ZSCORE', seen, id))
  if it[1] and not it[3] and at and at >= now - idle then return it end
end
local function used(seen, said, id, kept)
  redis.call('ZADD', seen, 'XX', now, id)
  redis.call('PEXPIRE', said, kept)
end
"""
_FIND = (
    FIND
    + """
local it = found(KEYS[1], KEYS[3], ARGV[1], tonumber(ARGV[2]))
if not it then return nil end
local said = redis.call('HMGET', KEYS[2], 'country', 'offer', 'shown')
return {it[1], it[2], said[1], said[2], said[3]}
"""
)
_CREATE = """
redis.call('HSET', KEYS[1], 'rasa', ARGV[3], 'door', ARGV[4])
for at = 5, 7, 2 do if ARGV[at + 1] ~= '' then redis.call('HSET', KEYS[2], ARGV[at], ARGV[at + 1]) end end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[3], now, ARGV[1])
"""
_LEAVING = """
local it = redis.call('HMGET', KEYS[1], 'rasa', 'door', 'erasing')
local at = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1]))
if it[1] and (it[3] or (at and at >= now - ARGV[2])) then return {it[1], it[2]} end
"""
_BEGIN = """
redis.call('DEL', KEYS[2])
redis.call('ZREM', KEYS[3], ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'erasing', 1)
  redis.call('ZADD', KEYS[4], 'NX', now, ARGV[1])
end
"""
_FINISH = """
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
"""
# A conversation that Redis lost otherwise, such as by its memory being full, is in no list for ever.
_TO_ERASE = """
local found = {}
local function add(list, ids)
  for _, id in ipairs(ids) do
    local it = redis.call('HMGET', ARGV[2] .. id, 'rasa', 'door')
    if it[1] then found[#found + 1] = {id, it[1], it[2]} else redis.call('ZREM', list, id) end
  end
end
add(KEYS[2], redis.call('ZRANGE', KEYS[2], 0, ARGV[3] - 1))
add(KEYS[1], redis.call('ZRANGE', KEYS[1], '-inf', '(' .. now - ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[3]))
return found
"""
_IS_DUE = """
local at = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]))
return ((at and at < now - ARGV[2]) or redis.call('ZSCORE', KEYS[2], ARGV[1])) and 1 or 0
"""
_ERASING_FOR = """
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return oldest[2] and now - tonumber(oldest[2])
"""


class SharedConversations:
    """The store, and what its entrance (shared/entrance.py) needs of it."""

    def __init__(self, shared: Shared, idle_seconds: float) -> None:
        self._shared = shared
        self.idle_milliseconds = int(idle_seconds * 1000)
        self.kept_milliseconds = self.idle_milliseconds + _GRACE_SECONDS * 1000
        self._create = shared.script(_CREATE)
        self._find = shared.script(_FIND)
        self._leaving = shared.script(_LEAVING)
        self._begin = shared.script(_BEGIN)
        self._finish = shared.script(_FINISH)
        self._to_erase = shared.script(_TO_ERASE)
        self._is_due = shared.script(_IS_DUE)
        self._erasing_for = shared.script(_ERASING_FOR)

    async def create(self, door: Door, country: Country | None, offer: Offer | None) -> str:
        """Open a conversation and return its sender, which is kept nowhere. Raises StoreError."""
        sender = draw_sender()
        conversation = digest(sender)
        await self._create(
            [*keys_of(conversation), SEEN],
            conversation.hex(), self.kept_milliseconds, rasa_id_of(sender), door,
            "country", country or "", "offer", offer or "",
        )  # fmt: skip
        return sender

    async def find(self, sender: str) -> Conversation | None:
        """The open conversation of a sender; None when there is none, or it was idle too long. Raises StoreError."""
        conversation = digest(sender)
        found = await self._find([*keys_of(conversation), SEEN], conversation.hex(), self.idle_milliseconds)
        return conversation_of(conversation, found) if found else None

    async def leaving(self, sender: str) -> Leaving | None:
        """The conversation of a sender if it is open, or its erasure was begun and not finished. Raises StoreError."""
        conversation = digest(sender)
        found = await self._leaving([keys_of(conversation)[0], SEEN], conversation.hex(), self.idle_milliseconds)
        return Leaving(conversation, *found) if found else None

    async def begin_erasure(self, conversation: bytes) -> None:
        """Close a conversation and forget it, but for what the erasure in Rasa needs. Raises StoreError."""
        await self._begin([*keys_of(conversation), SEEN, _ERASING], conversation.hex())

    async def finish_erasure(self, conversation: bytes) -> None:
        """Forget a conversation altogether. Raises StoreError."""
        await self._finish([*keys_of(conversation), SEEN, _ERASING], conversation.hex())

    async def scrub(self) -> bool:
        """Redis frees what is deleted; nothing is left to be overwritten here."""
        return True

    async def to_erase(self) -> list[Leaving]:
        """The conversations whose erasure is not finished, and those whose time is over. Raises StoreError."""
        found = await self._to_erase(
            [SEEN, _ERASING], self.idle_milliseconds, f"{name('conversation')}:", _MOST_A_ROUND
        )
        return [Leaving(bytes.fromhex(identity), rasa_id, cast(Door, door)) for identity, rasa_id, door in found]

    async def is_due(self, conversation: bytes) -> bool:
        """Whether `to_erase` would still list the conversation. Raises StoreError."""
        return bool(await self._is_due([SEEN, _ERASING], conversation.hex(), self.idle_milliseconds))

    async def erasing_for(self) -> float | None:
        """For how many seconds the oldest unfinished erasure goes on; None when there is none. Raises StoreError."""
        milliseconds = await self._erasing_for([_ERASING])
        return None if milliseconds is None else milliseconds / 1000

    async def check(self) -> None:
        """Raise StoreError unless Redis can be written."""
        await self._shared.check()

    async def close(self) -> None:
        """Nothing: the connections are not this store's alone."""


def keys_of(conversation: bytes) -> tuple[str, str]:
    """The keys of a conversation, and of what was said in it."""
    return name("conversation", conversation), name("said", conversation)


def conversation_of(identity: bytes, found: list[Any]) -> Conversation:
    """A conversation from Rasa's name for it, door, country, offer and choices shown, as they are kept."""
    rasa_id, door, country, offer, shown = found
    return Conversation(identity, rasa_id, door, country, offer, unpacked(shown))
