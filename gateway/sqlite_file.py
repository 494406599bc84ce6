"""A SQLite file for what one gateway holds of people: its owner's alone, and what goes out of it is overwritten.

`secure_delete` overwrites what is deleted. Where rows grow or go, SQLite moves their neighbours and leaves copies
behind that it does not overwrite: so such a file is only ever added to, rows are blanked where they are, and the blank
ones go when the file is rebuilt. The write-ahead log, where older pages would live on, is emptied after an erasure.
"""

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

# Blank rows after which a file is rebuilt: some hundred conversations, a tenth of a second.
MOST_BLANK = 5_000
# Nobody else should hold the file, and who waits for it keeps everybody waiting.
_BUSY_SECONDS = 1.0


def open_file(path: Path) -> sqlite3.Connection:
    """Open or create the file (mode 0600). Raises sqlite3.Error or OSError when that fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute("PRAGMA secure_delete = ON")
    return database


def check(database: sqlite3.Connection) -> None:
    """Raise sqlite3.Error unless the file can be written."""
    database.execute("BEGIN IMMEDIATE")
    database.execute("ROLLBACK")


def empty_log(database: sqlite3.Connection) -> bool:
    """Empty the write-ahead log; False when another process is reading the file and it has to wait.

    Raises sqlite3.Error when the file cannot be written.
    """
    busy, _, _ = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def steady_clock() -> Callable[[], float]:
    """A clock that tells the seconds since the epoch as they were when it was made, and then goes on by itself.

    Set forward, the machine's clock would end every conversation at once; set back, it would keep them.
    """
    # Counts on while the machine sleeps, where there is such a clock.
    steady = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    start = time.time() - time.clock_gettime(steady)
    return lambda: start + time.clock_gettime(steady)


class Transaction:
    """Both or neither; rolled back when the body raises."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._database.execute("ROLLBACK" if kind else "COMMIT")
