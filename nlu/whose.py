"""Whose data a message is about: the policies speak of a person's own, not of a neighbour's, and of no minor's.

A classifier sees the topic's words in « les données de mon voisin » and answers them; whose they are is in one word.
"""

import enum
import pathlib
import re
from collections.abc import Iterable

import yaml

from nlu.text import letters

CONTENT = pathlib.Path(__file__).with_name("whose.yml")
_SPACES = re.compile(r"[-\s]+")


class Holder(enum.Enum):
    """Somebody whose data is asked about, and who is not the person who asks."""

    SOMEBODY_ELSE = "somebody_else"
    MINOR = "minor"


class Whose:
    """The words of `whose.yml`, compiled once."""

    def __init__(self, path: pathlib.Path = CONTENT) -> None:
        """Read the YAML file. Raises OSError or yaml.YAMLError when it cannot be read, KeyError for a missing part."""
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        data = rf"\b(?:{_any(content['data'])})\b(?: \w+){{0,2}}?"
        of = rf"{data} (?:de|des|du|d'une?) (?:(?:mon|ma|mes|un|une|l[ae]s?|leurs?) )?"
        self._frames = {
            Holder.SOMEBODY_ELSE: re.compile(rf"{of}(?:{_any(content['somebody_else'])})\b"),
            Holder.MINOR: re.compile(rf"{of}(?:{_any(content['minors'])})\b"),
        }
        self._holders = frozenset(
            max(letters(words), key=len) for part in ("somebody_else", "minors") for words in content[part]
        )
        self._not_with = re.compile(rf"\b(?:{_any(content['not_with'])})\b")

    def may_name(self, words: Iterable[str]) -> bool:
        """Say whether a folded text of these `words` (runs of letters) may name somebody else."""
        return not self._holders.isdisjoint(words)

    def holder(self, folded: str) -> Holder | None:
        """Return whose data a folded message is about, None where it is the person's own or not said."""
        # Most messages name nobody else: a look at their words spares the expressions.
        if not self.may_name(letters(folded)):
            return None
        text = _SPACES.sub(" ", folded)
        if self._not_with.search(text):
            return None
        return next((holder for holder, frame in self._frames.items() if frame.search(text)), None)


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
