"""Numbers that were said: what a recogniser writes of a dictated phone number, « zéro six quatre-vingt-dix douze »."""

import re
from collections.abc import Iterator

from gateway.privacy.kinds import Found, Kind
from gateway.privacy.reading import Reading

_UNITS = {"zero": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8,
          "neuf": 9}  # fmt: skip
_TEENS = {"dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16}
_TENS = {"vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70,
         "huitante": 80, "nonante": 90}  # fmt: skip
_WORD = "|".join(sorted([*_UNITS, *_TEENS, *_TENS, "cent", "cents"], key=len, reverse=True))
_RUN = re.compile(rf"\b(?:plus\s)?(?:{_WORD}|\d{{1,4}})(?:(?:\s|-|,\s?|\set\s){{1,2}}(?:{_WORD}|\d{{1,4}})){{3,24}}\b")
_PIECE = re.compile(rf"{_WORD}|\d+|et|plus")
# Groups and digits that no date, no duration and no number of ours has.
_LEAST_GROUPS, _LEAST_DIGITS = 4, 8
_LEAST_WORDS = 2
_PHONE_DIGITS = range(_LEAST_DIGITS, 14)


def find_spoken_numbers(reading: Reading) -> Iterator[Found]:
    """Dictated numbers: phone numbers by their length, others long enough to be somebody's."""
    for match in _RUN.finditer(reading.folded):
        pieces = _PIECE.findall(match.group())
        groups = _groups(pieces)
        digits = "".join(groups)
        written = sum(piece.isdigit() for piece in pieces)
        if len(groups) >= _LEAST_GROUPS and len(digits) >= _LEAST_DIGITS and len(pieces) - written >= _LEAST_WORDS:
            kind: Kind = "phone" if len(digits) in _PHONE_DIGITS else "number"
            yield Found(*match.span(), kind)


def _groups(pieces: list[str]) -> list[str]:
    """The numbers in digits, as French puts them together: « soixante et onze » is 71, « six douze » 6 and 12."""
    groups: list[str] = []
    hundreds: int = 0
    value: int | None = None
    after_hundred = False
    for piece in pieces:
        if piece in ("et", "plus"):
            continue
        if piece in ("cent", "cents"):
            hundreds, value, after_hundred = (value or 1) * 100, 0, True
            continue
        number = _UNITS.get(piece, _TEENS.get(piece, _TENS.get(piece)))
        added = None if number is None or value is None else number if after_hundred else _added(value, number)
        if added is None:
            if value is not None:
                groups.append(str(hundreds + value))
            hundreds, value = 0, number
            if number is None:
                groups.append(piece)
        else:
            value = added
        after_hundred = False
    if value is not None:
        groups.append(str(hundreds + value))
    return groups


def _added(value: int, number: int) -> int | None:
    """A number below a hundred that goes on with another, None when the other begins a new one."""
    if (value, number) == (4, 20):
        return 80
    goes_on = (
        (value in (60, 80) and 0 < number < 20)
        or (value in (20, 30, 40, 50) and 0 < number < 10)
        or (value in (10, 70, 90) and 7 <= number < 10)
    )
    return value + number if goes_on else None
