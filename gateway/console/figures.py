"""What the audit log adds up to, for auditors and editors. Read beside the writer, in a thread: it may be long."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from gateway.audit_chain import Log, Reading

# What is counted, by what a row of the log calls it.
_FIELDS = ("door", "country", "offer", "status", "version", "policy_sha256")
_COLUMNS = {
    "number": "numero",
    "hour": "heure_utc",
    "door": "canal",
    "country": "pays",
    "offer": "offre",
    "topics": "sujets",
    "status": "statut",
    "unsure": "non_compris",
    "version": "version_base",
    "policy_sha256": "politique_sha256",
    "lost": "lignes_perdues_avant",
}
# A spreadsheet takes what begins so for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BETWEEN = "hour >= :first AND hour < :after"


def counts(log: Log, first: str, last: str) -> dict[str, Any]:
    """The answers from the day `first` to `last` (as 2026-11-21), added up. Raises one of STORE_ERRORS."""
    days = _days(first, last)
    with log.reading() as reading:
        result: dict[str, Any] = {
            "day": _pairs(reading, "substr(hour, 1, 10)", days, "1"),
            **{name: _pairs(reading, name, days) for name in _FIELDS},
        }
        result["topic"] = _topics(reading, f"{_BETWEEN} AND NOT unsure", days)
        result["total"] = _count(reading, _BETWEEN, days)
        return result


def not_understood(log: Log, first: str, last: str) -> dict[str, Any]:
    """How many questions were not understood in these days, and which topics they might have meant.

    Raises one of STORE_ERRORS.
    """
    days = _days(first, last)
    unsure = f"{_BETWEEN} AND unsure"
    with log.reading() as reading:
        total = _count(reading, unsure, days)
        none = _count(reading, f"{unsure} AND topics = 0", days)
        return {"total": total, "without_candidate": none, "candidates": _topics(reading, unsure, days)}


def _days(first: str, last: str) -> dict[str, str]:
    # After every hour of that day: 'T' < 'U'.
    return {"first": first, "after": f"{last}U"}


def _count(reading: Reading, which: str, days: dict[str, str]) -> int:
    (found,) = next(reading.query(f"SELECT count(*) FROM audit_answers WHERE {which}", **days))
    return int(found)


def _pairs(reading: Reading, what: str, days: dict[str, str], order: str = "2 DESC, 1") -> list[dict[str, Any]]:
    rows = reading.query(
        f"SELECT {what}, count(*) FROM audit_answers WHERE {_BETWEEN} GROUP BY 1 ORDER BY {order}", **days
    )
    return [{"value": value, "count": count} for value, count in rows]


def _topics(reading: Reading, which: str, days: dict[str, str]) -> list[dict[str, Any]]:
    rows = reading.query(
        f"SELECT topic, count(*) FROM audit_topics WHERE {which} GROUP BY 1 ORDER BY 2 DESC, 1", **days
    )
    return [{"value": value, "count": count} for value, count in rows]


def export(log: Log, first: str, last: str) -> Iterator[str]:
    """The answers of these days as CSV, piece by piece, as French spreadsheets read it: semicolons, UTF-8 with a mark.

    Raises one of STORE_ERRORS before the first piece.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow([*_COLUMNS.values(), "empreinte"])
    buffer.seek(0)
    pieces = ["\ufeff" + buffer.read()]
    with log.reading() as reading:
        answers = reading.query(
            f"SELECT body, hash FROM audit_answers WHERE {_BETWEEN} ORDER BY number", **_days(first, last)
        )
        for body, stated in answers:
            row = json.loads(body)
            buffer.seek(0)
            buffer.truncate()
            writer.writerow([*(_cell(row.get(name)) for name in _COLUMNS), stated])
            pieces.append(buffer.getvalue())
            if len(pieces) == 500:
                yield "".join(pieces)
                pieces.clear()
        yield "".join(pieces)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    text = " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
