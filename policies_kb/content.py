"""The content of the knowledge base as people write it: YAML files, read into dataclasses.

Files, all beside this module:
- `sources/*.md`: the policies; `contract/topics.yml`: the topics and what each policy holds on them.
- `cards/<country>/<topic>.yml`: {topic, policy, lead, not_said?, passages: [reference], voice, next: [topic]}.
- `contacts.yml`: [{id, kind, country, text, voice, passages: {offer or "any": reference}, topics}].
- `notices.yml`: [{id, country, topic, text, voice, source, checked_on, expires_on, position: before_contacts|after}].
- `coverage/<country>.yml`: {passage id: {starts, topics}}.
- `labels.yml`: {topic, "country.x" or "offer.x": {label, phrase}}.
- `letters.yml`: the letters by which a right is exercised (`letters/written.py`).
- `words.yml`: {words: {group: {reason, words}}, negations: {group: {reason, words}}}.
- `phrases.yml`: {name: {...}}, the sentences of the dialogue.

A file that is absent reads as empty: what is missing is for `check` to say, while `build` serves what there is.
"""

import pathlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from policies_kb.agreed import Contract, read_contract
from policies_kb.letters.written import LettersText, read_letters
from policies_kb.references import PassageReferenceError, Run, resolve
from policies_kb.source import Source, read_sources
from policies_kb.yaml_fields import Fields, Problems, read_list, read_mapping

ROOT = pathlib.Path(__file__).parent
_POSITIONS = {"before_contacts": True, "after": False}


class ContentError(ValueError):
    """The content cannot be read; `problems` are lines `file: what is wrong: what to do`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class CardText:
    """A card as written, with the runs of passages that it cites; `file` is relative to the content's folder."""

    file: str
    topic: str
    country: str
    policy: str
    lead: str
    not_said: str | None
    voice: str
    runs: tuple[Run, ...]
    next: tuple[str, ...]


@dataclass(frozen=True)
class ContactText:
    """A contact as written; `runs` by offer, or under "any"."""

    id: str
    kind: str
    country: str
    text: str
    voice: str
    runs: Mapping[str, Run]
    topics: tuple[str, ...]


@dataclass(frozen=True)
class NoticeText:
    """A notice as written."""

    id: str
    country: str
    topic: str
    text: str
    voice: str
    source: str
    checked_on: date
    expires_on: date
    before_contacts: bool


@dataclass(frozen=True)
class Mapped:
    """A passage's line in the coverage map: its first words, and the topics that may cite it."""

    starts: str
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Reviewed:
    """Words and negations that a lead or voice form may use though no passage bears them."""

    words: tuple[str, ...]
    negations: tuple[str, ...]


@dataclass(frozen=True)
class Content:
    """All that is written, resolved against the sources. Coverage is by country, then by passage id.

    `letters` is None where none are written.
    """

    root: pathlib.Path
    sources: Mapping[str, Source]
    contract: Contract
    cards: tuple[CardText, ...]
    contacts: tuple[ContactText, ...]
    notices: tuple[NoticeText, ...]
    coverage: Mapping[str, Mapping[str, Mapped]]
    labels: Mapping[str, tuple[str, str]]
    reviewed: Reviewed
    phrases: Mapping[str, Mapping[str, Any]]
    letters: LettersText | None


def load_content(root: pathlib.Path = ROOT) -> Content:
    """Read the content under `root`.

    Raises ContentError with every problem of form (a missing field, a reference to a passage that is not there) and
    SourceError when a policy's source file itself is not in order.
    """
    problems = Problems()
    sources = read_sources(root / "sources")
    content = Content(
        root=root,
        sources=sources,
        contract=read_contract(root / "contract" / "topics.yml"),
        cards=tuple(
            _card(path, root, sources, problems)
            for country in sorted(sources)
            for path in sorted((root / "cards" / country).glob("*.yml"))
        ),
        contacts=tuple(
            _contact(fields, sources) for fields in read_list(root / "contacts.yml", "contacts.yml", problems)
        ),
        notices=tuple(_notice(fields, sources) for fields in read_list(root / "notices.yml", "notices.yml", problems)),
        coverage={country: _coverage(root, country, problems) for country in sorted(sources)},
        labels=_labels(root, problems),
        reviewed=_reviewed(root, problems),
        phrases=_phrases(root, problems),
        letters=read_letters(root, sources, problems),
    )
    if problems.lines:
        raise ContentError(problems.lines)
    return content


def _card(path: pathlib.Path, root: pathlib.Path, sources: Mapping[str, Source], problems: Problems) -> CardText:
    file, country = path.relative_to(root).as_posix(), path.parent.name
    fields = Fields(file, read_mapping(path, file, problems), problems)
    fields.known("topic", "policy", "lead", "not_said", "passages", "voice", "next")
    runs = (_run(fields, sources[country], reference) for reference in fields.texts("passages"))
    return CardText(
        file=file,
        topic=fields.text("topic"),
        country=country,
        policy=fields.text("policy"),
        lead=fields.text("lead"),
        not_said=fields.optional_text("not_said"),
        voice=fields.text("voice"),
        runs=tuple(run for run in runs if run is not None),
        next=fields.texts("next"),
    )


def _run(fields: Fields, source: Source, reference: str) -> Run | None:
    try:
        return resolve(source, reference)
    except PassageReferenceError as error:
        fields.problems.add(fields.place, "field 'passages'", str(error))
        return None


def _country(fields: Fields, sources: Mapping[str, Source]) -> str:
    country = fields.text("country")
    if country and country not in sources:
        fields.problems.add(fields.place, f"no policy for the country {country!r}", f"use one of {', '.join(sources)}")
    return country


def _contact(fields: Fields, sources: Mapping[str, Source]) -> ContactText:
    fields.known("id", "kind", "country", "text", "voice", "passages", "topics")
    country = _country(fields, sources)
    runs = {
        offer: _run(fields, sources[country], str(reference))
        for offer, reference in fields.mapping("passages").items()
        if country in sources
    }
    return ContactText(
        id=fields.text("id"),
        kind=fields.text("kind"),
        country=country,
        text=fields.text("text"),
        voice=fields.text("voice"),
        topics=fields.texts("topics"),
        runs={offer: run for offer, run in runs.items() if run is not None},
    )


def _notice(fields: Fields, sources: Mapping[str, Source]) -> NoticeText:
    fields.known("id", "country", "topic", "text", "voice", "source", "checked_on", "expires_on", "position")
    position = fields.text("position")
    if position and position not in _POSITIONS:
        fields.problems.add(fields.place, f"unknown position {position!r}", f"use one of {', '.join(_POSITIONS)}")
    return NoticeText(
        id=fields.text("id"),
        country=_country(fields, sources),
        topic=fields.text("topic"),
        text=fields.text("text"),
        voice=fields.text("voice"),
        source=fields.text("source"),
        checked_on=fields.day("checked_on"),
        expires_on=fields.day("expires_on"),
        before_contacts=_POSITIONS.get(position, False),
    )


def _entries(path: pathlib.Path, place: str, problems: Problems) -> list[tuple[str, Fields]]:
    found = []
    for key, value in read_mapping(path, place, problems).items():
        if isinstance(value, dict):
            found.append((key, Fields(f"{place}, {key}", value, problems)))
        else:
            problems.add(place, f"{key!r} is no mapping", "write it as 'field: value' lines")
    return found


def _coverage(root: pathlib.Path, country: str, problems: Problems) -> dict[str, Mapped]:
    place, mapped = f"coverage/{country}.yml", {}
    for passage, fields in _entries(root / place, place, problems):
        fields.known("starts", "topics")
        mapped[passage] = Mapped(fields.text("starts"), fields.texts("topics"))
    return mapped


def _labels(root: pathlib.Path, problems: Problems) -> dict[str, tuple[str, str]]:
    labels = {}
    for key, fields in _entries(root / "labels.yml", "labels.yml", problems):
        fields.known("label", "phrase")
        labels[key] = fields.text("label"), fields.text("phrase")
    return labels


def _reviewed(root: pathlib.Path, problems: Problems) -> Reviewed:
    lists: dict[str, list[str]] = {"words": [], "negations": []}
    for kind, groups in _entries(root / "words.yml", "words.yml", problems):
        if kind not in lists:
            problems.add("words.yml", f"unknown list {kind!r}", "use words or negations")
            continue
        for name in groups.values:
            group = Fields(f"{groups.place}.{name}", groups.mapping(name), problems)
            group.known("reason", "words")
            group.text("reason")
            lists[kind].extend(group.texts("words"))
    return Reviewed(tuple(lists["words"]), tuple(lists["negations"]))


def _phrases(root: pathlib.Path, problems: Problems) -> dict[str, Mapping[str, Any]]:
    return dict(read_mapping(root / "phrases.yml", "phrases.yml", problems))
