"""Writes to a shared audit log from a process of its own: `python -m tests.console.writes_audit URL WRITERS ROWS`."""

import asyncio
import sys

from gateway.shared.audit import SharedAudit
from tests.console.audit_logs import DAYS, GIVEN


async def write(url: str, writers: int, rows: int) -> None:
    """So many writers at once, each with its own connection, each with so many rows."""

    async def one() -> None:
        audit = SharedAudit(url, DAYS)
        for _ in range(rows):
            audit.record(GIVEN)
            await audit.flush()
        await audit.close()

    await asyncio.gather(*(one() for _ in range(writers)))


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
