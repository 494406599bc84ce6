"""The conversations, in one SQLite file: what each needs to go on, and nothing a person typed.

A `sender` is known by its SHA-256 alone, a `message_id` too. SQLite overwrites what is deleted (`secure_delete`), and
every erasure empties the write-ahead log, where older pages would live on.

Where rows grow or go, SQLite moves their neighbours and leaves copies behind that it does not overwrite: the replies of
other conversations, readable in the file after their own erasure. So what was said is only ever added at the end of a
table, and blanked in its row; the blank rows go when the file is rebuilt. What may stay readable until then are digests
and names drawn at random, which nothing refers to any more.
"""

import json
import os
import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from gateway.buttons import Choice, Shown
from gateway.contract import Country, Door, Offer

Reply = list[dict[str, Any]]

SENDER_BYTES = 24
# Retries come within seconds; fifty messages are more than a conversation usually has.
KEPT_REPLIES = 50
# Blank rows after which the file is rebuilt: some hundred conversations, a tenth of a second.
_MOST_BLANK = 5_000
# Nobody else should hold the file, and who waits for it keeps everybody waiting.
_BUSY_SECONDS = 1.0
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


@dataclass(frozen=True)
class Conversation:
    """An open conversation; `id` is the digest of the sender, `rasa_id` the name that Rasa knows it by."""

    id: bytes
    rasa_id: str
    door: Door
    country: Country | None
    offer: Offer | None
    shown: Shown


@dataclass(frozen=True)
class Leaving:
    """A conversation to be erased: its door, and the name that Rasa knows it by."""

    id: bytes
    rasa_id: str
    door: Door


def digest(secret: str) -> bytes:
    """What is kept of a sender or message id. The random ones have 192 bits: no dictionary finds them again."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


class ConversationStore:
    """One connection, used by the event loop alone: each call is a few rows, so it does not wait for a thread."""

    def __init__(self, path: Path, idle_seconds: float, clock: Callable[[], float] | None = None) -> None:
        """Open or create the file (mode 0600). Raises sqlite3.Error or OSError when that fails."""
        clock = clock or steady_clock()
        self._idle_seconds = idle_seconds
        self._clock = clock
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute("PRAGMA secure_delete = ON")
        self._upgrade()
        self._database.executescript(_SCHEMA)
        # Set back while nobody looked, the clock must not make conversations last longer than they do.
        now = clock()
        self._database.execute("UPDATE conversations SET seen_at = ? WHERE seen_at > ?", (now, now))
        self._rebuild()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def check(self) -> None:
        """Raise sqlite3.Error unless the file can be written."""
        self._database.execute("BEGIN IMMEDIATE")
        self._database.execute("ROLLBACK")

    def create(self, door: Door, country: Country | None, offer: Offer | None) -> str:
        """Open a conversation and return its sender, which is kept nowhere."""
        sender = secrets.token_urlsafe(SENDER_BYTES)
        rasa_id = sha256(b"rasa\0" + sender.encode()).hexdigest()
        self._database.execute(
            "INSERT INTO conversations (id, rasa_id, door, country, offer, seen_at) VALUES (?, ?, ?, ?, ?, ?)",
            (digest(sender), rasa_id, door, country, offer, self._clock()),
        )
        return sender

    def find(self, sender: str) -> Conversation | None:
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
        if row is None:
            return Shown()
        choices, last = (tuple(Choice(*pair) for pair in pairs) for pairs in json.loads(row[0]))
        return Shown(choices, last)

    def touch(self, conversation: Conversation) -> None:
        """Count the conversation's idle time from now."""
        self._database.execute("UPDATE conversations SET seen_at = ? WHERE id = ?", (self._clock(), conversation.id))

    def reply_to(self, conversation: Conversation, message_id: str) -> Reply | None:
        """The reply that this message had, None when it had none yet."""
        row = self._database.execute(
            "SELECT reply FROM turns WHERE conversation = ? AND message_id = ?", (conversation.id, digest(message_id))
        ).fetchone()
        return cast(Reply, json.loads(row[0])) if row else None

    def keep_turn(self, conversation: Conversation, shown: Shown, message_id: str | None, reply: Reply) -> None:
        """Remember the choices shown and, for a message with an id, its reply."""
        with _Transaction(self._database):
            packed = json.dumps(
                [[[choice.title, choice.payload] for choice in choices] for choices in (shown.choices, shown.last)]
            )
            self.touch(conversation)
            self._database.execute(
                "INSERT INTO turns (conversation, message_id, shown, reply) VALUES (?, ?, ?, ?)",
                (
                    conversation.id,
                    None if message_id is None else digest(message_id),
                    packed,
                    "" if message_id is None else json.dumps(reply),
                ),
            )
            self._database.execute(
                _BLANK_TURN + "WHERE conversation = ?1 AND number <= (SELECT number FROM turns "
                "WHERE conversation = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)",
                (conversation.id, KEPT_REPLIES),
            )

    def leaving(self, sender: str) -> Leaving | None:
        """The conversation of a sender if it is open, or its erasure was begun and not finished."""
        row = self._database.execute(
            "SELECT id, rasa_id, door FROM conversations WHERE id = ? AND (erasing_since IS NOT NULL OR seen_at >= ?)",
            (digest(sender), self._clock() - self._idle_seconds),
        ).fetchone()
        return Leaving(*row) if row else None

    def begin_erasure(self, conversation: bytes) -> None:
        """Close a conversation and forget it, but for what the erasure in Rasa needs."""
        with _Transaction(self._database):
            self._database.execute(_BLANK_TURN + "WHERE conversation = ?", (conversation,))
            self._database.execute(
                "UPDATE conversations SET country = NULL, offer = NULL, erasing_since = coalesce(erasing_since, ?) "
                "WHERE id = ?",
                (self._clock(), conversation),
            )

    def finish_erasure(self, conversation: bytes) -> None:
        """Forget a conversation altogether."""
        with _Transaction(self._database):
            self._database.execute(_BLANK_TURN + "WHERE conversation = ?", (conversation,))
            self._database.execute(
                "UPDATE conversations SET id = NULL, rasa_id = '', door = '', country = NULL, offer = NULL, "
                "seen_at = 9e999, erasing_since = NULL WHERE id = ?",
                (conversation,),
            )

    def scrub(self) -> bool:
        """Empty the write-ahead log; False when another process is reading the file and it has to wait.

        Raises sqlite3.Error when the file cannot be written.
        """
        (blank,) = self._database.execute("SELECT count(*) FROM turns WHERE conversation IS NULL").fetchone()
        if blank >= _MOST_BLANK:
            self._rebuild()
        busy, _, _ = self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def to_erase(self) -> list[Leaving]:
        """The conversations whose time is over, and those whose erasure is not finished, the oldest first."""
        rows = self._database.execute(
            "SELECT id, rasa_id, door FROM conversations WHERE erasing_since IS NOT NULL OR seen_at < ? "
            "ORDER BY seen_at",
            (self._clock() - self._idle_seconds,),
        )
        return [Leaving(*row) for row in rows]

    def is_due(self, conversation: bytes) -> bool:
        """Whether `to_erase` would still list the conversation."""
        return (
            self._database.execute(
                "SELECT 1 FROM conversations WHERE id = ? AND (erasing_since IS NOT NULL OR seen_at < ?)",
                (conversation, self._clock() - self._idle_seconds),
            ).fetchone()
            is not None
        )

    def erasing_for(self) -> float | None:
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


def steady_clock() -> Callable[[], float]:
    """A clock that tells the seconds since the epoch as they were when it was made, and then goes on by itself.

    Set forward, the machine's clock would end every conversation at once; set back, it would keep them.
    """
    # Counts on while the machine sleeps, where there is such a clock.
    steady = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    start = time.time() - time.clock_gettime(steady)
    return lambda: start + time.clock_gettime(steady)


class _Transaction:
    """Both or neither; rolled back when the body raises."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._database.execute("ROLLBACK" if kind else "COMMIT")
