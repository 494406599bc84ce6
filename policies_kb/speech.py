"""Text as a speech synthesiser is to get it, how long it takes to say, and what must never be said.

Synthesisers differ in how they read « 97196 », « n° » or « et/ou »; spelled out, it is heard the same from all of them.
The words are content (`spoken.*` in phrases.yml); the rules are here. Only the standard library: see base.py.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

# Seconds by letter and by pause: fitted to espeak-ng's French at 150 words a minute (tests/ivr/measure.py), an
# unhurried voice. In running text it comes to 15 characters a second.
_SECONDS_PER_CHARACTER = 1 / 19
_SECONDS_PER_PAUSE = 0.35
SLOWER = 1.25
MOST_SECONDS = 20.0
# Where a text is cut: another voice may be slower than the one that the estimate was fitted to.
_PART_SECONDS = 18.0

_PAUSES = re.compile(r"[.,;:?!]+")
_SPACES = re.compile(r"\s+")
_DATE_IN_DIGITS = re.compile(r"\b(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)\b")
_DAY_AND_MONTH = re.compile(r"\b(\d{1,2})(?=\s+[a-zéû]{3,9}\s+(?:19|20)\d\d\b)")
_THOUSANDS = re.compile(r"\b(\d{1,3})[ \u00a0\u202f](\d{3})\b")
_REFERENCE = re.compile(r"\b((?:19|20)\d\d)-(\d{2,4})\b")
_BOX = re.compile(r"\b([A-Z]) (?=\d)")
_NUMBER = re.compile(r"\d+")
_LETTERS = re.compile(r"\b[A-Z]{2,}\b")
_LIST_ITEM = re.compile(r"\s*[;,.]?\s*\n+\s*(?:[-–•]\s*)?")
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_CLAUSE = re.compile(r"(?<=[;:,])\s+")

# Each with what to do instead; the caller may already be on the 7400 line.
UNSPEAKABLE = (
    (
        re.compile(r"https?:|www\.|\b[\w-]+\.(?:fr|com|ml|org|net)\b", re.IGNORECASE),
        "a web address",
        "name the site in words",
    ),
    (re.compile(r"[*_#<>\[\]{}|`•]|^\s*[-–—]\s", re.MULTILINE), "markup or a list mark", "write sentences"),
    (re.compile(r"\bclique[rz]?\b|\bbouton", re.IGNORECASE), "« cliquez »", "nothing can be clicked in a call"),
    (re.compile(r"\bci-(?:dessous|dessus|contre|après)\b", re.IGNORECASE), "a reference to a page", "say it in full"),
    (
        re.compile(r"\b(?:appel|téléphon|compos|join)\w*\b[^.?!]*\b(?:74 ?00\b|sept quatre)", re.IGNORECASE),
        "« appelez le 7400 »",
        "the caller is on that line: name it, do not send there",
    ),
    (re.compile(r"\bB\. ?P\.|\bBP\b|\bart\.|\bn°|\betc\b|\bM\. "), "an abbreviation", "write the words"),
)


def unspeakable(text: str) -> Iterator[tuple[str, str]]:
    """What a text holds that must not be said, with what to do instead."""
    for pattern, what, remedy in UNSPEAKABLE:
        if pattern.search(text):
            yield what, remedy


def seconds(text: str, slow: bool = False) -> float:
    """How long a synthesiser takes to say a text, in seconds, pauses included."""
    told = len(text) * _SECONDS_PER_CHARACTER + len(_PAUSES.findall(text)) * _SECONDS_PER_PAUSE
    return told * SLOWER if slow else told


def sentences(text: str) -> list[str]:
    """The sentences of a text that was spelled out."""
    return _SENTENCE.split(text)


def in_parts(text: str) -> list[str]:
    """Cut a text into prompts of less than twenty seconds: at its sentences, a long sentence at its clauses.

    A clause that alone takes longer is left whole: that is for whoever writes it to correct.
    """
    parts: list[str] = []
    for piece in (piece for sentence in sentences(text.strip()) for piece in _clauses(sentence)):
        if parts and seconds(f"{parts[-1]} {piece}") <= _PART_SECONDS:
            parts[-1] += f" {piece}"
        elif piece:
            parts.append(piece)
    return parts


def _clauses(sentence: str) -> list[str]:
    return [sentence] if seconds(sentence) <= _PART_SECONDS else _CLAUSE.split(sentence)


class Speech:
    """Spells out what a synthesiser would misread, with the words of a base's phrases."""

    def __init__(self, phrases: Mapping[str, Mapping[str, Any]]) -> None:
        self._words: Mapping[str, str] = phrases["spoken.words"]
        self._or: str = phrases["lists"]["or"]
        self._months: list[str] = phrases["months"]["names"]
        self._numbers = phrases["spoken.numbers"]
        ends = {word: r"(?!\w)" if word[-1].isalnum() else r"(?!\S)|(?<=°)" for word in self._words}
        self._short = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?:{end})" for word, end in ends.items()))

    def said(self, text: str) -> str:
        """The text with dates, numbers and abbreviations in words, list items as sentences, and plain punctuation."""
        text = _LIST_ITEM.sub(". ", text.strip())
        text = _SPACES.sub(" ", text.replace("’", "'"))
        text = self._short.sub(lambda found: f"{self._words[found.group()]} ", text)
        text = re.sub(r"\s*/\s*", self._or, _DATE_IN_DIGITS.sub(self._date, text))
        text = re.sub(r"«\s?|\s?»", "", text)
        text = re.sub(r"\s*\(([^)]*)\)", r", \1,", text)
        text = _DAY_AND_MONTH.sub(lambda found: self._day(int(found.group(1))), text)
        text = _REFERENCE.sub(lambda f: f"{self.number(int(f.group(1)))}, {self.one_by_one(f.group(2))}", text)
        text = _THOUSANDS.sub(r"\1\2", _BOX.sub(r"\1, ", text))
        text = _NUMBER.sub(lambda found: self._figure(found.group()), text)
        text = _LETTERS.sub(lambda found: self._letters(found.group()), text)
        return _tidy(text)

    def number(self, number: int) -> str:
        """A whole number from 0 to 9999 in words (Conseil supérieur de la langue française, usual spelling)."""
        thousands, rest = divmod(number, 1000)
        hundreds, below = divmod(rest, 100)
        words = []
        if thousands:
            words.append("mille" if thousands == 1 else f"{self._numbers['small'][thousands]} mille")
        if hundreds:
            cent = "cents" if hundreds > 1 and not below else "cent"
            words.append(cent if hundreds == 1 else f"{self._numbers['small'][hundreds]} {cent}")
        if below or not words:
            words.append(self._below_hundred(below))
        return " ".join(words)

    def _below_hundred(self, number: int) -> str:
        small: list[str] = self._numbers["small"]
        if number < len(small):
            return small[number]
        tens, unit = divmod(number, 10)
        if tens in (7, 9):  # soixante-dix, quatre-vingt-dix count on from the ten before
            tens, unit = tens - 1, unit + 10
        ten = self._numbers["tens"][tens]
        if not unit:
            return "quatre-vingts" if ten == "quatre-vingt" else str(ten)
        joint = " et " if unit in (1, 11) and ten != "quatre-vingt" else "-"
        return f"{ten}{joint}{small[unit] if unit < len(small) else self._below_hundred(unit)}"

    def one_by_one(self, digits: str) -> str:
        """Digits one after the other, in pairs and a last three: « trois neuf, neuf un »."""
        starts = list(range(0, max(1, len(digits) - 1), 2))
        groups = [digits[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
        return ", ".join(" ".join(self._numbers["small"][int(digit)] for digit in group) for group in groups)

    def _figure(self, digits: str) -> str:
        """A year or a count in words; a code, which is longer or begins with zero, digit by digit."""
        value = int(digits)
        is_code = len(digits) > 4 or (len(digits) == 4 and not 1900 <= value < 2100) or digits[0] == "0" != digits
        return self.one_by_one(digits) if is_code else self.number(value)

    def _letters(self, capitals: str) -> str:
        return capitals if capitals in self._words.values() else " ".join(capitals)

    def _day(self, day: int) -> str:
        return str(self._numbers["first"]) if day == 1 else self.number(day)

    def _date(self, found: re.Match[str]) -> str:
        day, month, year = (int(part) for part in found.groups())
        return f"{self._day(day)} {self._months[month - 1]} {self.number(year)}"


def _tidy(text: str) -> str:
    """One space, one mark: what cutting and joining left behind."""
    text = _SPACES.sub(" ", text)
    text = re.sub(r"\s+([,.])", r"\1", text)
    text = re.sub(r",(?=[.;:?!,])", "", text)
    text = re.sub(r"([;:?!])\.(?=\s|$)", r"\1", text)
    text = re.sub(r"\.{2,}", ".", text)
    return text.strip()
