"""The numbers, dates and durations that a French text states, in digits or in words.

« Un » counts only in front of a unit of time: « un mois » is a duration, « un droit » is no number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policies_kb.lemmas import fold

MONTHS = (
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
)
_UNITS = {
    "seconde": "seconde",
    "minute": "minute",
    "heure": "heure",
    "jour": "jour",
    "journee": "jour",
    "semaine": "semaine",
    "mois": "mois",
    "trimestre": "trimestre",
    "semestre": "semestre",
    "an": "an",
    "annee": "an",
    "siecle": "siecle",
}
_SMALL = {
    "zero": 0,
    "un": 1,
    "une": 1,
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "six": 6,
    "sept": 7,
    "huit": 8,
    "neuf": 9,
    "dix": 10,
    "onze": 11,
    "douze": 12,
    "treize": 13,
    "quatorze": 14,
    "quinze": 15,
    "seize": 16,
}
_TENS = {
    "vingt": 20,
    "vingts": 20,
    "trente": 30,
    "quarante": 40,
    "cinquante": 50,
    "soixante": 60,
    "septante": 70,
    "octante": 80,
    "huitante": 80,
    "nonante": 90,
}
# Hyphens and spaces join the words of a number, other marks part two numbers.
_TOKEN = re.compile(r"\d+|[a-z]+|[^\w\s-]")


@dataclass(frozen=True)
class Stated:
    """What a text states: bare numbers, dates as (day, month, year) with 0 for what is not said, and durations."""

    numbers: frozenset[int]
    dates: frozenset[tuple[int, int, int]]
    durations: frozenset[tuple[int, str]]

    def beyond(self, borne: "Stated") -> Iterator[str]:
        """What this text states and the other does not, in words for a person."""
        for day, month, year in sorted(self.dates - borne.dates):
            if not any((day in (0, other[0])) and month == other[1] and year in (0, other[2]) for other in borne.dates):
                yield f"the date {day or ''} {MONTHS[month - 1]} {year or ''}".replace("  ", " ").rstrip()
        for value, unit in sorted(self.durations - borne.durations):
            yield f"the duration {value} {unit}"
        for value in sorted(self.numbers - borne.numbers):
            yield f"the number {value}"


def stated(text: str) -> Stated:
    """The numbers, dates and durations of a text."""
    words = list(_values(_TOKEN.findall(fold(text))))
    numbers, dates, durations = set(), set(), set()
    for place, (value, word) in enumerate(words):
        following = words[place + 1][1] if place + 1 < len(words) else ""
        if word in MONTHS:
            day = words[place - 1][0] if place and _is_day(words[place - 1][0]) else None
            # « 1er mai »: the ordinal's ending stands between.
            if day is None and place > 1 and words[place - 1][1] == "er":
                day = words[place - 2][0]
            year = words[place + 1][0] if place + 1 < len(words) else None
            if day is not None or year is not None:
                dates.add((day or 0, MONTHS.index(word) + 1, year or 0))
        elif value is not None and (unit := _UNITS.get(following) or _UNITS.get(following.removesuffix("s"))):
            durations.add((value, unit))
        if value is not None and word not in ("un", "une"):
            numbers.add(value)
    for day, month, year in re.findall(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b", text):
        dates.add((int(day), int(month), int(year)))
    for year, month, day in re.findall(r"\b(\d{4})-(\d{2})-(\d{2})\b", text):
        dates.add((int(day), int(month), int(year)))
    return Stated(frozenset(numbers), frozenset(dates), frozenset(durations))


def _is_day(value: int | None) -> bool:
    return value is not None and 1 <= value <= 31


def _values(tokens: list[str]) -> Iterator[tuple[int | None, str]]:
    """The tokens with their value: numbers written in several words become one."""
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.isdigit():
            yield int(token), token
            place += 1
            continue
        end, value = _spelled(tokens, place)
        if end == place:
            yield None, token
            place += 1
        else:
            yield value, " ".join(tokens[place:end])
            place = end


def _spelled(tokens: list[str], place: int) -> tuple[int, int]:
    """Where a number in words ends, and its value up to 999 999; the place itself when there is none."""
    total, group, end = 0, 0, place
    while end < len(tokens):
        token = tokens[end]
        if token in _SMALL and not _closed(group, _SMALL[token]):
            group += _SMALL[token]
        elif token in _TENS:
            # « quatre-vingts » multiplies, « soixante » adds.
            group = group - 4 + 80 if token.startswith("vingt") and group % 10 == 4 else group + _TENS[token]
        elif token in ("cent", "cents"):
            group = (group or 1) * 100
        elif token == "mille":
            total, group = (group or 1) * 1000, 0
        elif token == "et" and end > place and end + 1 < len(tokens) and tokens[end + 1] in ("un", "une", "onze"):
            pass
        else:
            break
        end += 1
    return end, total + group


def _closed(group: int, value: int) -> bool:
    """Whether a small number cannot follow: « trois deux » are two numbers, « soixante-douze » is one."""
    return group % 10 != 0 or (value == 0 and group != 0)
