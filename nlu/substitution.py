"""Words put in the place of others in a text, as tables say."""

import random
import re
from collections.abc import Iterable, Mapping, Sequence

from nlu.text import fold


class Table:
    """Substitutions, each with several outcomes, made in a text whatever its case, accents, hyphens and apostrophes."""

    def __init__(self, outcomes: Mapping[str, Sequence[str]]) -> None:
        """Take folded words or phrases and what each may become; raise ValueError for one that is not folded."""
        if wrong := [phrase for phrase in outcomes if fold(phrase) != phrase]:
            raise ValueError(f"to be written without accents and in lower case: {wrong}")
        self._outcomes = outcomes
        phrases = "|".join(spaced(phrase) for phrase in sorted(outcomes, key=len, reverse=True))
        self._phrases = re.compile(rf"(?<![\w\[])(?:{phrases})(?![\w\]])")

    def apply(self, text: str, share: float, draw: random.Random) -> str:
        """Make a `share` (0 to 1) of the substitutions that `text` allows, one at least; where none is, return it."""
        found = list(self._phrases.finditer(fold(text)))
        if not found:
            return text
        sure = draw.randrange(len(found))
        edits = []
        for place, match in enumerate(found):
            if draw.random() < share or place == sure:
                outcome = draw.choice(self._outcomes[match.group().replace("-", " ")])
                edits.append((match.start(), match.end(), outcome))
        return edited(text, edits)


def spaced(phrase: str) -> str:
    """The expression for a phrase, in which a hyphen may stand for a space."""
    return "[ -]".join(re.escape(word) for word in phrase.split(" "))


def edited(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """Replace stretches (start, end, by what) that do not overlap; a capital stays a capital."""
    parts = []
    position = 0
    for start, end, outcome in sorted(edits):
        capital = text[start : start + 1].isupper() and not text[start : start + 2].isupper()
        parts += [text[position:start], outcome[:1].upper() + outcome[1:] if capital else outcome]
        position = end
    return "".join([*parts, text[position:]])
