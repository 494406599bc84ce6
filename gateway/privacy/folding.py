"""Text in lower case without accents, at the same offsets."""

import unicodedata

_SIGNS = {"’": "'", "‘": "'", "`": "'", "´": "'", "‐": "-", "‑": "-", "–": "-", "—": "-", "\u00a0": " ", "\u202f": " "}


class _Folding(dict[int, str]):
    """One character for one, so that an offset in the folded text is an offset in the text."""

    def __missing__(self, code: int) -> str:
        character = _SIGNS.get(chr(code), chr(code))
        lower = unicodedata.normalize("NFKD", character)[0].lower()
        return lower if len(lower) == 1 else character


_FOLDING = _Folding({code: chr(code).lower() for code in range(0x80)})


def fold(text: str) -> str:
    """The text in lower case, without accents, with straight quotes and hyphens, as long as it was."""
    return text.translate(_FOLDING)
