"""The intent model: trained with scikit-learn, kept as arrays, applied with NumPy."""

import json
import math
import pathlib
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from nlu.features import (
    CHARACTERS,
    COLUMN,
    WORD_PATTERN,
    WORDS,
    FloatArray,
    Vocabulary,
    columns_of_word,
    columns_of_words,
    numbered,
    with_beginnings,
)

_ARRAYS = "intent_model.npz"
_NAMES = "intent_model.json"
# 1 + log(n), for an n-gram that occurs n times; more often than this counts as this.
_SUBLINEAR = (1 + np.log(np.maximum(np.arange(4096), 1))).astype(np.float32)
# A number before all columns and one after them: between them every column ends where another number begins.
_ENDS = np.array([-1, np.iinfo(COLUMN).max], COLUMN).tobytes()
# The rows that are multiplied at once: for more numbers OpenBLAS wakes its threads, which takes longer than it saves.
_ROWS = 192


@dataclass(frozen=True)
class TopicModel:
    """One linear scorer a class over two blocks of TF-IDF features, and the softmax of their scores.

    The rows of `idf` and `weights` are those of the n-grams of characters, then those of the n-grams of words.
    """

    classes: tuple[str, ...]
    characters: Vocabulary
    words: Vocabulary
    # The columns of the letters of each word of the training data. Of no other: what a person may have
    # typed and nobody else has, a name perhaps, is not remembered.
    familiar: Vocabulary
    idf: FloatArray
    weights: FloatArray
    intercept: FloatArray

    @classmethod
    def train(
        cls, texts: Sequence[str], intents: Sequence[str], regularisation: float, sharpness: float
    ) -> "TopicModel":
        """Fit a linear support vector machine, one class against the rest, on texts and their intents.

        `regularisation` is scikit-learn's inverse strength C (> 0, no unit). The margins times `sharpness` (> 0, no
        unit) are the scores of which probabilities are made. Raises ValueError when fewer than three intents are
        given: for two, scikit-learn fits one line of weights where this model needs one a class.
        """
        from scipy.sparse import hstack
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.svm import LinearSVC

        vectorizers = [
            TfidfVectorizer(analyzer="char_wb", ngram_range=CHARACTERS, sublinear_tf=True, lowercase=False),
            TfidfVectorizer(ngram_range=WORDS, sublinear_tf=True, lowercase=False, token_pattern=WORD_PATTERN),
        ]
        if len(set(intents)) < 3:
            raise ValueError(f"an intent model takes three intents or more, not {sorted(set(intents))}")
        blocks = [vectorizer.fit_transform(texts) for vectorizer in vectorizers]
        machine = LinearSVC(C=regularisation, random_state=0).fit(hstack(blocks).tocsr(), intents)
        characters, words = (vectorizer.get_feature_names_out().tolist() for vectorizer in vectorizers)
        return cls._of(
            [str(name) for name in machine.classes_],
            characters,
            words,
            sorted({word for text in texts for word in text.split()}),
            np.concatenate([vectorizer.idf_ for vectorizer in vectorizers]).astype(np.float32),
            np.ascontiguousarray(sharpness * machine.coef_.T, dtype=np.float32),
            (sharpness * machine.intercept_).astype(np.float32),
        )

    @classmethod
    def _of(
        cls,
        classes: Sequence[str],
        characters: Sequence[str],
        words: Sequence[str],
        familiar: Sequence[str],
        *arrays: FloatArray,
    ) -> "TopicModel":
        beginnings = with_beginnings(numbered(characters))
        return cls(
            tuple(classes),
            beginnings,
            numbered(words, len(characters)),
            {word: columns_of_word(word, beginnings) for word in familiar},
            *arrays,
        )

    def probabilities(self, folded: str) -> list[float]:
        """Probability of each class for one folded text, in the order of `classes`."""
        parts = [self.familiar.get(word) or columns_of_word(word, self.characters) for word in folded.split()]
        parts += _ENDS, columns_of_words(folded, self.words)
        scores = self._scores(np.frombuffer(bytearray().join(parts), COLUMN)).tolist()
        highest = max(scores)
        odds = [math.exp(score - highest) for score in scores]
        together = sum(odds)
        return [share / together for share in odds]

    def rank(self, folded: str) -> list[tuple[str, float]]:
        """Return all classes with their probabilities for one folded text, likeliest first."""
        return sorted(zip(self.classes, self.probabilities(folded), strict=True), key=itemgetter(1), reverse=True)

    def _scores(self, found: npt.NDArray[np.int32]) -> FloatArray:
        """Linear scores, one a class, of the sub-linear, L2-normalised TF-IDF features of some columns and _ENDS."""
        found.sort()
        # The last place of each column; the first of them is that of the number before all columns.
        last = (found[1:] != found[:-1]).nonzero()[0]
        values = _SUBLINEAR.take(last[1:] - last[:-1], mode="clip")
        found = found.take(last[1:])
        values *= self.idf.take(found)
        cut = found.searchsorted(len(self.characters))
        for block in (values[:cut], values[cut:]):
            if len(block):
                block *= 1 / math.sqrt(block.dot(block))
        scores = self.intercept.copy()
        for start in range(0, len(found), _ROWS):
            rows = slice(start, start + _ROWS)
            scores += values[rows].dot(self.weights.take(found[rows], axis=0))
        return scores

    def save(self, folder: pathlib.Path) -> None:
        """Write the model into a folder. Raises OSError when it cannot be written."""
        names = {name: list(getattr(self, name)) for name in ("classes", "characters", "words", "familiar")}
        (folder / _NAMES).write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")
        np.savez(folder / _ARRAYS, idf=self.idf, weights=self.weights, intercept=self.intercept)

    @classmethod
    def load(cls, folder: pathlib.Path) -> "TopicModel":
        """Read what `save` wrote. Raises OSError, KeyError or ValueError when it is not there or not whole."""
        names = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            return cls._of(
                *(names[name] for name in ("classes", "characters", "words", "familiar")),
                *(arrays[name] for name in ("idf", "weights", "intercept")),
            )
