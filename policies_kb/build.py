"""Build kb.sqlite from the content.

The same content gives the same bytes: nothing of the clock or of a random source goes in. The file is written beside
its place and moved there in one step, so that a running process sees the old base or the new one, never half of one.
"""

import hashlib
import json
import pathlib
import sqlite3
import tempfile
from collections.abc import Iterator
from typing import Any

from sqlite_utils import Database

from policies_kb import lemmas
from policies_kb.base import SCHEMA_VERSION
from policies_kb.content import ROOT, Content, load_content
from policies_kb.letters.composing import letters
from policies_kb.letters.pdf import Press
from policies_kb.letters.plain import plain
from policies_kb.references import Run

Row = dict[str, Any]


def build(out: pathlib.Path, root: pathlib.Path = ROOT) -> Content:
    """Write the base of the content under `root` to `out`, replacing it in one step; returns the content.

    Raises ContentError or SourceError when the content cannot be read, and OSError when the file cannot be written;
    the file at `out` is then what it was.
    """
    content = load_content(root)
    out.parent.mkdir(parents=True, exist_ok=True)
    # A folder of its own beside the target: same file system, and SQLite's journal goes with it.
    with tempfile.TemporaryDirectory(prefix=".kb-", dir=out.parent) as folder:
        draft = pathlib.Path(folder) / out.name
        connection = sqlite3.connect(draft)
        try:
            _write(Database(connection), content)
        finally:
            connection.close()
        draft.replace(out)
    return content


def _write(db: Database, content: Content) -> None:
    # No write-ahead log: the file must be whole by itself when it is moved.
    db.disable_wal()
    passages = list(_passages(content))
    tables: dict[str, tuple[str | tuple[str, ...], list[Row]]] = {
        "policies": (
            "country",
            [
                {
                    "country": source.country,
                    "id": source.id,
                    "title": source.title,
                    "issuer": source.issuer,
                    "updated": source.updated.isoformat(),
                    "sha256": source.sha256,
                }
                for source in content.sources.values()
            ],
        ),
        "sections": (
            ("country", "position"),
            [
                {"country": source.country, "position": position, "title": title}
                for source in content.sources.values()
                for position, title in enumerate(source.sections)
            ],
        ),
        "topics": ("id", [{"id": topic} for topic in content.contract.coverage]),
        "passages": ("id", passages),
        "cards": (
            ("topic", "country"),
            [
                {
                    "topic": card.topic,
                    "country": card.country,
                    "coverage": content.contract.coverage[card.topic][card.country],
                    "lead": card.lead,
                    "not_said": card.not_said,
                    "voice": card.voice,
                    "next": json.dumps(card.next),
                }
                for card in content.cards
            ],
        ),
        "card_excerpts": (
            ("topic", "country", "position"),
            [
                {"topic": card.topic, "country": card.country, "position": position, **_excerpt(run)}
                for card in content.cards
                for position, run in enumerate(card.runs)
            ],
        ),
        "contacts": (
            "id",
            [
                {
                    "id": contact.id,
                    "kind": contact.kind,
                    "country": contact.country,
                    "text": contact.text,
                    "voice": contact.voice,
                    "topics": json.dumps(contact.topics),
                }
                for contact in content.contacts
            ],
        ),
        "contact_passages": (
            ("contact", "offer"),
            [
                {"contact": contact.id, "offer": offer, "country": contact.country, **_excerpt(run)}
                for contact in content.contacts
                for offer, run in contact.runs.items()
            ],
        ),
        "notices": (
            "id",
            [
                {
                    "id": notice.id,
                    "country": notice.country,
                    "topic": notice.topic,
                    "text": notice.text,
                    "voice": notice.voice,
                    "source": notice.source,
                    "checked_on": notice.checked_on.isoformat(),
                    "expires_on": notice.expires_on.isoformat(),
                    "before_contacts": int(notice.before_contacts),
                }
                for notice in content.notices
            ],
        ),
        "labels": (
            "key",
            [{"key": key, "label": label, "phrase": phrase} for key, (label, phrase) in content.labels.items()],
        ),
        "phrases": (
            "key",
            [{"key": key, "phrases": json.dumps(value, ensure_ascii=False)} for key, value in content.phrases.items()],
        ),
        "letters": ("path", list(_letters(content))),
    }
    for name, (key, rows) in tables.items():
        db.table(name).create(_COLUMNS[name], pk=key)
        db.table(name).insert_all(rows)
    db.table("passages").enable_fts(["lemmas", "context"], tokenize="unicode61 remove_diacritics 2")
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    db.conn.commit()


_EXCERPT = {"section": str, "start": int, "end": int, "text": str}
_COLUMNS: dict[str, dict[str, type]] = {
    "policies": dict.fromkeys(("country", "id", "title", "issuer", "updated", "sha256"), str),
    "sections": {"country": str, "position": int, "title": str},
    "topics": {"id": str},
    "passages": {
        "id": int,
        "country": str,
        "ref": str,
        **_EXCERPT,
        "topics": str,
        "lemmas": str,
        "context": str,
        "vector": bytes,
    },
    "cards": dict.fromkeys(("topic", "country", "coverage", "lead", "not_said", "voice", "next"), str),
    "card_excerpts": {"topic": str, "country": str, "position": int, **_EXCERPT},
    "contacts": dict.fromkeys(("id", "kind", "country", "text", "voice", "topics"), str),
    "contact_passages": {"contact": str, "offer": str, "country": str, **_EXCERPT},
    "notices": {
        **dict.fromkeys(("id", "country", "topic", "text", "voice", "source", "checked_on", "expires_on"), str),
        "before_contacts": int,
    },
    "labels": dict.fromkeys(("key", "label", "phrase"), str),
    "phrases": dict.fromkeys(("key", "phrases"), str),
    "letters": {
        **dict.fromkeys(("path", "country", "offer", "right", "contact", "title", "sha256", "text"), str),
        "pdf": bytes,
    },
}


def _excerpt(run: Run) -> Row:
    return {"section": run.section, "start": run.start, "end": run.end, "text": run.text}


def _letters(content: Content) -> Iterator[Row]:
    """Every letter in both its forms; `sha256` is that of the PDF."""
    press = Press()
    for letter in letters(content):
        pdf = press.pdf(letter)
        yield {
            "path": letter.path,
            "country": letter.country,
            "offer": letter.offer,
            "right": letter.right,
            "contact": letter.contact,
            "title": letter.title,
            "sha256": hashlib.sha256(pdf).hexdigest(),
            "text": plain(letter),
            "pdf": pdf,
        }


def _passages(content: Content) -> Iterator[Row]:
    """Every passage with what search needs: its lemmas, those of its title and topics, and its meaning."""
    found = [(source, passage) for source in content.sources.values() for passage in source.passages]
    mapped = [content.coverage.get(source.country, {}).get(passage.id) for source, passage in found]
    contexts = [
        " . ".join(
            (
                passage.section,
                *(word for topic in (entry.topics if entry else ()) for word in content.labels.get(topic, ())),
            )
        )
        for (_, passage), entry in zip(found, mapped, strict=True)
    ]
    texts = list(lemmas.read(passage.text for _, passage in found))
    for number, ((source, passage), entry, doc, context) in enumerate(
        zip(found, mapped, texts, lemmas.read(contexts), strict=True), start=1
    ):
        yield {
            "id": number,
            "country": source.country,
            "ref": passage.id,
            "section": passage.section,
            "start": passage.start,
            "end": passage.end,
            "text": passage.text,
            "topics": json.dumps(entry.topics if entry else ()),
            "lemmas": lemmas.indexed(doc),
            "context": lemmas.indexed(context),
            "vector": lemmas.meaning(doc).tobytes(),
        }
