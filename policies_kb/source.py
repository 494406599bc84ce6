"""Read a policy's source file and cut its text into passages.

A source file is YAML front matter followed by the policy's text, byte for byte. Passages are identified by their
offsets in that text, because the same words may stand twice in a policy and mean two different things: the Jarry
address, or an authentication purpose listed both under the contract and under legitimate interest.
"""

import datetime
import hashlib
import pathlib
import re
from dataclasses import dataclass
from typing import Any

import yaml

SOURCES = pathlib.Path(__file__).parent / "sources"

_FENCE = "---\n"
# A sentence ends at a full stop, question or exclamation mark followed by a space and a capital letter.
_SENTENCE_END = re.compile(r"(?<=[.?!]) +(?=[A-ZÀÂÉÈÊÎÔÛ])")
_ITEM = re.compile(r"^- +", re.MULTILINE)


class SourceError(ValueError):
    """A source file is not what its front matter says; the message names the file and the place."""


@dataclass(frozen=True)
class Passage:
    """A sentence, a list item or a line of a policy: `text == body[start:end]`, offsets in characters."""

    id: str
    section: str
    start: int
    end: int
    text: str
    is_item: bool


@dataclass(frozen=True)
class Source:
    """One policy: its identity, its text and the passages of that text in order."""

    id: str
    title: str
    issuer: str
    country: str
    updated: datetime.date
    sha256: str
    body: str
    sections: tuple[str, ...]
    passages: tuple[Passage, ...]


def read_source(path: pathlib.Path) -> Source:
    """Read one source file.

    Raises SourceError when the front matter is missing or incomplete, or when a heading that it declares is not in
    the text. The sha256 is taken over the UTF-8 bytes of the text alone, without the front matter.
    """
    try:
        raw = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(f"{path.name}: not UTF-8 text ({error})") from error
    if not raw.startswith(_FENCE) or _FENCE not in raw[len(_FENCE) :]:
        raise SourceError(f"{path.name}: no front matter between two lines of '---'")
    head, body = raw[len(_FENCE) :].split(_FENCE, 1)
    try:
        meta = yaml.safe_load(head)
    except yaml.YAMLError as error:
        raise SourceError(f"{path.name}: front matter is not YAML ({' '.join(str(error).split())})") from error
    if not isinstance(meta, dict):
        raise SourceError(f"{path.name}: front matter is no mapping")
    missing = {"id", "title", "issuer", "country", "updated", "outline"} - set(meta)
    if missing:
        raise SourceError(f"{path.name}: front matter lacks {', '.join(sorted(missing))}")
    return Source(
        id=meta["id"],
        title=meta["title"],
        issuer=meta["issuer"],
        country=meta["country"],
        updated=meta["updated"],
        sha256=hashlib.sha256(body.encode("utf-8")).hexdigest(),
        body=body,
        sections=tuple(entry["title"] for entry in meta["outline"]),
        passages=tuple(_passages(path.name, body, meta["outline"])),
    )


def read_sources(folder: pathlib.Path = SOURCES) -> dict[str, Source]:
    """Read every source file of a folder, by country. Raises SourceError as read_source does."""
    found = (read_source(path) for path in sorted(folder.glob("*.md")))
    return {source.country: source for source in found}


def _passages(name: str, body: str, outline: list[dict[str, Any]]) -> list[Passage]:
    passages: list[Passage] = []
    numbers: dict[str, int] = {}
    for start, end, entry in _paragraphs(name, body, outline):
        for left, right, is_item in _pieces(body, start, end):
            number = numbers[entry["slug"]] = numbers.get(entry["slug"], 0) + 1
            passages.append(
                Passage(f"{entry['slug']}.{number}", entry["title"], left, right, body[left:right], is_item)
            )
    return passages


def _paragraphs(name: str, body: str, outline: list[dict[str, Any]]) -> list[tuple[int, int, dict[str, Any]]]:
    """Every paragraph that is not a heading, with the outline entry that it belongs to."""
    titles = {entry["title"]: entry for entry in outline}
    seen: set[str] = set()
    found: list[tuple[int, int, dict[str, Any]]] = []
    current: dict[str, Any] | None = None
    parent: dict[str, Any] | None = None
    for match in re.finditer(r"\S(?:.|\n(?!\s*\n))*", body):
        text = match.group().rstrip()
        if text in titles and text not in seen:
            seen.add(text)
            current = titles[text]
            parent = current if current["level"] == 1 else parent
            continue
        if current is None:
            raise SourceError(f"{name}: text before the first heading: {text[:60]!r}")
        if current.get("ends_before") and text.startswith(current["ends_before"]):
            current = parent or current
        found.append((match.start(), match.start() + len(text), current))
    unseen = [title for title in titles if title not in seen]
    if unseen:
        raise SourceError(f"{name}: headings not found in the text: {unseen}")
    return found


def _pieces(body: str, start: int, end: int) -> list[tuple[int, int, bool]]:
    """The items of a list, or the sentences of a paragraph, as offsets."""
    text = body[start:end]
    is_list = text.startswith("- ")
    cut = _ITEM if is_list else _SENTENCE_END
    marks = [match.span() for match in cut.finditer(text)]
    lefts = ([] if is_list else [0]) + [right for _, right in marks]
    rights = [left for left, _ in marks[1 if is_list else 0 :]] + [len(text)]
    return [
        (start + left, start + left + len(text[left:right].rstrip()), is_list)
        for left, right in zip(lefts, rights, strict=True)
    ]
