"""Pages and files as the OpenAPI document has them: a GET that says what it gives, and a HEAD that is not described."""

import re
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import Response

from gateway.api import errors_of
from gateway.errors import Fault


def serve(
    app: FastAPI | APIRouter, path: str, answer: Callable[..., Any], summary: str, media_type: str, *faults: Fault
) -> None:
    """Serve a page or a file at a path; `media_type` is what a 200 holds, `answer` takes the request or nothing."""
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]
    app.add_api_route(
        path,
        answer,
        methods=["GET"],
        summary=summary,
        response_class=Response,
        response_model=None,
        responses={200: {"content": {media_type: {}}}, **errors_of(*faults)},
        openapi_extra={"parameters": parameters},
    )
    app.add_api_route(path, answer, methods=["HEAD"], include_in_schema=False)
