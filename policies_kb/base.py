"""Read the knowledge base: everything that may be said, in memory, from one SQLite file.

The server, the action server and the gateway all read through this module, on two versions of Python, so it needs
nothing but the standard library. The base is small (two policies): it is read whole when it is opened and never
written, which makes an answer a dictionary look-up and lets `build` replace the file under a running process. A file
that goes missing or is damaged while a process runs takes nothing from it: what was read last goes on, and `trouble`
says so.
"""

import json
import os
import pathlib
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

SCHEMA_VERSION = 2
DEFAULT_PATH = pathlib.Path(os.environ.get("RUN_DIR", ".run")) / "kb.sqlite"
# The key under which a contact that does not depend on the offer keeps its excerpt.
ANY_OFFER = "any"
# Answers of this topic end with the contacts to write to; the contacts that carry it are the ones for all rights.
_EXERCISE = "exercise"


class BaseError(RuntimeError):
    """The base cannot be opened or is of another version; the message says what to do."""


@dataclass(frozen=True)
class Policy:
    """A policy's identity; `sha256` is that of its text."""

    id: str
    title: str
    issuer: str
    country: str
    updated: date
    sha256: str


@dataclass(frozen=True)
class Excerpt:
    """Words of a policy, verbatim: characters `start` to `end` of its text, under its title `section`."""

    policy: str
    section: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Card:
    """What is said on a topic in a country; `coverage` is full, partial or silent, `not_said` None when full."""

    topic: str
    country: str
    coverage: str
    lead: str
    not_said: str | None
    voice: str
    excerpts: tuple[Excerpt, ...]
    next: tuple[str, ...]


@dataclass(frozen=True)
class Contact:
    """A contact, verbatim; `excerpts` gives the passage that assigns it, by offer or under "any"."""

    id: str
    kind: str
    country: str
    text: str
    voice: str
    topics: tuple[str, ...]
    excerpts: Mapping[str, Excerpt]


@dataclass(frozen=True)
class Notice:
    """A fact from outside the policies, good until the end of the day `expires_on`."""

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
class Label:
    """How a topic, country or offer is named: on a button, and inside a sentence."""

    label: str
    phrase: str


@dataclass(frozen=True)
class Passage:
    """A passage as search knows it: its reference in the policy, its words and the topics it is mapped to."""

    id: str
    country: str
    excerpt: Excerpt
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Letter:
    """A letter ready to be completed; `offer` is None where the policy's address is one for all offers.

    `path` is where the gateway serves it, without an extension; `sha256` is that of the PDF, which stays in the file.
    """

    path: str
    country: str
    offer: str | None
    right: str
    contact: str
    title: str
    sha256: str


@dataclass(frozen=True)
class KnowledgeBase:
    """The whole base but for the letters' contents, which `read_letter` reads one at a time.

    Policies are by country; topics, passages, notices and letters in their written order.
    """

    policies: Mapping[str, Policy]
    contacts: Mapping[str, Contact]
    topics: tuple[str, ...]
    labels: Mapping[str, Label]
    phrases: Mapping[str, Mapping[str, Any]]
    passages: tuple[Passage, ...]
    letters: tuple[Letter, ...]
    _cards: Mapping[tuple[str, str], Card]
    _notices: tuple[Notice, ...]

    @classmethod
    def open(cls, path: pathlib.Path = DEFAULT_PATH) -> "KnowledgeBase":
        """Read the base at `path`. Raises BaseError when there is none, or not one of this version."""
        connection = connect(path)
        try:
            return cls.read(connection, path)
        finally:
            connection.close()

    @classmethod
    def read(cls, connection: sqlite3.Connection, path: pathlib.Path) -> "KnowledgeBase":
        """Read the base over an open connection (`connect`) to `path`. Raises BaseError when it is damaged."""
        try:
            damage = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if damage != "ok":
                raise ValueError(damage)
            return _read(connection)
        except (sqlite3.Error, KeyError, ValueError, TypeError) as error:
            raise BaseError(
                f"{path} cannot be read ({error}): run 'make run' or 'python -m policies_kb build'"
            ) from error

    def card(self, topic: str, country: str) -> Card:
        """The card of a topic in a country. Raises KeyError when the base holds none."""
        return self._cards[topic, country]

    def contact_for(self, country: str, offer: str | None) -> tuple[Contact, ...]:
        """Whom to write to or call about one's rights, for the holder of an offer (None: not known).

        Empty when the policy assigns by offer and the offer is not known. Raises KeyError for a country that the
        base does not hold, and ValueError for an offer that no contact of such a policy is for.
        """
        policy = self.policies[country]
        of_country = [
            contact
            for contact in self.contacts.values()
            if contact.country == policy.country and _EXERCISE in contact.topics
        ]
        found = tuple(contact for contact in of_country if ANY_OFFER in contact.excerpts or offer in contact.excerpts)
        if not found and offer is not None:
            raise ValueError(f"no contact in {country} for the offer {offer!r}")
        return found

    def letter(self, right: str, country: str, offer: str | None) -> Letter | None:
        """The letter on a right for the holder of an offer (None: not known), None when there is none."""
        return next(
            (
                letter
                for letter in self.letters
                if (letter.right, letter.country) == (right, country) and letter.offer in (None, offer)
            ),
            None,
        )

    def notices(self, topic: str, country: str, on: date) -> tuple[Notice, ...]:
        """The notices of a topic in a country that are still good on a day."""
        return tuple(
            notice
            for notice in self._notices
            if (notice.topic, notice.country) == (topic, country) and notice.expires_on >= on
        )

    def expired(self, on: date) -> tuple[Notice, ...]:
        """The notices that are no longer good on a day: left out of replies, and reported."""
        return tuple(notice for notice in self._notices if notice.expires_on < on)


def connect(path: pathlib.Path) -> sqlite3.Connection:
    """Open the file read-only. Raises BaseError when it is missing, no base, or of another version."""
    if not path.is_file():
        raise BaseError(f"no knowledge base at {path}: run 'make run' or 'python -m policies_kb build'")
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        connection.close()
        raise BaseError(f"{path} is not a knowledge base ({error}): run 'python -m policies_kb build'") from error
    if version != SCHEMA_VERSION:
        connection.close()
        raise BaseError(
            f"{path} is of version {version}, this program reads version {SCHEMA_VERSION}: "
            "run 'python -m policies_kb build'"
        )
    connection.row_factory = sqlite3.Row
    return connection


def read_letter(path: pathlib.Path, letter: str) -> tuple[bytes, str] | None:
    """The PDF and the text of the letter at the path `letter` in the base at `path`; None when there is none.

    Reads the file as it now is: nothing of it is kept open. Raises BaseError when the base cannot be read.
    """
    connection = connect(path)
    try:
        row = connection.execute("SELECT pdf, text FROM letters WHERE path = ?", (letter,)).fetchone()
    except sqlite3.Error as error:
        raise BaseError(f"{path} cannot be read ({error}): run 'python -m policies_kb build'") from error
    finally:
        connection.close()
    return None if row is None else (row["pdf"], row["text"])


Stamp = tuple[int, int, int]

_opened: dict[pathlib.Path, tuple[Stamp, KnowledgeBase]] = {}
# What is wrong with a file whose last good content goes on, and the stamp of the file that was refused (None: missing).
_troubles: dict[pathlib.Path, tuple[Stamp | None, str]] = {}


def stamp(path: pathlib.Path) -> Stamp:
    """What changes when the file is replaced. Raises BaseError when it is missing."""
    try:
        found = path.stat()
    except OSError as error:
        raise BaseError(f"no knowledge base at {path}: run 'make run' or 'python -m policies_kb build'") from error
    return found.st_ino, found.st_mtime_ns, found.st_size


def current(path: pathlib.Path = DEFAULT_PATH) -> KnowledgeBase:
    """The base at `path` as it now is: opened once, and again when the file was replaced.

    When the file is missing or cannot be read, the base that was read last. Raises BaseError when there is none.
    """
    kept = _opened.get(path)
    now: Stamp | None = None
    try:
        # The stamp is taken before the file is read: replaced in between, it is read once too often, never too seldom.
        now = stamp(path)
        if kept is None or (kept[0] != now and _troubles.get(path, (None, ""))[0] != now):
            kept = _opened[path] = (now, KnowledgeBase.open(path))
        if kept[0] == now:
            _troubles.pop(path, None)
    except BaseError as error:
        if kept is None:
            raise
        _troubles[path] = (now, str(error))
    return kept[1]


def trouble(path: pathlib.Path = DEFAULT_PATH) -> str:
    """Why the base that `current` gives is not what is in the file; empty when it is. Raises BaseError as `current`."""
    current(path)
    return _troubles.get(path, (None, ""))[1]


def _read(connection: sqlite3.Connection) -> KnowledgeBase:
    def rows(table: str) -> Iterator[sqlite3.Row]:
        yield from connection.execute(f"SELECT * FROM {table} ORDER BY rowid")

    policies = {
        row["country"]: Policy(
            row["id"], row["title"], row["issuer"], row["country"], date.fromisoformat(row["updated"]), row["sha256"]
        )
        for row in rows("policies")
    }

    def excerpt(row: sqlite3.Row, country: str) -> Excerpt:
        return Excerpt(policies[country].id, row["section"], row["text"], row["start"], row["end"])

    cited: dict[tuple[str, str], list[Excerpt]] = {}
    for row in rows("card_excerpts"):
        cited.setdefault((row["topic"], row["country"]), []).append(excerpt(row, row["country"]))
    cards = {
        (row["topic"], row["country"]): Card(
            row["topic"],
            row["country"],
            row["coverage"],
            row["lead"],
            row["not_said"],
            row["voice"],
            tuple(cited.get((row["topic"], row["country"]), ())),
            _tuple(row["next"]),
        )
        for row in rows("cards")
    }

    assigned: dict[str, dict[str, Excerpt]] = {}
    for row in rows("contact_passages"):
        assigned.setdefault(row["contact"], {})[row["offer"]] = excerpt(row, row["country"])
    contacts = {
        row["id"]: Contact(
            row["id"],
            row["kind"],
            row["country"],
            row["text"],
            row["voice"],
            _tuple(row["topics"]),
            MappingProxyType(assigned.get(row["id"], {})),
        )
        for row in rows("contacts")
    }

    return KnowledgeBase(
        policies=MappingProxyType(policies),
        contacts=MappingProxyType(contacts),
        topics=tuple(row["id"] for row in rows("topics")),
        labels=MappingProxyType({row["key"]: Label(row["label"], row["phrase"]) for row in rows("labels")}),
        phrases=MappingProxyType({row["key"]: json.loads(row["phrases"]) for row in rows("phrases")}),
        passages=tuple(
            Passage(row["ref"], row["country"], excerpt(row, row["country"]), _tuple(row["topics"]))
            for row in rows("passages")
        ),
        letters=tuple(
            Letter(*row)
            for row in connection.execute(
                "SELECT path, country, offer, right, contact, title, sha256 FROM letters ORDER BY rowid"
            )
        ),
        _cards=MappingProxyType(cards),
        _notices=tuple(
            Notice(
                row["id"],
                row["country"],
                row["topic"],
                row["text"],
                row["voice"],
                row["source"],
                date.fromisoformat(row["checked_on"]),
                date.fromisoformat(row["expires_on"]),
                bool(row["before_contacts"]),
            )
            for row in rows("notices")
        ),
    )


def _tuple(packed: str) -> tuple[str, ...]:
    return tuple(json.loads(packed))
