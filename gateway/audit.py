"""Which answer was given when, through which door: an append-only log that shows when somebody has changed it.

A row says the hour, the door, the country, the offer, the topics, the status, the version of the knowledge base and
the sha256 of the policy: nothing of what a person wrote, and nothing that tells one person from another. Each row's
hash covers the row and the hash before it, so a row that is changed, removed or moved no longer fits (`verify`).
Removed last rows leave a chain that fits: against that, and against somebody who computes the whole chain anew, keep
the head (number and hash of the last row) elsewhere and verify against it.

Old rows are purged from the beginning. What the first row left hangs on (the anchor) is kept, and every purge is a row
of the chain itself, so that a beginning cut off by hand does not pass for a purge.
"""

import json
import logging
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.audit_chain import Head, head_of, link, verify
from gateway.base_version import version_of
from policies_kb.base import BaseError

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


@dataclass(frozen=True)
class Given:
    """An answer that was given. `topics` are what it is about or, when `unsure`, what the question might have meant."""

    door: str
    country: str | None
    offer: str | None
    topics: tuple[str, ...]
    status: str
    unsure: bool
    version: str
    policy_sha256: str | None


def hour_of(seconds: float) -> str:
    """The hour of a time (seconds since the epoch) in UTC, such as 2026-11-21T14Z. Nothing finer is kept."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%HZ")


def _canonical(content: dict[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


class Audit:
    """The log, written by the event loop alone: a row takes a fraction of a millisecond, so it waits for no thread.

    Synchronous NORMAL: after a power cut the last rows may be missing, but what is there is whole and fits. Losing the
    last seconds' figures is worth less than a disk's flush in every reply.
    """

    def __init__(self, path: Path, days: int, clock: Callable[[], float] = time.time) -> None:
        """Open or create the file (mode 0600). Raises sqlite3.Error or OSError when that fails."""
        self.path = path
        self._days = days
        self._clock = clock
        self._lost = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
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

    def purge(self) -> int:
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

    def head(self) -> Head:
        """The last row, safe on the disk. Raises sqlite3.Error."""
        self._database.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
        return head_of(self._database)

    def _append(self, content: dict[str, Any]) -> None:
        head = head_of(self._database)
        body = _canonical({"number": head.number + 1, "hour": hour_of(self._clock()), **content})
        self._database.execute(
            "INSERT INTO entries (number, body, hash) VALUES (?, ?, ?)", (head.number + 1, body, link(head.hash, body))
        )


class ReplyAudit:
    """Writes down the replies of the chat, by what their `custom` says."""

    def __init__(self, audit: Audit, base_path: Path) -> None:
        self._audit = audit
        self._base_path = base_path

    def record(self, door: str, custom: Mapping[str, Any]) -> None:
        """Write that a reply was given at a door. Never raises for a log or a base that fails."""
        try:
            version = version_of(self._base_path)
        except BaseError:
            version = ""
        self._audit.record(
            Given(
                door=door,
                country=custom["country"],
                offer=custom["offer"],
                topics=tuple(custom["topics"]),
                status=custom["status"],
                unsure=bool(custom.get("unsure")),
                version=version,
                policy_sha256=(custom["policy"] or {}).get("sha256"),
            )
        )


def rows_between(database: sqlite3.Connection, first: str, last: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The answers given from the day `first` to the day `last` (as 2026-11-21, both counted), with their hashes."""
    found = database.execute(
        "SELECT body, hash FROM entries WHERE hour >= ? AND hour < ? AND door IS NOT NULL ORDER BY number",
        (first, f"{last}U"),  # after every hour of that day: 'T' < 'U'
    )
    for body, stated in found:
        yield json.loads(body), stated


_PROBLEMS = {
    "altered": "the row after number {last} does not fit: a row was changed, removed, moved or put in",
    "beginning": "rows before number {first} were removed by another way than a purge",
    "truncated": "the log ends at number {last}, before the head given: the last rows were removed",
    "replaced": "the row of the head given has another hash: the log was written anew",
}


def main(arguments: list[str]) -> int:
    """`verify [NUMBER:HASH]` or `head`, on RUN_DIR/audit.sqlite; returns the exit status: 0, 1 found wrong, 2 usage."""
    path = Path(os.environ.get("RUN_DIR") or ".run") / FILE
    match arguments:
        case ["verify"]:
            known = None
        case ["verify", text] if text.partition(":")[0].isdecimal() and len(text.partition(":")[2]) == 64:
            known = Head(int(text.partition(":")[0]), text.partition(":")[2].lower())
        case ["head"]:
            known = None
        case _:
            print("usage: python -m gateway.audit verify [NUMBER:HASH] | head", file=sys.stderr)
            return 2
    try:
        state = verify(path, known)
    except sqlite3.Error as error:
        print(f"{path} cannot be read ({error}): set RUN_DIR to the folder of the assistant's state", file=sys.stderr)
        return 1
    if state.problem:
        print(f"{path}: {_PROBLEMS[state.problem].format(first=state.first, last=state.last)}", file=sys.stderr)
        return 1
    if arguments == ["head"]:
        print(f"{state.head.number}:{state.head.hash}")
    else:
        print(f"{state.rows} rows fit, up to the head {state.head.number}:{state.head.hash}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
