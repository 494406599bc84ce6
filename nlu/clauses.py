"""Two or three questions in one message.

A message is cut at each place where another question may begin. Two or three questions are believed only where every
part is clear in itself and the whole message bears the topics out: a story told in several clauses must not become
several questions.
"""

import re
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

Ranking = Sequence[tuple[str, float]]

_CUT = re.compile(r"[?;!+/&:]|\.(?=\s)|,|\b(?:et|ainsi que|puis|en plus|aussi|sinon)\b")
# After a comma alone, only words that ask begin a question: « vous les trouvez où, les informations sur moi ? » is one.
_ASKS = re.compile(
    r"\b(?:qui|quoi|que|quels?|quelles?|comment|combien|ou|quand|pourquoi|est[- ]ce|jusqu|peut[- ]on|puis[- ]je"
    r"|pouvez|peux|veux|voudrais|faut)\b"
)
_SENTENCE_END = re.compile(r"[?;!]|\.(?=\s)")
# Words that ask after something named elsewhere in the message: « mes droits : lesquels ? » is one question.
_ONLY_ASKS = re.compile(
    r"lequel|laquelle|lesquels|lesquelles|quels?|quelles?|qui|quoi|comment|combien|ou|quand|pourquoi"
)
# What joins a second question to the first says nothing of its topic.
_JOINING = re.compile(r"^(?:et|puis|aussi|sinon|egalement|en plus|alors|ensuite|d'autre part)\b[ ,]*")
# After these, nothing is left to be another question.
_AT_THE_END = " ?!.,;:"
_FEWEST_LETTERS = 3
# Each part costs a classification: a long story is not cut at more places than these, for two questions and for three.
_MOST_PLACES = 8
_MOST_PLACES_FOR_THREE = 4
# The least probability (0..1) of a part's topic, and the last rank that the whole message may give that topic.
CLEAR = 0.55
_BORNE_OUT_RANK = 5


class Questions(NamedTuple):
    """What the parts of a message ask: `asked`, two or three topics in order or none; `clearest`, a part's topic."""

    asked: tuple[str, ...] = ()
    clearest: tuple[str, float] | None = None


def partings(folded: str) -> list[tuple[str, ...]]:
    """Return the ways to cut a folded message into two or three parts where another question may begin.

    A part that holds a placeholder of the privacy filter (« mon mail est [email] ») introduces somebody and asks
    nothing: the message is not cut there.
    """
    end = len(folded.rstrip(_AT_THE_END))
    places = [
        (place.start(), place.end())
        for place in _CUT.finditer(folded, 0, end)
        if _may_part(place.group(), folded[: place.start()], folded[place.end() :]) and not _is_told(place, folded)
    ][:_MOST_PLACES]
    if not places:
        return []
    ways: dict[tuple[str, ...], None] = {}
    for number in (1, 2) if len(places) <= _MOST_PLACES_FOR_THREE else (1,):
        for chosen in combinations(places, number):
            edges = [0, *(edge for place in chosen for edge in place), len(folded)]
            parts = tuple(_trimmed(folded[start:end]) for start, end in pairwise(edges))[::2]
            if all(_may_ask(part) for part in parts):
                ways[parts] = None
    return list(ways)


def questions(folded: str, rank: Callable[[str], Ranking], topics: frozenset[str]) -> Questions:
    """Return what the parts of a folded message ask; three clear questions go before two, the clearest first.

    `rank` ranks all intents of a text, best first, with their probabilities; it is asked for some texts more than once.
    """
    ways = partings(folded)
    if not ways:
        return Questions()
    borne_out = {intent for intent, _ in rank(folded)[:_BORNE_OUT_RANK]} & topics
    best: tuple[int, float, tuple[str, ...]] = (0, CLEAR, ())
    clearest: tuple[str, float] | None = None
    for parts in ways:
        tops = [rank(part)[0] for part in parts]
        for intent, share in tops:
            if intent in topics and (clearest is None or share > clearest[1]):
                clearest = intent, share
        asked = tuple(intent for intent, _ in tops)
        sure = min(share for _, share in tops)
        if sure >= CLEAR and borne_out.issuperset(asked) and not _repeats(asked):
            best = max(best, (len(asked), sure, asked))
    return Questions(best[2], clearest)


def _may_ask(part: str) -> bool:
    return len(part) >= _FEWEST_LETTERS and "[" not in part and not _ONLY_ASKS.fullmatch(part.rstrip(_AT_THE_END))


def _may_part(sign: str, before: str, after: str) -> bool:
    """A comma parts what asks; a full stop two questions or two demands, and not a story from its question."""
    if sign == ",":
        return _ASKS.search(after) is not None
    return sign != "." or bool(_ASKS.search(before)) == bool(_ASKS.search(after))


def _is_told(place: re.Match[str], folded: str) -> bool:
    """Say whether a place lies inside a sentence that asks nothing, and another sentence asks."""
    if _SENTENCE_END.match(place.group()):
        return False
    begin = max((end.end() for end in _SENTENCE_END.finditer(folded, 0, place.start())), default=0)
    end = _SENTENCE_END.search(folded, place.end())
    until = end.end() if end else len(folded)
    return not _asks(folded[begin:until]) and (_asks(folded[:begin]) or _asks(folded[until:]))


def _asks(text: str) -> bool:
    return "?" in text or _ASKS.search(text) is not None


def _trimmed(part: str) -> str:
    part = part.strip(" ,;:")
    while joining := _JOINING.match(part):
        part = part[joining.end() :]
    return part


def _repeats(asked: Sequence[str]) -> bool:
    """« supprimer mes données, j'écris où ? » is one question: the answer on a right says where to write."""
    return any(
        one == other or _says_more(one, other) or _says_more(other, one) for one, other in combinations(asked, 2)
    )


def _says_more(one: str, other: str) -> bool:
    return one.startswith(f"{other}.") or (other in ("exercise", "rights") and one.startswith("rights."))
