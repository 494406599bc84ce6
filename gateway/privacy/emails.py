"""E-mail addresses: written, disguised from robots, or said aloud."""

import re
from collections.abc import Iterator

from gateway.privacy.kinds import Found
from gateway.privacy.reading import Reading

# Quantifiers are bounded: a message of one thousand letters costs a thousand short tries, not a million.
# A space before the sign is taken for a slip after letters only: « 06 12 34 56 78 @orange » begins with a number.
_WRITTEN = re.compile(
    r"(?:[\w.+%'’\-]{1,64}@|(?=[\w.+%'’\-]*[^\W\d_])[\w.+%'’\-]{1,64}\s@)\s?[\w\-]{1,63}(?:\.[\w\-]{1,63}){0,6}"
)
_AT = r"(?:\b(?:a\s?)?r{1,2}oba[sz]{1,2}e?\b|\[at\]|\(at\))"
_DOT = r"(?:\.|\s?(?:\bpoint\b|\[dot\]|\(dot\))\s?)"
# « jean point dupont arobase orange point fr », « jean [at] orange.fr ».
_SPOKEN = re.compile(
    r"(?:[\w.+\-]{1,64}\s(?:point|tiret(?:\s(?:du\s)?(?:bas|six))?|underscore)\s){0,4}"
    rf"[\w.+\-]{{1,64}}\s?{_AT}\s?[\w\-]{{1,63}}(?:{_DOT}[\w\-]{{1,63}}){{0,6}}"
)
# « paul chez gmail point com ».
_AT_A_FIRM = re.compile(
    r"(?:[\w.+\-]{1,64}\s(?:point|tiret|underscore)\s){0,4}[\w.+\-]{1,64}\s(?:chez|at)\s"
    r"(?:gmail|g mail|yahoo|hotmail|outlook|live|wanadoo|laposte|la poste|free|orange|icloud|sfr)"
    r"\s?(?:\.|\bpoint\b)\s?(?:com|fr|net|ml|org)\b"
)


def find_emails(reading: Reading) -> Iterator[Found]:
    """E-mail addresses."""
    if "@" in reading.text:
        yield from (Found(*match.span(), "email") for match in _WRITTEN.finditer(reading.text))
    folded = reading.folded
    if "roba" in folded or "at]" in folded or "at)" in folded:
        yield from (Found(*match.span(), "email") for match in _SPOKEN.finditer(folded))
    if "chez" in folded or " at " in folded:
        yield from (Found(*match.span(), "email") for match in _AT_A_FIRM.finditer(folded))
