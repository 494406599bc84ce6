"""Whether every part can answer a customer now."""

import asyncio
import logging
import time
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from gateway.audit import Audit
from gateway.conversations import ConversationStore
from gateway.erasure import Eraser
from gateway.errors import ErrorDetail
from gateway.ivr.calls import Calls
from gateway.messages import sentence
from gateway.metrics import Metrics
from gateway.rasa_client import RasaClient
from gateway.store_error import STORE_ERRORS
from policies_kb import base

log = logging.getLogger("gateway")

State = Literal["ok", "unavailable"]
# Asked more often than this, /health repeats itself: the answer costs calls to every part.
_FRESH_SECONDS = 1.0


class HealthReport(BaseModel):
    """The parts and what to look at; `error` is there when a part is unavailable."""

    status: State
    parts: dict[str, State]
    warnings: list[str]
    error: ErrorDetail | None = None


class Health:
    """Asks every part, at most once a second."""

    def __init__(
        self,
        rasa: RasaClient,
        store: ConversationStore,
        eraser: Eraser,
        base_path: Path,
        audit: Audit,
        metrics: Metrics,
        calls: Calls,
    ) -> None:
        self._rasa = rasa
        self._store = store
        self._eraser = eraser
        self._base_path = base_path
        self._audit = audit
        self._metrics = metrics
        self._calls = calls
        self._lock = asyncio.Lock()
        self._base_problem = ""
        self._last: tuple[float, HealthReport] | None = None

    async def report(self) -> HealthReport:
        """The state of all parts."""
        async with self._lock:
            if self._last is None or time.monotonic() - self._last[0] > _FRESH_SECONDS:
                self._last = time.monotonic(), await self._ask()
            return self._last[1]

    async def _ask(self) -> HealthReport:
        warnings: list[str] = []
        has_model, has_actions = await asyncio.gather(self._rasa.has_model(), self._rasa.has_actions())
        parts = {
            "rasa": has_model,
            "actions": has_actions,
            "base": self._base_opens(warnings),
            "store": await self._store_opens(),
        }
        parts["erasure"] = await self._erasure_is_in_time(warnings)
        if self._audit.failing:
            warnings.append(sentence("warnings", "audit_failing"))
        for name, fine in parts.items():
            self._metrics.up(name, fine)
        self._metrics.erasures_waiting(self._eraser.waiting)
        states: dict[str, State] = {name: "ok" if fine else "unavailable" for name, fine in parts.items()}
        if all(parts.values()):
            return HealthReport(status="ok", parts=states, warnings=warnings)
        error = ErrorDetail(code="not_ready", message=sentence("faults", "not_ready"))
        return HealthReport(status="unavailable", parts=states, warnings=warnings, error=error)

    def _base_opens(self, warnings: list[str]) -> bool:
        try:
            expired = base.current(self._base_path).expired(date.today())
            trouble = base.trouble(self._base_path)
        except base.BaseError as error:
            self._report_base(str(error))
            return False
        self._report_base(trouble)
        if trouble:
            warnings.append(sentence("warnings", "base_outdated"))
        warnings += [
            sentence("warnings", "notice_expired", notice=notice.id, expired=notice.expires_on.isoformat())
            for notice in expired
        ]
        return True

    def _report_base(self, problem: str) -> None:
        """Log what is wrong with the base once, not with every probe."""
        if problem and problem != self._base_problem:
            log.error("%s", problem)
        self._base_problem = problem

    async def _store_opens(self) -> bool:
        try:
            await self._store.check()
        except STORE_ERRORS as error:
            log.error("the conversation store cannot be written: %s: %s", type(error).__name__, error)
            return False
        return True

    async def _erasure_is_in_time(self, warnings: list[str]) -> bool:
        try:
            overdue = await self._eraser.overdue()
        except STORE_ERRORS:
            return False
        if overdue is not None:
            warnings.append(sentence("warnings", "erasure_pending"))
        calls_overdue = self._calls.overdue()
        if calls_overdue is not None:
            warnings.append(sentence("warnings", "purge_failing"))
        return not (overdue or calls_overdue)
