"""What editors see: the state of the knowledge base, what was not understood, and what a new version would touch."""

import asyncio
import json
import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from gateway.console.figures import not_understood
from gateway.console.preview import MOST_SECONDS
from gateway.console.services import console_of
from gateway.console.sessions import signed_in
from gateway.contract import Country
from gateway.errors import Fault, GatewayError
from policies_kb import base
from policies_kb.base_version import version_of

_ROOT = Path(__file__).resolve().parent.parent.parent
PREVIEW_PATH = "/conseiller/api/editor/preview"
# A policy has some twelve thousand characters.
MOST_TEXT = 200_000
# The same text as JSON, where a character may take six bytes.
MOST_BYTES = 1_250_000
SOON_DAYS = 30

router = APIRouter(
    prefix="/conseiller/api/editor", dependencies=[Depends(signed_in("editor"))], include_in_schema=False
)
# Each takes a processor for as long as it runs.
_previewing = asyncio.Semaphore(1)


@router.get("")
async def state(request: Request, days: Annotated[int, Query(alias="jours", ge=1, le=3650)] = 30) -> JSONResponse:
    """The base as it is now, and the questions that were not understood in the last days (today counted)."""
    here = console_of(request)
    path = here.base_path
    try:
        now, version = base.current(path), version_of(path)
    except base.BaseError:
        raise GatewayError(Fault.BASE_UNREADABLE) from None
    last = datetime.now(UTC).date()
    first = last - timedelta(days=days - 1)
    unknown = await asyncio.to_thread(not_understood, here.audit.log, first.isoformat(), last.isoformat())
    for candidate in unknown["candidates"]:
        candidate["label"] = _label(now, candidate["value"])
    return JSONResponse({**_content(now, today()), "version": version, "unknown": {"days": days, **unknown}})


def today() -> date:
    """The day on which notices must be good."""
    return date.today()


def _content(now: base.KnowledgeBase, on: date) -> dict[str, Any]:
    policies = [
        {
            "country": country,
            "label": _label(now, f"country.{country}"),
            "id": policy.id,
            "title": policy.title,
            "updated": policy.updated.isoformat(),
            "sha256": policy.sha256,
        }
        for country, policy in now.policies.items()
    ]
    topics = [
        {
            "topic": topic,
            "label": _label(now, topic),
            "coverage": {country: _coverage(now, topic, country) for country in now.policies},
        }
        for topic in now.topics
    ]
    notices = [
        {
            "id": notice.id,
            "country": notice.country,
            "topic": notice.topic,
            "label": _label(now, notice.topic),
            "text": notice.text,
            "source": notice.source,
            "checked_on": notice.checked_on.isoformat(),
            "expires_on": notice.expires_on.isoformat(),
            "state": _notice_state(notice, on),
        }
        for notice in sorted(now.expired(date.max), key=lambda notice: notice.expires_on)
    ]
    return {"policies": policies, "topics": topics, "notices": notices}


def _coverage(now: base.KnowledgeBase, topic: str, country: str) -> str | None:
    try:
        return now.card(topic, country).coverage
    except KeyError:
        return None


def _notice_state(notice: base.Notice, on: date) -> str:
    if notice.expires_on < on:
        return "expired"
    return "soon" if notice.expires_on <= on + timedelta(days=SOON_DAYS) else "good"


def _label(now: base.KnowledgeBase, key: str) -> str:
    return now.labels[key].label if key in now.labels else key


class NewVersion(BaseModel):
    """The text of a policy as it would be, with its front matter or without."""

    country: Country
    text: Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]


@router.post("/preview")
async def preview(version: NewVersion) -> JSONResponse:
    """What a new version of a policy would change, and the cards and contacts to read again. Nothing is stored."""
    try:
        text = version.text.encode("utf-8")
    except UnicodeEncodeError:
        raise GatewayError(Fault.VERSION_INVALID) from None
    async with _previewing:
        output = await _previewed(version.country, text)
    found = json.loads(output)
    if found["problem"] == "unreadable":
        raise GatewayError(Fault.VERSION_INVALID)
    touches = sorted({name for change in found["changes"] for name in change["touches"]})
    cards = [name for name in touches if not name.startswith("contact ")]
    contacts = [name.removeprefix("contact ") for name in touches if name.startswith("contact ")]
    return JSONResponse({**found, "cards": cards, "contacts": contacts})


async def _previewed(country: str, text: bytes) -> bytes:
    """What the process of preview.py prints. Raises GatewayError when it takes too long or fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway.console.preview", country,
        cwd=_ROOT, env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_ROOT)},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(MOST_SECONDS):
            output, _ = await process.communicate(text)
    except TimeoutError:
        raise GatewayError(Fault.VERSION_SLOW) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise GatewayError(Fault.VERSION_SLOW if process.returncode < 0 else Fault.VERSION_INVALID)
    return output
