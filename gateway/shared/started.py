"""Sign-ins begun at an OpenID provider, in Redis: the browser may come back to another gateway than it left."""

import json
from dataclasses import asdict
from hashlib import sha256

from gateway.console.started import KEPT_SECONDS, Begun
from gateway.shared.redis import Shared, name

_KEEP = "redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])"
_TAKE = "local kept = redis.call('GET', KEYS[1]) redis.call('DEL', KEYS[1]) return kept"


class SharedStarted:
    """`signin:<digest of the state>`, gone after ten minutes by itself."""

    def __init__(self, shared: Shared) -> None:
        self._keep, self._take = shared.script(_KEEP), shared.script(_TAKE)

    async def keep(self, state: str, begun: Begun) -> None:
        """Keep a sign-in. Raises StoreError."""
        await self._keep([_name(state)], json.dumps(asdict(begun)), KEPT_SECONDS)

    async def take(self, state: str) -> Begun | None:
        """The sign-in of a state, which is then kept no more. Raises StoreError."""
        kept = await self._take([_name(state)])
        return None if kept is None else Begun(**json.loads(kept))


def _name(state: str) -> str:
    return name("signin", sha256(state.encode("utf-8", "surrogatepass")).digest())
