"""The letters: each as PDF and as text, and the page to choose one. All come from the knowledge base as it now is."""

import hashlib
import html
import logging
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from gateway.described import serve
from gateway.errors import ErrorBody, Fault, GatewayError
from gateway.pages import Page, framed
from policies_kb.base import BaseError, KnowledgeBase, Letter, current, read_letter

log = logging.getLogger("gateway")

FOLDER = "/courriers"
_PAGE = Path(__file__).parent.parent / "web" / "letters" / "letters.html"
_TYPES = {"pdf": "application/pdf", "txt": "text/plain; charset=utf-8"}
_PLACES = (f"{FOLDER}/{{country}}/{{offer}}/{{right}}", f"{FOLDER}/mali/{{right}}")
_FAULTS = (Fault.LETTER_UNKNOWN, Fault.NOT_READY)


def register(app: FastAPI, base_path: Path) -> None:
    """Serve the letters of the base at `base_path`, and at /courriers the page that lists them."""
    listing = _Listing(base_path)
    serve(app, FOLDER, listing.answer, "The page that lists the letters", "text/html")
    for kind in _TYPES:
        for place in _PLACES:
            _add_letters(app, base_path, place, kind)

    def unknown() -> Response:
        raise GatewayError(Fault.LETTER_UNKNOWN)

    app.add_api_route(f"{FOLDER}/{{path:path}}", unknown, methods=["GET", "HEAD"], include_in_schema=False)


def _add_letters(app: FastAPI, base_path: Path, place: str, kind: str) -> None:
    def letter(request: Request) -> Response:
        """With a file name of its own; 304 for who has it already."""
        return _letter(request, base_path, kind)

    path = f"{place}.{kind}"
    app.add_api_route(
        path,
        letter,
        methods=["GET"],
        response_class=Response,
        summary=f"A letter to exercise a right ({'PDF' if kind == 'pdf' else 'plain text'})",
        operation_id=f"letter{'_mali' if place == _PLACES[1] else ''}_{kind}",
        responses={200: {"content": {_TYPES[kind]: {}}, "description": "The letter"}, **_described()},
        openapi_extra={
            "parameters": [_parameter(name) for name in ("country", "offer", "right") if f"{{{name}}}" in place]
        },
    )
    app.add_api_route(path, letter, methods=["HEAD"], include_in_schema=False)


def _parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _described() -> dict[int | str, dict[str, Any]]:
    return {
        fault.status: {
            "model": ErrorBody,
            "description": "Error",
            "content": {"application/json": {"examples": {fault.code: {"value": fault.body()}}}},
        }
        for fault in _FAULTS
    }


def _letter(request: Request, base_path: Path, kind: str) -> Response:
    path = request.url.path.removesuffix(f".{kind}")
    try:
        found = read_letter(base_path, path)
    except BaseError as error:
        raise _not_ready(error) from error
    if found is None:
        raise GatewayError(Fault.LETTER_UNKNOWN)
    pdf, text = found
    body = pdf if kind == "pdf" else text.encode("utf-8")
    tag = f'"{hashlib.sha256(body).hexdigest()}"'
    headers = {"Cache-Control": "no-cache", "ETag": tag}
    if tag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    name = path.removeprefix("/").replace("/", "-").replace("courriers", "lettre")
    headers["Content-Disposition"] = f'inline; filename="{name}.{kind}"'
    return Response(body, media_type=_TYPES[kind], headers=headers)


def _not_ready(error: BaseError) -> GatewayError:
    log.error("%s", error)
    return GatewayError(Fault.NOT_READY, {"Retry-After": "5"})


class _Listing:
    """The page that lists the letters, made again when the base is replaced."""

    def __init__(self, base_path: Path) -> None:
        self._base_path = base_path
        self._made: tuple[KnowledgeBase, Page] | None = None

    def answer(self, request: Request) -> Response:
        """The page. Raises GatewayError when the base cannot be read."""
        try:
            base = current(self._base_path)
        except BaseError as error:
            raise _not_ready(error) from error
        made = self._made
        if made is None or made[0] is not base:
            made = self._made = (base, Page(_listing(base)))
        return made[1].answer(request)


def _listing(base: KnowledgeBase) -> str:
    contents, sections = [], []
    for country, of_country in groupby(base.letters, key=lambda letter: letter.country):
        operator, letters = base.labels[f"country.{country}"].phrase, list(of_country)
        policy = base.policies[country]
        date = base.phrases["months"]["names"][policy.updated.month - 1]
        day = f"{'1er' if policy.updated.day == 1 else policy.updated.day} {date} {policy.updated.year}"
        by_offer = [(offer, list(found)) for offer, found in groupby(letters, key=lambda letter: letter.offer)]
        sections += [
            f'<section><h2 id="{country}">{_shown(operator)}</h2>',
            f"<p>D’après la politique «\u202f{_shown(policy.title)}\u202f», mise à jour du "
            f'<time datetime="{policy.updated.isoformat()}">{day}</time>.</p>',
        ]
        contents.append(f'<li><a href="#{country}">{_shown(operator)}</a></li>')
        for offer, found in by_offer:
            if offer is not None:
                anchor, label = f"{country}-{offer.replace('_', '-')}", base.labels[f"offer.{offer}"].label
                contents.append(f'<li><a href="#{anchor}">{_shown(operator)}, {_shown(label)}</a></li>')
                sections.append(f'<section><h3 id="{anchor}">{_shown(label)}</h3>')
            sections += _letters(base, found)
            if offer is not None:
                sections.append("</section>")
        sections.append("</section>")
    return framed(_PAGE, FOLDER, contents="\n".join(contents), letters="\n".join(sections))


def _letters(base: KnowledgeBase, letters: list[Letter]) -> Iterator[str]:
    """The letters to one address, as HTML."""
    yield f"<p>Adresse\u00a0: {_shown(base.contacts[letters[0].contact].text)}</p>"
    yield "<ul>"
    for letter in letters:
        label = _shown(base.labels[letter.right].label)
        yield (
            f'<li>{label}\u00a0: <a href="{letter.path}.pdf" type="application/pdf">lettre en PDF</a>, '
            f'<a href="{letter.path}.txt" type="text/plain">version texte</a></li>'
        )
    yield "</ul>"


def _shown(text: str) -> str:
    """A text of the base in HTML, with the apostrophe of the page."""
    return html.escape(text, quote=False).replace("'", "’")
