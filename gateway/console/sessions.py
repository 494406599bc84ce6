"""Who is signed in at the console: sessions on the server, known to the browser by a cookie alone.

The cookie is `__Host-session`: Secure, HttpOnly, for this host and no other, and SameSite=Lax. Strict would not do: the
browser comes back from an OpenID provider by a link of another site, and would leave the cookie of the session that was
just opened out of the very next request. What Lax lets through from other sites are links, which only read; whatever
changes something needs the session's CSRF token in the header X-CSRF-Token, and an Origin that is this one's.

A session ends when nobody used it for the idle time, at the latest after the longest time, and when its holder leaves.
"""

import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.console.settings import ROLES, Role
from gateway.errors import Fault, GatewayError, answer
from gateway.store_error import STORE_ERRORS

log = logging.getLogger("gateway")

COOKIE = "__Host-session"
TOKEN_HEADER = "X-CSRF-Token"
_TOKEN_BYTES = 32
_IN_SCOPE = "console_session"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Session:
    """A signed-in person: a digest of who it is, what the person may do, and the token that calls must carry."""

    subject_hash: str
    roles: frozenset[str]
    csrf: str


def subject_hash(issuer: str, subject: str) -> str:
    """What is kept of a person: a digest of the name and of who vouches for it ("" for local accounts)."""
    return sha256(f"{issuer}\0{subject}".encode("utf-8", "surrogatepass")).hexdigest()


def drawn() -> str:
    """A token that nobody guesses: of a session, or against forged calls."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def digest(token: str) -> bytes:
    """What is kept of a session's token."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


class SessionStore(Protocol):
    """The sessions, by digests of the cookies and of the names. Its calls raise one of STORE_ERRORS."""

    async def open(self, subject: str, roles: Iterable[Role]) -> str:
        """Open a session for a subject (a digest) and return the token for the cookie, which is kept nowhere."""

    async def find(self, token: str) -> Session | None:
        """The session of a cookie; counts as use. None when there is none, or its time is over."""

    async def end(self, token: str) -> None:
        """Forget a session."""

    async def end_all(self, subject: str) -> None:
        """Forget every session of a subject (a digest)."""

    async def purge(self) -> None:
        """Forget the sessions whose time is over."""

    async def close(self) -> None:
        """Close the file or connections that are the store's own."""


@dataclass(frozen=True)
class Gate:
    """Finds the session of a request and refuses what must not pass. `origin` None: the address that was asked for."""

    store: SessionStore
    origin: str | None

    def session(self, request: HTTPConnection) -> Session | None:
        """The session that the request's cookie names, as SessionMiddleware has found it."""
        session = request.scope.get(_IN_SCOPE)
        assert session is None or isinstance(session, Session)
        return session

    def required(self, request: HTTPConnection, role: Role | None = None) -> Session:
        """The session of a request. Raises GatewayError: 401 without one, 403 without the role."""
        session = self.session(request)
        if session is None:
            raise GatewayError(Fault.SESSION_MISSING)
        if role is not None and role not in session.roles:
            raise GatewayError(Fault.ROLE_MISSING)
        return session

    def check_token(self, request: HTTPConnection, session: Session) -> None:
        """Raise GatewayError (403) unless the request carries the session's token and comes from this origin."""
        self.check_origin(request)
        shown = request.headers.get(TOKEN_HEADER, "")
        if not hmac.compare_digest(digest(shown), digest(session.csrf)):
            raise GatewayError(Fault.TOKEN_REFUSED)

    def check_origin(self, request: HTTPConnection) -> None:
        """Raise GatewayError (403) when a page of another origin had the browser send the request."""
        origin = request.headers.get("origin")
        site = request.headers.get("sec-fetch-site", "same-origin")
        if (origin is not None and origin != self.own_origin(request)) or site not in ("same-origin", "none"):
            raise GatewayError(Fault.TOKEN_REFUSED)

    def own_origin(self, request: HTTPConnection) -> str:
        """Where the console is, as browsers name it."""
        return self.origin or f"{request.url.scheme}://{urlsplit(str(request.url)).netloc}"

    async def enter(self, request: Request, response: Response, subject: str, roles: Iterable[Role]) -> None:
        """Open a session and set its cookie; whatever session the browser had ends."""
        await self._end(request)
        token = await self.store.open(subject, roles)
        response.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="lax")

    async def leave(self, request: Request, response: Response) -> None:
        """End the session of a request, if it has one, and have the browser forget the cookie."""
        await self._end(request)
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")

    async def _end(self, request: Request) -> None:
        if token := request.cookies.get(COOKIE):
            await self.store.end(token)


class SessionMiddleware:
    """Looks the session of a request up once, for all that ask for it: the limits, the body's, the pages and calls."""

    def __init__(self, app: ASGIApp, store: SessionStore) -> None:
        self._app = app
        self._store = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (token := HTTPConnection(scope).cookies.get(COOKIE)):
            try:
                scope[_IN_SCOPE] = await self._store.find(token)
            except STORE_ERRORS as error:
                log.error("the sessions of the console cannot be read: %s", type(error).__name__)
                # The body is not read: nothing that it holds may be taken for a request.
                headers = {"Retry-After": "5", "Connection": "close"}
                await answer(Fault.STORE_FAILED, headers)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def gate_of(request: HTTPConnection) -> Gate:
    """The gate of the running application."""
    gate = request.app.state.console.gate
    assert isinstance(gate, Gate)
    return gate


def signed_in(role: Role | None = None) -> Callable[[Request], Awaitable[Session]]:
    """A FastAPI dependency that gives the session of a request that may pass.

    It raises GatewayError: 401 without a session, 403 without the role or, for what is more than reading, without the
    session's CSRF token or from another origin.
    """
    assert role is None or role in ROLES

    async def dependency(request: Request) -> Session:
        gate = gate_of(request)
        session = gate.required(request, role)
        if request.method not in _READING:
            gate.check_token(request, session)
        return session

    return dependency
