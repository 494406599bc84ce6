"""The audit log's chain: what a row's hash covers, where the chain ends, and whether every row still fits."""

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

_NO_HASH = "0" * 64
_BUSY_SECONDS = 1.0


@dataclass(frozen=True)
class Head:
    """The last row: its number, which counts all rows ever written, and its hash."""

    number: int
    hash: str


def link(previous: str, body: str) -> str:
    """The hash of a row with this body after a row with this hash."""
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def head_of(database: sqlite3.Connection) -> Head:
    """The last row, or what the first row will hang on."""
    last = database.execute("SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1").fetchone()
    return Head(*(last or database.execute("SELECT number, hash FROM anchor").fetchone()))


@dataclass(frozen=True)
class State:
    """What `verify` found. `problem` is None when every row fits; the rows kept are numbered `first` to `last`."""

    problem: str | None
    first: int
    last: int
    rows: int
    head: Head


def reading(path: Path) -> sqlite3.Connection:
    """A connection that only reads, beside the one that writes. Raises sqlite3.Error."""
    return sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS, check_same_thread=False
    )


def verify(path: Path, known: Head | None = None) -> State:
    """Check every row of the log, and that it still holds the head `known`. Raises sqlite3.Error, reads only.

    `problem` is one of: altered (a row does not fit: changed, moved, put in or out), beginning (rows were removed from
    the beginning by another way than a purge), truncated (the known head is not there any more), replaced (it is, with
    another hash).
    """
    database = reading(path)
    try:
        # One transaction: rows written meanwhile do not count.
        database.execute("BEGIN")
        anchor = Head(*database.execute("SELECT number, hash FROM anchor").fetchone())
        number, previous, rows = anchor.number, anchor.hash, 0
        problem = None
        is_purged = anchor == Head(0, _NO_HASH)
        hash_there = previous if known and known.number == number else None
        for found, body, stated in database.execute("SELECT number, body, hash FROM entries ORDER BY number"):
            if found != number + 1 or stated != link(previous, body) or not _numbered(body, found):
                problem = "altered"
                break
            number, previous, rows = found, stated, rows + 1
            is_purged = is_purged or json.loads(body).get("purged") == {"number": anchor.number, "hash": anchor.hash}
            if known and known.number == number:
                hash_there = stated
        head = head_of(database)
    finally:
        database.close()
    if problem is None and not is_purged:
        problem = "beginning"
    if problem is None and known and known.number > number:
        problem = "truncated"
    if problem is None and known and known.number >= anchor.number and hash_there != known.hash:
        problem = "replaced"
    return State(problem, anchor.number + 1, number, rows, head)


def _numbered(body: str, number: int) -> bool:
    try:
        return bool(json.loads(body)["number"] == number)
    except (ValueError, KeyError, TypeError):
        return False
