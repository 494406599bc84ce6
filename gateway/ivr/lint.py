"""What a caller must not hear: over-long prompts, web addresses, markup, digits, a line that sends to itself."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.ivr.actions import Role, Say
from gateway.ivr.explore import Reached
from policies_kb.speech import MOST_SECONDS, seconds, unspeakable

MOST_OPTION_SECONDS = 8.0
_DIGIT = re.compile(r"\d")
_ODD = re.compile(r"[^\w ,.;:?!'\-]")
_ODDLY_SET = re.compile(r" [,.]|[,;:] ?[,;:.]|\.\.|  |^\W|[^.?!,;:]$")


@dataclass(frozen=True)
class Finding:
    """Where a prompt is heard, what is wrong with it, and the prompt."""

    way: str
    wrong: str
    text: str

    def __str__(self) -> str:
        return f"{self.way}: {self.wrong}: {self.text}"


def lint(reached: Iterable[Reached]) -> Iterator[Finding]:
    """Everything wrong with the prompts of these turns; each prompt is told of once."""
    told: set[str] = set()
    for turn in reached:
        for say in turn.actions:
            if isinstance(say, Say) and say.text not in told:
                told.add(say.text)
                for wrong in _wrong(say):
                    yield Finding(turn.way, wrong, say.text)


def length(say: Say) -> float:
    """How long a prompt takes, in seconds."""
    return seconds(say.text, slow=say.rate == "slow")


def _wrong(say: Say) -> Iterator[str]:
    most = MOST_OPTION_SECONDS if say.role is Role.OPTIONS else MOST_SECONDS
    if length(say) > most:
        yield f"{length(say):.1f} s, at most {most:.0f}"
    for what, remedy in unspeakable(say.text):
        yield f"{what} ({remedy})"
    if _DIGIT.search(say.text):
        yield "a digit that each synthesiser reads its own way"
    if _ODD.search(say.text):
        yield "a character that is not for the ear"
    if _ODDLY_SET.search(say.text):
        yield "punctuation that is oddly set"
