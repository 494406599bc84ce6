"""A message as the finders read it: in lower case without accents at the same offsets, and in words."""

import re
from dataclasses import dataclass
from functools import cached_property

from gateway.privacy.folding import fold
from gateway.privacy.lexicon import MOST_WORDS_OF_A_PLACE, NOT_PEOPLE, PLACES

# Stands in the place of what has been found already: no letter, no digit, no space, no punctuation.
HIDDEN = "\ue000"
_WORD = re.compile(r"(?:n'(?=diaye|golo|guessan|doye|dri))?[a-z]+(?:-[a-z]+)*")
_SENTENCE_END = re.compile(r"[.!?;:\n]")
_JOINS_A_PLACE = " '’-"
# Above this share (0..1) of capitals, capitals say nothing.
_SHOUTED = 0.6


@dataclass
class Word:
    """A word, hyphenated ones whole, and what its form says."""

    folded: str
    start: int
    end: int
    capital: bool  # and capitals say something in this message
    first: bool  # of its sentence, where everything has a capital
    place: bool = False  # part of a name that decides a country or an offer
    nobody: bool = False  # part of a name that is nobody who writes to us


class Reading:
    """One text and what is made of it, each once."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def folded(self) -> str:
        """The text in lower case without accents, at the same offsets."""
        return fold(self.text)

    @cached_property
    def has_digits(self) -> bool:
        """Whether there is any digit."""
        return any(map(str.isdigit, self.text))

    @cached_property
    def words(self) -> list[Word]:
        """The words in order."""
        capitals = sum(map(str.isupper, self.text))
        shouted = capitals > _SHOUTED * sum(map(str.isalpha, self.text))
        words: list[Word] = []
        end = 0
        for match in _WORD.finditer(self.folded):
            start = match.start()
            first = not words or _SENTENCE_END.search(self.text, end, start) is not None
            end = match.end()
            words.append(Word(match.group(), start, end, not shouted and self.text[start].isupper(), first))
        self._mark_places(words)
        return words

    @cached_property
    def word_at(self) -> dict[int, int]:
        """The number of a word, by its start."""
        return {word.start: number for number, word in enumerate(self.words)}

    def between(self, before: Word, after: Word) -> str:
        """What stands between two words."""
        return self.text[before.end : after.start]

    def _mark_places(self, words: list[Word]) -> None:
        for number, word in enumerate(words):
            name = word.folded.replace("-", " ")
            last = number
            while True:
                if name in PLACES or name in NOT_PEOPLE:
                    for part in words[number : last + 1]:
                        part.place |= name in PLACES
                        part.nobody |= name in NOT_PEOPLE
                last += 1
                if last == len(words) or last - number == MOST_WORDS_OF_A_PLACE:
                    break
                gap = self.between(words[last - 1], words[last])
                if gap.strip(_JOINS_A_PLACE):
                    break
                name += ("'" if gap in ("'", "’") else " ") + words[last].folded.replace("-", " ")
