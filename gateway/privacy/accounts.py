"""Bank accounts in a text: IBAN (ISO 13616) by checksum, or by the shape of the countries served; French RIB."""

import re
from collections.abc import Iterator

from stdnum.iso7064 import mod_97_10

from gateway.privacy.kinds import Found
from gateway.privacy.reading import Reading

# Lengths by country: Europe, and the countries of West Africa where customers may bank (IBAN registry, SWIFT).
_LENGTHS = {
    "AD": 24, "AT": 20, "BE": 16, "BF": 28, "BJ": 28, "CH": 21, "CI": 28, "DE": 22, "DK": 18, "ES": 24, "FI": 18,
    "FR": 27, "GB": 22, "GR": 27, "IE": 22, "IT": 27, "LT": 20, "LU": 20, "MA": 28, "MC": 27, "ML": 28, "MR": 27,
    "NE": 28, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SN": 28, "TG": 28, "TN": 24,
}  # fmt: skip
# An account of these is hidden although a digit of it is mistyped.
_BY_SHAPE = frozenset({"FR", "MC", "ML"})
# Words can follow two letters and two digits too (« le 7400 sert-il... »), and one in ninety-seven passes the checksum.
_LEAST_DIGITS, _LEAST_DIGITS_BY_SHAPE = 0.5, 0.7  # shares of the account
_START = re.compile(r"(?<![^\W_])[A-Za-z]{2}[\s.\-]?[0-9]{2}")
_CHARACTER = re.compile(r"[\s.\-]?([0-9A-Za-z])")
_RIB = re.compile(r"(?<![^\W_])\d{5}[\s.\-]?\d{5}[\s.\-]?[0-9A-Za-z]{11}[\s.\-]?\d{2}(?![^\W_])")


def find_accounts(reading: Reading) -> Iterator[Found]:
    """Bank accounts, in order, without overlap."""
    if reading.has_digits:
        yield from (Found(start, end, "iban") for start, end in _accounts(reading.text))


def _accounts(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    position = 0
    while (start := _START.search(text, position)) is not None:
        end = _iban_end(text, start.start())
        if end is not None:
            found.append((start.start(), end))
        position = end or start.start() + 1
    for rib in _RIB.finditer(text):
        if not any(rib.start() < end and start_ < rib.end() for start_, end in found):
            found.append(rib.span())
    return sorted(found)


def _iban_end(text: str, start: int) -> int | None:
    """Where the IBAN that begins at `start` ends, None when none does."""
    length = _LENGTHS.get(text[start : start + 2].upper(), 0)
    account = ""
    position = start
    while len(account) < length and (character := _CHARACTER.match(text, position)):
        account += character.group(1).upper()
        position = character.end()
    if not length or len(account) < length or text[position : position + 1].isalnum():
        return None
    digits = sum(character.isdigit() for character in account) / length
    holds = digits >= _LEAST_DIGITS and mod_97_10.is_valid(account[4:] + account[:4])
    return position if holds or (account[:2] in _BY_SHAPE and digits >= _LEAST_DIGITS_BY_SHAPE) else None
