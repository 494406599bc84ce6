"""How much of what is marked is hidden, and how much of what is hidden is marked.

A mark counts as hidden when every letter and digit of it is; a span of the filter is right when it touches a mark.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.privacy.labelled import Message, Span


@dataclass
class Score:
    """Counts by kind, and the messages where something went wrong."""

    marked: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    marked_characters: int = 0
    leaked_characters: int = 0
    other_characters: int = 0
    damaged_characters: int = 0
    clean_messages: int = 0
    clean_messages_changed: int = 0
    missed: list[tuple[str, str]] = field(default_factory=list)
    wrong: list[tuple[str, str]] = field(default_factory=list)

    def recall(self, kind: str | None = None) -> float:
        """The share of marks (of a kind) that are hidden whole; 1 where there are none."""
        return _share(self.hidden, self.marked, kind)

    def precision(self, kind: str | None = None) -> float:
        """The share of what was hidden (as a kind) that touches a mark; 1 where nothing was."""
        return _share(self.right, self.found, kind)


def _share(some: Counter[str], every: Counter[str], kind: str | None) -> float:
    whole = every[kind] if kind else every.total()
    return (some[kind] if kind else some.total()) / whole if whole else 1.0


def score(judged: Iterable[tuple[Message, Sequence[Span]]]) -> Score:
    """Score what a filter found in each message."""
    result = Score()
    for message, spans in judged:
        _add(result, message, spans)
    return result


def _add(result: Score, message: Message, spans: Sequence[Span]) -> None:
    covered = {place for span in spans for place in range(span.start, span.end)}
    marked = {place for label in message.labels for place in range(label.start, label.end)}
    letters = {place for place, character in enumerate(message.text) if character.isalnum()}
    for label in message.labels:
        result.marked[label.kind] += 1
        if letters.intersection(range(label.start, label.end)) <= covered:
            result.hidden[label.kind] += 1
        else:
            result.missed.append((label.kind, message.text))
    for span in spans:
        result.found[span.kind] += 1
        if marked.intersection(range(span.start, span.end)):
            result.right[span.kind] += 1
        else:
            result.wrong.append((f"{span.kind}: {message.text[span.start : span.end]}", message.text))
    result.marked_characters += len(letters & marked)
    result.leaked_characters += len(letters & marked - covered)
    result.other_characters += len(letters - marked)
    result.damaged_characters += len(letters & covered - marked)
    if not message.labels:
        result.clean_messages += 1
        result.clean_messages_changed += bool(spans)
