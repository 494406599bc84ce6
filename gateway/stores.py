"""Where conversations and calls are kept: in files of this gateway or, with REDIS_URL, in a Redis of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.buckets import LocalBuckets
from gateway.conversation_file import FileConversations, FileEntrance
from gateway.conversations import ConversationStore, Entrance
from gateway.ivr.call_file import FileCalls
from gateway.ivr.store import CallStore
from gateway.limits import Limits
from gateway.locks import LocalLocks, Locks
from gateway.settings import Settings

if TYPE_CHECKING:
    from gateway.shared.redis import Shared


@dataclass(frozen=True)
class Stores:
    """What is kept, and what keeps two from doing the same at once; `shared` is the Redis, None without one."""

    conversations: ConversationStore
    entrance: Entrance
    calls: CallStore
    locks: Locks
    limits: Limits
    shared: Shared | None

    async def close(self) -> None:
        """Close files and connections."""
        await self.calls.close()
        await self.conversations.close()
        if self.shared is not None:
            await self.shared.close()


def open_stores(settings: Settings) -> Stores:
    """The stores of an installation. Raises sqlite3.Error or OSError when RUN_DIR cannot hold files.

    A Redis is not asked yet: until it answers, /health says so, and calls get a sentence with 503.
    """
    if settings.redis_url is not None:
        # Imported when it is used: one machine does not pay for it.
        from gateway.shared.stores import open_shared

        return open_shared(settings, settings.redis_url)
    conversations = FileConversations(settings.run_dir / "conversations.sqlite", settings.idle_seconds)
    locks = LocalLocks()
    limits = Limits((lambda _, rate: LocalBuckets(rate)) if settings.rate_limits else None)
    return Stores(
        conversations=conversations,
        entrance=FileEntrance(conversations, locks, limits),
        calls=FileCalls(settings.run_dir / "calls.sqlite"),
        locks=locks,
        limits=limits,
        shared=None,
    )
