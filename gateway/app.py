"""The application: all parts put together around one set of settings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from gateway import api, errors, feedback, letters, pages, widget
from gateway.audit import FILE as AUDIT_FILE
from gateway.audit import Audit, ReplyAudit
from gateway.body import BodyMiddleware
from gateway.console import routes as console
from gateway.console.services import ConsoleServices
from gateway.console.sessions import COOKIE as SESSION_COOKIE
from gateway.console.sessions import TOKEN_HEADER
from gateway.conversations import ConversationStore
from gateway.doors import Doorkeeper
from gateway.erasure import Eraser
from gateway.headers import Cors, SecurityHeaders
from gateway.health import Health
from gateway.ivr import routes as ivr
from gateway.limits import AtOnceMiddleware, LimitMiddleware, Limits
from gateway.metrics import Metrics, ResponseCounter
from gateway.rasa_client import RasaClient
from gateway.settings import Settings
from gateway.turns import ConversationLocks, Turns

_SECURITY_SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "The key of the agent or ivr door"},
    "password": {"type": "http", "scheme": "basic", "description": "The key of the ivr door as the password"},
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE, "description": "An agent's, at the console"},
    "token": {"type": "apiKey", "in": "header", "name": TOKEN_HEADER, "description": "The CSRF token of that session"},
}
# A span would carry the path of a call, and with it a sender.
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


class Gateway(FastAPI):
    """FastAPI, with the keys in its description: they are checked by hand (doors.py)."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        schema = super().openapi()
        schema.setdefault("components", {})["securitySchemes"] = _SECURITY_SCHEMES
        return schema


def create_app(settings: Settings, keys: Doorkeeper, metrics: Metrics) -> FastAPI:
    """The gateway as an ASGI application. Raises sqlite3.Error or OSError when RUN_DIR cannot hold the store."""
    store = ConversationStore(settings.run_dir / "conversations.sqlite", settings.idle_seconds)
    audit = Audit(settings.run_dir / AUDIT_FILE, settings.console.audit_days)
    console_services = ConsoleServices.of(settings, audit)
    rasa = RasaClient(settings)
    locks = ConversationLocks()
    limits = Limits(settings)
    eraser = Eraser(store, rasa, locks, settings.idle_seconds)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(eraser.run()),
            asyncio.create_task(line.calls.run()),
            asyncio.create_task(console_services.run()),
        ]
        yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        line.calls.close()
        await rasa.close()
        await console_services.close()
        store.close()

    app = Gateway(
        title="Orange privacy-policy assistant",
        version="0.1.0",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
    )
    replies = ReplyAudit(audit, settings.base_path)
    app.state.services = api.Services(
        keys=keys,
        store=store,
        turns=Turns(keys, store, rasa, limits, metrics, locks, replies),
        eraser=eraser,
        health=Health(rasa, store, eraser, settings.base_path, audit),
        metrics=metrics,
        idle_seconds=settings.idle_seconds,
    )
    line = ivr.Line(settings, app.state.services, replies)
    errors.register(app)
    api.register(app)
    ivr.register(app, line)
    feedback.register(app)
    widget.register(app)
    letters.register(app, settings.base_path)
    console.register(app, console_services, rasa)
    pages.register(app, settings)
    # The last added is the outermost.
    app.add_middleware(AtOnceMiddleware)
    app.add_middleware(BodyMiddleware, allowance=console.allowance)
    app.add_middleware(
        LimitMiddleware, limits=limits, keys=keys, trusted=settings.trusted_proxies, holder=console.holder
    )
    if settings.cors_origins:
        app.add_middleware(Cors, origins=settings.cors_origins)
    app.add_middleware(errors.ErrorBoundary)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(ResponseCounter, metrics=metrics)
    return app
