"""Where a call stands, and what can happen in it. No text of a caller is ever part of either."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from gateway.ivr.content import MAIN


class View(Enum):
    """What the caller is being told."""

    MENU = "menu"
    ANSWER = "answer"
    DETAIL = "detail"
    ADDRESS = "address"
    CHOICE = "choice"
    SAID = "said"
    ADVISER = "adviser"
    OVER = "over"


@dataclass(frozen=True)
class State:
    """The position of a call and its counters.

    `menu` is where one is, or where « # » leads from an answer; `topics` are those answered or, in CHOICE, offered;
    `part` counts the parts of the detail from 0; `said` are our own sentences, for SAID. `noinput` and `nomatch` count
    the misses in a row, `refusals` the transfers that failed.
    """

    view: View = View.MENU
    menu: str = MAIN
    topics: tuple[str, ...] = ()
    part: int = 0
    said: tuple[str, ...] = ()
    noinput: int = 0
    nomatch: int = 0
    refusals: int = 0

    @property
    def misses(self) -> int:
        """Misses of either kind since the last choice that led somewhere."""
        return self.noinput + self.nomatch

    def to_json(self) -> str:
        """As it is kept."""
        return json.dumps({**asdict(self), "view": self.view.value}, ensure_ascii=False)

    @classmethod
    def from_json(cls, kept: str) -> "State":
        """Back from what was kept."""
        read = json.loads(kept)
        return cls(**{**read, "view": View(read["view"]), "topics": tuple(read["topics"]), "said": tuple(read["said"])})


class Happened(Enum):
    """What a renderer reports, and what became of a question said aloud (the last three)."""

    DIGITS = "digits"
    NOINPUT = "noinput"
    NOMATCH = "nomatch"
    HANGUP = "hangup"
    TRANSFERRED = "transferred"
    TRANSFER_FAILED = "transfer_failed"
    MAXTIME = "maxtime"
    UNHEARD = "unheard"
    UNANSWERED = "unanswered"
    REPLIED = "replied"


@dataclass(frozen=True)
class Event:
    """One thing that happened; `digits` as received, `custom` the payload of the reply to a question said aloud."""

    happened: Happened
    digits: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)
