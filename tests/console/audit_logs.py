"""The audit log of either kind, as tests use it: written and read at once, tampered with, looked at row by row."""

import asyncio
import json
import sqlite3
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from gateway.audit import Audit
from gateway.audit_chain import Head, State, verify
from gateway.audit_entry import Given
from gateway.audit_file import FileAudit
from gateway.shared.audit import SharedAudit

DAY = 86_400
DAYS = 30
GIVEN = Given("web", "mali", None, ("rights",), "answered", False, "0123456789abcdef", "a" * 64)
Row = tuple[int, dict[str, Any], str]
Result = TypeVar("Result")
_NAMES = {"file": ("entries", "anchor"), "shared": ("audit_rows", "audit_anchor")}


class Clock:
    """A time in seconds that a test moves."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Kept:
    """A log with whoever writes it, in an event loop of its own."""

    def __init__(self, kind: str, where: str, audit: Audit, runner: asyncio.Runner) -> None:
        self.audit = audit
        self.where = where
        self._kind = kind
        self._runner = runner

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run something in the writer's event loop."""
        return self._runner.run(work)

    def fill(self, count: int = 10) -> None:
        """Record so many answers, until they are kept."""

        async def filled() -> None:
            for _ in range(count):
                self.audit.record(GIVEN)
            await self.audit.flush()

        self.run(filled())

    def verify(self, known: Head | None = None) -> State:
        """What the verification finds."""
        return verify(self.audit.log, known)

    def head(self) -> Head:
        """The last row."""
        return self.verify().head

    def tamper(self, *statements: str) -> None:
        """Change the tables {rows} and {anchor} behind the writer's back."""
        rows, anchor = _NAMES[self._kind]
        with self._opened() as database:
            for statement in statements:
                changing = statement.replace("{rows}", rows).replace("{anchor}", anchor)
                assert database.execute(changing).rowcount > 0
            database.commit()

    def rows(self) -> list[Row]:
        """Number, content and hash of every row."""
        with self.audit.log.reading() as reading:
            found = list(reading.query("SELECT number, body, hash FROM audit_rows ORDER BY number"))
        return [(number, json.loads(body), stated) for number, body, stated in found]

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        database = sqlite3.connect(self.where) if self._kind == "file" else psycopg.connect(self.where)
        try:
            yield database
        finally:
            database.close()

    @property
    def environment(self) -> dict[str, str]:
        """What leads the command to this log."""
        return {"RUN_DIR": str(Path(self.where).parent)} if self._kind == "file" else {"DATABASE_URL": self.where}


@contextmanager
def kept(kind: str, where: str, clock: Clock, days: int = DAYS) -> Iterator[Kept]:
    """A log of a kind ("file", "shared") at a path or URL."""
    audit: Audit = FileAudit(Path(where), days, clock) if kind == "file" else SharedAudit(where, days, clock)
    with asyncio.Runner() as runner:
        yield Kept(kind, where, audit, runner)
        runner.run(audit.close())


def emptied(url: str) -> None:
    """Drop the tables of the log from a PostgreSQL."""
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("DROP VIEW IF EXISTS audit_topics, audit_answers")
        database.execute("DROP TABLE IF EXISTS audit_rows, audit_anchor")
