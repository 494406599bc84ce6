"""Slips on a French keyboard: letters that are wrong, missing, twice or swapped, spaces that are missing."""

import random
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from nlu.text import fold

# A word of letters that is no part of a placeholder, an address or a number.
_WORD = re.compile(r"(?<![\w\[@.])[^\W\d_]+(?![\w\]@])")


class Slips:
    """Makes slips as the part `slips` of `variation.yml` says."""

    def __init__(self, content: Mapping[str, Any], denials: re.Pattern[str]) -> None:
        """Read the part; `denials` are the folded words that stay as they are. Raise KeyError for what is missing."""
        self._words_for_each = int(content["words_for_each"])
        self._letters = int(content["letters"])
        self._beside = content["beside"]
        self._weights = {name: float(weight) for name, weight in content["weights"].items()}
        self._denials = denials

    def make(self, text: str, draw: random.Random) -> str:
        """Make one slip, and one more for each so many words; where none can be made, return the text."""
        for _ in range(1 + len(text.split()) // self._words_for_each):
            (name,) = draw.choices(list(self._weights), list(self._weights.values()))
            text = self._joined(text, draw) if name == "joined" else self._mistyped(text, name, draw)
        return text

    def _mistyped(self, text: str, name: str, draw: random.Random) -> str:
        """One word with a slip; its first letter stays."""
        words = [
            word
            for word in _WORD.finditer(text)
            if len(word.group()) >= self._letters and not self._denials.fullmatch(fold(word.group()))
        ]
        if not words:
            return text
        word = draw.choice(words)
        letters = word.group()
        place = draw.randrange(1, len(letters))
        letter = letters[place]
        if name == "beside":
            keys = self._beside.get(letter)
            typed = letters[:place] + draw.choice(keys) + letters[place + 1 :] if keys else letters
        elif name == "missing":
            typed = letters[:place] + letters[place + 1 :]
        elif name == "doubled":
            typed = letters[:place] + letter + letters[place:]
        elif name == "single":
            typed = re.sub(r"(?<=\w)([a-z])\1", r"\1", letters, count=1)
        else:
            typed = letters[: place - 1] + letter + letters[place - 1] + letters[place + 1 :]
            typed = typed if place > 1 else letters
        return text[: word.start()] + typed + text[word.end() :]

    def _joined(self, text: str, draw: random.Random) -> str:
        """Two words with no space between, none of which denies."""
        spaces = [
            left.end()
            for left, right in pairwise(_WORD.finditer(text))
            if text[left.end() : right.start()] == " "
            and not any(self._denials.fullmatch(fold(word.group())) for word in (left, right))
        ]
        if not spaces:
            return text
        place = draw.choice(spaces)
        return text[:place] + text[place + 1 :]
