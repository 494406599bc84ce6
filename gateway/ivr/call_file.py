"""The calls of one gateway, in one SQLite file (gateway/sqlite_file.py says how it forgets)."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from gateway import sqlite_file
from gateway.ivr.actions import Action
from gateway.ivr.state import State
from gateway.ivr.store import Call, digest, draw_call, packed, unpacked
from gateway.locks import LocalLocks
from gateway.sqlite_file import Transaction, steady_clock

_SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (id BLOB PRIMARY KEY, started_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS calls_started_at ON calls (started_at);
CREATE TABLE IF NOT EXISTS steps (
  number INTEGER PRIMARY KEY, call BLOB, step INTEGER NOT NULL, state TEXT NOT NULL, actions TEXT NOT NULL,
  sender TEXT);
CREATE INDEX IF NOT EXISTS steps_of_a_call ON steps (call, number);
"""
# A blank row is nobody's: no call is found by it. The last row of a call says where it stands.
_BLANK_STEP = "UPDATE steps SET call = NULL, step = 0, state = '', actions = '', sender = NULL WHERE call = ? "
_BUT_THE_LAST = "AND number < (SELECT max(number) FROM steps WHERE call = ?)"
_LAST = "FROM steps WHERE call = ? ORDER BY number DESC LIMIT 1"


class FileCalls:
    """One connection, used by the event loop alone, as the conversations' is (gateway/conversation_file.py)."""

    def __init__(self, path: Path, clock: Callable[[], float] | None = None) -> None:
        """Open or create the file (mode 0600). Raises sqlite3.Error or OSError when that fails."""
        self._clock = clock or steady_clock()
        self._locks = LocalLocks()
        self._database = sqlite_file.open_file(path)
        self._upgrade()
        self._database.executescript(_SCHEMA)
        # Set back while nobody looked, the clock must not make calls last longer than they do.
        now = self._clock()
        self._database.execute("UPDATE calls SET started_at = ? WHERE id IS NOT NULL AND started_at > ?", (now, now))
        self._rebuild()

    async def close(self) -> None:
        """Close the file."""
        self._database.close()

    async def create(self, state: State, actions: tuple[Action, ...]) -> str:
        """Keep a new call, at step 1, and return its id, which is kept nowhere."""
        call = draw_call()
        with Transaction(self._database):
            self._database.execute("INSERT INTO calls VALUES (?, ?)", (digest(call), self._clock()))
            self._keep(digest(call), 1, state.to_json(), packed(actions), None)
        return call

    @asynccontextmanager
    async def hold(self, call: bytes) -> AsyncIterator[Call | None]:
        """The call, which nobody else holds meanwhile, as `CallStore` says."""
        async with self._locks.hold(call):
            yield self._find(call)

    async def advance(self, call: Call, state: State, actions: tuple[Action, ...]) -> int:
        """Keep what followed from the call's step, and return the next step."""
        with Transaction(self._database):
            (sender,) = self._database.execute(f"SELECT sender {_LAST}", (call.id,)).fetchone() or (None,)
            self._keep(call.id, call.step + 1, state.to_json(), packed(actions), sender)
        return call.step + 1

    async def keep_sender(self, call: Call, sender: str) -> None:
        """Remember the conversation of a call, to speak in it again and to have it erased."""
        with Transaction(self._database):
            self._keep(call.id, call.step, call.state.to_json(), packed(call.actions), sender)

    async def older_than(self, seconds: float) -> list[bytes]:
        """The calls that began longer ago than that."""
        rows = self._database.execute(
            "SELECT id FROM calls WHERE id IS NOT NULL AND started_at < ?", (self._clock() - seconds,)
        )
        return [call for (call,) in rows]

    async def erase(self, call: bytes) -> str | None:
        """Forget a call. Returns the sender of its conversation, if it had one."""
        with Transaction(self._database):
            (sender,) = self._database.execute(f"SELECT sender {_LAST}", (call,)).fetchone() or (None,)
            self._database.execute(_BLANK_STEP, (call,))
            self._database.execute("UPDATE calls SET id = NULL, started_at = 9e999 WHERE id = ?", (call,))
        return sender

    async def scrub(self) -> bool:
        """Empty the write-ahead log; False when another process is reading the file and it has to wait."""
        (blank,) = self._database.execute("SELECT count(*) FROM steps WHERE call IS NULL").fetchone()
        if blank >= sqlite_file.MOST_BLANK:
            self._rebuild()
        return sqlite_file.empty_log(self._database)

    def _find(self, call: bytes) -> Call | None:
        begun = self._database.execute("SELECT started_at FROM calls WHERE id = ?", (call,)).fetchone()
        last = self._database.execute(f"SELECT step, state, actions, sender {_LAST}", (call,)).fetchone()
        if begun is None or last is None:
            return None
        step, state, actions, sender = last
        return Call(call, self._clock() - begun[0], step, State.from_json(state), unpacked(actions), sender)

    def _keep(self, call: bytes, step: int, state: str, actions: str, sender: str | None) -> None:
        """Add where a call stands now; nothing for one that was forgotten meanwhile."""
        self._database.execute(
            "INSERT INTO steps (call, step, state, actions, sender) SELECT id, ?, ?, ?, ? FROM calls WHERE id = ?",
            (step, state, actions, sender, call),
        )
        self._database.execute(_BLANK_STEP + _BUT_THE_LAST, (call, call))

    def _rebuild(self) -> None:
        self._database.execute("DELETE FROM steps WHERE call IS NULL")
        self._database.execute("DELETE FROM calls WHERE id IS NULL")
        self._database.execute("VACUUM")

    def _upgrade(self) -> None:
        """Leave the calls of an earlier version, which kept a call in one row, to their conversations' idle time."""
        columns = self._database.execute("SELECT name FROM pragma_table_info('calls')").fetchall()
        if ("state",) in columns:
            self._database.execute("DROP TABLE calls")
