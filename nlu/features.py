"""TF-IDF over character and word n-grams, and the linear scores over them, without scikit-learn at run time.

Training fits scikit-learn's vectorizers; what is kept is their vocabulary and weights as plain arrays, so that a model
is data only (npz and JSON, nothing that runs when it is loaded) and one message costs a fraction of a millisecond.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

CHARACTERS = (2, 5)
WORDS = (1, 2)
WORD_PATTERN = r"\w+"

_words = re.compile(WORD_PATTERN).findall

FloatArray = npt.NDArray[np.float32]


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


@dataclass(frozen=True)
class Block:
    """One family of n-grams: the column of each, its inverse document frequency, its weights by column and class."""

    vocabulary: dict[str, int]
    idf: FloatArray
    weights: FloatArray

    def columns(self, grams: Iterable[str]) -> list[int]:
        """Return the columns of the n-grams that are known, once for each time one occurs."""
        known = self.vocabulary
        return [known[gram] for gram in grams if gram in known]

    def scores(self, columns: Iterable[int]) -> FloatArray:
        """Linear scores, one a class, of sub-linear, L2-normalised TF-IDF features, given by their `columns`."""
        counts = Counter(columns)
        if not counts:
            return np.zeros(self.weights.shape[1], dtype=np.float32)
        found = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * self.idf[found]
        scores: FloatArray = values @ self.weights[found]
        scores /= math.sqrt(values @ values)
        return scores
