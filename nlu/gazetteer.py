"""Find in a message the names that people give to countries, offers and situations (`gazetteer.yml`)."""

import pathlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from rapidfuzz.distance import DamerauLevenshtein

CONTENT = pathlib.Path(__file__).with_name("gazetteer.yml")

# A misspelt name is looked for only among countries and only where it or the word is long, so that one or two wrong
# letters leave no other word: « remire » has six letters, « remise » too. Not among offers: « services internes » is
# one letter from « internet », and an offer decides an address.
_ONE_SLIP_FROM = 7
_TWO_SLIPS_FROM = 10
_WORD = re.compile(r"[a-z]+")
_POSTCODE = re.compile(r"\b(97\d)\d\d\b")


@dataclass(frozen=True)
class Mention:
    """A name found in a folded text: what it names (`group`), as which `value`, at which character offsets."""

    group: str
    value: str
    start: int
    end: int


class Gazetteer:
    """The names of `gazetteer.yml`, compiled once."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._names = {
            _plain(name): (group, value)
            for group in ("countries", "offers", "customers", "companies")
            for value, names in content[group].items()
            for name in names
        }
        # The longest name first, so that « mobile pro » is not read as « mobile ».
        ordered = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile(r"(?<![\w+])(?:" + "|".join(re.escape(name) for name in ordered) + r")(?![\w])")
        self._long_names = [
            name
            for name in ordered
            if self._names[name][0] == "countries" and len(name) >= _ONE_SLIP_FROM - 1 and _WORD.fullmatch(name)
        ]
        self._alone = {_plain(name): value for value, names in content["alone"].items() for name in names}
        self._not_meant = {value: [_frame(frame) for frame in frames] for value, frames in content["not_meant"].items()}
        self.line_words = frozenset(content["line_words"])
        self.place_words = frozenset(content["place_words"])
        self.visit_words = frozenset(content["visit_words"])
        self.negators = frozenset(content["negators"])
        self.small_words = frozenset(content["small_words"])
        self.corrections = frozenset(content["corrections"])
        self.past_words = frozenset(content["past_words"])
        self.leaving = frozenset(content["leaving"])
        self.another = frozenset(content["another"])
        self.fillers = frozenset(content["fillers"])
        self._asking = _phrases(content["asking"])
        self._person = _phrases(content["person"])
        self._lookalikes = {topic: _phrases(phrases) for topic, phrases in content["lookalikes"].items()}
        self._named_after = re.compile(rf"(?:^|\b)(?:{'|'.join(content['named_after'])})\.? $")
        self._exact = frozenset(content["exact"])

    @classmethod
    def load(cls, path: pathlib.Path = CONTENT) -> "Gazetteer":
        """Read the YAML file. Raises OSError or yaml.YAMLError when it cannot be read, KeyError for a missing part."""
        # Every scalar is a word that people write: to other loaders « on » is true.
        return cls(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader))

    def find(self, folded: str) -> list[Mention]:
        """Return the mentions in a text folded by `nlu.text.fold`, in order, none overlapping another."""
        text = _plain(folded)
        bare = text.strip(" .!?")
        if bare in self._alone:
            start = text.index(bare)
            return [Mention("countries", self._alone[bare], start, start + len(bare))]
        found = []
        for match in self._pattern.finditer(text):
            group, value = self._names[match.group()]
            if group == "countries" and self._is_something_s_name(text, match.start()):
                continue
            if not self._is_not_meant(text, value, match.start(), match.end()):
                found.append(Mention(group, value, match.start(), match.end()))
        found += self._misspelt(text, found)
        found += [
            Mention(*self._names[match.group(1)], match.start(), match.end())
            for match in _POSTCODE.finditer(text)
            if match.group(1) in self._names
        ]
        return sorted(found, key=lambda mention: mention.start)

    def asks_about(self, folded: str) -> bool:
        """Say whether a message asks what an offer or a country is, or speaks of one to come, and so names none."""
        return self._asking.search(_plain(folded)) is not None

    def asks_for_a_person(self, folded: str) -> bool:
        """Say whether a message asks for a person in so many words."""
        return self._person.search(_plain(folded)) is not None

    def only_looks_like(self, topic: str, folded: str) -> bool:
        """Say whether a message bears a topic's word and is about something else: « portabilité de mon numéro »."""
        phrases = self._lookalikes.get(topic)
        return phrases is not None and phrases.search(_plain(folded)) is not None

    def _is_something_s_name(self, text: str, start: int) -> bool:
        """« Mme Saint-Laurent », « avenue du Mali », « 50 ml »: a person, a street, a measure, and no country."""
        return self._named_after.search(text[:start]) is not None

    def _is_not_meant(self, text: str, value: str, start: int, end: int) -> bool:
        for before, after in self._not_meant.get(value, ()):
            if text[:start].rstrip().endswith(before) and text[end:].lstrip().startswith(after):
                boundary = len(text[:start].rstrip()) - len(before) - 1
                if not before or boundary < 0 or not text[boundary].isalnum():
                    return True
        return False

    def _misspelt(self, text: str, found: Iterable[Mention]) -> list[Mention]:
        taken = [(mention.start, mention.end) for mention in found]
        mentions = []
        for match in _WORD.finditer(text):
            word = match.group()
            if len(word) < _ONE_SLIP_FROM - 1 or any(
                start < match.end() and match.start() < end for start, end in taken
            ):
                continue
            for name in self._long_names:
                if name in self._exact or max(len(word), len(name)) < _ONE_SLIP_FROM:
                    continue
                slips = 2 if min(len(name), len(word) + 1) >= _TWO_SLIPS_FROM else 1
                if word[0] == name[0] and 0 < DamerauLevenshtein.distance(word, name, score_cutoff=slips) <= slips:
                    group, value = self._names[name]
                    mentions.append(Mention(group, value, match.start(), match.end()))
                    break
        return mentions


def _plain(text: str) -> str:
    """Hyphens, slashes and the like as spaces: « Saint-Martin » and « saint martin » are one name, « mob+box » two."""
    return re.sub(r"[-_/]|\+(?=[a-z])", " ", text)


def _phrases(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")


def _frame(frame: str) -> tuple[str, str]:
    before, after = frame.split("{}")
    return before.strip(), after.strip()
