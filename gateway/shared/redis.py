"""The one Redis of all gateways: how it is reached, how its keys are named, what its failures become.

One `Shared` is opened by `create_app` and handed to whatever shares something. What is done in Redis is done by scripts
(`Shared.script`), each in one round trip and whole or not at all, on Redis' own clock: gateways' clocks need not agree.

Names of keys hold digests alone: a name is seen by MONITOR, the slow log and every tool. What could be guessed and
tried, such as an address or an account's name, goes through `blind`, which without REDIS_URL cannot be tried.
"""

import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from gateway.store_error import StoreError

# All keys begin with it, so that a Redis may hold other things too.
_PREFIX = "assistant"
# Redis answers in well under a millisecond, or something is wrong; who waits for it keeps a person waiting.
_ANSWER_SECONDS = 1.0
_CONNECT_SECONDS = 1.0
# More than a gateway has requests in hand (gateway/limits.py), and its rounds: nobody waits for a connection.
_MOST_CONNECTIONS = 300
# A script begins with it: Redis' time in milliseconds.
_NOW = "local time = redis.call('TIME') local now = time[1] * 1000 + math.floor(time[2] / 1000) "
_CHECK = "redis.call('SET', KEYS[1], 1, 'PX', 1000) return 1"


class Script:
    """A Lua script with `now` (milliseconds) at hand; call it with the keys and arguments it takes."""

    def __init__(self, client: Redis, text: str) -> None:
        self._script = client.register_script(_NOW + text)

    async def __call__(self, keys: Sequence[str], *arguments: str | int | float) -> Any:
        """Run it, in one round trip. Returns text, whole numbers, lists of them or None. Raises StoreError."""
        with failures():
            return await self._script(keys, arguments)


class Shared:
    """The connections to one Redis (a pool that opens them as they are needed)."""

    def __init__(self, url: str) -> None:
        """`url` as redis://[:password@]host:port/number, rediss:// or unix://. Nothing is connected yet."""
        self.client: Redis = Redis.from_url(
            url,
            decode_responses=True,
            max_connections=_MOST_CONNECTIONS,
            socket_timeout=_ANSWER_SECONDS,
            socket_connect_timeout=_CONNECT_SECONDS,
            # Once, at once: a connection that Redis closed when it was restarted is opened again.
            retry=Retry(ConstantBackoff(0.01), 1, (RedisConnectionError,)),
        )
        self._secret = sha256(url.encode()).digest()
        self._check = self.script(_CHECK)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()

    async def check(self) -> None:
        """Raise StoreError unless Redis can be written."""
        await self._check([name("check")])

    def script(self, text: str) -> Script:
        """A script of this Redis."""
        return Script(self.client, text)

    def blind(self, value: str | bytes) -> str:
        """A digest that only who knows REDIS_URL can compute: for addresses and names, which could be guessed."""
        whole = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        return hmac.new(self._secret, whole, sha256).hexdigest()


def name(kind: str, digest: bytes | str = "") -> str:
    """The name of a key: what kind of thing it holds and, where there are several, a digest of which."""
    which = digest.hex() if isinstance(digest, bytes) else digest
    return f"{_PREFIX}:{kind}:{which}" if which else f"{_PREFIX}:{kind}"


@contextmanager
def failures() -> Iterator[None]:
    """Turn what redis-py raises into StoreError. Its messages may quote values: the kind alone is kept."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise StoreError(f"Redis: {type(error).__name__}") from None
