"""Folding of text: what a person typed, without accents, capitals and typographic variants, at the same offsets."""

import re
import unicodedata

_SAME_SIGN = {
    "’": "'",
    "‘": "'",
    "`": "'",
    "´": "'",
    "‐": "-",
    "‑": "-",
    "–": "-",
    "—": "-",
    "\u00a0": " ",
    "\u202f": " ",
}


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, with straight quotes.

    One character gives exactly one character, so that an offset in the folded text is an offset in the text.
    """
    return text.translate(_FOLDED)


def letters(folded: str) -> list[str]:
    """Return the runs of plain letters in a folded text: its words, without digits and signs."""
    return _LETTERS(folded)


def _fold_character(character: str) -> str:
    character = _SAME_SIGN.get(character, character)
    base = unicodedata.normalize("NFKD", character)[0]
    lower = base.lower()
    return lower if len(lower) == 1 else base


class _Folded(dict[int, str]):
    """What each character becomes: those of French are looked up, the others found out each time."""

    def __missing__(self, code: int) -> str:
        return _fold_character(chr(code))


_LETTERS = re.compile(r"[a-z]+").findall
_FRENCH_AND_NEIGHBOURS = range(0x250)
_FOLDED = _Folded({code: _fold_character(chr(code)) for code in (*_FRENCH_AND_NEIGHBOURS, *map(ord, _SAME_SIGN))})
