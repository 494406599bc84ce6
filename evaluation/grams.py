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
from nlu.features import CHARACTERS, WORD_PATTERN, WORDS
from nlu.names import with_names
from nlu.spelling import spelling
from nlu.text import fold


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
        return vectorizer.fit_transform(map(read, task.training)), vectorizer.transform(map(read, task.asked))


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
