"""Which digits are numbers that identify somebody: cards, social security, companies, phones, any long one.

Digits are read as runs of groups with light separators (« 06 12-34.56 78 » is one run of five groups); a number is a
stretch of whole groups of a run, so that a year or a postcode beside a phone number does not hide it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import phonenumbers
from stdnum import luhn
from stdnum.fr import nir

from gateway.privacy.kinds import Found, Kind
from gateway.privacy.reading import Reading

# What our own questions and answers are made of; a stretch of nothing else is left alone.
_CONTACTS = ("7400", "2203", "97196", "33732", "70007", "82008", "3991", "10000")
_DIALLING_CODES = ("590", "594", "596", "223", "690", "694", "696")
OURS = frozenset([*_CONTACTS, *(zeros + code for zeros in ("", "0", "00") for code in _DIALLING_CODES)])
_DEPARTMENT_OR_YEAR = re.compile(r"97[1-8](?:\d\d)?|(?:19|20)\d\d")
_SEPARATOR = r"[\s.\-/()_·‐‑–]{1,3}"
_RUN = re.compile(rf"(?:\+\s?\(?|\(\+)?\d+(?:{_SEPARATOR}\d+)*")
_DIGITS = re.compile(r"\d+")
_DATE = re.compile(
    r"(?<![\d+])(?<!\d[./\-])(?:"
    r"(?:0?[1-9]|[12]\d|3[01])([./\-])(?:0?[1-9]|1[0-2])\1(?:(?:19|20)\d\d|\d\d)"
    r"|(?:19|20)\d\d([./\-])(?:0[1-9]|1[0-2])\2(?:0[1-9]|[12]\d|3[01]))"
    r"(?![./\-]?\d)"
)
# Fifteen digits at most (ITU-T E.164), written one by one, behind 00 and with the (0) of French habit.
_MOST_GROUPS = 18
# Nine French digits without their zero belong to the mainland or overseas numbering; eight are Malian.
_REGIONS = {9: ("FR", "GP", "MQ", "GF", "MF", "BL"), 8: ("ML",)}
# Parsing is what costs. The (0) of French habit makes one digit more than E.164 has.
_INTERNATIONAL_LENGTHS = range(7, 17)
LEAST_DIGITS = 7
_LEAST_GROUPED_DIGITS = 9


@dataclass(frozen=True)
class Group:
    """Digits (as 0-9) without a separator between them, where they stand, and whether "+" comes before.

    `is_ours`: our own sentences use it, or it is a year or an overseas postcode.
    """

    digits: str
    start: int
    end: int
    plus: bool
    is_ours: bool


Stretch = Sequence[Group]


def find_numbers(reading: Reading) -> Iterator[Found]:
    """Numbers that identify somebody, without overlap."""
    if reading.has_digits:
        for run in _runs(reading.text):
            yield from _in_run(run)


def _runs(text: str) -> Iterator[Stretch]:
    """The runs of the text; a date ends a run and belongs to none."""
    start = 0
    for date in [*_DATE.finditer(text), None]:
        for run in _RUN.finditer(text, start, date.start() if date else len(text)):
            starts_with_plus = "+" in run.group()[:2]
            yield [
                _group(group, run.start() if starts_with_plus and not index else None)
                for index, group in enumerate(_DIGITS.finditer(text, run.start(), run.end()))
            ]
        start = date.end() if date else start


def _group(match: re.Match[str], plus_at: int | None) -> Group:
    """A group; where a "+" comes before it, it starts there."""
    digits = "".join(str(int(digit)) for digit in match.group())
    is_ours = digits in OURS or _DEPARTMENT_OR_YEAR.fullmatch(digits) is not None
    start = match.start() if plus_at is None else plus_at
    return Group(digits, start, match.end(), plus_at is not None, is_ours)


def _in_run(run: Stretch) -> Iterator[Found]:
    """The kinds are looked for one after the other, each in what the ones before have left."""
    pieces = [run]
    for kind, is_number in _TESTS:
        rest: list[Stretch] = []
        for piece in pieces:
            start = 0
            for first, last in _stretches(piece, is_number):
                yield Found(piece[first].start, piece[last].end, kind)
                rest.append(piece[start:first])
                start = last + 1
            rest.append(piece[start:])
        pieces = rest


def _stretches(piece: Stretch, is_number: Callable[[Stretch, Stretch], bool]) -> Iterator[tuple[int, int]]:
    """First and last group of every stretch that passes, the longest where several begin alike."""
    digits_until = [0, *accumulate(len(group.digits) for group in piece)]
    first = 0
    while first < len(piece):
        for last in range(min(len(piece), first + _MOST_GROUPS) - 1, first - 1, -1):
            if digits_until[last + 1] - digits_until[first] < LEAST_DIGITS:
                break
            stretch = piece[first : last + 1]
            if not all(group.is_ours for group in stretch) and is_number(stretch, piece):
                yield first, last
                first = last
                break
        first += 1


def _joined(stretch: Stretch) -> str:
    return "".join(group.digits for group in stretch)


def _shape(stretch: Stretch) -> tuple[int, ...]:
    return tuple(len(group.digits) for group in stretch)


_CARD_SHAPES = frozenset({(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3)})
# First digits by length, of the networks that still have cards of it.
_CARD_STARTS = {
    13: ("4",),
    14: ("30", "36", "38"),
    15: ("34", "37"),
    16: ("2", "3", "4", "5", "6"),
    17: ("5", "6"),
    18: ("5", "6"),
    19: ("4", "5", "6"),
}


def _is_card(stretch: Stretch, _: Stretch) -> bool:
    if len(stretch) > 1 and _shape(stretch) not in _CARD_SHAPES:
        return False
    digits = _joined(stretch)
    if not digits.startswith(_CARD_STARTS.get(len(digits), ())):
        return False
    # Written in fours it is one although a digit of it is mistyped.
    return luhn.is_valid(digits) or (_shape(stretch) == (4, 4, 4, 4) and digits[0] != "2")


# As they are written on papers: social security (13 digits, or 15 with the key), SIRET, SIREN.
_SOCIAL_SHAPES = frozenset({(1, 2, 2, 2, 3, 3), (1, 2, 2, 2, 3, 3, 2), (13, 2)})
_COMPANY_SHAPES = frozenset({(3, 3, 3, 5), (9, 5)})


def _is_social(stretch: Stretch, _: Stretch) -> bool:
    return _shape(stretch) in _SOCIAL_SHAPES or (len(stretch) == 1 and nir.is_valid(stretch[0].digits))


def _is_company(stretch: Stretch, _: Stretch) -> bool:
    shape = _shape(stretch)
    digits = _joined(stretch)
    return shape in _COMPANY_SHAPES or (shape in ((3, 3, 3), (14,)) and luhn.is_valid(digits) and digits[0] != "0")


def _is_international_phone(stretch: Stretch, _: Stretch) -> bool:
    digits = _international(stretch)
    if digits is None or digits.startswith("0") or len(digits) not in _INTERNATIONAL_LENGTHS:
        return False
    return _is_valid(f"+{digits}", None)


def _is_national_phone(stretch: Stretch, _: Stretch) -> bool:
    digits = _joined(stretch)
    return len(digits) == 10 and digits[0] == "0" and digits[1] != "0"


def _resembles_international_phone(stretch: Stretch, _: Stretch) -> bool:
    digits = _international(stretch)
    return digits is not None and 9 <= len(digits) <= 15


def _international(stretch: Stretch) -> str | None:
    """The digits after "+" or "00", None when there is neither."""
    digits = _joined(stretch)
    if stretch[0].plus:
        return digits
    return digits[2:] if digits.startswith("00") else None


def _is_short_phone(stretch: Stretch, piece: Stretch) -> bool:
    """A number without prefix, alone in its run: amid more digits it is part of something longer."""
    digits = _joined(stretch)
    if len(digits) not in _REGIONS or _is_spaced_date(stretch) or _is_amount(stretch):
        return False
    if stretch[0].is_ours and stretch[0].digits not in _DIALLING_CODES:
        return False
    if len(stretch) < sum(not group.is_ours for group in piece):
        return False
    return any(_is_valid(digits, region) for region in _REGIONS[len(digits)])


_DATE_SHAPES = frozenset({(2, 2, 4), (1, 2, 4), (4, 2, 2)})


def _is_spaced_date(stretch: Stretch) -> bool:
    shape = _shape(stretch)
    return shape in _DATE_SHAPES and stretch[shape.index(4)].is_ours and int(stretch[1].digits) <= 12


def _is_amount(stretch: Stretch) -> bool:
    """Thousands set apart, round: « 12 500 000 »."""
    first, *others = _shape(stretch)
    return first <= 3 and bool(others) and set(others) == {3} and stretch[-1].digits == "000"


def _is_valid(number: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


def _is_long_number(stretch: Stretch, _: Stretch) -> bool:
    if len(stretch) == 1:
        return len(stretch[0].digits) >= LEAST_DIGITS
    if stretch[0].is_ours or stretch[-1].is_ours or _is_amount(stretch):
        return False
    return sum(len(group.digits) for group in stretch if not group.is_ours) >= _LEAST_GROUPED_DIGITS


_TESTS: tuple[tuple[Kind, Callable[[Stretch, Stretch], bool]], ...] = (
    ("card", _is_card),
    ("social", _is_social),
    ("company", _is_company),
    ("phone", _is_international_phone),
    ("phone", _is_national_phone),
    ("phone", _resembles_international_phone),
    ("phone", _is_short_phone),
    ("number", _is_long_number),
)
