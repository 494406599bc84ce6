"""Signing in and out: local accounts by JSON, an OpenID provider by way of the browser."""

import asyncio
import logging
from collections.abc import Hashable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field
from starlette.responses import Response
from starlette.types import Scope

from gateway.body import Allowance
from gateway.console import auditor, editor, pages
from gateway.console.accounts import forget_first
from gateway.console.agent import agent_router
from gateway.console.id_token import SignInError
from gateway.console.oidc import CALLBACK, COOKIE, SignIn
from gateway.console.pages import SIGN_IN, checked_path, home
from gateway.console.passwords import MOST_LENGTH, AccountFile, AccountsError
from gateway.console.services import ConsoleServices, console_of
from gateway.console.sessions import Session, signed_in, subject_hash
from gateway.console.settings import Role
from gateway.console.started import KEPT_SECONDS
from gateway.errors import Fault, GatewayError
from gateway.limits import client_of
from gateway.rasa_client import RasaClient
from gateway.store_error import STORE_ERRORS

log = logging.getLogger("gateway")
router = APIRouter(include_in_schema=False)
# Each takes 64 MiB while it runs.
_checking = asyncio.Semaphore(2)
_COOKIE: dict[str, Any] = {"path": "/", "secure": True, "httponly": True, "samesite": "lax"}


class Credentials(BaseModel):
    """A local account's name and password, and the page that was wanted."""

    username: Annotated[str, Field(max_length=64)]
    password: Annotated[str, Field(max_length=MOST_LENGTH, repr=False)]
    then: str | None = None


@router.post("/conseiller/api/signin")
async def sign_in(given: Credentials, request: Request) -> Response:
    """Sign in with a local account. A wrong name is answered as a wrong password is, after the same time."""
    here = console_of(request)
    if here.accounts is None:
        raise GatewayError(Fault.PAGE_UNKNOWN)
    here.gate.check_origin(request)
    name, address = given.username.strip().lower(), _address(request, here)
    await here.attempts.take(name, address)
    async with _checking:
        roles = await asyncio.to_thread(_roles, here.accounts, name, given.password)
    if roles is None:
        log.warning("console: a sign-in with a local account was refused")
        raise GatewayError(Fault.CREDENTIALS_REFUSED)
    await here.attempts.give_back(name, address)
    _forget_first(here, name)
    response = JSONResponse({"then": home(roles, given.then)})
    await here.gate.enter(request, response, subject_hash("", name), roles)
    return response


def _forget_first(here: ConsoleServices, name: str) -> None:
    """The first password was read and used: from now on it is in somebody's keeping alone."""
    try:
        forget_first(here.first_account, name)
    except AccountsError as error:
        log.error("console: %s", error)


def _roles(accounts: AccountFile, name: str, password: str) -> frozenset[Role] | None:
    try:
        account = accounts.verify(name, password)
    except AccountsError as error:
        log.error("console: %s", error)
        raise GatewayError(Fault.STORE_FAILED) from None
    return frozenset(account.roles) if account else None


def _address(request: Request, here: ConsoleServices) -> Hashable:
    peer = request.client.host if request.client else ""
    return client_of(peer, request.headers.getlist("x-forwarded-for"), here.trusted_proxies)


@router.get("/conseiller/api/session")
async def session(request: Request, who: Annotated[Session, Depends(signed_in())]) -> JSONResponse:
    """What a page needs to know: the roles, the token that its calls must carry in X-CSRF-Token, the idle time-out."""
    idle_seconds = console_of(request).idle_seconds
    return JSONResponse({"roles": sorted(who.roles), "csrf": who.csrf, "idle_seconds": idle_seconds})


@router.post("/conseiller/api/signout", dependencies=[Depends(signed_in())])
async def sign_out(request: Request) -> Response:
    """End the session; `then` is where the browser goes, the provider's own sign-out where it has one."""
    here = console_of(request)
    back = f"{here.gate.own_origin(request)}{SIGN_IN}"
    then = await here.provider.farewell(back) if here.provider else None
    response = JSONResponse({"then": then or SIGN_IN})
    await here.gate.leave(request, response)
    return response


@router.get(f"{SIGN_IN}/oidc")
async def to_provider(request: Request, vers: str | None = None) -> Response:
    """Send the browser to the provider."""
    here = console_of(request)
    provider = _provider(here)
    try:
        if await here.starts.take(_address(request, here)):
            return _failed("too_many")
        started = await provider.start(checked_path(vers) or "")
    except (SignInError, *STORE_ERRORS) as error:
        return _refused(error)
    response = RedirectResponse(started.url, status_code=303)
    response.set_cookie(COOKIE, started.secret, max_age=KEPT_SECONDS, **_COOKIE)
    return response


@router.get(CALLBACK)
async def from_provider(request: Request) -> Response:
    """Take the browser back from the provider: the only place that opens a session for somebody it vouches for."""
    here = console_of(request)
    provider = _provider(here)
    try:
        who, wanted = await provider.finish(dict(request.query_params), request.cookies.get(COOKIE, ""))
        response = RedirectResponse(home(who.roles, wanted), status_code=303)
        response.delete_cookie(COOKIE, **_COOKIE)
        await here.gate.enter(request, response, who.subject_hash, who.roles)
    except (SignInError, *STORE_ERRORS) as error:
        return _refused(error)
    return response


def _provider(here: ConsoleServices) -> SignIn:
    if here.provider is None:
        raise GatewayError(Fault.PAGE_UNKNOWN)
    return here.provider


def _refused(error: Exception) -> Response:
    # What a store says is for the log; for the person it is one service that does not answer.
    reason = error.reason if isinstance(error, SignInError) else "oidc_down"
    log.warning("console: a sign-in by the provider failed: %s: %s", reason, error)
    return _failed(reason)


def _failed(reason: str) -> Response:
    response = RedirectResponse(f"{SIGN_IN}?erreur={reason}", status_code=303)
    response.delete_cookie(COOKIE, **_COOKIE)
    return response


async def holder(scope: Scope) -> Hashable | None:
    """Who is signed in, for the limits: None when the cookie of a request opens nothing."""
    request = Request(scope)
    found = console_of(request).gate.session(request)
    # The CSRF token is drawn with each session, and names it.
    return found.csrf if found else None


def allowance(scope: Scope) -> Allowance:
    """How much of a body is read: more for the text of a policy, from an editor, and the usual for everything else."""
    if scope["path"] != editor.PREVIEW_PATH:
        return Allowance()
    request = Request(scope)
    found = console_of(request).gate.session(request)
    if found is None or "editor" not in found.roles:
        return Allowance()
    return Allowance(editor.MOST_BYTES, Fault.VERSION_TOO_LARGE)


def register(app: FastAPI, services: ConsoleServices, rasa: RasaClient) -> None:
    """Add the console to the application."""
    app.state.console = services
    app.include_router(router)
    app.include_router(agent_router(rasa, services.base_path, signed_in("agent")))
    app.include_router(editor.router)
    app.include_router(auditor.router)
    pages.register(app)
