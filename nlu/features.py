"""What a text is cut into: words, pairs of words, and the n-grams of characters of each word.

A sign is a word too: a question mark asks. What a text holds more than once counts once, so that what is said of a text
is the sum of what is said of each of its words by itself, and of their pairs.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
import numpy.typing as npt

CHARACTERS = (2, 5)

_words = re.compile(r"\w+|[^\w\s]").findall

FloatArray = npt.NDArray[np.float32]
Rows = Mapping[str, int]


def words_and_pairs(text: str) -> tuple[list[str], list[str]]:
    """Return the words of a text and the pairs of neighbours, each once and in order; a pair has a space in it."""
    words = _words(text)
    return list(dict.fromkeys(words)), list(dict.fromkeys([f"{left} {right}" for left, right in pairwise(words)]))


def ngrams_of_word(word: str, sizes: tuple[int, int] = CHARACTERS) -> list[str]:
    """Return the n-grams of 2 to 5 characters of a word with a space on either side, or of other `sizes`."""
    shortest, longest = sizes
    padded = f" {word} "
    grams: list[str] = []
    for size in range(shortest, longest + 1):
        if len(padded) <= size:
            grams.append(padded)
            break
        grams += [padded[start : start + size] for start in range(len(padded) - size + 1)]
    return grams


def beginnings(gram: str) -> list[str]:
    """Return the n-grams with which one begins, the shortest first and itself last."""
    shortest, _ = CHARACTERS
    return [gram[:size] for size in range(shortest, len(gram) + 1)]


def rows_of_ngrams(word: str, known: Rows) -> Iterator[int]:
    """Yield the row of the longest known n-gram of characters at each place of a word.

    Where each row is the sum over the `beginnings` of its n-gram, these say all of the word's known n-grams: where an
    n-gram is known, so are its beginnings, which stood in the training data too.
    """
    shortest, longest = CHARACTERS
    padded = f" {word} "
    for start in range(len(padded) - shortest + 1):
        for end in range(start + longest, start + shortest - 1, -1):
            if row := known.get(padded[start:end]):
                yield row
                break


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
