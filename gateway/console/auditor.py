"""What auditors see: which answers were given when, through which door, and whether the log was tampered with."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse

from gateway.audit_chain import Head, State, verify
from gateway.console.figures import counts, export
from gateway.console.services import console_of
from gateway.console.sessions import signed_in
from gateway.errors import Fault, GatewayError

_SHOWN_DAYS = 30
_HEAD = r"^[0-9]{1,15}:[0-9a-fA-F]{64}$"

router = APIRouter(
    prefix="/conseiller/api/audit", dependencies=[Depends(signed_in("auditor"))], include_in_schema=False
)
# One at a time: each reads the whole log.
_verifying = asyncio.Semaphore(1)


def days(first: str | None, last: str | None) -> tuple[str, str]:
    """Two days as 2026-11-21, the last thirty days by default. Raises GatewayError (422)."""
    try:
        end = date.fromisoformat(last) if last else datetime.now(UTC).date()
        start = date.fromisoformat(first) if first else end - timedelta(days=_SHOWN_DAYS - 1)
    except (ValueError, OverflowError):
        raise GatewayError(Fault.DATES_INVALID) from None
    if start > end:
        raise GatewayError(Fault.DATES_INVALID)
    return start.isoformat(), end.isoformat()


From = Annotated[str | None, Query(alias="du", max_length=10)]
To = Annotated[str | None, Query(alias="au", max_length=10)]


@router.get("")
async def figures(request: Request, first: From = None, last: To = None) -> JSONResponse:
    """The answers of a period, added up; the days are in UTC and both counted."""
    start, end = days(first, last)
    found = await asyncio.to_thread(counts, console_of(request).audit.log, start, end)
    return JSONResponse({"from": start, "to": end, **found})


@router.get("/verification")
async def verification(
    request: Request, known: Annotated[str | None, Query(alias="tete", pattern=_HEAD)] = None
) -> JSONResponse:
    """Whether every row fits, and the log still holds the head `tete` (number:hash) that was written down before."""
    audit = console_of(request).audit
    wanted = Head(int(known.partition(":")[0]), known.partition(":")[2].lower()) if known else None
    # What is shown will be written down elsewhere: it must survive a power cut.
    await audit.flush()
    async with _verifying:
        state = await asyncio.to_thread(verify, audit.log, wanted)
    return JSONResponse(_shown(state))


def _shown(state: State) -> dict[str, Any]:
    return {
        "problem": state.problem,
        "first": state.first,
        "last": state.last,
        "rows": state.rows,
        "head": f"{state.head.number}:{state.head.hash}",
    }


@router.get("/export.csv")
async def export_csv(request: Request, first: From = None, last: To = None) -> StreamingResponse:
    """The answers of a period as CSV."""
    start, end = days(first, last)
    return StreamingResponse(
        export(console_of(request).audit.log, start, end),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="reponses_{start}_{end}.csv"'},
    )
