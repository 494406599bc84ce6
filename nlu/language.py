"""Is a message in French? langdetect is asked only where it can be trusted: long enough, with no French in it."""

import pathlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import yaml
from langdetect import DetectorFactory, detect_langs
from langdetect.lang_detect_exception import LangDetectException

CONTENT = pathlib.Path(__file__).with_name("language.yml")

# The detector draws at random: with a fixed seed the same message always gets the same answer.
DetectorFactory.seed = 0

# « 3andi » is a word of Arabic in Latin letters; a number is no word.
_WORDS = re.compile(r"\d*[^\W\d_][^\W_]*")
# An accent typed apart from its letter.
_ACCENTS = re.compile(r"[\u0300-\u036f]+")
_ARABIC = re.compile(r"[\u0620-\u064a\u066e-\u06d3\u0750-\u077f]")
# Letters of any script but the Latin one.
_NOT_LATIN = re.compile(r"(?![\u1d00-\u1eff\u2c60-\u2c7f\ua720-\ua7ff])[\u0370-\U0003ffff](?<=[^\W\d_])")
# One letter of another script may be a drawn face.
_SCRIPT = 2
# « privacy policy », « opt out », « no stress »: never refused.
_SHORT = 3
# Where a message holds words of a language's own, three of them are enough, two if most of the others are words that it
# shares; fewer, if langdetect is sure of that language.
_PLENTY = 3
_SOME = 2
# A single one with langdetect's word for it (« Ana de los Santos ») needs a message as long as this.
_MORE = 6
# With no French word in it, langdetect alone decides, on a longer message and only when sure.
_LONG_ENOUGH = 8
_SURE = 0.99


@dataclass(frozen=True)
class _Language:
    """What the word lists say of one language; words are folded, two that go together joined by a space."""

    own: frozenset[str]
    shared: frozenset[str]
    letters: frozenset[str]
    never: re.Pattern[str] | None


class LanguageGate:
    """Tells the language of a message that is not in French."""

    def __init__(self, path: pathlib.Path = CONTENT) -> None:
        """Read the word lists. Raises OSError, yaml.YAMLError, KeyError or re.error when they cannot be read."""
        # Every scalar is a word that people write: to other loaders « on » is true.
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        self._french = frozenset(_flat(content["french"]))
        self._foreign = {code: _language(entry, self._french) for code, entry in content["foreign"].items()}
        self._owners: dict[str, list[str]] = defaultdict(list)
        for code, language in self._foreign.items():
            for word in language.own:
                self._owners[word].append(code)
        self._letters = {letter: code for code, language in self._foreign.items() for letter in language.letters}

    def foreign_language(self, folded: str) -> str | None:
        """Return the code of the language of a folded message that is surely not French.

        Codes are ISO 639-1, or 639-3 for the creoles `gcf` (Guadeloupe, Martinique) and `gcr` (Guyane);
        `other` stands for a language without a notice. None when it is French or may be: in Latin letters a message of
        one or two words is never refused for its language.
        """
        if not folded.isascii():
            folded = _ACCENTS.sub("", folded)
            script = _script(folded)
            if script:
                return script
        words = _WORDS.findall(folded)
        if len(words) < _SHORT:
            return None
        own = self._own(words)
        if own:
            likeliest = max(own, key=lambda code: (own[code], self._covered(words, code)))
            if self._is_in(likeliest, words, own[likeliest], folded):
                return likeliest
        if len(words) < _LONG_ENOUGH or not self._french.isdisjoint(words):
            return None
        language, share = _detected(folded)
        if language == "fr" or share < _SURE:
            return None
        return language if language in self._foreign else "other"

    def may_be_foreign(self, folded: str) -> bool:
        """Say whether a classifier that takes a folded message for foreign may be believed: not if short or French."""
        words = _WORDS.findall(folded)
        return len(words) >= _SHORT and 3 * sum(word in self._french for word in words) < len(words)

    def _is_in(self, code: str, words: list[str], own: int, folded: str) -> bool:
        """Is a message surely in the language that has `own` words or pairs of words of it?"""
        french = self._french_words(words, code)
        if french:
            return own >= _PLENTY and own > 2 * french
        if own >= _PLENTY or (own >= _SOME and self._is_mostly_covered(words, code)):
            return True
        if own < _SOME and len(words) < _MORE:
            return False
        language, share = _detected(folded)
        return language == code and share >= _SURE

    def _own(self, words: list[str]) -> Counter[str]:
        """How many words and pairs of words of a message are each language's own."""
        own = Counter(code for piece in _pieces(words) for code in self._owners.get(piece, ()))
        for word in words:
            if not word.isascii():
                own.update({self._letters[letter] for letter in word if letter in self._letters})
        return own

    def _covered(self, words: list[str], code: str) -> int:
        """How many words of a message a language has, alone or with French."""
        language = self._foreign[code]
        return sum(word in language.own or word in language.shared for word in words)

    def _is_mostly_covered(self, words: list[str], code: str) -> bool:
        covered = self._covered(words, code)
        return covered >= _SHORT and covered * 5 >= len(words) * 3

    def _french_words(self, words: list[str], code: str) -> int:
        """How many words of a message speak for French against a language."""
        language = self._foreign[code]
        return sum(
            word in self._french or bool(language.never and language.never.search(word))
            for word in words
            if word not in language.own and word not in language.shared
        )


def _pieces(words: list[str]) -> Iterator[str]:
    """The words of a message, and each two that follow one another."""
    yield from words
    for word, following in pairwise(words):
        yield f"{word} {following}"


def _language(entry: dict[str, Any], french: frozenset[str]) -> _Language:
    """Read what the content says of a language. Raises KeyError without words, re.error for a bad expression."""
    spellings = entry.get("spellings", {})
    own, shared = (
        frozenset(spelt for word in _flat(entry[kind]) for spelt in _spelt(word, spellings))
        for kind in ("own", "shared")
    )
    never = re.compile(entry["never"]) if "never" in entry else None
    return _Language(own - french - shared, shared | (own & french), frozenset(entry.get("letters", "")), never)


def _flat(lines: list[list[str]]) -> list[str]:
    return [word for line in lines for word in line]


def _spelt(word: str, spellings: dict[str, list[str]]) -> Iterator[str]:
    """Every spelling of a word: `spellings` says what else stands for a letter or for two."""
    if not spellings:
        yield word
        return
    letters = re.findall("|".join([*sorted(spellings, key=len, reverse=True), "."]), word)
    for spelling in product(*([letter, *spellings.get(letter, [])] for letter in letters)):
        yield "".join(spelling)


def _script(folded: str) -> str | None:
    """`ar` for a text mostly in Arabic letters, `other` for any other script than the Latin one."""
    foreign = len(_NOT_LATIN.findall(folded))
    if foreign < _SCRIPT or foreign * 2 <= sum(map(str.isalpha, folded)):
        return None
    return "ar" if len(_ARABIC.findall(folded)) * 2 > foreign else "other"


def _detected(folded: str) -> tuple[str, float]:
    """The language that langdetect takes a text for, and its share of the probability (0..1)."""
    try:
        best = detect_langs(folded)[0]
    except LangDetectException:  # nothing but signs that no language has
        return "fr", 0.0
    return best.lang, best.prob
