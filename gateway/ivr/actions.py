"""What a turn of a call asks of whoever renders it, VoiceXML or SIP: say, collect, transfer, hang up.

The JSON of a turn is the interface between the gateway and the renderers; docs/ivr-profile.md describes it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

Rate = Literal["normal", "slow"]


class Role(Enum):
    """What a prompt is for, which decides how long it may be (lint.py); renderers need not know."""

    CONTENT = "content"
    OPTIONS = "options"


@dataclass(frozen=True)
class Say:
    """A prompt, as a synthesiser is to read it; `barge_in`: a key stops it."""

    text: str
    rate: Rate = "normal"
    barge_in: bool = True
    role: Role = Role.CONTENT


@dataclass(frozen=True)
class Collect:
    """Wait for one key of `digits`, `timeout_ms` milliseconds after the prompts; `speech`: or for a question."""

    digits: str
    timeout_ms: int
    speech: bool = False


@dataclass(frozen=True)
class Transfer:
    """Hand the caller to a person."""


@dataclass(frozen=True)
class Hangup:
    """End the call."""


Action = Say | Collect | Transfer | Hangup


def to_json(actions: Iterable[Action]) -> list[dict[str, Any]]:
    """The actions as renderers get them."""
    return [_one_to_json(action) for action in actions]


def _one_to_json(action: Action) -> dict[str, Any]:
    match action:
        case Say(text, rate, barge_in, _):
            return {"do": "say", "text": text, "rate": rate, "barge_in": barge_in}
        case Collect(digits, timeout_ms, speech):
            return {
                "do": "collect",
                "digits": digits,
                "max": 1,
                "timeout_ms": timeout_ms,
                "barge_in": True,
                "speech": speech,
            }
        case Transfer():
            return {"do": "transfer", "to": "adviser"}
        case Hangup():
            return {"do": "hangup"}


def from_json(kept: Iterable[Mapping[str, Any]]) -> tuple[Action, ...]:
    """The actions back from their JSON."""
    return tuple(_one_from_json(action) for action in kept)


def _one_from_json(kept: Mapping[str, Any]) -> Action:
    match kept["do"]:
        case "say":
            return Say(kept["text"], kept["rate"], kept["barge_in"])
        case "collect":
            return Collect(kept["digits"], kept["timeout_ms"], kept["speech"])
        case "transfer":
            return Transfer()
        case _:
            return Hangup()
