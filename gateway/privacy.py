"""Replaces what identifies a person by its pattern, before anything reaches Rasa, a store or a log.

What the assistant's own questions and answers are made of (short numbers, postcodes, dialling codes, dates, references
of laws) is never touched: « 7400 », « BP 2203, 97196 Jarry », « +590 », « 36 mois », « loi n° 2013-015 ».
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.accounts import find_accounts
from gateway.digits import Found, Kind, find_numbers

PLACEHOLDERS: dict[Kind, str] = {
    "phone": "[telephone]",
    "email": "[email]",
    "iban": "[iban]",
    "card": "[carte]",
    "number": "[numero]",
}

# Quantifiers are bounded: a message of one thousand letters costs a thousand short tries, not a million.
# A space before the sign is taken for a slip after letters only: « 06 12 34 56 78 @orange » begins with a number.
_EMAIL = re.compile(
    r"(?:[\w.+%'’\-]{1,64}@|(?=[\w.+%'’\-]*[^\W\d_])[\w.+%'’\-]{1,64}\s@)\s?[\w\-]{1,63}(?:\.[\w\-]{1,63}){0,6}"
)
# Said aloud, or written to escape robots: « jean point dupont arobase orange point fr », « jean [at] orange.fr ».
_SPOKEN_EMAIL = re.compile(
    r"(?:[\w.+\-]{1,64}\s(?:point|tiret|underscore)\s){0,4}[\w.+\-]{1,64}\s?(?:\barr?obase\b|\[at\]|\(at\))\s?"
    r"[\w\-]{1,63}(?:(?:\.|\s?(?:\bpoint\b|\[dot\]|\(dot\))\s?)[\w\-]{1,63}){0,6}",
    re.IGNORECASE,
)
# Papers whose numbers hold letters: a French passport; social security of somebody born in Corsica.
_PAPERS = re.compile(
    r"(?<![^\W_])(?:\d{2}\s?[A-Z]{2}\s?\d{5}|[12]\s?\d{2}\s?\d{2}\s?2[AB]\s?\d{3}\s?\d{3}(?:\s?\d{2})?)(?![^\W_])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Redacted:
    """The text with placeholders, and how many of each kind."""

    text: str
    kinds: Counter[Kind]


def redact(text: str) -> Redacted:
    """Replace what identifies a person by its pattern. Redacting the result again changes nothing."""
    kinds: Counter[Kind] = Counter()
    # In this order: an account or an address may hold what looks like a phone number.
    text = _replace(text, (Found(m.start(), m.end(), "email") for m in _EMAIL.finditer(text)), kinds)
    text = _replace(text, (Found(m.start(), m.end(), "email") for m in _SPOKEN_EMAIL.finditer(text)), kinds)
    text = _replace(text, (Found(start, end, "iban") for start, end in find_accounts(text)), kinds)
    text = _replace(text, (Found(m.start(), m.end(), "number") for m in _PAPERS.finditer(text)), kinds)
    return Redacted(_replace(text, find_numbers(text), kinds), kinds)


def _replace(text: str, found: Iterable[Found], kinds: Counter[Kind]) -> str:
    parts: list[str] = []
    position = 0
    for match in found:
        parts += [text[position : match.start], PLACEHOLDERS[match.kind]]
        kinds[match.kind] += 1
        position = match.end
    return "".join([*parts, text[position:]])
