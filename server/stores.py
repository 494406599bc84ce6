"""What the two tracker stores have in common: a conversation can be erased, and recent trackers stay in memory.

One machine keeps trackers in SQLite (`server/tracker_store.py`), a cluster in PostgreSQL
(`server/postgres_tracker_store.py`). What both promise is one suite of tests (`tests/server/test_stores.py`).
"""

import json
from abc import ABC, abstractmethod
from collections import OrderedDict
from typing import Any, ClassVar
from weakref import WeakSet

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


class ConversationErasedError(RuntimeError):
    """The conversation was erased while it was being written to: nothing of it is kept."""


class ConversationStore(TrackerStore, ABC):
    """A tracker store from which a conversation can be erased."""

    _opened: ClassVar["WeakSet[ConversationStore]"] = WeakSet()

    def __init__(self, domain: Domain | None = None, event_broker: EventBroker | None = None) -> None:
        super().__init__(domain, event_broker)
        self._opened.add(self)

    async def start(self) -> None:
        """Begin what the store does beside turns, in the server's loop."""

    async def stop(self) -> None:
        """End it; the store is not used any more."""
        self._opened.discard(self)

    @abstractmethod
    async def check(self) -> None:
        """Raise an error of the database unless it can be reached."""

    @abstractmethod
    async def erase(self, sender_id: str) -> None:
        """Erase a conversation. Raises an error of the database when that failed; erasing again goes on from there."""

    @abstractmethod
    def reread(self, sender_id: str) -> None:
        """Forget what memory holds of a conversation: the next turn goes on from what is stored."""

    @classmethod
    async def erase_everywhere(cls, sender_id: str) -> None:
        """Erase a conversation from every store that this process has open. Raises an error of the database."""
        for store in list(cls._opened):
            await store.erase(sender_id)

    @classmethod
    def reread_everywhere(cls, sender_id: str) -> None:
        """Forget what memory holds of a conversation in every store that this process has open."""
        for store in list(cls._opened):
            store.reread(sender_id)


class LiveTrackers:
    """The trackers that were used last, each with how many of its events are stored."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[str, tuple[DialogueStateTracker, int]] = OrderedDict()

    def get(self, sender_id: str) -> tuple[DialogueStateTracker, int] | None:
        """The tracker of a conversation and how many of its events are stored; None when it is not held."""
        held: tuple[DialogueStateTracker, int] | None = self._held.get(sender_id)
        if held is not None:
            self._held.move_to_end(sender_id)
        return held

    def keep(self, tracker: DialogueStateTracker, stored: int) -> None:
        """Hold a tracker; the one that was not used for longest goes."""
        self._held[tracker.sender_id] = (tracker, stored)
        self._held.move_to_end(tracker.sender_id)
        if len(self._held) > self._most:
            self._held.popitem(last=False)

    def forget(self, sender_id: str) -> None:
        """Hold it no longer."""
        self._held.pop(sender_id, None)


def stored_form(event: Any) -> str:
    """An event of a tracker as JSON."""
    return json.dumps(event.as_dict(), default=float)
