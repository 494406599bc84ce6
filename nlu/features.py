"""What a text is cut into: words, pairs of words, and the n-grams of characters of each word.

A sign is a word too: a question mark asks. A word that stands twice in a text counts once, and so does a pair; so what
is said of a text is the sum of what is said of each of its words by itself, and of their pairs.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

CHARACTERS = (2, 5)

_words = re.compile(r"\w+|[^\w\s]").findall

Rows = Mapping[str, int]


def words_and_pairs(text: str) -> tuple[list[str], list[str]]:
    """Return the words of a text and the pairs of neighbours, each once and in order; a pair has a space in it."""
    words = _words(text)
    return list(dict.fromkeys(words)), list(dict.fromkeys([f"{left} {right}" for left, right in pairwise(words)]))


def ngrams_of_word(word: str, sizes: tuple[int, int] = CHARACTERS) -> list[str]:
    """Return the n-grams of characters of a word with a space on either side, of 2 to 5 or of other `sizes`.

    What repeats itself for as long as the longest n-gram counts once: « hahahahaha » says no more than « hahaha ».
    """
    return [gram for longest in _windows(word, sizes) for gram in beginnings(longest, sizes)]


def beginnings(gram: str, sizes: tuple[int, int] = CHARACTERS) -> list[str]:
    """Return the n-grams with which one begins, the shortest first and itself last."""
    return [gram[:size] for size in range(sizes[0], len(gram) + 1)]


def rows_of_ngrams(word: str, known: Rows) -> list[int]:
    """Return the row of the longest known n-gram of characters at each place of a word.

    Where each row is the sum over the `beginnings` of its n-gram, these say all of the word's known n-grams: where an
    n-gram is known, so are its beginnings, which stood in the training data too.
    """
    shortest, _ = CHARACTERS
    found = []
    for gram in _windows(word, CHARACTERS):
        row = known.get(gram)
        while row is None and len(gram) > shortest:
            gram = gram[:-1]
            row = known.get(gram)
        if row is not None:
            found.append(row)
    return found


def rows_of_text(text: str, words: Rows, characters: Rows) -> list[int]:
    """Return the rows whose sum says all of a text: one of each known word and pair, of a new word those of n-grams."""
    own, pairs = words_and_pairs(text)
    found: list[int] = []
    for word in own:
        if row := words.get(word):
            found.append(row)
        else:
            found += rows_of_ngrams(word, characters)
    found += [row for pair in pairs if (row := words.get(pair))]
    return found


def _windows(word: str, sizes: tuple[int, int]) -> Iterable[str]:
    """The longest n-gram that begins at each place, each once; at the end of the word they are shorter."""
    shortest, longest = sizes
    padded = f" {word} "
    return dict.fromkeys([padded[start : start + longest] for start in range(len(padded) - shortest + 1)])
