"""Every route of the application, one by one: its security headers are stated here and are what it sends.

A route that is not stated here fails, as does one that is no longer there.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.routing import BaseRoute, Mount

from gateway.app import create_app
from gateway.console.session_file import FileSessions
from gateway.console.sessions import COOKIE
from gateway.console.settings import ROLES
from gateway.headers import PAGE_POLICY
from gateway.metrics import Metrics
from gateway.settings import Settings
from gateway.widget import build
from tests.gateway.conftest import KEYS, Gateway

DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
# What an answer of a route may be besides an error: its Content-Security-Policy, where else it may be loaded from, and
# whether it may be kept. Errors and redirections are always as DATA.
DATA = (DATA_POLICY, "same-origin", "no-store")
PAGE = (PAGE_POLICY, "same-origin", "no-cache")
CONSOLE = (PAGE_POLICY, "same-origin", "no-store")
CONSOLE_FILE = (PAGE_POLICY, "same-origin", "private, no-cache")
WIDGET = (DATA_POLICY, "cross-origin", "no-cache")
PINNED = (DATA_POLICY, "cross-origin", "public, max-age=31536000, immutable")
LETTER = (DATA_POLICY, "same-origin", "no-cache")

# By path as the application has it: methods, an address of it, what it sends.
STATED: dict[str, tuple[str, str, tuple[str, str, str]]] = {
    "/": ("GET HEAD", "/", PAGE),
    "/caraibe": ("GET HEAD", "/caraibe", PAGE),
    "/mali": ("GET HEAD", "/mali", PAGE),
    "/confidentialite": ("GET HEAD", "/confidentialite", PAGE),
    "/static": ("mount", "/static/site.css", PAGE),
    "/openapi.json": ("GET HEAD", "/openapi.json", DATA),
    "/health": ("GET HEAD", "/health", DATA),
    "/conversations": ("POST", "/conversations", DATA),
    "/conversations/{sender}": ("DELETE", "/conversations/unknown", DATA),
    "/webhooks/rest/webhook": ("POST", "/webhooks/rest/webhook", DATA),
    "/feedback": ("POST", "/feedback", DATA),
    "/widget.js": ("GET HEAD", "/widget.js", WIDGET),
    "/widget-{version}.js": ("GET HEAD", build().about.src, PINNED),
    "/widget.json": ("GET HEAD", "/widget.json", DATA),
    "/courriers": ("GET HEAD", "/courriers", PAGE),
    "/courriers/{country}/{offer}/{right}.pdf": ("GET HEAD", "/courriers/caraibe/internet/acces.pdf", LETTER),
    "/courriers/{country}/{offer}/{right}.txt": ("GET HEAD", "/courriers/caraibe/internet/acces.txt", LETTER),
    "/courriers/mali/{right}.pdf": ("GET HEAD", "/courriers/mali/acces.pdf", LETTER),
    "/courriers/mali/{right}.txt": ("GET HEAD", "/courriers/mali/acces.txt", LETTER),
    "/courriers/{path:path}": ("GET HEAD", "/courriers/autre", LETTER),
    "/ivr/start": ("GET POST", "/ivr/start", DATA),
    "/ivr/{call}/{step}": ("GET POST", "/ivr/unknown/1", DATA),
    "/ivr/calls": ("POST", "/ivr/calls", DATA),
    "/ivr/calls/{call}/steps/{step}": ("POST", "/ivr/calls/unknown/steps/1", DATA),
    "/conseiller": ("GET HEAD", "/conseiller", CONSOLE),
    "/conseiller/redaction": ("GET HEAD", "/conseiller/redaction", CONSOLE),
    "/conseiller/audit": ("GET HEAD", "/conseiller/audit", CONSOLE),
    "/conseiller/connexion": ("GET", "/conseiller/connexion", CONSOLE),
    "/conseiller/connexion/oidc": ("GET", "/conseiller/connexion/oidc", DATA),
    "/conseiller/connexion/retour": ("GET", "/conseiller/connexion/retour", DATA),
    "/conseiller/static": ("mount", "/conseiller/static/console.css", CONSOLE_FILE),
    "/conseiller/api/signin": ("POST", "/conseiller/api/signin", DATA),
    "/conseiller/api/session": ("GET", "/conseiller/api/session", DATA),
    "/conseiller/api/signout": ("POST", "/conseiller/api/signout", DATA),
    "/conseiller/api/start": ("GET", "/conseiller/api/start", DATA),
    "/conseiller/api/lookup": ("POST", "/conseiller/api/lookup", DATA),
    "/conseiller/api/card": ("POST", "/conseiller/api/card", DATA),
    "/conseiller/api/question": ("POST", "/conseiller/api/question", DATA),
    "/conseiller/api/editor": ("GET", "/conseiller/api/editor", DATA),
    "/conseiller/api/editor/preview": ("POST", "/conseiller/api/editor/preview", DATA),
    "/conseiller/api/audit": ("GET", "/conseiller/api/audit", DATA),
    "/conseiller/api/audit/verification": ("GET", "/conseiller/api/audit/verification", DATA),
    "/conseiller/api/audit/export.csv": ("GET", "/conseiller/api/audit/export.csv", DATA),
}


def _all(routes: list[BaseRoute]) -> Iterator[Any]:
    for route in routes:
        # FastAPI keeps an included router as one route.
        if (included := getattr(route, "original_router", None)) is not None:
            yield from _all(included.routes)
        else:
            yield route


def test_every_route_is_stated_and_nothing_else(settings: Settings) -> None:
    found: dict[str, set[str]] = {}
    for route in _all(create_app(settings, KEYS, Metrics()).routes):
        methods = {"mount"} if isinstance(route, Mount) else route.methods
        found.setdefault(route.path, set()).update(methods)
    assert {path: " ".join(sorted(methods)) for path, methods in sorted(found.items())} == {
        path: " ".join(sorted(methods.split())) for path, (methods, _, _) in sorted(STATED.items())
    }


def _assert_secure(answer: httpx.Response, sent: tuple[str, str, str]) -> None:
    policy, elsewhere, kept = DATA if answer.is_error or answer.is_redirect else sent
    wanted = {
        **EVERYWHERE,
        "content-security-policy": policy,
        "cross-origin-resource-policy": elsewhere,
        "cache-control": kept,
    }
    assert {name: answer.headers.get(name) for name in wanted} == wanted, answer.request.url
    for name in wanted:
        assert len(answer.headers.get_list(name)) == 1
    for name in ("server", "x-powered-by", "access-control-allow-origin"):
        # The widget is loaded from anywhere, and is the same for everybody.
        allowed = name == "access-control-allow-origin" and "widget" in answer.request.url.path
        assert allowed or name not in answer.headers
    for cookie in answer.headers.get_list("set-cookie"):
        assert cookie.startswith("__Host-")
        assert {"secure", "httponly", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}


@pytest.fixture
def served(start: Callable[..., Gateway], base: object) -> Gateway:
    """A gateway with the knowledge base."""
    return start()


def test_what_every_route_sends_is_what_is_stated(served: Gateway) -> None:
    answered = set()
    sessions = FileSessions(served.settings.run_dir / "console.sqlite", 600, 600)
    cookie = {"Cookie": f"{COOKIE}={asyncio.run(sessions.open('somebody', ROLES))}"}
    asyncio.run(sessions.close())
    shown: tuple[dict[str, str], ...] = (
        {},
        {"Authorization": f"Bearer {KEYS.agent}"},
        {"Authorization": f"Bearer {KEYS.ivr}"},
        cookie,
    )
    for methods, address, sent in STATED.values():
        for method in methods.replace("mount", "GET HEAD").split():
            for headers in shown:
                answer = served.client.request(method, address, headers=headers)
                _assert_secure(answer, sent)
                if answer.is_success:
                    answered.add(address)
    # Otherwise their errors alone would have been seen.
    assert {address for _, address, sent in STATED.values() if sent != DATA} - answered == {"/courriers/autre"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"])
def test_every_method_at_every_route_is_answered_with_the_headers(served: Gateway, method: str) -> None:
    for methods, address, sent in (*STATED.values(), ("", "/nowhere", DATA), ("", "/conversations/", DATA)):
        answer = served.client.request(method, address)
        _assert_secure(answer, sent)
        if method not in methods.replace("mount", "GET HEAD").split():
            assert answer.status_code in (401, 403, 404, 405), (method, address)
