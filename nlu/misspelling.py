"""Names written with a slip or two: « Gadeloupe », « fort de frence »."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from rapidfuzz.distance import DamerauLevenshtein

# A misspelt name is looked for only where it or the word is long, so that one or two wrong letters leave no other
# word: « remire » has six letters, « remise » too. Among countries, and among the names listed as `slips`: an offer
# decides an address, and « services internes » is one letter from « internet ».
_SHORTEST = 5
_ONE_SLIP_FROM = 7
_TWO_SLIPS_FROM = 10
_MOST_SLIPS = 2
_WORD = re.compile(r"[a-z]+")
_distance = DamerauLevenshtein.distance


class Misspelling:
    """The names that are recognised with slips, by what a word must have in common with them: first letter, length."""

    def __init__(
        self, groups: Mapping[str, str], slips: Collection[str], exact: Collection[str], no_slip: Collection[str]
    ) -> None:
        """Take names with their groups, those `slips` that are no country, those never misspelt, words that are right.

        Of names that a word may stand for, that which comes first in `groups` is meant.
        """
        self._names, self._no_slip = groups.keys(), frozenset(no_slip)
        # With how many slips a word of this first letter, in which nobody slips, and this length may be the name.
        self._long: dict[tuple[str, int], list[tuple[str, int]]] = {}
        for name, group in groups.items():
            listed = name in slips or (group == "countries" and name not in exact)
            if listed and _WORD.fullmatch(name) and len(name) >= _ONE_SLIP_FROM - 1:
                for length in _lengths(name):
                    if length >= _SHORTEST and (name in slips or max(length, len(name)) >= _ONE_SLIP_FROM):
                        self._long.setdefault((name[0], length), []).append((name, _slips(length, len(name))))
        # The longest first: « orange business services » holds « orange business ». By their first words.
        self._several: dict[tuple[str, int], list[list[str]]] = {}
        for words in sorted((name.split() for name in slips if " " in name), key=len, reverse=True):
            for length in _lengths(words[0]):
                self._several.setdefault((words[0][0], length), []).append(words)
        self._near = self._long.keys() | self._several.keys()

    def find(self, text: str, words: Sequence[str]) -> list[tuple[str, int, int]]:
        """Return the names that are misspelt in a text, and where; `words` are the text's runs of letters."""
        # Most texts hold none: where their words are is found out for the others.
        near = [word for word in words if (word[0], len(word)) in self._near]
        return list(self._find(text)) if any(map(self._may_be, near)) else []

    def _find(self, text: str) -> Iterator[tuple[str, int, int]]:
        words = list(_WORD.finditer(text))
        for place, match in enumerate(words):
            for name in self._several.get((match.group()[0], len(match.group())), ()):
                last = words[min(place + len(name), len(words)) - 1]
                if self._are_slips(text[match.start() : last.end()].split(), name):
                    yield " ".join(name), match.start(), last.end()
            if meant := self._meant_by(match.group()):
                yield meant, match.start(), match.end()

    def _may_be(self, word: str) -> bool:
        key = word[0], len(word)
        if key in self._long and self._meant_by(word):
            return True
        return key in self._several and any(self._are_slips([word], name[:1]) for name in self._several[key])

    def _meant_by(self, word: str) -> str | None:
        if word in self._no_slip or word in self._names:
            return None
        for name, slips in self._long.get((word[0], len(word)), ()):
            if _distance(word, name, score_cutoff=slips) <= slips:
                return name
        return None

    def _are_slips(self, words: Sequence[str], name: Sequence[str]) -> bool:
        """Say whether words are those of a name, the long ones with a slip or not."""
        return len(words) == len(name) and all(
            word == meant
            or (len(meant) >= _SHORTEST and len(word) >= _SHORTEST - 1 and self._may_stand_for(word, meant))
            for word, meant in zip(words, name, strict=True)
        )

    def _may_stand_for(self, word: str, meant: str) -> bool:
        slips = _slips(len(word), len(meant))
        return (
            word[0] == meant[0]
            and abs(len(word) - len(meant)) <= slips
            and word not in self._no_slip
            and _distance(word, meant, score_cutoff=slips) <= slips
        )


def _slips(length: int, of_name: int) -> int:
    """How many slips may lie between a word and a name of these lengths."""
    return 2 if min(of_name, length + 1) >= _TWO_SLIPS_FROM else 1


def _lengths(name: str) -> Iterator[int]:
    """The lengths of the words that may be a name with slips, or without."""
    for length in range(len(name) - _MOST_SLIPS, len(name) + _MOST_SLIPS + 1):
        if abs(length - len(name)) <= _slips(length, len(name)):
            yield length
