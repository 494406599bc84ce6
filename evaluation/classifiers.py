"""Ways to classify an intent that were tried beside the one in use: learners, and mixtures of them.

Each is a value that says all about itself, so that what was computed for one can be kept under what it says.
Runs in .venvs/rasa, or in .venvs/selection, which holds the encoders too.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from evaluation.contenders.figures import REFUSALS
from evaluation.grams import Weighed
from evaluation.task import Classifier, Features, FloatArray, IntArray, Task

_ITERATIONS = 80  # that end the fit of a multinomial regression: more of them change no answer
_TOLERANCE = 1e-3
_LEAST = 1e-9  # probability whose logarithm is taken


@dataclass(frozen=True)
class Margins(Classifier):
    """How far on its side of a plane each intent puts a text, all others being on the other side: no probabilities.

    `loss` is « hinge » (linear support vector machines) or « logistic » (logistic regressions, by liblinear), and
    `regularisation` scikit-learn's C.
    """

    blocks: tuple[Features, ...] = (Weighed(),)
    regularisation: float = 2.0
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

    blocks: tuple[Features, ...] = (Weighed(),)
    neighbours: int = 5

    def predict(self, task: Task) -> FloatArray:
        """See Classifier."""
        learned, asked = _features(self.blocks, task)
        found = np.zeros((len(task.asked), len(task.intents)), dtype=np.float32)
        for start in range(0, len(task.asked), 512):
            products = asked[start : start + 512] @ learned.T
            near = products if isinstance(products, np.ndarray) else products.toarray()
            best = np.argpartition(-near, self.neighbours, axis=1)[:, : self.neighbours]
            for line, columns in enumerate(best):
                np.add.at(found[start + line], task.labels[columns], near[line, columns] + _LEAST)
        shares: FloatArray = found / found.sum(axis=1, keepdims=True)
        return shares


@dataclass(frozen=True)
class TwoStages(Classifier):
    """First which group an intent is of, then which of those it is.

    The groups are topics, refusals and moves of the dialogue; with `refusal_alone`, refusals and all others.
    """

    margins: Margins = field(default_factory=Margins)
    sharpness: float = 5.0
    refusal_alone: bool = False

    def predict(self, task: Task) -> FloatArray:
        """See Classifier."""
        learned, asked = _features(self.margins.blocks, task)
        group = np.array([self._group(intent, task.topics) for intent in task.intents])
        first = _softmax(self.sharpness * self.margins.of(learned, group[task.labels], asked))
        found = np.zeros((len(task.asked), len(task.intents)), dtype=np.float32)
        for number in range(first.shape[1]):
            own = np.flatnonzero(group == number)
            lines = np.flatnonzero(np.isin(task.labels, own))
            labels = np.searchsorted(own, task.labels[lines])
            second = _softmax(self.sharpness * self.margins.of(learned[lines], labels, asked))
            found[:, own] = first[:, [number]] * second
        return found

    def _group(self, intent: str, topics: frozenset[str]) -> int:
        if intent in REFUSALS:
            return 1
        return 0 if self.refusal_alone or intent in topics else 2


@dataclass(frozen=True)
class ClassThresholds(Classifier):
    """A classifier with a threshold of each intent's own: one number that moves its log-odds against all others.

    The numbers are those that make probabilities most likely on a part of the training texts, read by `one` when it has
    learned the rest.
    """

    one: Classifier
    part: int = 5  # every so many a text is held out

    @property
    def parts(self) -> tuple[Classifier, ...]:
        """See Classifier."""
        return (self.one,)

    def predict(self, task: Task) -> FloatArray:
        """See Classifier."""
        held_out = np.arange(len(task.training)) % self.part == 0
        texts = np.array(task.training, dtype=object)
        inner = replace(
            task, training=texts[~held_out].tolist(), labels=task.labels[~held_out], asked=texts[held_out].tolist()
        )
        moves = self._moves(np.log(inner.computed(self.one)[0] + _LEAST), task.labels[held_out])
        return _softmax(np.log(task.computed(self.one)[0] + _LEAST) + moves)

    @staticmethod
    def _moves(scores: FloatArray, labels: IntArray) -> npt.NDArray[np.float64]:
        """The number of each column by which the log loss is least, kept small where few texts say anything."""
        counted = np.bincount(labels, minlength=scores.shape[1])

        def loss(moves: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
            shares = _softmax(scores + moves)
            own = shares[np.arange(len(labels)), labels]
            return float(moves @ moves / 2 - np.log(own + _LEAST).sum()), moves + shares.sum(axis=0) - counted

        found: npt.NDArray[np.float64] = minimize(loss, np.zeros(scores.shape[1]), jac=True, method="L-BFGS-B").x
        return found


@dataclass(frozen=True)
class WhenUnsure(Classifier):
    """One classifier, and another in its place where the first is less sure than `below` (a probability)."""

    one: Classifier
    other: Classifier
    below: float

    @property
    def parts(self) -> tuple[Classifier, ...]:
        """See Classifier."""
        return self.one, self.other

    def predict(self, task: Task) -> FloatArray:
        """See Classifier."""
        one, other = task.computed(self.one)[0], task.computed(self.other)[0]
        return np.where(one.max(axis=1, keepdims=True) < self.below, other, one)


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


def _features(blocks: Sequence[Features], task: Task) -> tuple[Any, Any]:
    """The features of what is learned and of what is asked; several blocks, all sparse or none, in one matrix."""
    pairs = [task.features(block) for block in blocks]
    if len(pairs) == 1:
        return pairs[0]
    is_dense = isinstance(pairs[0][0], np.ndarray)
    learned, asked = (np.hstack(side) if is_dense else hstack(side).tocsr() for side in zip(*pairs, strict=True))
    return learned, asked


def _softmax(scores: npt.NDArray[Any]) -> FloatArray:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: FloatArray = (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares
