"""Two questions in one message: the clauses of a message, and the topics that they ask about.

A clause is believed only when it is clear in itself and the whole message bears it out: a story told in several clauses
must not become several questions.
"""

import re
from collections.abc import Sequence

# Words with which a second question begins after « et »; before any other word « et » joins two nouns.
_OPENINGS = (
    "a|au|avec|combien|comment|de|en|est|je|la|le|les|leur|ou|par|pour|pourquoi|qu|quand|qui|si|sur|vous"
    "|droit|acces|supprimer|effacer|acceder|saisir|m"
)
_CUT = re.compile(
    r"[?;]|\.(?=\s)|,|\b(?:ainsi que|et puis|puis|et aussi|et egalement|plus)\b"
    rf"|\bet\b(?=\s+(?:{_OPENINGS})\b)"
)
_FEWEST_LETTERS = 5
_CLEAR = 0.75
_BORNE_OUT = 0.04

Ranking = Sequence[tuple[str, float]]


def clauses(folded: str) -> list[str]:
    """Cut a folded message where a second question may begin; a message of one clause gives an empty list.

    A clause that holds a placeholder of the privacy filter (« mon mail est [email] ») introduces somebody: it asks
    nothing.
    """
    parts = [part.strip() for part in _CUT.split(folded)]
    kept = [part for part in parts if len(part) >= _FEWEST_LETTERS and "[" not in part]
    return kept if len(kept) > 1 else []


def topics_asked(whole: Ranking, parts: Sequence[Ranking], topics: frozenset[str]) -> tuple[str, ...]:
    """Return the two or three topics that a message asks about, in order; empty when it asks about one at most.

    `whole` ranks the intents of the message, `parts` those of its clauses, best first, with their probabilities.
    """
    borne_out = {intent for intent, share in whole if share >= _BORNE_OUT}
    asked: dict[str, None] = {}
    for ranking in parts:
        intent, share = ranking[0]
        if share >= _CLEAR and intent in topics and intent in borne_out:
            asked[intent] = None
    found = [topic for topic in asked if not any(_says_more(other, topic) for other in asked)]
    return tuple(found[:3]) if len(found) > 1 else ()


def _says_more(one: str, other: str) -> bool:
    """« supprimer mes données, j'écris où ? » is one question: the answer on a right says where to write."""
    return one.startswith(f"{other}.") or (other in ("exercise", "rights") and one.startswith("rights."))
