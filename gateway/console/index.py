"""Fuzzy search over topics, passages, contacts and notices, in memory, for words typed in a hurry.

Each typed word is brought to the words of the base that it begins or resembles; an entry's score is the share of what
was typed, rare words counting more, that it holds. Understanding is not its business: that is the classifier's.
"""

import datetime
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from rapidfuzz import fuzz, process

from gateway.console.cards import holds_any
from gateway.text import fold
from policies_kb.base import KnowledgeBase

Kind = Literal["topic", "passage", "contact", "notice"]
_WORD = re.compile(r"\w+")
_TEXTS = yaml.safe_load(Path(__file__).with_name("lookup.yml").read_text(encoding="utf-8"))
_EMPTY = frozenset(fold(word) for word in _TEXTS["empty"])
_SHORTEST_PREFIX = 3
_SHORTEST_TO_CORRECT = 4
# A slip or two: « supresion » and « suppression » agree by 90 of 100.
_RESEMBLES = 78
_PREFIX = 0.9
_BEST_OF = 4


@dataclass(frozen=True)
class Entry:
    """Something that can be found; `countries` are those it holds for, `place` tells entries of one kind apart."""

    kind: Kind
    place: str
    topic: str
    countries: tuple[str, ...]
    words: frozenset[str]


@dataclass(frozen=True)
class Found:
    """An entry and how much of what was typed it holds, from 0 to 1."""

    entry: Entry
    score: float


class Index:
    """The entries of one base, with the notices that are good on a day."""

    def __init__(self, base: KnowledgeBase, today: datetime.date) -> None:
        self._entries = tuple(_entries(base, today))
        counts = Counter(word for entry in self._entries for word in entry.words)
        self._vocabulary = tuple(counts)
        self._rarity = {word: math.log(1 + len(self._entries) / count) for word, count in counts.items()}
        self._unknown = max(self._rarity.values())

    def search(self, text: str, country: str | None) -> list[Found]:
        """The entries that share a word with a text, best first, of one country or (None) of all."""
        typed = [self._meant(word) for word in words_of(text)]
        whole = sum(weight for weight, _ in typed)
        found = [
            Found(entry, score)
            for entry in self._entries
            if country is None or country in entry.countries
            if (score := sum(w * _best(meant, entry.words) for w, meant in typed) / (whole or 1)) > 0
        ]
        return sorted(found, key=lambda hit: -hit.score)

    def _meant(self, word: str) -> tuple[float, dict[str, float]]:
        """How much a typed word counts, and the words of the base it may stand for, with how near they are."""
        near: dict[str, float] = {}
        # A department is not the beginning of a postcode.
        if word.isdigit():
            return self._rarity.get(word, self._unknown), {word: 1.0}
        if len(word) >= _SHORTEST_PREFIX:
            near |= {known: _PREFIX for known in self._vocabulary if known.startswith(word)}
        if len(word) >= _SHORTEST_TO_CORRECT:
            alike = process.extract(word, self._vocabulary, scorer=fuzz.ratio, score_cutoff=_RESEMBLES, limit=_BEST_OF)
            near |= {known: max(near.get(known, 0), score / 100) for known, score, _ in alike}
        if word in self._rarity:
            near[word] = 1.0
        weight = max((self._rarity[known] for known in near), default=self._unknown)
        return weight, near


def words_of(text: str) -> list[str]:
    """The folded words of a text that tell something apart."""
    return [word for word in _WORD.findall(fold(text)) if word not in _EMPTY]


class Indexes:
    """Keeps the index of the base of the day: made once, and again when the base was replaced or a notice ran out."""

    def __init__(self) -> None:
        self._kept: tuple[KnowledgeBase, datetime.date, Index] | None = None

    def of(self, base: KnowledgeBase, today: datetime.date) -> Index:
        """The index of a base on a day."""
        if self._kept is None or self._kept[0] is not base or self._kept[1] != today:
            self._kept = base, today, Index(base, today)
        return self._kept[2]


def _best(meant: dict[str, float], words: frozenset[str]) -> float:
    return max((near for known, near in meant.items() if known in words), default=0.0)


def _entries(base: KnowledgeBase, today: datetime.date) -> Iterator[Entry]:
    countries = tuple(base.policies)
    for topic in base.topics:
        label = base.labels[topic]
        yield Entry("topic", topic, topic, countries, _words(label.label, label.phrase))
    for passage in base.passages:
        of_country = [contact for contact in base.contacts.values() if contact.country == passage.country]
        if passage.topics and not holds_any(passage.excerpt, of_country):
            words = _words(passage.excerpt.text)
            yield Entry("passage", passage.id, passage.topics[0], (passage.country,), words)
    for contact in base.contacts.values():
        offers = [base.labels[f"offer.{offer}"].label for offer in contact.excerpts if f"offer.{offer}" in base.labels]
        words = _words(contact.text, *offers)
        yield Entry("contact", contact.id, contact.topics[0], (contact.country,), words)
    for topic in base.topics:
        for country in countries:
            for notice in base.notices(topic, country, today):
                words = _words(notice.text, base.labels[topic].label)
                yield Entry("notice", notice.id, topic, (country,), words)


def _words(*texts: str) -> frozenset[str]:
    return frozenset(word for text in texts for word in words_of(text))
