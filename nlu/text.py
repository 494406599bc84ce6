"""Folding of text: what a person typed, without accents, capitals and typographic variants, at the same offsets."""

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
    return "".join(_fold_character(character) for character in text)


def _fold_character(character: str) -> str:
    character = _SAME_SIGN.get(character, character)
    base = unicodedata.normalize("NFKD", character)[0]
    lower = base.lower()
    return lower if len(lower) == 1 else base
