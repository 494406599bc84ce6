"""The stores of both kinds, each on a time that a test moves: what a test of this folder runs twice with."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.buckets import Buckets, LocalBuckets, Rate
from gateway.conversation_file import FileConversations, FileEntrance
from gateway.conversations import Caller, ConversationStore, Entrance
from gateway.ivr.call_file import FileCalls
from gateway.ivr.store import CallStore
from gateway.limits import Limits
from gateway.locks import LocalLocks, Locks
from gateway.shared.buckets import SharedBuckets
from gateway.shared.calls import SharedCalls
from gateway.shared.conversations import SharedConversations
from gateway.shared.entrance import SharedEntrance
from gateway.shared.locks import SharedLocks
from gateway.shared.redis import Shared

IDLE = 100.0
# What Redis does by its clock: what is in order by time, what holds a time, and what goes by itself.
_LATER = """
for _, key in ipairs(redis.call('KEYS', '*')) do
  local kind, left = redis.call('TYPE', key).ok, redis.call('PTTL', key)
  if kind == 'zset' then
    for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZINCRBY', key, -ARGV[1], member) end
  elseif kind == 'hash' then
    for _, field in ipairs({'at', 'begun'}) do
      if redis.call('HEXISTS', key, field) == 1 then redis.call('HINCRBY', key, field, -ARGV[1]) end
    end
  end
  if left >= 0 then redis.call('PEXPIRE', key, left - ARGV[1]) end
end
"""


@dataclass
class Kept:
    """The stores of one gateway; `later` lets so many seconds pass for them."""

    conversations: ConversationStore
    entrance: Entrance
    calls: CallStore
    locks: Locks
    buckets: Callable[[str, Rate], Buckets]
    later: Callable[[float], Awaitable[None]]


def files(folder: Path) -> Kept:
    """Stores in a gateway's own files."""
    now = [1_800_000_000.0]

    def clock() -> float:
        return now[0]

    async def later(seconds: float) -> None:
        now[0] += seconds

    conversations, locks = FileConversations(folder / "conversations.sqlite", IDLE, clock), LocalLocks()
    limits = Limits(lambda _, rate: LocalBuckets(rate, clock))
    return Kept(
        conversations,
        FileEntrance(conversations, locks, limits),
        FileCalls(folder / "calls.sqlite", clock),
        locks,
        lambda _, rate: LocalBuckets(rate, clock),
        later,
    )


def shared_by(shared: Shared) -> Kept:
    """The stores of one of the gateways that share a Redis."""

    async def later(seconds: float) -> None:
        await shared.client.eval(_LATER, 0, str(round(seconds * 1000)))

    locks, conversations = SharedLocks(shared), SharedConversations(shared, IDLE)
    return Kept(
        conversations,
        SharedEntrance(shared, conversations, locks, is_limited=True),
        SharedCalls(shared, locks, 420),
        locks,
        lambda name, rate: SharedBuckets(shared, name, rate),
        later,
    )


@pytest.fixture
async def shared(redis: str) -> AsyncIterator[Shared]:
    """An empty Redis."""
    running = Shared(redis)
    await running.client.flushall()
    yield running
    await running.close()


@pytest.fixture(params=["files", "redis"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path, redis: str) -> AsyncIterator[Kept]:
    """What one machine keeps, and what a cluster does."""
    if request.param == "files":
        here = files(tmp_path)
        yield here
        await here.calls.close()
        await here.conversations.close()
        return
    running = Shared(redis)
    await running.client.flushall()
    yield shared_by(running)
    await running.close()


def anybody(_: str) -> None:
    """Lets in at every door."""


AGENT = Caller("agent", anybody)
