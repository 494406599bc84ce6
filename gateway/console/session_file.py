"""The console's sessions of one gateway, in one SQLite file (gateway/sqlite_file.py says how it forgets)."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from gateway import sqlite_file
from gateway.console.sessions import Session, digest, drawn
from gateway.console.settings import Role
from gateway.sqlite_file import steady_clock

FILE = "console.sqlite"
# Use is written down this often at most: looking something up asks several times a second.
_TOUCH_SHARE = 30
# Blank rows after which the file is rebuilt: it is a small one.
_MOST_BLANK = 100
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
  token BLOB PRIMARY KEY, subject TEXT NOT NULL, roles TEXT NOT NULL, csrf TEXT NOT NULL,
  opened_at REAL NOT NULL, seen_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS sessions_subject ON sessions (subject);
"""
# A blank row is nobody's: no session is found by it.
_BLANK = "UPDATE sessions SET token = NULL, subject = '', roles = '', csrf = '', opened_at = 0, seen_at = 0 "


class FileSessions:
    """One connection, used by the event loop alone: each call is a row or two, so it does not wait for a thread."""

    def __init__(
        self, path: Path, idle_seconds: float, longest_seconds: float, clock: Callable[[], float] | None = None
    ) -> None:
        """Open or create the file (mode 0600). Raises sqlite3.Error or OSError when that fails."""
        self._idle_seconds = idle_seconds
        self._longest_seconds = longest_seconds
        self._clock = clock or steady_clock()
        self._database = sqlite_file.open_file(path)
        self._database.executescript(_SCHEMA)
        # Set back while nobody looked, the clock must not make sessions last longer than they do.
        now = self._clock()
        self._database.execute(
            "UPDATE sessions SET opened_at = min(opened_at, ?1), seen_at = min(seen_at, ?1) "
            "WHERE opened_at > ?1 OR seen_at > ?1",
            (now,),
        )

    async def close(self) -> None:
        """Close the file."""
        self._database.close()

    async def open(self, subject: str, roles: Iterable[Role]) -> str:
        """Open a session for a subject (a digest) and return the token for the cookie, which is kept nowhere."""
        now = self._clock()
        token = drawn()
        self._database.execute(
            "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)",
            (digest(token), subject, json.dumps(sorted(roles)), drawn(), now, now),
        )
        return token

    async def find(self, token: str) -> Session | None:
        """The session of a cookie; counts as use. None when there is none, or its time is over."""
        now = self._clock()
        key = digest(token)
        row = self._database.execute(
            "SELECT subject, roles, csrf, seen_at FROM sessions WHERE token = ? AND seen_at >= ? AND opened_at >= ?",
            (key, now - self._idle_seconds, now - self._longest_seconds),
        ).fetchone()
        if row is None:
            return None
        subject, roles, csrf, seen_at = row
        if now - seen_at > self._idle_seconds / _TOUCH_SHARE:
            self._database.execute("UPDATE sessions SET seen_at = ? WHERE token = ?", (now, key))
        return Session(subject, frozenset(json.loads(roles)), csrf)

    async def end(self, token: str) -> None:
        """Forget a session."""
        self._database.execute(_BLANK + "WHERE token = ?", (digest(token),))
        sqlite_file.empty_log(self._database)

    async def end_all(self, subject: str) -> None:
        """Forget every session of a subject (a digest)."""
        self._database.execute(_BLANK + "WHERE subject = ?", (subject,))
        sqlite_file.empty_log(self._database)

    async def purge(self) -> None:
        """Forget the sessions whose time is over, and rebuild the file when many rows are blank."""
        now = self._clock()
        self._database.execute(
            _BLANK + "WHERE token IS NOT NULL AND (seen_at < ? OR opened_at < ?)",
            (now - self._idle_seconds, now - self._longest_seconds),
        )
        (blank,) = self._database.execute("SELECT count(*) FROM sessions WHERE token IS NULL").fetchone()
        if blank >= _MOST_BLANK:
            self._database.execute("DELETE FROM sessions WHERE token IS NULL")
            self._database.execute("VACUUM")
        sqlite_file.empty_log(self._database)
