"""The demonstration site: `web/site/` as it is, with the policies' own words in it.

The pages are made once, at start. A page is whole HTML with $placeholders: $head, $banner and $footer stand for the
files of those names, the others for what is read in a policy's source or, for /confidentialite, in the settings.
"""

import hashlib
import html
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Template

import yaml
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gateway import information
from gateway.described import serve
from gateway.headers import PAGE_POLICY
from gateway.settings import Settings
from policies_kb.source import Source, read_sources

_ROOT = Path(__file__).parent.parent
SITE = _ROOT / "web" / "site"
ASSETS = SITE / "assets"
# Asked again each time, so that an update shows at once; unchanged files cost a 304.
PAGE_HEADERS = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-cache"}

_MONTHS = yaml.safe_load((_ROOT / "policies_kb" / "phrases.yml").read_text(encoding="utf-8"))["months"]["names"]
_PARAGRAPH = re.compile(r"\S(?:.|\n(?!\s*\n))*")  # up to a blank line, as policies_kb.source cuts them


class Page:
    """A page made at start."""

    def __init__(self, text: str) -> None:
        self._body = text.encode("utf-8")
        self._tag = f'"{hashlib.sha256(self._body).hexdigest()[:32]}"'

    def answer(self, request: Request) -> Response:
        """The page, or 304 for who has it already."""
        headers = {**PAGE_HEADERS, "ETag": self._tag}
        if self._tag in request.headers.get("If-None-Match", ""):
            return Response(status_code=304, headers=headers)
        return HTMLResponse(self._body, headers=headers)


def framed(page: Path, path: str, **values: str) -> str:
    """The page in the file `page`, served at `path`, in the site's frame; `values` are HTML.

    Raises KeyError for a placeholder without a value, OSError when a file cannot be read.
    """
    frame = {name: (SITE / f"{name}.html").read_text(encoding="utf-8").strip() for name in ("head", "banner", "footer")}
    for name in ("banner", "footer"):
        frame[name] = frame[name].replace(f'href="{path}">', f'href="{path}" aria-current="page">')
    return Template(page.read_text(encoding="utf-8")).substitute(frame, **values)


def policy_text(source: Source) -> str:
    """A policy word for word, as HTML sections, headings, paragraphs and lists; without its first heading, the title.

    A section within another ends where the policy's outline says, so that what follows belongs to the outer one again.
    """
    slugs = _slugs(source)
    parts: list[str] = []
    within: list[str] = []
    for match in _PARAGRAPH.finditer(source.body):
        passages = [passage for passage in source.passages if match.start() <= passage.start < match.end()]
        text = match.group().rstrip()
        slug = slugs[passages[0].section if passages else text]
        while within and slug != within[-1] and not slug.startswith(f"{within[-1]}."):
            within.pop()
            parts.append("</section>")
        if slug not in within:
            within.append(slug)
            parts.append("<section>")
        if not passages:  # a heading
            level = len(within) + 1
            parts.append(f'<h{level} id="{_anchor(slug)}">{html.escape(text, quote=False)}</h{level}>')
        elif passages[0].is_item:
            parts += ["<ul>", *(f"<li>{html.escape(item.text, quote=False)}</li>" for item in passages), "</ul>"]
        else:
            parts.append(f"<p>{html.escape(text, quote=False)}</p>")
    del parts[1]  # the title
    return "\n".join([*parts, *("</section>" for _ in within)])


def policy_contents(source: Source) -> str:
    """The links to a policy's main sections, as an HTML list; the preamble, which comes first, needs none."""
    main = [(title, slug) for title, slug in _slugs(source).items() if "." not in slug][1:]
    links = (f'<li><a href="#{_anchor(slug)}">{html.escape(title, quote=False)}</a></li>' for title, slug in main)
    return "\n".join(["<ul>", *links, "</ul>"])


def _slugs(source: Source) -> dict[str, str]:
    """What each section is called in the ids of its passages, by its title, in the order of the text."""
    found = {passage.section: passage.id.rpartition(".")[0] for passage in source.passages}
    return {title: found[title] for title in source.sections}


def _anchor(slug: str) -> str:
    return slug.replace(".", "-")


def _in_words(day: date) -> str:
    return f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"


def _pages(settings: Settings) -> Iterator[tuple[str, str]]:
    """The path and the text of each page."""
    sources = read_sources()
    days: dict[str, str] = {}
    for country, source in sources.items():
        days[f"{country}_day"] = source.updated.isoformat()
        days[f"{country}_date"] = _in_words(source.updated)
    yield "/", framed(SITE / "home.html", "/", **days)
    for country, source in sources.items():
        path = f"/{country}"
        values = {
            "title": html.escape(source.title, quote=False),
            "day": days[f"{country}_day"],
            "date": days[f"{country}_date"],
            "contents": policy_contents(source),
            "text": policy_text(source),
        }
        yield path, framed(SITE / f"{country}.html", path, **values)
    yield information.PATH, framed(SITE / "confidentialite.html", information.PATH, **information.values(settings))


class _Assets(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with the headers of a page."""
        response = await super().get_response(path, scope)
        response.headers.update(PAGE_HEADERS)
        return response


def register(app: FastAPI, settings: Settings) -> None:
    """Serve the site's pages, and its style and images under /static/.

    Raises SourceError or OSError when a policy or a page cannot be read, SettingsError when CONTROLLER_FILE cannot be
    used.
    """
    for path, text in _pages(settings):
        serve(app, path, Page(text).answer, "A page of the demonstration site", "text/html")
    app.mount("/static", _Assets(directory=ASSETS), name="static")
