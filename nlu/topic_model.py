"""The intent model: trained with scikit-learn, kept as arrays, applied with NumPy."""

import json
import pathlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter

import numpy as np

from nlu.features import CHARACTERS, WORD_PATTERN, WORDS, Block, FloatArray, ngrams_of_word, word_ngrams

_ARRAYS = "intent_model.npz"
_NAMES = "intent_model.json"


@dataclass(frozen=True)
class TopicModel:
    """One linear scorer a class over two blocks of TF-IDF features, and the softmax of their scores."""

    classes: tuple[str, ...]
    characters: Block
    words: Block
    intercept: FloatArray
    _remembered: dict[str, list[int]] = field(default_factory=dict, repr=False, compare=False)

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
        weights = np.ascontiguousarray(sharpness * machine.coef_.T, dtype=np.float32)
        cut = blocks[0].shape[1]
        parts = [
            Block(
                {gram: int(column) for gram, column in vectorizer.vocabulary_.items()},
                vectorizer.idf_.astype(np.float32),
                part,
            )
            for vectorizer, part in zip(vectorizers, (weights[:cut], weights[cut:]), strict=True)
        ]
        return cls(
            tuple(str(name) for name in machine.classes_),
            parts[0],
            parts[1],
            (sharpness * machine.intercept_).astype(np.float32),
        )

    def probabilities(self, folded: str) -> FloatArray:
        """Probability of each class for one folded text, in the order of `classes`."""
        letters = [column for word in folded.split() for column in self._columns_of_word(word)]
        words = self.words.columns(word_ngrams(folded))
        scores = self.intercept + self.characters.scores(letters) + self.words.scores(words)
        odds = np.exp(scores - scores.max())
        shares: FloatArray = odds / odds.sum()
        return shares

    def rank(self, folded: str) -> list[tuple[str, float]]:
        """Return all classes with their probabilities for one folded text, likeliest first."""
        probabilities = self.probabilities(folded).tolist()
        return sorted(zip(self.classes, probabilities, strict=True), key=itemgetter(1), reverse=True)

    def _columns_of_word(self, word: str) -> list[int]:
        """The columns of a word's letters, remembered for the words that sentences of the training data hold.

        Those alone: what a person may have typed and nobody else has, a name perhaps, is forgotten.
        """
        columns = self._remembered.get(word)
        if columns is None:
            columns = self.characters.columns(ngrams_of_word(word))
            if all(part in self.words.vocabulary for part in word.split("'") if part):
                self._remembered[word] = columns
        return columns

    def save(self, folder: pathlib.Path) -> None:
        """Write the model into a folder. Raises OSError when it cannot be written."""
        names = {"classes": self.classes, "characters": self.characters.vocabulary, "words": self.words.vocabulary}
        (folder / _NAMES).write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")
        np.savez(
            folder / _ARRAYS,
            intercept=self.intercept,
            character_idf=self.characters.idf,
            character_weights=self.characters.weights,
            word_idf=self.words.idf,
            word_weights=self.words.weights,
        )

    @classmethod
    def load(cls, folder: pathlib.Path) -> "TopicModel":
        """Read what `save` wrote. Raises OSError, KeyError or ValueError when it is not there or not whole."""
        names = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            return cls(
                tuple(names["classes"]),
                Block(names["characters"], arrays["character_idf"], arrays["character_weights"]),
                Block(names["words"], arrays["word_idf"], arrays["word_weights"]),
                arrays["intercept"],
            )
