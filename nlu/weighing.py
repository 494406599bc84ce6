"""How much each word, pair of words and n-gram of characters weighs in a text: what the intent model is trained on.

scikit-learn is loaded with it: training imports it, a server does not.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.feature_extraction.text import CountVectorizer

from nlu.features import beginnings, ngrams_of_word, words_and_pairs

# How much more a word or a pair of words counts than one of the many n-grams of a word (docs/evaluation.md).
EMPHASIS = 1.5

FloatArray = npt.NDArray[np.float32]
Cut = Callable[[str], tuple[list[str], list[str]]]
Spell = Callable[[str], list[str]]


@dataclass(frozen=True)
class Weighing:
    """The n-grams of characters of some texts, and their words and pairs of words, with the weights of all of them.

    A weight is scikit-learn's inverse document frequency, ln((1 + texts) / (1 + texts that hold it)) + 1; that of a
    word or pair is multiplied. A text's weights are divided by its length: the root of the sum of the squared weights
    of all that it holds, an n-gram as often as its words hold it.
    """

    characters: list[str]
    words: list[str]
    weights: FloatArray
    cut: Cut
    spell: Spell

    @classmethod
    def of(
        cls,
        texts: Sequence[str],
        emphasis: float = EMPHASIS,
        cut: Cut = words_and_pairs,
        spell: Spell = ngrams_of_word,
    ) -> "Weighing":
        """Weigh what some texts hold: words and pairs as `cut` gives them, n-grams of a word as `spell` does.

        Weights of words and pairs are multiplied by `emphasis` (>= 0, no unit).
        """
        cuts = [cut(text) for text in texts]
        words = sorted({held for parts in cuts for held in chain(*parts)})
        characters = sorted({gram for word in words if _is_word(word) for gram in spell(word)})
        bare = cls(characters, words, np.ones(len(characters) + len(words), np.float32), cut, spell)
        weights = np.log((1 + len(texts)) / (1 + bare._held(texts).getnnz(axis=0))) + 1
        weights[len(characters) :] *= emphasis
        return replace(bare, weights=weights.astype(np.float32))

    def features(self, texts: Sequence[str]) -> Any:
        """Return what texts weigh, divided by their lengths: a sparse matrix, n-grams before words and pairs."""
        held = self._held(texts)
        lengths = np.sqrt(held @ self.weights**2)
        return (diags(1 / np.where(lengths, lengths, 1)) @ held @ diags(self.weights)).tocsr()

    def rows(self, coefficients: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the rows of a TopicModel for the coefficients of a linear model of `features`, a line of them a class.

        Those of the n-grams of characters, each with its beginnings added, and those of the words and pairs, each word
        with its n-grams added.
        """
        lines = np.column_stack([self.weights[:, None] * coefficients.T, self.weights**2]).astype(np.float32)
        characters, words = np.split(lines, [len(self.characters)])
        return (
            _counted(map(beginnings, self.characters), self.characters) @ characters,
            self._spelt(self.words) @ characters + words,
        )

    def _held(self, texts: Sequence[str]) -> Any:
        """How often each text holds each of the n-grams, of all its words, and each of the words and pairs."""
        cuts = [self.cut(text) for text in texts]
        own = sorted({word for words, _ in cuts for word in words})
        spelt = _counted((words for words, _ in cuts), own) @ self._spelt(own)
        return hstack([spelt, _counted((list(chain(*parts)) for parts in cuts), self.words)]).tocsr()

    def _spelt(self, words: Sequence[str]) -> Any:
        """How often each word holds each of the n-grams; a pair of words holds none."""
        return _counted((self.spell(word) if _is_word(word) else [] for word in words), self.characters)


def _is_word(held: str) -> bool:
    return " " not in held


def _counted(lists: Iterable[Sequence[str]], names: Sequence[str]) -> Any:
    """How often each list holds each of the names."""
    if not names:
        return csr_matrix((sum(1 for _ in lists), 0), dtype=np.float32)
    return CountVectorizer(analyzer=_itself, vocabulary=names, dtype=np.float32).transform(lists)


def _itself(held: Sequence[str]) -> Sequence[str]:
    return held
