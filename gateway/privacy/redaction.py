"""Looks for every kind, one after the other, each in what the ones before have left, and puts placeholders."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gateway.privacy.accounts import find_accounts
from gateway.privacy.addresses import find_addresses
from gateway.privacy.births import find_births
from gateway.privacy.emails import find_emails
from gateway.privacy.identifiers import find_identifiers
from gateway.privacy.kinds import PLACEHOLDERS, Found, Kind
from gateway.privacy.names import find_names
from gateway.privacy.network import find_network_addresses
from gateway.privacy.numbers import find_numbers
from gateway.privacy.profiles import find_profiles
from gateway.privacy.reading import HIDDEN, Reading
from gateway.privacy.secret_words import find_secrets
from gateway.privacy.spoken import find_spoken_numbers

# In this order: an e-mail address may hold a name, an account what looks like a phone number, a street a name.
_FINDERS: tuple[Callable[[Reading], Iterable[Found]], ...] = (
    find_emails,
    find_profiles,
    find_accounts,
    find_network_addresses,
    find_secrets,
    find_identifiers,
    find_births,
    find_addresses,
    find_numbers,
    find_spoken_numbers,
    find_names,
)
_PLACEHOLDER = re.compile("|".join(sorted({re.escape(placeholder) for placeholder in PLACEHOLDERS.values()})))


@dataclass(frozen=True)
class Redacted:
    """The text with placeholders, and how many of each kind."""

    text: str
    kinds: Counter[Kind]


def redact(text: str) -> Redacted:
    """Replace what identifies a person. Redacting the result again changes nothing."""
    parts: list[str] = []
    position = 0
    kinds: Counter[Kind] = Counter()
    for found in find(text):
        parts += [text[position : found.start], PLACEHOLDERS[found.kind]]
        kinds[found.kind] += 1
        position = found.end
    return Redacted("".join([*parts, text[position:]]), kinds)


def find(text: str) -> list[Found]:
    """The personal data in a text, in order, without overlap. Placeholders in it are left as they are."""
    work = _Work(text)
    before = None
    # What is hidden may show more (« M. 0690 55 12 34 Traoré »): until nothing is found any more.
    while before != work.text:
        before = work.text
        for finder in _FINDERS:
            work.hide(finder(work.reading))
    return sorted(work.found, key=lambda found: found.start)


class _Work:
    """A text in which what was found is one sign, and where each character stood at first."""

    def __init__(self, text: str) -> None:
        self.found: list[Found] = []
        self.reading = Reading(text)
        self._starts = list(range(len(text)))
        self._ends = list(range(1, len(text) + 1))
        self._cover([match.span() for match in _PLACEHOLDER.finditer(text)])

    @property
    def text(self) -> str:
        """The text as it is now."""
        return self.reading.text

    def hide(self, found: Iterable[Found]) -> None:
        """Put a sign in the place of each, taking what was found inside with it."""
        spans: list[tuple[int, int]] = []
        for new in sorted(found, key=lambda new: (new.start, -new.end)):
            if (spans and new.start < spans[-1][1]) or not self.text[new.start : new.end].strip(HIDDEN):
                continue
            spans.append((new.start, new.end))
            whole = Found(self._starts[new.start], self._ends[new.end - 1], new.kind)
            self.found = [old for old in self.found if not whole.start <= old.start < whole.end]
            self.found.append(whole)
        self._cover(spans)

    def _cover(self, spans: list[tuple[int, int]]) -> None:
        if not spans:
            return
        text = self.text
        for start, end in reversed(spans):
            text = text[:start] + HIDDEN + text[end:]
            self._starts[start:end] = [self._starts[start]]
            self._ends[start:end] = [self._ends[end - 1]]
        self.reading = Reading(text)
