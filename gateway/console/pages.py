"""The console's pages, and the files that they load: served to who is signed in and may see them.

Without a session a page leads to the sign-in page, and back afterwards; without the role it says so (403).
"""

import html
from collections.abc import Mapping
from pathlib import Path
from string import Template

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gateway.console.services import console_of
from gateway.console.sessions import gate_of
from gateway.console.settings import Role
from gateway.described import serve
from gateway.errors import Fault, GatewayError
from gateway.headers import PAGE_POLICY
from gateway.messages import sentence

FOLDER = Path(__file__).resolve().parent.parent.parent / "web" / "console"
SIGN_IN = "/conseiller/connexion"
STATIC = "/conseiller/static"
# The pages with the role that opens each, the first that somebody may see being where sign-in leads.
PAGES: Mapping[str, tuple[Role, str]] = {
    "/conseiller": ("agent", "conseiller.html"),
    "/conseiller/redaction": ("editor", "editor.html"),
    "/conseiller/audit": ("auditor", "auditor.html"),
}
# What the sign-in page itself loads.
PUBLIC_FILES = frozenset({"console.css", "staff.css", "icon.svg", "sign_in.js", "vendor/boosted.css"})
_HEADERS = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-store"}
# Asked again each time, so that an update shows at once; unchanged files cost a 304.
_FILE_HEADERS = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "private, no-cache"}

router = APIRouter()


def checked_path(wanted: str | None) -> str | None:
    """The page that is wanted after sign-in: one of the console's own, or None."""
    return wanted if wanted in PAGES else None


def home(roles: frozenset[str], wanted: str | None) -> str:
    """Where sign-in leads: the page that was wanted, else the first that the roles open."""
    allowed = [path for path, (role, _) in PAGES.items() if role in roles]
    return checked_path(wanted) or (allowed or list(PAGES))[0]


def _html(name: str, status: int = 200, **values: str) -> HTMLResponse:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return HTMLResponse(Template(text).substitute(values) if values else text, status_code=status, headers=_HEADERS)


async def page(request: Request) -> Response:
    """A page of the console, by its path."""
    role, name = PAGES[request.url.path]
    session = gate_of(request).session(request)
    if session is None:
        # Paths of PAGES need no encoding.
        return RedirectResponse(f"{SIGN_IN}?vers={request.url.path}", status_code=303)
    return _html(name) if role in session.roles else _html("refused.html", status=403)


for _path in PAGES:
    serve(router, _path, page, "A page of the console, after sign-in", "text/html")


@router.get(SIGN_IN, include_in_schema=False)
async def sign_in_page(request: Request, vers: str | None = None, erreur: str | None = None) -> Response:
    """The sign-in page; who is signed in already is led on."""
    session = gate_of(request).session(request)
    if session is not None:
        return RedirectResponse(home(session.roles, vers), status_code=303)
    here = console_of(request)
    problem = _problem(erreur)
    return _html(
        "sign_in.html",
        problem=html.escape(problem),
        problem_hidden="" if problem else "hidden",
        then=checked_path(vers) or "",
        provider_hidden="" if here.provider else "hidden",
        local_hidden="" if here.accounts else "hidden",
    )


def _problem(reason: str | None) -> str:
    try:
        return sentence("sign_in", reason) if reason else ""
    except KeyError:
        return ""


class _Files(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, for who is signed in or for the sign-in page; pages have addresses of their own."""
        if path.endswith(".html"):
            raise GatewayError(Fault.PAGE_UNKNOWN)
        if path not in PUBLIC_FILES:
            request = Request(scope)
            gate_of(request).required(request)
        response = await super().get_response(path, scope)
        response.headers.update(_FILE_HEADERS)
        return response


def register(app: FastAPI) -> None:
    """Serve the pages, and the files beside them under /conseiller/static/."""
    app.include_router(router)
    app.mount(STATIC, _Files(directory=FOLDER), name="console-static")
