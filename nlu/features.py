"""The n-grams of TF-IDF, cut as scikit-learn cuts them, and looked up without scikit-learn at run time.

A column is kept as the bytes of a number: those of a word are one string of bytes, those of a message that of its words
joined, which NumPy reads as they are. Nothing is done for each n-gram of a word that is known.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise, repeat

import numpy as np
import numpy.typing as npt

CHARACTERS = (2, 5)
WORDS = (1, 2)
WORD_PATTERN = r"\w+"
COLUMN = np.int32

_words = re.compile(WORD_PATTERN).findall

FloatArray = npt.NDArray[np.float32]
Vocabulary = Mapping[str, bytes]


def character_ngrams(folded: str) -> list[str]:
    """N-grams of 2 to 5 characters inside word boundaries, exactly as scikit-learn's `char_wb` analyzer cuts them."""
    return [gram for word in folded.split() for gram in ngrams_of_word(word)]


def ngrams_of_word(word: str) -> list[str]:
    """Return the part of `character_ngrams` that one word without a space gives."""
    shortest, longest = CHARACTERS
    padded = f" {word} "
    grams: list[str] = []
    for size in range(shortest, longest + 1):
        if len(padded) <= size:
            grams.append(padded)
            break
        grams += [padded[start : start + size] for start in range(len(padded) - size + 1)]
    return grams


def word_ngrams(folded: str) -> list[str]:
    """Words and pairs of words, exactly as scikit-learn's `word` analyzer cuts them."""
    words = _words(folded)
    return words + [f"{left} {right}" for left, right in pairwise(words)]


def numbered(grams: Iterable[str], first: int = 0) -> dict[str, bytes]:
    """Return the column of each n-gram, from `first` on."""
    return {gram: COLUMN(column).tobytes() for column, gram in enumerate(grams, first)}


def with_beginnings(known: Vocabulary) -> dict[str, bytes]:
    """Return, for each n-gram of characters, the columns of all n-grams with which it begins, itself among them.

    Where an n-gram is known, so are those: they stood in the training data too.
    """
    shortest, _ = CHARACTERS
    return {
        gram: b"".join([known[gram[:size]] for size in range(shortest, len(gram) + 1) if gram[:size] in known])
        for gram in known
    }


def columns_of_word(word: str, beginnings: Vocabulary) -> bytes:
    """Return the known columns of `ngrams_of_word`, in any order; `beginnings` is what `with_beginnings` made."""
    shortest, longest = CHARACTERS
    padded = f" {word} "
    found = []
    for start in range(len(padded) - shortest + 1):
        gram = padded[start : start + longest]
        while gram not in beginnings and len(gram) > shortest:
            gram = gram[:-1]
        found.append(beginnings.get(gram, b""))
    return b"".join(found)


def columns_of_words(folded: str, known: Vocabulary) -> bytes:
    """Return the columns of `word_ngrams` that are known, once for each time one occurs."""
    return b"".join(map(known.get, word_ngrams(folded), repeat(b"")))
