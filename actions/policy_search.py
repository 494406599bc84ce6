"""The closest passages of a policy to a question, fit to be shown when the question was not understood."""

from collections.abc import Sequence
from functools import lru_cache

from policies_kb.base import DEFAULT_PATH, Excerpt, KnowledgeBase
from policies_kb.search import PassageSearch

# Below these scores (0..1) the closest passage is seldom about the question. On the development conversations the
# closest passage was on the topic asked about in 54 % of cases from 0.5 on; of the passages that a likely topic rests
# on, in 74 % from 0.4 on.
_CLOSE_ENOUGH = 0.5
_CLOSE_ENOUGH_ON_A_TOPIC = 0.4
_LOOKED_AT = 8


@lru_cache(maxsize=1)
def passage_search() -> PassageSearch:
    """Return the search, with spaCy's French model: loaded once. Raises BaseError when there is no base."""
    return PassageSearch(DEFAULT_PATH)


def closest_excerpts(
    base: KnowledgeBase, question: str, country: str | None, topics: Sequence[str]
) -> Sequence[Excerpt]:
    """Return the passages of a country's policy that are close to a question, closest first, as `base` has them.

    `topics` are those that the question may be about: only passages on which one of them rests are returned; when there
    are none, any passage. Raises BaseError when there is no base.

    A passage that holds an address is never among them: an address is given only where country and offer decide it.
    """
    assigned = [excerpt for contact in base.contacts.values() for excerpt in contact.excerpts.values()]
    # The file may have been replaced since the reply was begun: what it did not hold then is not shown.
    held = {passage.excerpt for passage in base.passages}
    enough = _CLOSE_ENOUGH_ON_A_TOPIC if topics else _CLOSE_ENOUGH
    return [
        hit.excerpt
        for hit in passage_search().search(question, country, _LOOKED_AT)
        if hit.score >= enough
        and hit.excerpt in held
        and (not topics or not set(topics).isdisjoint(hit.topics))
        and not any(_overlap(hit.excerpt, other) for other in assigned)
    ]


def _overlap(one: Excerpt, other: Excerpt) -> bool:
    return one.policy == other.policy and one.start < other.end and other.start < one.end
