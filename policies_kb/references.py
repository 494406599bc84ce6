"""References from content into a policy: `why.contract.3` is a passage, `why.contract.3-7` a run of passages."""

import re
from dataclasses import dataclass

from policies_kb.source import Passage, Source

_REFERENCE = re.compile(r"(?P<slug>[a-z_]+(?:\.[a-z_]+)*)\.(?P<first>[1-9]\d*)(?:-(?P<last>[1-9]\d*))?\Z")


class PassageReferenceError(ValueError):
    """A reference is not written as one, or nothing in the policy answers to it."""


@dataclass(frozen=True)
class Run:
    """Passages that follow one another under one title: `text == body[start:end]`, offsets in characters."""

    reference: str
    section: str
    start: int
    end: int
    text: str
    passages: tuple[Passage, ...]


def expand(reference: str) -> tuple[str, ...]:
    """The passage ids that a reference names. Raises PassageReferenceError when it is not one."""
    match = _REFERENCE.match(reference)
    if match is None:
        raise PassageReferenceError(f"{reference!r} is no reference: write 'slug.3' or 'slug.3-7'")
    first, last = int(match["first"]), int(match["last"] or match["first"])
    if last < first:
        raise PassageReferenceError(f"{reference!r} runs backwards: write the smaller number first")
    return tuple(f"{match['slug']}.{number}" for number in range(first, last + 1))


def resolve(source: Source, reference: str) -> Run:
    """The words that a reference names. Raises PassageReferenceError when the policy does not hold them in one run.

    A run must be contiguous: numbers of a section go on after a sub-heading, so that `why.2-3` may follow one
    another in number and yet stand on both sides of a whole list.
    """
    places = {passage.id: place for place, passage in enumerate(source.passages)}
    ids = expand(reference)
    missing = [name for name in ids if name not in places]
    if missing:
        raise PassageReferenceError(f"{reference!r}: {source.id} has no passage {missing[0]}")
    first, last = places[ids[0]], places[ids[-1]]
    passages = source.passages[first : last + 1]
    if tuple(passage.id for passage in passages) != ids:
        raise PassageReferenceError(f"{reference!r} is not contiguous in {source.id}: cite its parts one by one")
    start, end = passages[0].start, passages[-1].end
    return Run(reference, passages[0].section, start, end, source.body[start:end], passages)
