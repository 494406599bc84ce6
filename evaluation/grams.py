"""Features of n-grams, of characters or of words, in texts read in several ways.

Runs in .venvs/rasa, or in .venvs/selection, which holds spaCy too.
"""

import importlib
from abc import ABC
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from evaluation.task import Task
from nlu.features import CHARACTERS, WORD_PATTERN, WORDS
from nlu.names import with_names
from nlu.spelling import spelling
from nlu.text import fold


@cache
def _named(text: str) -> str:
    return with_names(spelling().read(fold(text)))


def named(texts: Sequence[str]) -> list[str]:
    """Texts as the classifier in use reads them: folded, hurried spelling made regular, with the names in them."""
    return [_named(text) for text in texts]


def regular(texts: Sequence[str]) -> list[str]:
    """The same without the names."""
    return [spelling().read(fold(text)) for text in texts]


def typed(texts: Sequence[str]) -> list[str]:
    """Texts without accents and capitals, with the names in them, spelling as it is."""
    return [with_names(fold(text)) for text in texts]


def lemmas(texts: Sequence[str]) -> list[str]:
    """The dictionary forms of the words, by spaCy, folded."""
    pipeline = importlib.import_module("spacy").load("fr_core_news_md", exclude=["parser", "ner"])
    return [fold(" ".join(token.lemma_ for token in document)) for document in pipeline.pipe(texts, batch_size=256)]


READERS: dict[str, Callable[[Sequence[str]], list[str]]] = {
    "named": named,
    "regular": regular,
    "typed": typed,
    "lemmas": lemmas,
}


@dataclass(frozen=True)
class _Grams(ABC):
    """TF-IDF of the n-grams that stand in `least` texts, `shortest` to `longest` of their units each."""

    shortest: int
    longest: int
    reader: str = "named"
    least: int = 1
    _units: ClassVar[Mapping[str, str]]

    def of(self, task: Task) -> tuple[Any, Any]:
        """See Features."""
        read = READERS[self.reader]
        vectorizer = TfidfVectorizer(
            ngram_range=(self.shortest, self.longest),
            min_df=self.least,
            sublinear_tf=True,
            lowercase=False,
            dtype=np.float32,
            **self._units,
        )
        return vectorizer.fit_transform(read(task.training)), vectorizer.transform(read(task.asked))


@dataclass(frozen=True)
class Characters(_Grams):
    """TF-IDF of n-grams of characters inside words."""

    shortest: int = CHARACTERS[0]
    longest: int = CHARACTERS[1]
    _units: ClassVar[Mapping[str, str]] = {"analyzer": "char_wb"}


@dataclass(frozen=True)
class Words(_Grams):
    """TF-IDF of n-grams of words."""

    shortest: int = WORDS[0]
    longest: int = WORDS[1]
    _units: ClassVar[Mapping[str, str]] = {"token_pattern": WORD_PATTERN}
