"""Find in a message the names that people give to countries, offers and situations (`gazetteer.yml`)."""

import pathlib
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import yaml

from nlu.misspelling import Misspelling
from nlu.text import letters

CONTENT = pathlib.Path(__file__).with_name("gazetteer.yml")

_JOINT = re.compile(r"[-_/]|\+(?=[a-z])")
_DIGIT = re.compile(r"\d")
_POSTCODE = re.compile(r"\b(97) ?(\d)\d\d\b")
# Whole numbers, however they are spaced: « 0696123456 », « 06 96 12 34 56 », « +22376123456 ».
_NUMBERS = {
    "caraibe": re.compile(
        r"(?<![\w+])(?:0[ .]?(?:59[ .]?[046]|5[ .]?9[046]|6[ .]?9[01467])|(?:\+|00)59[046])(?:[ .]?\d){6,9}\b"
    ),
    "mali": re.compile(r"(?<![\w+])(?:\+|00)223(?:[ .]?\d){8}\b"),
}
# « ml », « gp »: how long they are, and what precedes one that ends a site's name.
_CODE = 2
_INSIDE_A_NAME = re.compile(r"\w\.$")
_OF_A_COMPANY = re.compile(r" (?:de|pour|a|au nom de) (?:la |l')")
_MAIL_ADDRESS = re.compile(r"\S+@\S+")
_NAMED_GROUPS = ("countries", "offers", "customers", "choices", "companies")


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
            for group in _NAMED_GROUPS
            for value, names in content[group].items()
            for name in names
        }
        # The longest name first, so that « mobile pro » is not read as « mobile ».
        ordered = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile(rf"(?<![\w+])(?:{_alternatives(ordered)})(?![\w])")
        self._alone = {
            _plain(name): (group, value)
            for group, values in content["alone"].items()
            for value, names in values.items()
            for name in names
        }
        # The words of each name without a digit, by the longest: a text that holds none is not searched for names.
        self._signs: dict[str, list[frozenset[str]]] = {}
        for name in (*ordered, *self._alone):
            if not _DIGIT.search(name):
                self._signs.setdefault(max(letters(name), key=len), []).append(frozenset(letters(name)))
        self._misspelling = Misspelling(
            {name: self._names[name][0] for name in ordered}, content["slips"], content["exact"], content["no_slip"]
        )
        self._not_meant = {value: [_frame(frame) for frame in frames] for value, frames in content["not_meant"].items()}
        self.line_words = frozenset(content["line_words"])
        self.place_words = frozenset(content["place_words"])
        self.line_itself = self.line_words - frozenset(content["not_the_line"])
        self.visit_words = frozenset(content["visit_words"])
        self.family_words = frozenset(content["family_words"])
        self.abroad_heads = frozenset(content["abroad_heads"])
        self.sending = frozenset(content["sending"])
        self.sent = frozenset(content["sent"])
        self._of_a_body = re.compile(
            r" (?:(?:de|pour|a|dans) (?:la |l'|notre |mon |ma |le )|du |au )(?:" + "|".join(content["bodies"]) + r")\b"
        )
        self.ended_by_have = frozenset(content["ended_by_have"])
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
        self._correcting = _before(content["correcting"])
        self._doubt_before = _before(content["doubt_before"])
        self._doubt_after = _phrases(content["doubt_after"], opening="")

    @classmethod
    def load(cls, path: pathlib.Path = CONTENT) -> "Gazetteer":
        """Read the YAML file. Raises OSError or yaml.YAMLError when it cannot be read, KeyError for a missing part."""
        # Every scalar is a word that people write: to other loaders « on » is true.
        return cls(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader))

    def may_name(self, folded: str, words: Set[str]) -> bool:
        """Say whether a folded text of these `words` (runs of letters) may hold a name that is spelt right."""
        if _DIGIT.search(folded):
            return True
        return not self._signs.keys().isdisjoint(words) and any(
            name <= words for sign in words & self._signs.keys() for name in self._signs[sign]
        )

    def find(self, folded: str, with_slips: bool = True) -> list[Mention]:
        """Return the mentions in a text folded by `nlu.text.fold`, in order, none overlapping another.

        Names with a slip or two are among them, or not: `with_slips`.
        """
        # Of an address, whose « ml » is no country, nothing is read.
        text = _plain(
            folded if "@" not in folded else _MAIL_ADDRESS.sub(lambda found: " " * len(found.group()), folded)
        )
        bare = text.strip(" .!?")
        if bare in self._alone:
            start = text.index(bare)
            return [Mention(*self._alone[bare], start, start + len(bare))]
        words = letters(text)
        found = self._numbers(text) if _DIGIT.search(text) else []
        names = self._spelt(text) if self.may_name(text, frozenset(words)) else []
        if with_slips:
            slips = self._misspelling.find(text, words)
            names += _widest([Mention(*self._names[name], start, end) for name, start, end in slips])
        found += _widest([mention for mention in names if _is_free(mention, found)])
        if not found:
            return []
        meant = [mention for mention in found if self._is_meant(text, mention)]
        # « une société » is anybody's, « la box de la société » is the person's.
        held = [mention.end for mention in meant if mention.group == "offers"]
        meant += [
            mention
            for mention in found
            if mention.value == "pro"
            and mention not in meant
            and any(_OF_A_COMPANY.fullmatch(text, end, mention.start) for end in held)
        ]
        bodies = [body for end in held if (body := self._of_a_body.match(text, end))]
        meant += [
            pro for body in bodies if _is_free(pro := Mention("customers", "pro", body.start() + 1, body.end()), meant)
        ]
        return sorted(meant, key=lambda mention: mention.start)

    def is_corrected_before(self, folded: str, start: int) -> bool:
        """Say whether what stands right before a name takes back the names before it: « je voulais dire la box »."""
        return self._correcting.search(_plain(folded[:start])) is not None

    def is_doubted(self, folded: str, mention: Mention) -> bool:
        """Say whether a name is only thought to be right: « peut-être le mobile », « la box, je crois »."""
        text = _plain(folded)
        return bool(self._doubt_before.search(text[: mention.start]) or self._doubt_after.match(text[mention.end :]))

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

    def _spelt(self, text: str) -> list[Mention]:
        return [
            Mention(*self._names[match.group()], match.start(), match.end()) for match in self._pattern.finditer(text)
        ]

    def _numbers(self, text: str) -> list[Mention]:
        found = [
            Mention("countries", value, match.start(), match.end())
            for value, number in _NUMBERS.items()
            for match in number.finditer(text)
        ]
        for match in _POSTCODE.finditer(text):
            named = self._names.get(match.group(1) + match.group(2))
            if named and not any(other.start <= match.start() < other.end for other in found):
                found.append(Mention(*named, match.start(), match.end()))
        return found

    def _is_meant(self, text: str, mention: Mention) -> bool:
        before, after = text[: mention.start], text[mention.end :]
        # « Mme Saint-Laurent », « avenue du Mali », « 50 ml »: a person, a street, a measure; « orange.ml »: a site.
        is_a_code = mention.end - mention.start == _CODE and _INSIDE_A_NAME.search(before)
        if mention.group == "countries" and (is_a_code or self._named_after.search(before)):
            return False
        for left, right in self._not_meant.get(mention.value, ()):
            if before.rstrip().endswith(left) and after.lstrip().startswith(right):
                boundary = len(before.rstrip()) - len(left) - 1
                if not left or boundary < 0 or not text[boundary].isalnum():
                    return False
        return True


def _is_free(mention: Mention, taken: Iterable[Mention]) -> bool:
    return not any(_overlap(mention, other) for other in taken)


def _widest(mentions: Sequence[Mention]) -> list[Mention]:
    """Of mentions that overlap, the longest."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda mention: mention.start - mention.end):
        if _is_free(mention, kept):
            kept.append(mention)
    return kept


def _overlap(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end


def _plain(text: str) -> str:
    """Hyphens, slashes and the like as spaces: « Saint-Martin » and « saint martin » are one name, « mob+box » two."""
    return _JOINT.sub(" ", text)


def _alternatives(names: Iterable[str]) -> str:
    """An expression for any of some names, earlier ones first; those of one first letter together, to be quick."""
    by_letter: dict[str, list[str]] = {}
    for name in names:
        by_letter.setdefault(name[0], []).append(re.escape(name[1:]))
    return "|".join(f"{re.escape(letter)}(?:{'|'.join(rests)})" for letter, rests in by_letter.items())


def _phrases(patterns: Iterable[str], opening: str = r"\b") -> re.Pattern[str]:
    return re.compile(rf"{opening}(?:{'|'.join(patterns)})\b")


def _before(patterns: Iterable[str]) -> re.Pattern[str]:
    """Turns of phrase that end a text."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})[ ']*$")


def _frame(frame: str) -> tuple[str, str]:
    before, after = frame.split("{}")
    return before.strip(), after.strip()
