"""The conversations of one gateway, in one SQLite file (sqlite_file.py says how it forgets)."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from gateway import sqlite_file
from gateway.buttons import Shown
from gateway.contract import Country, Door, Offer
from gateway.conversations import (
    KEPT_REPLIES,
    Caller,
    Conversation,
    Leaving,
    Reply,
    digest,
    draw_sender,
    packed,
    rasa_id_of,
    unpacked,
)
from gateway.errors import Fault, GatewayError
from gateway.limits import Limits
from gateway.locks import Locks
from gateway.sqlite_file import Transaction, steady_clock

_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
  id BLOB PRIMARY KEY, rasa_id TEXT NOT NULL, door TEXT NOT NULL, country TEXT, offer TEXT,
  seen_at REAL NOT NULL, erasing_since REAL);
CREATE INDEX IF NOT EXISTS conversations_seen_at ON conversations (seen_at);
CREATE TABLE IF NOT EXISTS turns (
  number INTEGER PRIMARY KEY, conversation BLOB, message_id BLOB, shown TEXT NOT NULL, reply TEXT NOT NULL,
  UNIQUE (conversation, message_id));
CREATE INDEX IF NOT EXISTS turns_of_a_conversation ON turns (conversation, number);
"""
# A blank row is nobody's: no conversation is found by it.
_BLANK_TURN = "UPDATE turns SET conversation = NULL, message_id = NULL, shown = '', reply = '' "


class FileConversations:
    """One connection, used by the event loop alone: each call is a few rows, so it does not wait for a thread."""

    def __init__(self, path: Path, idle_seconds: float, clock: Callable[[], float] | None = None) -> None:
        """Open or create the file (mode 0600). Raises sqlite3.Error or OSError when that fails."""
        clock = clock or steady_clock()
        self._idle_seconds = idle_seconds
        self._clock = clock
        self._database = sqlite_file.open_file(path)
        self._upgrade()
        self._database.executescript(_SCHEMA)
        # Set back while nobody looked, the clock must not make conversations last longer than they do.
        now = clock()
        self._database.execute("UPDATE conversations SET seen_at = ? WHERE seen_at > ?", (now, now))
        self._rebuild()

    async def close(self) -> None:
        """Close the file."""
        self._database.close()

    async def check(self) -> None:
        """Raise sqlite3.Error unless the file can be written."""
        sqlite_file.check(self._database)

    async def create(self, door: Door, country: Country | None, offer: Offer | None) -> str:
        """Open a conversation and return its sender, which is kept nowhere."""
        sender = draw_sender()
        self._database.execute(
            "INSERT INTO conversations (id, rasa_id, door, country, offer, seen_at) VALUES (?, ?, ?, ?, ?, ?)",
            (digest(sender), rasa_id_of(sender), door, country, offer, self._clock()),
        )
        return sender

    async def find(self, sender: str) -> Conversation | None:
        """The open conversation of a sender; None when there is none, or it was idle too long."""
        row = self._database.execute(
            "SELECT id, rasa_id, door, country, offer FROM conversations "
            "WHERE id = ? AND erasing_since IS NULL AND seen_at >= ?",
            (digest(sender), self._clock() - self._idle_seconds),
        ).fetchone()
        if row is None:
            return None
        identity, rasa_id, door, country, offer = row
        return Conversation(identity, rasa_id, door, country, offer, self._shown(identity))

    def _shown(self, conversation: bytes) -> Shown:
        row = self._database.execute(
            "SELECT shown FROM turns WHERE conversation = ? ORDER BY number DESC LIMIT 1", (conversation,)
        ).fetchone()
        return unpacked(row[0] if row else None)

    async def touch(self, conversation: Conversation) -> None:
        """Count the conversation's idle time from now."""
        self._touch(conversation)

    def _touch(self, conversation: Conversation) -> None:
        self._database.execute("UPDATE conversations SET seen_at = ? WHERE id = ?", (self._clock(), conversation.id))

    async def reply_to(self, conversation: Conversation, message: bytes) -> Reply | None:
        """The reply that this message had, None when it had none yet."""
        row = self._database.execute(
            "SELECT reply FROM turns WHERE conversation = ? AND message_id = ?", (conversation.id, message)
        ).fetchone()
        return cast(Reply, json.loads(row[0])) if row else None

    async def keep_turn(self, conversation: Conversation, shown: Shown, message: bytes | None, reply: Reply) -> None:
        """Remember the choices shown and, for a message with an id (its digest), its reply."""
        with Transaction(self._database):
            self._touch(conversation)
            self._database.execute(
                "INSERT INTO turns (conversation, message_id, shown, reply) VALUES (?, ?, ?, ?)",
                (conversation.id, message, packed(shown), "" if message is None else json.dumps(reply)),
            )
            self._database.execute(
                _BLANK_TURN + "WHERE conversation = ?1 AND number <= (SELECT number FROM turns "
                "WHERE conversation = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)",
                (conversation.id, KEPT_REPLIES),
            )

    async def leaving(self, sender: str) -> Leaving | None:
        """The conversation of a sender if it is open, or its erasure was begun and not finished."""
        row = self._database.execute(
            "SELECT id, rasa_id, door FROM conversations WHERE id = ? AND (erasing_since IS NOT NULL OR seen_at >= ?)",
            (digest(sender), self._clock() - self._idle_seconds),
        ).fetchone()
        return Leaving(*row) if row else None

    async def begin_erasure(self, conversation: bytes) -> None:
        """Close a conversation and forget it, but for what the erasure in Rasa needs."""
        with Transaction(self._database):
            self._database.execute(_BLANK_TURN + "WHERE conversation = ?", (conversation,))
            self._database.execute(
                "UPDATE conversations SET country = NULL, offer = NULL, erasing_since = coalesce(erasing_since, ?) "
                "WHERE id = ?",
                (self._clock(), conversation),
            )

    async def finish_erasure(self, conversation: bytes) -> None:
        """Forget a conversation altogether."""
        with Transaction(self._database):
            self._database.execute(_BLANK_TURN + "WHERE conversation = ?", (conversation,))
            self._database.execute(
                "UPDATE conversations SET id = NULL, rasa_id = '', door = '', country = NULL, offer = NULL, "
                "seen_at = 9e999, erasing_since = NULL WHERE id = ?",
                (conversation,),
            )

    async def scrub(self) -> bool:
        """Empty the write-ahead log; False when another process is reading the file and it has to wait.

        Raises sqlite3.Error when the file cannot be written.
        """
        (blank,) = self._database.execute("SELECT count(*) FROM turns WHERE conversation IS NULL").fetchone()
        if blank >= sqlite_file.MOST_BLANK:
            self._rebuild()
        return sqlite_file.empty_log(self._database)

    async def to_erase(self) -> list[Leaving]:
        """The conversations whose time is over, and those whose erasure is not finished, the oldest first."""
        rows = self._database.execute(
            "SELECT id, rasa_id, door FROM conversations WHERE erasing_since IS NOT NULL OR seen_at < ? "
            "ORDER BY seen_at",
            (self._clock() - self._idle_seconds,),
        )
        return [Leaving(*row) for row in rows]

    async def is_due(self, conversation: bytes) -> bool:
        """Whether `to_erase` would still list the conversation."""
        return (
            self._database.execute(
                "SELECT 1 FROM conversations WHERE id = ? AND (erasing_since IS NOT NULL OR seen_at < ?)",
                (conversation, self._clock() - self._idle_seconds),
            ).fetchone()
            is not None
        )

    async def erasing_for(self) -> float | None:
        """For how many seconds the oldest unfinished erasure has been going on; None when there is none."""
        (since,) = self._database.execute("SELECT min(erasing_since) FROM conversations").fetchone()
        return None if since is None else self._clock() - since

    def _rebuild(self) -> None:
        self._database.execute("DELETE FROM turns WHERE conversation IS NULL")
        self._database.execute("DELETE FROM conversations WHERE id IS NULL")
        self._database.execute("VACUUM")

    def _upgrade(self) -> None:
        """Bring a file of an earlier version, which kept what was shown in the conversation's row, to this form."""
        columns = self._database.execute("SELECT name FROM pragma_table_info('conversations')").fetchall()
        if ("shown",) in columns:
            self._database.executescript("DROP TABLE IF EXISTS replies; ALTER TABLE conversations DROP COLUMN shown;")


@dataclass(frozen=True)
class FileEntry:
    """A message in its conversation."""

    conversation: Conversation
    reply: Reply | None
    _message: bytes | None
    _store: FileConversations

    async def keep(self, shown: Shown, reply: Reply) -> None:
        """Remember the turn. Raises sqlite3.Error."""
        await self._store.keep_turn(self.conversation, shown, self._message, reply)


class FileEntrance:
    """The way to the conversations of one gateway."""

    def __init__(self, store: FileConversations, locks: Locks, limits: Limits) -> None:
        self._store = store
        self._locks = locks
        self._limits = limits

    @asynccontextmanager
    async def enter(self, sender: str, message: bytes | None, caller: Caller) -> AsyncIterator[FileEntry]:
        """Wait for the message's turn, as `Entrance` says."""
        conversation = await self._admitted(sender, caller)
        await self._limits.conversation(conversation.id)
        async with self._locks.hold(conversation.id):
            # While this message waited, the conversation may have gone on, or been erased.
            current = await self._admitted(sender, caller)
            reply = await self._store.reply_to(current, message) if message else None
            if reply is not None:
                await self._store.touch(current)
            yield FileEntry(current, reply, message, self._store)

    async def _admitted(self, sender: str, caller: Caller) -> Conversation:
        conversation = await self._store.find(sender)
        if conversation is None:
            raise GatewayError(Fault.CONVERSATION_UNKNOWN)
        caller.admit(conversation.door)
        return conversation
