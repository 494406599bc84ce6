"""The audit log's chain: what a row's hash covers, where the chain ends, and whether every row still fits.

The log is in SQLite on one machine and in PostgreSQL in a cluster. Whoever reads it - here, the auditors' figures, the
command - does so by the same SQL over the same names in both: `audit_rows` (number, body, hash), `audit_anchor`
(number, hash), `audit_answers` (each answer given, with what its body says as columns) and `audit_topics` (a row for
each topic of each answer).
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

NO_HASH = "0" * 64


class Reading(Protocol):
    """The log as it was when reading began: rows written meanwhile do not count."""

    def query(self, sql: str, **parameters: str | int) -> Iterator[tuple[Any, ...]]:
        """The rows of a SELECT with its parameters, written `:name`. Raises one of STORE_ERRORS, also between rows."""


class Log(Protocol):
    """A log to be read, in a thread: it may be long. Its text says where it is, for a person."""

    def reading(self) -> AbstractContextManager[Reading]:
        """Read the log. Raises one of STORE_ERRORS (gateway/store_error.py)."""


@dataclass(frozen=True)
class Head:
    """The last row: its number, which counts all rows ever written, and its hash."""

    number: int
    hash: str


def canonical(content: dict[str, Any]) -> str:
    """The one text of a row's content."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def link(previous: str, body: str) -> str:
    """The hash of a row with this body after a row with this hash."""
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def after(head: Head, content: dict[str, Any]) -> tuple[Head, str]:
    """The row that follows a head, as the new head, and its body."""
    body = canonical({"number": head.number + 1, **content})
    return Head(head.number + 1, link(head.hash, body)), body


def _head(reading: Reading) -> Head:
    for row in reading.query("SELECT number, hash FROM audit_rows ORDER BY number DESC LIMIT 1"):
        return Head(*row)
    return _anchor(reading)


def _anchor(reading: Reading) -> Head:
    return Head(*next(reading.query("SELECT number, hash FROM audit_anchor")))


@dataclass(frozen=True)
class State:
    """What `verify` found. `problem` is None when every row fits; the rows kept are numbered `first` to `last`."""

    problem: str | None
    first: int
    last: int
    rows: int
    head: Head


def verify(log: Log, known: Head | None = None) -> State:
    """Check every row of the log, and that it still holds the head `known`. Raises one of STORE_ERRORS, reads only.

    `problem` is one of: altered (a row does not fit: changed, moved, put in or out), beginning (rows were removed from
    the beginning by another way than a purge), truncated (the known head is not there any more), replaced (it is, with
    another hash).
    """
    with log.reading() as reading:
        anchor = _anchor(reading)
        number, previous, rows = anchor.number, anchor.hash, 0
        problem = None
        is_purged = anchor == Head(0, NO_HASH)
        hash_there = previous if known and known.number == number else None
        for found, body, stated in reading.query("SELECT number, body, hash FROM audit_rows ORDER BY number"):
            if found != number + 1 or stated != link(previous, body) or not _numbered(body, found):
                problem = "altered"
                break
            number, previous, rows = found, stated, rows + 1
            is_purged = is_purged or json.loads(body).get("purged") == {"number": anchor.number, "hash": anchor.hash}
            if known and known.number == number:
                hash_there = stated
        head = _head(reading)
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
