"""The application: all parts put together around one set of settings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from gateway import api, errors, feedback, letters, pages, widget
from gateway.audit import ReplyAudit, open_audit
from gateway.body import BodyMiddleware
from gateway.console import routes as console
from gateway.console.services import ConsoleServices
from gateway.console.sessions import COOKIE as SESSION_COOKIE
from gateway.console.sessions import TOKEN_HEADER, SessionMiddleware
from gateway.doors import Doorkeeper
from gateway.erasure import Eraser
from gateway.headers import Cors, SecurityHeaders
from gateway.health import Health
from gateway.ivr import routes as ivr
from gateway.limits import AtOnceMiddleware, LimitMiddleware
from gateway.metrics import Metrics, ResponseCounter
from gateway.rasa_client import RasaClient
from gateway.request_id import RequestIds
from gateway.settings import Settings
from gateway.stores import open_stores
from gateway.tracing import Traced
from gateway.turns import Turns
from observability import traces

_SECURITY_SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "The key of the agent or ivr door"},
    "password": {"type": "http", "scheme": "basic", "description": "The key of the ivr door as the password"},
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE, "description": "An agent's, at the console"},
    "token": {"type": "apiKey", "in": "header", "name": TOKEN_HEADER, "description": "The CSRF token of that session"},
}
# A span would carry the path of a call, and with it a sender. Those of tracing.py do not.
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
    stores = open_stores(settings)
    audit = open_audit(settings)
    replies = ReplyAudit(audit, settings.base_path)
    console_services = ConsoleServices.of(settings, audit, stores.shared)
    rasa = RasaClient(settings, metrics)
    turns = Turns(keys, stores.entrance, rasa, metrics, replies)
    eraser = Eraser(stores.conversations, rasa, stores.locks, settings.idle_seconds)
    line = ivr.Line(settings, stores, turns, eraser, metrics, replies)

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
        await rasa.close()
        await console_services.close()
        await stores.close()
        traces.stop()

    app = Gateway(
        title="Orange privacy-policy assistant",
        version="0.1.0",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
    )
    app.state.services = api.Services(
        keys=keys,
        store=stores.conversations,
        turns=turns,
        eraser=eraser,
        health=Health(rasa, stores.conversations, eraser, settings.base_path, audit, metrics, line.calls),
        metrics=metrics,
        idle_seconds=settings.idle_seconds,
        trusted_proxies=settings.trusted_proxies,
    )
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
        LimitMiddleware, limits=stores.limits, keys=keys, trusted=settings.trusted_proxies, holder=console.holder
    )
    app.add_middleware(SessionMiddleware, store=console_services.gate.store)
    if settings.cors_origins:
        app.add_middleware(Cors, origins=settings.cors_origins)
    app.add_middleware(errors.ErrorBoundary)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(ResponseCounter, metrics=metrics)
    if traces.are_on():
        app.add_middleware(Traced, trusted=settings.trusted_proxies)
    app.add_middleware(RequestIds, trusted=settings.trusted_proxies)
    return app
