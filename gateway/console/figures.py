"""What the audit log adds up to, for auditors and editors. Read beside the writer, in a thread: it may be long."""

import csv
import io
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.audit import rows_between
from gateway.audit_chain import reading

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
_BETWEEN = "hour >= :first AND hour < :last || 'U' AND door IS NOT NULL"


def counts(path: Path, first: str, last: str) -> dict[str, Any]:
    """The answers from the day `first` to `last` (as 2026-11-21), added up. Raises sqlite3.Error."""
    days = {"first": first, "last": last}
    database = reading(path)
    try:
        database.execute("BEGIN")
        result: dict[str, Any] = {
            "day": _pairs(database, "substr(hour, 1, 10)", days, "1"),
            **{name: _pairs(database, f"json_extract(body, '$.{name}')", days) for name in _FIELDS},
        }
        result["topic"] = _topics(database, f"{_BETWEEN} AND NOT json_extract(body, '$.unsure')", days)
        (result["total"],) = database.execute(f"SELECT count(*) FROM entries WHERE {_BETWEEN}", days).fetchone()
        return result
    finally:
        database.close()


def not_understood(path: Path, first: str, last: str) -> dict[str, Any]:
    """How many questions were not understood in these days, and which topics they might have meant.

    Raises sqlite3.Error.
    """
    days = {"first": first, "last": last}
    unsure = f"{_BETWEEN} AND json_extract(body, '$.unsure')"
    database = reading(path)
    try:
        database.execute("BEGIN")
        (total,) = database.execute(f"SELECT count(*) FROM entries WHERE {unsure}", days).fetchone()
        without = f"{unsure} AND json_array_length(body, '$.topics') = 0"
        (none,) = database.execute(f"SELECT count(*) FROM entries WHERE {without}", days).fetchone()
        return {"total": total, "without_candidate": none, "candidates": _topics(database, unsure, days)}
    finally:
        database.close()


def _pairs(
    database: sqlite3.Connection, what: str, days: dict[str, str], order: str = "2 DESC, 1"
) -> list[dict[str, Any]]:
    rows = database.execute(f"SELECT {what}, count(*) FROM entries WHERE {_BETWEEN} GROUP BY 1 ORDER BY {order}", days)
    return [{"value": value, "count": count} for value, count in rows]


def _topics(database: sqlite3.Connection, which: str, days: dict[str, str]) -> list[dict[str, Any]]:
    rows = database.execute(
        f"SELECT topic.value, count(*) FROM entries, json_each(body, '$.topics') AS topic WHERE {which} "
        "GROUP BY 1 ORDER BY 2 DESC, 1",
        days,
    )
    return [{"value": value, "count": count} for value, count in rows]


def export(path: Path, first: str, last: str) -> Iterator[str]:
    """The answers of these days as CSV, piece by piece, as French spreadsheets read it: semicolons, UTF-8 with a mark.

    Raises sqlite3.Error before the first piece.
    """
    database = reading(path)
    try:
        buffer = io.StringIO()
        writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
        writer.writerow([*_COLUMNS.values(), "empreinte"])
        buffer.seek(0)
        pieces = ["\ufeff" + buffer.read()]
        for row, stated in rows_between(database, first, last):
            buffer.seek(0)
            buffer.truncate()
            writer.writerow([*(_cell(row.get(name)) for name in _COLUMNS), stated])
            pieces.append(buffer.getvalue())
            if len(pieces) == 500:
                yield "".join(pieces)
                pieces.clear()
        yield "".join(pieces)
    finally:
        database.close()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    text = " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
