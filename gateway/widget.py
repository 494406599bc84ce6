"""The chat widget that any page can embed: one script, put together from `web/widget/` when the gateway starts.

The sources are ES modules. They are joined in the order below inside one function, so that the page sees none of their
names: their `import` lines and the word `export` go, as do comment lines. The style sheet becomes a constant of the
script, which gives it to a constructed CSSStyleSheet: the host page needs no `style-src` for it.
"""

import base64
import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from gateway.described import serve
from gateway.errors import Fault, GatewayError

SOURCES = Path(__file__).parent.parent / "web" / "widget"
STYLE = "widget.css"
# A module comes after those it imports; css.js is made of the style sheet.
ORDER = (
    "texts.js", "settings.js", "dom.js", "api.js", "contacts.js", "reply.js", "transcript.js", "attention.js",
    "intro.js", "panel.js", "chat.js", "css.js", "main.js",
)  # fmt: skip
VERSION_DIGITS = 16
_YEAR_SECONDS = 365 * 24 * 3600
_IMPORT = re.compile(r'^import [^;]*? from "\./([a-z]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const |function |async function |class )", re.MULTILINE)
_LINE_COMMENT = re.compile(r"^[ \t]*//.*\n", re.MULTILINE)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_SPACE = re.compile(r"\s*\n\s*")
_TOP_NAME = re.compile(r"^(?:const|let|class|(?:async )?function) +(\w+)", re.MULTILINE)
# Any page may load the script, also with an integrity hash, which browsers check only on what they may read.
_ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


class WidgetVersion(BaseModel):
    """The widget as it is served now: what a pinned tag needs. Sizes are in bytes, `compressed_bytes` with gzip."""

    version: str
    src: str
    integrity: str
    bytes: int
    compressed_bytes: int


@dataclass(frozen=True)
class Widget:
    """The script as sent, plain and gzipped, and its version."""

    script: bytes
    compressed: bytes
    about: WidgetVersion


def _module(name: str, source: str, before: set[str]) -> str:
    """A module's body. Raises ValueError when it imports what does not stand before it, or in a way not known here."""
    late = set(_IMPORT.findall(source)) - before
    if late:
        raise ValueError(f"{name} imports {', '.join(sorted(late))}, which ORDER does not put before it")
    body = _LINE_COMMENT.sub("", _EXPORT.sub("", _IMPORT.sub("", source)))
    if re.search(r"^(?:import|export)\b", body, re.MULTILINE):
        raise ValueError(f"{name}: only `import … from` and `export` before a declaration are understood")
    return re.sub(r"\n{2,}", "\n", body)


def _style(source: str) -> str:
    return _CSS_SPACE.sub("\n", _CSS_COMMENT.sub("", source)).strip()


def assemble(sources: Path = SOURCES) -> str:
    """The one script. Raises OSError when a source cannot be read, ValueError when they cannot be joined."""
    names: dict[str, str] = {}
    bodies: list[str] = []
    for position, name in enumerate(ORDER):
        if name == "css.js":
            text = _style((sources / STYLE).read_text(encoding="utf-8"))
            body = f"const CSS = {json.dumps(text, ensure_ascii=False)};\n"
        else:
            body = _module(name, (sources / name).read_text(encoding="utf-8"), set(ORDER[:position]))
        for declared in _TOP_NAME.findall(body):
            if declared in names:
                raise ValueError(
                    f"{declared} is declared in {names[declared]} and in {name}: one of them needs another name"
                )
            names[declared] = name
        bodies.append(body)
    return '(() => {\n"use strict";\n' + "".join(bodies) + "})();\n"


def build(sources: Path = SOURCES) -> Widget:
    """The widget of these sources. Raises OSError or ValueError as `assemble` does."""
    script = assemble(sources).encode()
    compressed = gzip.compress(script, 9, mtime=0)
    version = hashlib.sha256(script).hexdigest()[:VERSION_DIGITS]
    return Widget(
        script,
        compressed,
        WidgetVersion(
            version=version,
            src=f"/widget-{version}.js",
            integrity="sha384-" + base64.b64encode(hashlib.sha384(script).digest()).decode(),
            bytes=len(script),
            compressed_bytes=len(compressed),
        ),
    )


def _matches(tags: str | None, tag: str) -> bool:
    """Whether an If-None-Match header names the tag (RFC 9110, 13.1.2: compared weakly)."""
    return tags is not None and any(each.strip().removeprefix("W/") in (tag, "*") for each in tags.split(","))


def _takes_gzip(accepted: str | None) -> bool:
    for each in (accepted or "").split(","):
        coding, _, weight = each.partition(";")
        if coding.strip().lower() == "gzip":
            return re.fullmatch(r"q=0(\.0*)?", weight.strip()) is None
    return False


def _answer(widget: Widget, cache: str, request: Request) -> Response:
    zipped = _takes_gzip(request.headers.get("Accept-Encoding"))
    tag = f'"{widget.about.version}{"-gzip" if zipped else ""}"'
    headers = {**_ANYWHERE, "Cache-Control": cache, "ETag": tag, "Vary": "Accept-Encoding"}
    if _matches(request.headers.get("If-None-Match"), tag):
        return Response(status_code=304, headers=headers)
    if zipped:
        headers["Content-Encoding"] = "gzip"
    return Response(widget.compressed if zipped else widget.script, media_type="text/javascript", headers=headers)


def register(app: FastAPI, sources: Path = SOURCES) -> None:
    """Serve the widget of these sources. Raises OSError or ValueError as `assemble` does."""
    widget = build(sources)

    async def current(request: Request) -> Response:
        """For a tag that follows updates: asked again each time, and not sent again when unchanged."""
        return _answer(widget, "no-cache", request)

    async def pinned(request: Request) -> Response:
        """For a tag with an integrity hash: this version and no other."""
        if request.path_params["version"] != widget.about.version:
            raise GatewayError(Fault.PAGE_UNKNOWN)
        return _answer(widget, f"public, max-age={_YEAR_SECONDS}, immutable", request)

    async def about() -> JSONResponse:
        return JSONResponse(widget.about.model_dump())

    serve(app, "/widget.js", current, "The chat widget for any page", "text/javascript")
    serve(
        app,
        "/widget-{version}.js",
        pinned,
        "The chat widget, one version of it",
        "text/javascript",
        Fault.PAGE_UNKNOWN,
    )
    serve(app, "/widget.json", about, "The version, address and hash of the chat widget", "application/json")
