"""The stores of gateways that share a Redis."""

from functools import partial

from gateway.ivr.calls import GRACE_SECONDS
from gateway.limits import Limits
from gateway.settings import Settings
from gateway.shared.buckets import SharedBuckets
from gateway.shared.calls import SharedCalls
from gateway.shared.conversations import SharedConversations
from gateway.shared.entrance import SharedEntrance
from gateway.shared.locks import SharedLocks
from gateway.shared.redis import Shared
from gateway.stores import Stores


def open_shared(settings: Settings, redis_url: str) -> Stores:
    """The stores in the Redis at `redis_url`, which is not asked yet."""
    shared = Shared(redis_url)
    locks = SharedLocks(shared)
    conversations = SharedConversations(shared, settings.idle_seconds)
    return Stores(
        conversations=conversations,
        entrance=SharedEntrance(shared, conversations, locks, settings.rate_limits),
        calls=SharedCalls(shared, locks, settings.ivr_call_seconds + GRACE_SECONDS),
        locks=locks,
        limits=Limits(partial(SharedBuckets, shared) if settings.rate_limits else None),
        shared=shared,
    )
