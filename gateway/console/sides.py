"""The same topic in both countries, side by side: the words that stand in one policy alone are told apart.

Words are compared in their order over all passages of the topic; accents and capitals count, spaces do not.
"""

import difflib
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

# A word or a sign, with the white space after it.
_TOKEN = re.compile(r"(?:\w+|[^\w\s])\s*")


@dataclass(frozen=True)
class Span:
    """A piece of an excerpt; `same`: it stands in the other country's passages too."""

    text: str
    same: bool


Spans = tuple[Span, ...]


@functools.lru_cache(maxsize=256)
def compare(ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[tuple[Spans, ...], tuple[Spans, ...]]:
    """The excerpts of both sides as spans; those of an excerpt put together are the excerpt."""
    left, right = [_TOKEN.findall(text) for text in ours], [_TOKEN.findall(text) for text in theirs]
    matcher = difflib.SequenceMatcher(None, _words(left), _words(right), autojunk=False)
    blocks = matcher.get_matching_blocks()
    in_left = {block.a + step for block in blocks for step in range(block.size)}
    in_right = {block.b + step for block in blocks for step in range(block.size)}
    return _marked(ours, left, in_left), _marked(theirs, right, in_right)


def _words(excerpts: Sequence[Sequence[str]]) -> list[str]:
    return [token.strip() for tokens in excerpts for token in tokens]


def _marked(texts: Sequence[str], excerpts: Sequence[Sequence[str]], same: set[int]) -> tuple[Spans, ...]:
    marked: list[Spans] = []
    place = 0
    for text, tokens in zip(texts, excerpts, strict=True):
        spans: list[Span] = []
        # White space before the first word belongs to it.
        pending = text[: len(text) - len("".join(tokens))]
        for token in tokens:
            is_same = place in same
            if spans and spans[-1].same == is_same:
                spans[-1] = Span(spans[-1].text + token, is_same)
            else:
                spans.append(Span(pending + token, is_same))
                pending = ""
            place += 1
        marked.append(tuple(spans))
    return tuple(marked)
