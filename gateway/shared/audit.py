"""The audit log of gateways that share a PostgreSQL: one chain, written by all of them.

The row of the anchor is locked by whoever writes, so that rows follow each other one at a time, whichever gateway they
come from. A reply does not wait for that: its row waits in memory, in order, and goes with those beside it in one
transaction. While PostgreSQL is away rows wait, as many as fit; only those beyond, and those of a gateway that is
killed meanwhile, are lost. Those beyond are counted and told in the next row.
"""

import asyncio
import logging
import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import count, islice
from typing import Any

import psycopg

from gateway.audit_chain import Head, after
from gateway.audit_entry import Given, hour_of
from gateway.store_error import StoreError

log = logging.getLogger("gateway")

_DAY = 86_400
# Some minutes of a busy gateway; a row takes half a kilobyte.
MOST_WAITING = 20_000
_MOST_AT_ONCE = 500
# A gateway that halts in the middle of its writing must not hold the others up for longer.
_LOCK_SECONDS = 5
_WRITE_SECONDS = 15.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 10.0
_FLUSH_SECONDS = 3.0
# Keep-alives tell that the other end is gone; no statement is prepared, so that a pooler may stand between.
_CONNECTING: dict[str, Any] = {
    "connect_timeout": 3, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 15_000, "prepare_threshold": None, "application_name": "assistant-audit",
}  # fmt: skip
_IS_THERE = "SELECT to_regclass('audit_topics') IS NOT NULL"
_SCHEMA = """
SELECT pg_advisory_xact_lock(hashtext('audit_rows'));
CREATE TABLE IF NOT EXISTS audit_rows (
  number BIGINT PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL,
  hour TEXT COLLATE "C" GENERATED ALWAYS AS (body::jsonb ->> 'hour') STORED);
CREATE INDEX IF NOT EXISTS audit_rows_hour ON audit_rows (hour);
CREATE TABLE IF NOT EXISTS audit_anchor (
  one INTEGER PRIMARY KEY CHECK (one = 1), number BIGINT NOT NULL, hash TEXT NOT NULL);
INSERT INTO audit_anchor VALUES (1, 0, repeat('0', 64)) ON CONFLICT DO NOTHING;
CREATE OR REPLACE VIEW audit_answers AS SELECT
  number, body, hash, hour, body::jsonb ->> 'door' AS door, body::jsonb ->> 'country' AS country,
  body::jsonb ->> 'offer' AS offer, body::jsonb ->> 'status' AS status, body::jsonb ->> 'version' AS version,
  body::jsonb ->> 'policy_sha256' AS policy_sha256, (body::jsonb ->> 'unsure')::boolean AS unsure,
  jsonb_array_length(body::jsonb -> 'topics') AS topics
  FROM audit_rows WHERE body::jsonb ->> 'door' IS NOT NULL;
CREATE OR REPLACE VIEW audit_topics AS SELECT answer.number, answer.hour, answer.unsure, topic
  FROM audit_answers AS answer, jsonb_array_elements_text(answer.body::jsonb -> 'topics') AS topic;
"""
_PARAMETER = re.compile(r":(\w+)")


class SharedLog:
    """The log as it is read, in a connection of its own."""

    def __init__(self, url: str) -> None:
        """`url` as postgresql://user:password@host:port/database."""
        self._url = url

    def __str__(self) -> str:
        # Not the address: it may hold a password.
        return "the audit log in DATABASE_URL"

    @contextmanager
    def reading(self) -> Iterator["_SharedReading"]:
        """Read the log in one transaction. Raises StoreError."""
        with _failures():
            connection = psycopg.connect(self._url, **_CONNECTING)
            try:
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                connection.read_only = True
                yield _SharedReading(connection)
            finally:
                connection.close()


class _SharedReading:
    def __init__(self, connection: "psycopg.Connection[tuple[Any, ...]]") -> None:
        self._connection = connection
        self._names = count()

    def query(self, sql: str, **parameters: str | int) -> Iterator[tuple[Any, ...]]:
        with _failures():
            # Named: PostgreSQL keeps the rows, and gives some at a time.
            cursor = self._connection.cursor(name=f"reading{next(self._names)}")
            cursor.itersize = 500
            cursor.execute(_PARAMETER.sub(r"%(\1)s", sql).encode(), parameters)
            yield from cursor


@contextmanager
def _failures() -> Iterator[None]:
    """Turn what psycopg raises into StoreError. Its messages may quote values: the kind alone is kept."""
    try:
        yield
    except (psycopg.Error, OSError, TimeoutError) as error:
        raise StoreError(f"PostgreSQL: {type(error).__name__}") from None


class SharedAudit:
    """The log, written by a task of the event loop that lives while rows wait."""

    def __init__(self, url: str, days: int, clock: Callable[[], float] = time.time) -> None:
        """Nothing is connected yet: a gateway starts while PostgreSQL is away."""
        self.log = SharedLog(url)
        self._url = url
        self._days = days
        self._clock = clock
        self._lost = 0
        self._is_away = False
        self._waiting: deque[dict[str, Any]] = deque()
        self._recorded = self._written = 0
        self._progress = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
        # How many rows the last transaction held, and its last row: whether it was committed is not always told.
        self._tried: tuple[int, Head] | None = None

    @property
    def failing(self) -> bool:
        """Whether the last rows could not be written."""
        return self._is_away or self._lost > 0

    def record(self, given: Given) -> None:
        """Have it written that an answer was given. Raises RuntimeError outside an event loop."""
        if len(self._waiting) >= MOST_WAITING:
            self._lost += 1
            return
        told = {"lost": self._lost} if self._lost else {}
        self._lost = 0
        self._waiting.append({"hour": hour_of(self._clock()), **asdict(given), **told})
        self._recorded += 1
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._write())

    async def flush(self) -> None:
        """Return when every row recorded before is committed. Raises StoreError when that takes too long."""
        recorded = self._recorded
        try:
            async with asyncio.timeout(_FLUSH_SECONDS), self._progress:
                await self._progress.wait_for(lambda: self._written >= recorded)
        except TimeoutError:
            raise StoreError("PostgreSQL: rows of the audit log wait to be written") from None

    async def close(self) -> None:
        """Write what waits, within some seconds, and close the connection."""
        try:
            await self.flush()
        except StoreError:
            log.error("%d rows of the audit log are lost", len(self._waiting) + self._lost)
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._disconnect()

    async def _write(self) -> None:
        pause = _FIRST_PAUSE
        while self._waiting:
            try:
                with _failures():
                    async with asyncio.timeout(_WRITE_SECONDS):
                        written = await self._append(list(islice(self._waiting, _MOST_AT_ONCE)))
            except (StoreError, ValueError) as error:
                if not self._is_away:
                    told = error if isinstance(error, StoreError) else type(error).__name__
                    log.error("the audit log cannot be written: %s", told)
                self._is_away = True
                await self._disconnect()
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
                continue
            for _ in range(written):
                self._waiting.popleft()
            self._written += written
            self._tried = None
            self._is_away = False
            pause = _FIRST_PAUSE
            async with self._progress:
                self._progress.notify_all()

    async def _append(self, rows: list[dict[str, Any]]) -> int:
        """Commit the rows at the end of the chain; returns how many were. Raises what psycopg raises."""
        if self._connection is None:
            self._connection = await _connected(self._url)
        connection = self._connection
        async with connection.transaction():
            head = await _locked_head(connection)
            if self._tried is not None and await _is_there(connection, self._tried[1]):
                return self._tried[0]
            chain = []
            for row in rows:
                head, body = after(head, row)
                chain.append((head.number, body, head.hash))
            async with connection.cursor() as cursor:
                await cursor.executemany("INSERT INTO audit_rows (number, body, hash) VALUES (%s, %s, %s)", chain)
            self._tried = len(chain), head
        return len(chain)

    async def _disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def purge(self) -> int:
        """Remove the rows older than the days they are kept; returns how many. Raises StoreError."""
        cutoff = hour_of(self._clock() - self._days * _DAY)
        with _failures():
            connection = await _connected(self._url)
            try:
                async with connection.transaction():
                    return await _purged(connection, cutoff, hour_of(self._clock()))
            finally:
                await connection.close()


async def _connected(url: str) -> "psycopg.AsyncConnection[tuple[Any, ...]]":
    """A connection to a database that has the tables. Raises psycopg.Error."""
    connection = await psycopg.AsyncConnection.connect(url, autocommit=True, **_CONNECTING)
    try:
        # Whoever made them may have more rights than this user.
        found = await (await connection.execute(_IS_THERE)).fetchone()
        if found != (True,):
            async with connection.transaction():
                await connection.execute(_SCHEMA)
    except BaseException:
        await connection.close()
        raise
    return connection


async def _locked_head(connection: "psycopg.AsyncConnection[tuple[Any, ...]]") -> Head:
    """The last row, which stays the last one for all until this transaction ends."""
    await connection.execute(
        f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'; "
        f"SET LOCAL idle_in_transaction_session_timeout = '{_LOCK_SECONDS}s'"
    )
    anchor = await (await connection.execute("SELECT number, hash FROM audit_anchor FOR UPDATE")).fetchone()
    # A statement of its own: it sees what was committed while the one before waited.
    last = "SELECT number, hash FROM audit_rows ORDER BY number DESC LIMIT 1"
    row = await (await connection.execute(last)).fetchone() or anchor
    assert row is not None
    return Head(*row)


async def _is_there(connection: "psycopg.AsyncConnection[tuple[Any, ...]]", row: Head) -> bool:
    asked = "SELECT 1 FROM audit_rows WHERE number = %s AND hash = %s"
    return await (await connection.execute(asked, (row.number, row.hash))).fetchone() is not None


async def _purged(connection: "psycopg.AsyncConnection[tuple[Any, ...]]", cutoff: str, hour: str) -> int:
    head = await _locked_head(connection)
    # Up to the first row that stays: a clock that was set back must not make a hole.
    until = (
        "SELECT number, hash FROM audit_rows WHERE number = coalesce("
        "(SELECT min(number) FROM audit_rows WHERE hour >= %s) - 1, (SELECT max(number) FROM audit_rows))"
    )
    row = await (await connection.execute(until, (cutoff,))).fetchone()
    if row is None:
        return 0
    # Written first: the chain goes on from its last row, which may itself be among those removed.
    new, body = after(head, {"hour": hour, "purged": {"number": row[0], "hash": row[1]}})
    await connection.execute(
        "INSERT INTO audit_rows (number, body, hash) VALUES (%s, %s, %s)", (new.number, body, new.hash)
    )
    removed = await connection.execute("DELETE FROM audit_rows WHERE number <= %s", (row[0],))
    await connection.execute("UPDATE audit_anchor SET number = %s, hash = %s", row)
    return removed.rowcount
