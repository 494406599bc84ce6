"""How a message is read: spelling made regular, what it sets aside cut off, intents ranked, questions told apart.

One function for the classifier inside Rasa and for the evaluation outside it.
"""

from collections.abc import Callable
from typing import NamedTuple

from nlu.clauses import Questions, Ranking, questions
from nlu.contrast import contrast
from nlu.spelling import spelling

# How sure (0..1) the rest of a message must be once what it sets aside is cut off.
_CLEAR_WITHOUT = 0.5
# « pas la box, le mobile : où écrire ? » is about where to write as a whole too.
_GENERAL = frozenset({"exercise"})


class Reading(NamedTuple):
    """The ranked intents of a message, best first with their probabilities, and the questions of its halves."""

    ranking: Ranking
    questions: Questions


class _Ranked(dict[str, Ranking]):
    """The rankings of a message and of its parts, each made once."""

    def __init__(self, rank: Callable[[str], Ranking]) -> None:
        self._rank = rank

    def __missing__(self, text: str) -> Ranking:
        ranking = self[text] = self._rank(text)
        return ranking


def read(folded: str, rank: Callable[[str], Ranking], topics: frozenset[str]) -> Reading:
    """Read a message folded by `nlu.text.fold`; `rank` ranks all intents of a text read by `nlu.spelling`."""
    rank = _Ranked(rank).__getitem__
    text = spelling().read(folded)
    rest = contrast().left(text)
    if rest:
        ranking = rank(rest)
        topic, share = ranking[0]
        if topic in topics - _GENERAL and share >= _CLEAR_WITHOUT:
            return Reading(ranking, questions(rest, rank, topics))
    return Reading(rank(text), questions(text, rank, topics))
