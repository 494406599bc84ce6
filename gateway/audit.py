"""Which answer was given when, through which door: an append-only log that shows when somebody has changed it.

A row says the hour, the door, the country, the offer, the topics, the status, the version of the knowledge base and
the sha256 of the policy: nothing of what a person wrote, and nothing that tells one person from another. Each row's
hash covers the row and the hash before it, so a row that is changed, removed or moved no longer fits (`verify`).
Removed last rows leave a chain that fits: against that, and against somebody who computes the whole chain anew, keep
the head (number and hash of the last row) elsewhere and verify against it.

Old rows are purged from the beginning. What the first row left hangs on (the anchor) is kept, and every purge is a row
of the chain itself, so that a beginning cut off by hand does not pass for a purge.

One machine keeps the log in a file (audit_file.py); gateways that share a PostgreSQL write one chain there
(shared/audit.py).
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from gateway.audit_chain import Head, Log, verify
from gateway.audit_entry import Given
from gateway.audit_file import FILE, FileAudit, FileLog
from gateway.settings import Settings
from gateway.store_error import STORE_ERRORS
from policies_kb.base import BaseError
from policies_kb.base_version import version_of


class Audit(Protocol):
    """The log as it is written. `log` is what reads it, in a thread."""

    @property
    def log(self) -> Log: ...

    @property
    def failing(self) -> bool:
        """Whether the last rows could not be written."""

    def record(self, given: Given) -> None:
        """Write that an answer was given, after those before. Never waits long, never raises for a log that fails."""

    async def purge(self) -> int:
        """Remove the rows older than the days they are kept; returns how many. Raises one of STORE_ERRORS."""

    async def flush(self) -> None:
        """Return when what was recorded is safe on the disk. Raises one of STORE_ERRORS."""

    async def close(self) -> None:
        """Write what is waiting, if that can be done soon, and close the log."""


def open_audit(settings: Settings) -> Audit:
    """The log of an installation. Raises sqlite3.Error or OSError when RUN_DIR cannot hold it."""
    days = settings.console.audit_days
    if settings.database_url is None:
        return FileAudit(settings.run_dir / FILE, days)
    # Imported when it is used: one machine does not pay for it.
    from gateway.shared.audit import SharedAudit

    return SharedAudit(settings.database_url, days)


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


_PROBLEMS = {
    "altered": "the row after number {last} does not fit: a row was changed, removed, moved or put in",
    "beginning": "rows before number {first} were removed by another way than a purge",
    "truncated": "the log ends at number {last}, before the head given: the last rows were removed",
    "replaced": "the row of the head given has another hash: the log was written anew",
}


def main(arguments: list[str]) -> int:
    """`verify [NUMBER:HASH]` or `head`, on the log of this environment.

    Returns the exit status: 0, 1 found wrong or cannot be read, 2 usage.
    """
    match arguments:
        case ["verify"] | ["head"]:
            known = None
        case ["verify", text] if text.partition(":")[0].isdecimal() and len(text.partition(":")[2]) == 64:
            known = Head(int(text.partition(":")[0]), text.partition(":")[2].lower())
        case _:
            print("usage: python -m gateway.audit verify [NUMBER:HASH] | head", file=sys.stderr)
            return 2
    log = _log_here()
    try:
        state = verify(log, known)
    except STORE_ERRORS as error:
        what_to_do = "set RUN_DIR to the folder of the assistant's state, or DATABASE_URL to its PostgreSQL"
        print(f"{log} cannot be read ({error}): {what_to_do}", file=sys.stderr)
        return 1
    if state.problem:
        print(f"{log}: {_PROBLEMS[state.problem].format(first=state.first, last=state.last)}", file=sys.stderr)
        return 1
    if arguments == ["head"]:
        print(f"{state.head.number}:{state.head.hash}")
    else:
        print(f"{state.rows} rows fit, up to the head {state.head.number}:{state.head.hash}")
    return 0


def _log_here() -> Log:
    if url := os.environ.get("DATABASE_URL", "").strip():
        from gateway.shared.audit import SharedLog

        return SharedLog(url)
    return FileLog(Path(os.environ.get("RUN_DIR") or ".run") / FILE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
