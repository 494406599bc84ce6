"""The pages: `web/` as it is, under a policy that lets nothing else in."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gateway.headers import PAGE_POLICY

WEB = Path(__file__).parent.parent / "web"
# Asked again each time, so that an update shows at once; unchanged files cost a 304.
_PAGE_HEADERS = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-cache"}


class _Assets(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with the headers of a page."""
        response = await super().get_response(path, scope)
        response.headers.update(_PAGE_HEADERS)
        return response


def register(app: FastAPI, web: Path = WEB) -> None:
    """Serve `index.html` at / and every file of the folder under /static/."""

    @app.get(
        "/",
        response_class=FileResponse,
        summary="The page with the chat",
        responses={200: {"content": {"text/html": {}}}},
    )
    @app.head("/", include_in_schema=False)
    async def index() -> FileResponse:
        return FileResponse(web / "index.html", headers=_PAGE_HEADERS)

    app.mount("/static", _Assets(directory=web), name="static")
