"""Token buckets that all gateways count in: one script, so that two who ask at once never get the same token.

A bucket is gone by Redis' own time-out once it is full again.
"""

from collections.abc import Hashable

from gateway.buckets import Rate
from gateway.shared.redis import Shared, name

# A function for other scripts too: takes a token, and returns 0 or the whole seconds after which one will be there.
TAKE = """
local function take(key, burst, rate)
  local kept = redis.call('HMGET', key, 'tokens', 'at')
  local tokens, at = tonumber(kept[1]) or burst, tonumber(kept[2]) or now
  tokens = math.min(burst, tokens + math.max(0, now - at) / 1000 * rate)
  local allowed = tokens >= 1
  if allowed then tokens = tokens - 1 end
  redis.call('HSET', key, 'tokens', tokens, 'at', now)
  redis.call('PEXPIRE', key, math.max(1, math.ceil((burst - tokens) / rate * 1000)))
  return allowed and 0 or math.max(1, math.ceil((1 - tokens) / rate))
end
"""
_TAKE = TAKE + "return take(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]))"
_GIVE_BACK = """
local tokens = tonumber(redis.call('HGET', KEYS[1], 'tokens'))
if tokens then redis.call('HSET', KEYS[1], 'tokens', math.min(tonumber(ARGV[1]), tokens + 1)) end
"""


class SharedBuckets:
    """The buckets of one rate, by its name."""

    def __init__(self, shared: Shared, kind: str, rate: Rate) -> None:
        self._shared = shared
        self._kind = f"bucket:{kind}"
        self._rate = rate
        self._take = shared.script(_TAKE)
        self._give_back = shared.script(_GIVE_BACK)

    async def take(self, key: Hashable) -> int:
        """Take one token. Returns 0, or the whole seconds after which one will be there. Raises StoreError."""
        return int(await self._take([self._name(key)], self._rate.burst, self._rate.per_second))

    async def give_back(self, key: Hashable) -> None:
        """Return a token that was taken. Raises StoreError."""
        await self._give_back([self._name(key)], self._rate.burst)

    def _name(self, key: Hashable) -> str:
        return name(self._kind, self._shared.blind(key if isinstance(key, bytes) else str(key)))
