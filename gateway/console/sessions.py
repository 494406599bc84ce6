"""Who is signed in at the console: sessions on the server, known to the browser by a cookie alone.

The cookie is `__Host-session`: Secure, HttpOnly, for this host and no other, and SameSite=Lax. Strict would not do: the
browser comes back from an OpenID provider by a link of another site, and would leave the cookie of the session that was
just opened out of the very next request. What Lax lets through from other sites are links, which only read; whatever
changes something needs the session's CSRF token in the header X-CSRF-Token, and an Origin that is this one's.

A session ends when nobody used it for the idle time, at the latest after the longest time, and when its holder leaves.
"""

import hmac
import json
import os
import secrets
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from gateway.console.settings import ROLES, Role
from gateway.errors import Fault, GatewayError

COOKIE = "__Host-session"
TOKEN_HEADER = "X-CSRF-Token"
FILE = "console.sqlite"
_TOKEN_BYTES = 32
_BUSY_SECONDS = 1.0
# Use is written down this often at most: looking something up asks several times a second.
_TOUCH_SHARE = 30
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
  token BLOB PRIMARY KEY, subject TEXT NOT NULL, roles TEXT NOT NULL, csrf TEXT NOT NULL,
  opened_at REAL NOT NULL, seen_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS sessions_subject ON sessions (subject);
"""


@dataclass(frozen=True)
class Session:
    """A signed-in person: a digest of who it is, what the person may do, and the token that calls must carry."""

    subject_hash: str
    roles: frozenset[str]
    csrf: str


def subject_hash(issuer: str, subject: str) -> str:
    """What is kept of a person: a digest of the name and of who vouches for it ("" for local accounts)."""
    return sha256(f"{issuer}\0{subject}".encode("utf-8", "surrogatepass")).hexdigest()


class SessionStore:
    """The sessions, in one SQLite file that holds digests of the cookies and of the names."""

    def __init__(
        self, path: Path, idle_seconds: float, longest_seconds: float, clock: Callable[[], float] = time.time
    ) -> None:
        """Open or create the file (mode 0600). Raises sqlite3.Error or OSError when that fails."""
        self.idle_seconds = idle_seconds
        self._longest_seconds = longest_seconds
        self._clock = clock
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute("PRAGMA secure_delete = ON")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def open(self, subject: str, roles: Iterable[Role]) -> str:
        """Open a session for a subject (a digest) and return the token for the cookie, which is kept nowhere."""
        now = self._clock()
        self._database.execute(
            "DELETE FROM sessions WHERE seen_at < ? OR opened_at < ?",
            (now - self.idle_seconds, now - self._longest_seconds),
        )
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._database.execute(
            "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)",
            (_digest(token), subject, json.dumps(sorted(roles)), secrets.token_urlsafe(_TOKEN_BYTES), now, now),
        )
        return token

    def find(self, token: str) -> Session | None:
        """The session of a cookie; counts as use. None when there is none, or its time is over."""
        now = self._clock()
        key = _digest(token)
        row = self._database.execute(
            "SELECT subject, roles, csrf, seen_at FROM sessions WHERE token = ? AND seen_at >= ? AND opened_at >= ?",
            (key, now - self.idle_seconds, now - self._longest_seconds),
        ).fetchone()
        if row is None:
            return None
        subject, roles, csrf, seen_at = row
        if now - seen_at > self.idle_seconds / _TOUCH_SHARE:
            self._database.execute("UPDATE sessions SET seen_at = ? WHERE token = ?", (now, key))
        return Session(subject, frozenset(json.loads(roles)), csrf)

    def end(self, token: str) -> None:
        """Forget a session."""
        self._database.execute("DELETE FROM sessions WHERE token = ?", (_digest(token),))

    def end_all(self, subject: str) -> None:
        """Forget every session of a subject (a digest)."""
        self._database.execute("DELETE FROM sessions WHERE subject = ?", (subject,))


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True)
class Gate:
    """Finds the session of a request and refuses what must not pass. `origin` None: the address that was asked for."""

    store: SessionStore
    origin: str | None

    def session(self, request: HTTPConnection) -> Session | None:
        """The session that the request's cookie names."""
        token = request.cookies.get(COOKIE)
        return self.store.find(token) if token else None

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
        if not hmac.compare_digest(_digest(shown), _digest(session.csrf)):
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

    def enter(self, request: Request, response: Response, subject: str, roles: Iterable[Role]) -> None:
        """Open a session and set its cookie; whatever session the browser had ends."""
        self._end(request)
        token = self.store.open(subject, roles)
        response.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="lax")

    def leave(self, request: Request, response: Response) -> None:
        """End the session of a request, if it has one, and have the browser forget the cookie."""
        self._end(request)
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")

    def _end(self, request: Request) -> None:
        if token := request.cookies.get(COOKIE):
            self.store.end(token)


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
