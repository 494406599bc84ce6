"""Which conversations are replayed: a fixed choice of tests/conversations, by a hash of their names."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SEED = "bench-1"
NUMBER = 64
LONG_PERIOD = 5  # messages that a long conversation repeats


@dataclass(frozen=True)
class Script:
    """What one person says, and where: the door (web, agent or ivr) and what it knows of country and offer."""

    id: str
    channel: str
    country: str | None
    offer: str | None
    messages: tuple[str, ...]


def choose(cases: Iterable[Mapping[str, Any]], number: int = NUMBER) -> list[Script]:
    """Choose `number` of the cases, whatever their order.

    Messages that begin with a slash are left out: stock Rasa takes them for commands and would not classify them.
    """
    scripts = [_script(case) for case in cases]
    plain = [script for script in scripts if not any(said.startswith("/") for said in script.messages)]
    return sorted(plain, key=lambda script: hashlib.sha256(f"{SEED}\0{script.id}".encode()).hexdigest())[:number]


def long_ones(scripts: Sequence[Script], number: int, turns: int) -> list[Script]:
    """`number` conversations of `turns` turns at the web door: each goes on repeating messages of its own.

    They are messages that open a conversation there, so that each makes sense wherever it is said. Raises ValueError
    when there are not enough.
    """
    opening = [script for script in scripts if script.channel == "web"]
    if len(opening) < number * LONG_PERIOD:
        raise ValueError(f"{len(opening)} conversations at the web door, {number * LONG_PERIOD} are needed")
    found = []
    for place in range(number):
        said = [script.messages[0] for script in opening[place * LONG_PERIOD : (place + 1) * LONG_PERIOD]]
        messages = tuple(said[turn % LONG_PERIOD] for turn in range(turns))
        found.append(Script(f"long-{place}", "web", "caraibe", "internet", messages))
    return found


def _script(case: Mapping[str, Any]) -> Script:
    known = case.get("context") or {}
    said = tuple(turn["user"] for turn in case["turns"])
    return Script(case["id"], case.get("channel", "web"), known.get("country"), known.get("offer"), said)
