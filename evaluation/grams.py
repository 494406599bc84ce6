"""Features of n-grams, of characters or of words, in texts read in several ways.

Runs in .venvs/rasa, or in .venvs/selection, which holds spaCy too.
"""

import importlib
from abc import ABC
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from evaluation.task import Task
from nlu.features import CHARACTERS, ngrams_of_word, words_and_pairs
from nlu.names import with_names
from nlu.spelling import spelling
from nlu.text import fold
from nlu.weighing import EMPHASIS, Weighing


@cache
def named(text: str) -> str:
    """A text as the classifier in use reads it: folded, hurried spelling made regular, with the names in it."""
    return with_names(regular(text))


@cache
def regular(text: str) -> str:
    """The same without the names."""
    return spelling().read(fold(text))


@cache
def typed(text: str) -> str:
    """A text without accents and capitals, with the names in it, spelling as it is."""
    return with_names(fold(text))


@cache
def lemmas(text: str) -> str:
    """The dictionary forms of the words, by spaCy, folded."""
    return fold(" ".join(token.lemma_ for token in _spacy()(text)))


@cache
def _spacy() -> Callable[[str], Any]:
    pipeline: Callable[[str], Any] = importlib.import_module("spacy").load("fr_core_news_md", exclude=["parser", "ner"])
    return pipeline


READERS: dict[str, Callable[[str], str]] = {
    "named": named,
    "regular": regular,
    "typed": typed,
    "lemmas": lemmas,
}


@dataclass(frozen=True)
class Weighed:
    """What the classifier in use learns from, or what it would with other n-grams.

    N-grams of `shortest` to `longest` characters, none where `longest` is 0; up to `words` neighbouring words, words
    and their neighbours counting `emphasis` times.
    """

    shortest: int = CHARACTERS[0]
    longest: int = CHARACTERS[1]
    words: int = 2
    emphasis: float = EMPHASIS
    reader: str = "named"

    def of(self, task: Task) -> tuple[Any, Any]:
        """See Features."""
        training, asked = ([READERS[self.reader](text) for text in texts] for texts in (task.training, task.asked))
        weighing = Weighing.of(training, self.emphasis, self._cut, self._spell)
        return weighing.features(training), weighing.features(asked)

    def _cut(self, text: str) -> tuple[list[str], list[str]]:
        words, pairs = words_and_pairs(text)
        if self.words < 2:
            return words, []
        # Of a word that is written twice a triple may be wrong: so few are that it decides nothing here.
        triples = [" ".join(those) for those in zip(words, words[1:], words[2:], strict=False)]
        return words, pairs + (triples if self.words > 2 else [])

    def _spell(self, word: str) -> list[str]:
        return ngrams_of_word(word, (self.shortest, self.longest)) if self.longest else []


@dataclass(frozen=True)
class _Grams(ABC):
    """TF-IDF of the n-grams of `shortest` to `longest` of their units, each block of them of length 1."""

    shortest: int
    longest: int
    reader: str = "named"
    _units: ClassVar[Mapping[str, str]]

    def of(self, task: Task) -> tuple[Any, Any]:
        """See Features."""
        read = READERS[self.reader]
        vectorizer = TfidfVectorizer(
            ngram_range=(self.shortest, self.longest),
            sublinear_tf=True,
            lowercase=False,
            dtype=np.float32,
            **self._units,
        )
        return vectorizer.fit_transform(map(read, task.training)), vectorizer.transform(map(read, task.asked))


@dataclass(frozen=True)
class Characters(_Grams):
    """TF-IDF of n-grams of characters inside words."""

    shortest: int = CHARACTERS[0]
    longest: int = CHARACTERS[1]
    _units: ClassVar[Mapping[str, str]] = {"analyzer": "char_wb"}


@dataclass(frozen=True)
class Words(_Grams):
    """TF-IDF of words and pairs of words."""

    shortest: int = 1
    longest: int = 2
    _units: ClassVar[Mapping[str, str]] = {"token_pattern": r"\w+"}
