"""Servers that hold many conversations already, filled without holding each with the slow ones."""

import asyncio
import sqlite3
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

from evaluation.bench.choice import Script
from evaluation.bench.load import hold_all
from evaluation.bench.names import LIMIT, OURS, STOCK
from evaluation.bench.servers import FIRST, Server

CLIENTS = 16
# The file, its table, and the column that names the conversation.
_TABLES = {STOCK: ("tracker.db", "events", "sender_id"), LIMIT: ("turns.sqlite", "turns", "sender")}


def fill(server: Server, scripts: Sequence[Script], number: int) -> None:
    """Hold the conversations, and have `number` of them in all, a multiple of theirs.

    This assistant holds every one of them over HTTP, so that whatever it keeps, in whatever place, is as after that
    many people. With the others, rows that they wrote are copied in their files under other names, while nothing is
    asked. Raises HttpError, OSError or sqlite3.Error.
    """
    if server.name == OURS:
        asyncio.run(hold_all(server, list(islice(cycle(scripts), number)), CLIENTS))
        return
    asyncio.run(hold_all(server, scripts, 1))
    file, table, column = _TABLES[server.name]
    copy(server.folder / file, table, column, number // len(scripts) - 1)


def copy(path: Path, table: str, column: str, times: int) -> None:
    """Copy the rows of a table `times` times, each time under other values of `column`. Raises sqlite3.Error.

    The conversation that told whether the server is ready is left out.
    """
    with sqlite3.connect(path, timeout=30) as connection:
        described = connection.execute(f"PRAGMA table_info({table})").fetchall()
        kept = [name for _, name, _, _, _, is_key in described if not is_key and name != column]
        names = ", ".join(f'"{name}"' for name in kept)
        connection.execute(
            f"""WITH RECURSIVE copies(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM copies WHERE number < ?)
            INSERT INTO {table} ({column}, {names})
            SELECT {column} || '-' || number, {names} FROM copies CROSS JOIN {table} WHERE {column} != ?""",
            (times, FIRST),
        )
    connection.close()
