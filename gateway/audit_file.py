"""The audit log of one machine, in one SQLite file."""

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gateway.audit_chain import Head, after
from gateway.audit_entry import Given, hour_of

log = logging.getLogger("gateway")

FILE = "audit.sqlite"
_BUSY_SECONDS = 1.0
_DAY = 86_400
# `body` is canonical JSON, and what the hash covers; the columns made from it are there for counting.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
  number INTEGER PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL,
  hour TEXT GENERATED ALWAYS AS (json_extract(body, '$.hour')) VIRTUAL,
  door TEXT GENERATED ALWAYS AS (json_extract(body, '$.door')) VIRTUAL);
CREATE INDEX IF NOT EXISTS entries_hour ON entries (hour);
CREATE TABLE IF NOT EXISTS anchor (
  one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL, hash TEXT NOT NULL);
INSERT OR IGNORE INTO anchor VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
"""
# The names of audit_chain.py, of the reader's own: the file is not written for it.
_VIEWS = """
CREATE TEMP VIEW audit_rows AS SELECT number, body, hash FROM entries;
CREATE TEMP VIEW audit_anchor AS SELECT number, hash FROM anchor;
CREATE TEMP VIEW audit_answers AS SELECT
  number, body, hash, hour, door, json_extract(body, '$.country') AS country, json_extract(body, '$.offer') AS offer,
  json_extract(body, '$.status') AS status, json_extract(body, '$.version') AS version,
  json_extract(body, '$.policy_sha256') AS policy_sha256, json_extract(body, '$.unsure') AS unsure,
  json_array_length(body, '$.topics') AS topics
  FROM entries WHERE door IS NOT NULL;
CREATE TEMP VIEW audit_topics AS SELECT answer.number, answer.hour, answer.unsure, topic.value AS topic
  FROM audit_answers AS answer, json_each(answer.body, '$.topics') AS topic;
"""


class FileLog:
    """The log as it is read, beside the connection that writes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __str__(self) -> str:
        return str(self._path)

    @contextmanager
    def reading(self) -> Iterator["_FileReading"]:
        """Read the log in one transaction. Raises sqlite3.Error."""
        database = sqlite3.connect(
            f"{self._path.resolve().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS, isolation_level=None,
            check_same_thread=False,
        )  # fmt: skip
        try:
            database.executescript(_VIEWS)
            database.execute("BEGIN")
            yield _FileReading(database)
        finally:
            database.close()


class _FileReading:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def query(self, sql: str, **parameters: str | int) -> Iterator[tuple[Any, ...]]:
        return self._database.execute(sql, parameters)


class FileAudit:
    """The log, written by the event loop alone: a row takes a fraction of a millisecond, so it waits for no thread.

    Synchronous NORMAL: after a power cut the last rows may be missing, but what is there is whole and fits. Losing the
    last seconds' figures is worth less than a disk's flush in every reply.
    """

    def __init__(self, path: Path, days: int, clock: Callable[[], float] = time.time) -> None:
        """Open or create the file (mode 0600). Raises sqlite3.Error or OSError when that fails."""
        self.log = FileLog(path)
        self._days = days
        self._clock = clock
        self._lost = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(_SCHEMA)

    async def close(self) -> None:
        """Close the file."""
        self._database.close()

    @property
    def failing(self) -> bool:
        """Whether the last rows could not be written."""
        return self._lost > 0

    def record(self, given: Given) -> None:
        """Write that an answer was given. A failure is counted and told in the next row, and never reaches a reply."""
        content = asdict(given) | ({"lost": self._lost} if self._lost else {})
        try:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                self._append(content)
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            self._lost += 1
            log.error("the audit log cannot be written: %s", type(error).__name__)
        else:
            self._lost = 0

    async def purge(self) -> int:
        """Remove the rows older than the days they are kept; returns how many. Raises sqlite3.Error."""
        cutoff = hour_of(self._clock() - self._days * _DAY)
        self._database.execute("BEGIN IMMEDIATE")
        try:
            # Up to the first row that stays: a clock that was set back must not make a hole.
            stays = "SELECT min(number) FROM entries WHERE hour >= ?"
            last = "SELECT max(number) FROM entries"
            (until,) = self._database.execute(f"SELECT coalesce(({stays}) - 1, ({last}))", (cutoff,)).fetchone()
            row = self._database.execute("SELECT number, hash FROM entries WHERE number = ?", (until,)).fetchone()
            removed = 0
            if row is not None:
                # Written first: the chain goes on from its last row, which may itself be among those removed.
                self._append({"purged": {"number": row[0], "hash": row[1]}})
                removed = self._database.execute("DELETE FROM entries WHERE number <= ?", (until,)).rowcount
                self._database.execute("UPDATE anchor SET number = ?, hash = ?", row)
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")
        return removed

    async def flush(self) -> None:
        """Return when every row written is safe on the disk. Raises sqlite3.Error."""
        self._database.execute("PRAGMA wal_checkpoint(FULL)").fetchone()

    def _append(self, content: dict[str, Any]) -> None:
        last = self._database.execute("SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1").fetchone()
        head = Head(*(last or self._database.execute("SELECT number, hash FROM anchor").fetchone()))
        new, body = after(head, {"hour": hour_of(self._clock()), **content})
        self._database.execute(
            "INSERT INTO entries (number, body, hash) VALUES (?, ?, ?)", (new.number, body, new.hash)
        )
