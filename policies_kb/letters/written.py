"""The letters as people write them: `letters.yml`, read into dataclasses, its references resolved.

Policy words are never typed there: `passage`, `document` and `delay` are references into the source.
"""

import pathlib
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies_kb.references import PassageReferenceError, Run, resolve
from policies_kb.source import Source
from policies_kb.yaml_fields import Fields, Problems, read_mapping

FILE = "letters.yml"
# What a step of the advice may quote.
DOCUMENT, ADDRESS, DELAY = "document", "address", "delay"
_QUOTABLE = (DOCUMENT, ADDRESS, DELAY)
# The two forms of a letter, for a step that stands in one of them alone.
PDF, TEXT = "pdf", "text"
_LETTER_TEXTS = (
    *("title", "place", "date", "subject", "offer", "greeting", "delay", "thanks", "closing", "signature"),
    "enclosure",
)
_PLACEHOLDERS = {
    "title": frozenset({"right", "where"}),
    "subject": frozenset({"right"}),
    "offer": frozenset({"offer"}),
    "enclosure": frozenset({"document"}),
    "named": frozenset({"title", "date"}),
    "source": frozenset({"title", "date"}),
}


@dataclass(frozen=True)
class Blank:
    """A place to fill: its label, and how many ruled lines it has."""

    label: str
    lines: int


@dataclass(frozen=True)
class OfferName:
    """An offer as its policy names it, and as it stands in an address on the web."""

    named: str
    slug: str


@dataclass(frozen=True)
class PolicyText:
    """How letters to a country name its policy (`run` bears it), and the passages on the document and the delay.

    `enclosed` are the words with which the document's name begins in `document`, `assigned` those with which what
    assigns an address begins in its passage.
    """

    named: str
    run: Run
    document: Run
    enclosed: str
    assigned: str
    delay: Run


@dataclass(frozen=True)
class RightText:
    """A right in a country: the subject of the letter, the passage that gives the right, and the demand."""

    slug: str
    subject: str
    run: Run
    body: tuple[str | Blank, ...]


@dataclass(frozen=True)
class StepText:
    """One piece of advice: what it says, which passage it quotes (document, address, delay), what is noted in it.

    `only` is pdf or text for a step that stands in that form of the letter alone.
    """

    text: str
    quotes: str | None
    blanks: tuple[str, ...]
    only: str | None


@dataclass(frozen=True)
class AdviceText:
    """What is said to the person on the page that is not sent."""

    title: str
    opening: str
    steps: tuple[StepText, ...]
    source: str


@dataclass(frozen=True)
class LettersText:
    """All of `letters.yml`. Rights are by topic and country; `texts` is what stands in every letter, by name."""

    offers: Mapping[str, OfferName]
    policies: Mapping[str, PolicyText]
    rights: Mapping[tuple[str, str], RightText]
    texts: Mapping[str, str]
    sender: tuple[Blank, ...]
    advice: AdviceText


def read_letters(root: pathlib.Path, sources: Mapping[str, Source], problems: Problems) -> LettersText | None:
    """Read `letters.yml` under `root`; None when there is none. What is wrong with it is added to `problems`."""
    values = read_mapping(root / FILE, FILE, problems)
    if not values:
        return None
    top = Fields(FILE, values, problems)
    top.known("offers", "policies", "rights", "letter", "advice")
    letter = _below(top, "letter")
    letter.known("sender", *_LETTER_TEXTS)
    return LettersText(
        offers={
            offer: OfferName(fields.text("named"), fields.text("slug"))
            for offer, fields in _entries(top, "offers", ("named", "slug"))
        },
        policies=dict(_policies(top, sources)),
        rights=dict(_rights(top, sources)),
        texts={name: _template(letter, name) for name in _LETTER_TEXTS},
        sender=tuple(part for part in _blocks(letter, "sender") if isinstance(part, Blank)),
        advice=_advice(_below(top, "advice")),
    )


def _template(fields: Fields, name: str) -> str:
    """A text that may hold the placeholders of its name and no others."""
    text, allowed = fields.text(name), _PLACEHOLDERS.get(name, frozenset())
    try:
        held = {held for _, held, _, _ in string.Formatter().parse(text) if held is not None}
    except ValueError:  # a brace that stands alone
        held = {text}
    for unknown in sorted(held - allowed):
        known = ", ".join(f"{{{placeholder}}}" for placeholder in sorted(allowed)) or "no braces"
        fields.problems.add(fields.place, f"field {name!r}: unknown placeholder {unknown!r}", f"use {known}")
    return text


def _below(fields: Fields, name: str) -> Fields:
    return Fields(f"{fields.place}, {name}", fields.mapping(name), fields.problems)


def _entries(fields: Fields, name: str, known: tuple[str, ...]) -> Iterator[tuple[str, Fields]]:
    """The mappings under a field, each checked for the fields it may have."""
    for key in fields.mapping(name):
        entry = _below(_below(fields, name), key)
        entry.known(*known)
        yield key, entry


def _policies(top: Fields, sources: Mapping[str, Source]) -> Iterator[tuple[str, PolicyText]]:
    known = ("named", "passage", "document", "enclosed", "assigned", "delay")
    for country, fields in _entries(top, "policies", known):
        runs = [_run(fields, name, country, sources) for name in ("passage", "document", "delay")]
        named = _template(fields, "named")
        words = fields.text("enclosed"), fields.text("assigned")
        if runs[0] and runs[1] and runs[2]:
            yield country, PolicyText(named, runs[0], runs[1], *words, runs[2])


def _rights(top: Fields, sources: Mapping[str, Source]) -> Iterator[tuple[tuple[str, str], RightText]]:
    for right, fields in _entries(top, "rights", ("slug", *sources)):
        slug = fields.text("slug")
        for country in sources:
            if country not in fields.values:
                continue
            entry = _below(fields, country)
            entry.known("subject", "passage", "body")
            run = _run(entry, "passage", country, sources)
            subject, body = entry.text("subject"), _blocks(entry, "body")
            if run:
                yield (right, country), RightText(slug, subject, run, body)


def _run(fields: Fields, name: str, country: str, sources: Mapping[str, Source]) -> Run | None:
    reference = fields.text(name)
    if country not in sources:
        fields.problems.add(fields.place, f"no policy for {country!r}", f"use one of {', '.join(sources)}")
    elif reference:
        try:
            return resolve(sources[country], reference)
        except PassageReferenceError as error:
            fields.problems.add(fields.place, f"field {name!r}", str(error))
    return None


def _blocks(fields: Fields, name: str) -> tuple[str | Blank, ...]:
    """Paragraphs (text) and blanks ({blank, lines})."""
    found: list[str | Blank] = []
    for item in _list(fields, name):
        if isinstance(item, str) and item.strip():
            found.append(item.strip())
        elif isinstance(item, dict) and item.keys() == {"blank", "lines"} and _is_count(item["lines"]):
            found.append(Blank(Fields(fields.place, item, fields.problems).text("blank"), item["lines"]))
        else:
            fields.problems.add(
                fields.place,
                f"field {name!r}: {item!r} is no part of a letter",
                "write text, or {blank: ..., lines: 2}",
            )
    return tuple(found)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and value > 0


def _list(fields: Fields, name: str) -> list[Any]:
    found = fields.values.get(name)
    if isinstance(found, list) and found:
        return found
    fields.problems.add(fields.place, f"field {name!r} is missing or no list", "write it as '- ...' lines")
    return []


def _advice(fields: Fields) -> AdviceText:
    fields.known("title", "opening", "steps", "source")
    return AdviceText(
        title=fields.text("title"),
        opening=fields.text("opening"),
        steps=tuple(_steps(fields)),
        source=_template(fields, "source"),
    )


def _steps(fields: Fields) -> Iterator[StepText]:
    for number, item in enumerate(_list(fields, "steps"), start=1):
        step = Fields(f"{fields.place}, step {number}", item if isinstance(item, dict) else {}, fields.problems)
        step.known("text", "quotes", "blanks", "only")
        quotes, only = (
            _one_of(step, name, allowed) for name, allowed in (("quotes", _QUOTABLE), ("only", (PDF, TEXT)))
        )
        blanks = step.texts("blanks") if step.values.get("blanks") is not None else ()
        yield StepText(step.text("text"), quotes, blanks, only)


def _one_of(fields: Fields, name: str, allowed: tuple[str, ...]) -> str | None:
    found = fields.optional_text(name)
    if found is not None and found not in allowed:
        fields.problems.add(fields.place, f"field {name!r}: {found!r} is unknown", f"use one of {', '.join(allowed)}")
    return found
