"""The calls in hand, in one SQLite file: where each stands, and nothing that a caller said or is known by.

A call is known by the digest of its id. Its row goes when the call ends, or some time after its cap.
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

from gateway.ivr.actions import Action, from_json, to_json
from gateway.ivr.state import State

CALL_BYTES = 24
_BUSY_SECONDS = 1.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
  id BLOB PRIMARY KEY, started_at REAL NOT NULL, step INTEGER NOT NULL, state TEXT NOT NULL, actions TEXT NOT NULL,
  sender TEXT);
CREATE INDEX IF NOT EXISTS calls_started_at ON calls (started_at);
"""


@dataclass(frozen=True)
class Call:
    """A call in hand: the step it waits at, its state, and the turn last given.

    `seconds` is its age; `sender` names the conversation in which questions are said aloud, once there was one.
    """

    id: bytes
    seconds: float
    step: int
    state: State
    actions: tuple[Action, ...]
    sender: str | None


def digest(call: str) -> bytes:
    """What is kept of a call's id; the id has 192 random bits."""
    return sha256(call.encode("utf-8", "surrogatepass")).digest()


class CallStore:
    """One connection, used by the event loop alone, as the conversations' is (gateway/conversations.py)."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """Open or create the file (mode 0600). Raises sqlite3.Error or OSError when that fails."""
        self._clock = clock
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute("PRAGMA secure_delete = ON")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def create(self, state: State, actions: tuple[Action, ...]) -> str:
        """Keep a new call, at step 1, and return its id, which is kept nowhere."""
        call = secrets.token_urlsafe(CALL_BYTES)
        self._database.execute(
            "INSERT INTO calls (id, started_at, step, state, actions) VALUES (?, ?, 1, ?, ?)",
            (digest(call), self._clock(), state.to_json(), _packed(actions)),
        )
        return call

    def find(self, call: bytes) -> Call | None:
        """The call, None when there is none or it has ended."""
        row = self._database.execute(
            "SELECT started_at, step, state, actions, sender FROM calls WHERE id = ?", (call,)
        ).fetchone()
        if row is None:
            return None
        started_at, step, state, actions, sender = row
        seconds = max(0.0, self._clock() - started_at)
        return Call(call, seconds, step, State.from_json(state), from_json(json.loads(actions)), sender)

    def advance(self, call: Call, state: State, actions: tuple[Action, ...]) -> int:
        """Keep what followed from the call's step, and return the next step."""
        self._database.execute(
            "UPDATE calls SET step = ?, state = ?, actions = ? WHERE id = ?",
            (call.step + 1, state.to_json(), _packed(actions), call.id),
        )
        return call.step + 1

    def keep_sender(self, call: Call, sender: str) -> None:
        """Remember the conversation of a call, to speak in it again and to have it erased."""
        self._database.execute("UPDATE calls SET sender = ? WHERE id = ?", (sender, call.id))

    def older_than(self, seconds: float) -> list[Call]:
        """The calls that began longer ago than that."""
        rows = self._database.execute("SELECT id FROM calls WHERE started_at < ?", (self._clock() - seconds,))
        return [call for (identity,) in rows.fetchall() if (call := self.find(identity)) is not None]

    def erase(self, call: Call) -> None:
        """Forget a call: the row, and the pages of the write-ahead log that held it."""
        self._database.execute("DELETE FROM calls WHERE id = ?", (call.id,))
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _packed(actions: tuple[Action, ...]) -> str:
    return json.dumps(to_json(actions), ensure_ascii=False)
