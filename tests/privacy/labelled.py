"""The labelled messages: `{kind|text}` marks what identifies somebody."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent
SETS = ("development", "held_out")
_LABEL = re.compile(r"\{(\w+)\|([^}]*)\}")


@dataclass(frozen=True)
class Span:
    """From `start` to `end` of a message (characters), of a kind."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Message:
    """A message without its marks, what is marked in it, and the part of the file it stands in."""

    text: str
    labels: tuple[Span, ...]
    part: str


def messages(name: str) -> list[Message]:
    """The messages of a set ("development" or "held_out")."""
    parts: dict[str, list[str]] = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    return [_message(marked, part) for part, listed in parts.items() for marked in listed]


def _message(marked: str, part: str) -> Message:
    text = ""
    labels = []
    position = 0
    for match in _LABEL.finditer(marked):
        text += marked[position : match.start()]
        labels.append(Span(len(text), len(text) + len(match[2]), match[1]))
        text += match[2]
        position = match.end()
    return Message(text + marked[position:], tuple(labels), part)
