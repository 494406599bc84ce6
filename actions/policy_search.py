"""The closest passages of a policy to a question, fit to be shown when the question was not understood."""

from collections.abc import Sequence
from functools import lru_cache

from actions.reading import base
from policies_kb.base import DEFAULT_PATH, Excerpt
from policies_kb.search import PassageSearch

# Below this score (0..1) the closest passage is seldom about the question.
_CLOSE_ENOUGH = 0.5
_LOOKED_AT = 5


@lru_cache(maxsize=1)
def passage_search() -> PassageSearch:
    """Return the search, with spaCy's French model: loaded once. Raises BaseError when there is no base."""
    return PassageSearch(DEFAULT_PATH)


def closest_excerpts(question: str, country: str | None) -> Sequence[Excerpt]:
    """Return the passages of a country's policy that are close to a question, closest first.

    A passage that holds an address is never among them: an address is given only where country and offer decide it.
    """
    assigned = [excerpt for contact in base().contacts.values() for excerpt in contact.excerpts.values()]
    return [
        hit.excerpt
        for hit in passage_search().search(question, country, _LOOKED_AT)
        if hit.score >= _CLOSE_ENOUGH and not any(_overlap(hit.excerpt, other) for other in assigned)
    ]


def _overlap(one: Excerpt, other: Excerpt) -> bool:
    return one.policy == other.policy and one.start < other.end and other.start < one.end
