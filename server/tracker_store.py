"""Trackers in one SQLite file, from which a conversation can be erased for good.

Rasa's own SQL store cannot erase a conversation, keeps what is deleted readable in free pages, and writes every event
of a conversation back through an object mapper. This one appends the new events of a turn over one kept-open
connection, overwrites what it erases, and keeps recent trackers in memory. It is for one Rasa worker: two would not
see each other's trackers in memory.

An erased event is blanked in its row, which stays until the file is next rebuilt. Where SQLite deletes rows it moves
the neighbours together and leaves copies of them behind, which `secure_delete` does not overwrite: the events of other
conversations, readable in the file after their own erasure. Rebuilding (VACUUM) leaves no such copy, and takes too
long to be done at each erasure (about a second per 100 MB). The index is not proof against this: the conversation's id,
a random name that nothing refers to any more, may stay readable until then.

What cannot be kept is an error, never a reply: see `unwrap`. A turn that was under way while its conversation was
erased would bring it back, so the latest erased conversations are known and refused.
"""

import json
import pathlib
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from rasa.core.agent import Agent
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from policies_kb.base import DEFAULT_PATH
from server.stores import ConversationErasedError, ConversationStore, LiveTrackers, stored_form

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tracker_events (id INTEGER PRIMARY KEY, sender TEXT NOT NULL, event TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS tracker_events_by_sender ON tracker_events (sender, id);
"""
# Blank rows after which the file is rebuilt: some thousand conversations, tens of megabytes.
_MOST_BLANK = 20_000
# A turn lasts 20 s at most: many more conversations than can end in that time.
_MOST_ERASED = 10_000
# Who waits for the file keeps everybody waiting.
_BUSY_SECONDS = 1.0


class ErasableTrackerStore(ConversationStore):
    """A tracker store of `endpoints.yml` (`tracker_store: type:`): `db` is the file, `live` the trackers to hold."""

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        db: str = str(DEFAULT_PATH.with_name("tracker.sqlite")),
        live: int = 256,
        **kwargs: Any,
    ) -> None:
        """Open the file, made where it is missing. Raises sqlite3.Error when it cannot be used."""
        super().__init__(domain, event_broker)
        pathlib.Path(db).parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(db, isolation_level=None, check_same_thread=False, timeout=_BUSY_SECONDS)
        # A reply that was sent survives the process (WAL); what is deleted is overwritten (secure_delete).
        self._connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;" + _SCHEMA
        )
        self._blank = 0
        self._rebuild()
        self._live = LiveTrackers(int(live))
        self._erased: OrderedDict[str, None] = OrderedDict()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the tracker of a conversation, None for an unknown one."""
        live = self._live.get(sender_id)
        if live is not None:
            return live[0]
        rows = self._connection.execute("SELECT event FROM tracker_events WHERE sender = ? ORDER BY id", (sender_id,))
        events = [json.loads(row[0]) for row in rows]
        if not events:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        self._live.keep(tracker, len(tracker.events))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append the events that are not yet stored.

        Raises sqlite3.Error when they cannot be, and ConversationErasedError: the tracker is then not kept in memory.
        """
        if tracker.sender_id in self._erased:
            raise ConversationErasedError("a turn was not kept: its conversation was erased meanwhile")
        await self.stream_events(tracker)
        live, stored = self._live.get(tracker.sender_id) or (None, 0)
        if live is not tracker:
            stored = self._count(tracker.sender_id)
        fresh = [stored_form(event) for event in list(tracker.events)[stored:]]
        try:
            with self._connection:  # commits, or rolls back what failed
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.executemany(
                    "INSERT INTO tracker_events (sender, event) VALUES (?, ?)",
                    [(tracker.sender_id, event) for event in fresh],
                )
        except sqlite3.Error:
            self.reread(tracker.sender_id)
            raise
        self._live.keep(tracker, stored + len(fresh))

    def reread(self, sender_id: str) -> None:
        """Forget what memory holds of a conversation: the next turn goes on from what is in the file."""
        self._live.forget(sender_id)

    async def check(self) -> None:
        """Raise sqlite3.Error unless the file can be read."""
        self._connection.execute("SELECT 1 FROM tracker_events LIMIT 1").fetchone()

    async def keys(self) -> Iterable[str]:
        """Return the ids of all conversations."""
        return [
            row[0] for row in self._connection.execute("SELECT DISTINCT sender FROM tracker_events WHERE sender != ''")
        ]

    async def erase(self, sender_id: str) -> None:
        """Erase a conversation from memory, from the file and from its write-ahead log.

        Raises sqlite3.Error when it could not, or not yet: erasing again goes on from there.
        """
        self.reread(sender_id)
        self._erased[sender_id] = None
        if len(self._erased) > _MOST_ERASED:
            self._erased.popitem(last=False)
        blanked = self._connection.execute(
            "UPDATE tracker_events SET sender = '', event = '' WHERE sender = ?", (sender_id,)
        )
        self._blank += blanked.rowcount
        if self._blank >= _MOST_BLANK:
            self._rebuild()
        busy, _, _ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise sqlite3.OperationalError("another process reads the file: its write-ahead log could not be emptied")

    def _rebuild(self) -> None:
        self._connection.execute("DELETE FROM tracker_events WHERE sender = ''")
        self._connection.execute("VACUUM")
        self._blank = 0

    def _count(self, sender_id: str) -> int:
        row = self._connection.execute("SELECT count(*) FROM tracker_events WHERE sender = ?", (sender_id,)).fetchone()
        return int(row[0])


def unwrap(agent: Agent) -> None:
    """Have a loaded agent use its store itself.

    Rasa puts every store into one that answers as if a turn had been kept when it was not: it holds the turn in memory,
    where no erasure finds it and no later turn looks for it, and it takes a conversation that cannot be read for new.
    """
    if isinstance(agent.tracker_store, FailSafeTrackerStore):
        agent.tracker_store = agent.tracker_store._tracker_store
    if agent.processor is not None:
        agent.processor.tracker_store = agent.tracker_store
