"""What a variant of the classifier learns and is asked, and what it made of that, which is kept.

Runs in .venvs/rasa, or in .venvs/selection.
"""

import hashlib
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from evaluation.locks import SELECTION, locked
from evaluation.results import CACHE, fingerprint

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
MADE_OF = (
    "evaluation/classifiers.py",
    "evaluation/encoders.py",
    "evaluation/grams.py",
    "evaluation/task.py",
    "nlu/features.py",
    "nlu/gazetteer.py",
    "nlu/gazetteer.yml",
    "nlu/misspelling.py",
    "nlu/names.py",
    "nlu/spelling.py",
    "nlu/spelling.yml",
    "nlu/text.py",
    "nlu/weighing.py",
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
    """Something that makes numbers of texts: a value, equal to another that makes the same numbers."""

    def __hash__(self) -> int:
        """The same for equal ones."""

    def of(self, task: "Task") -> tuple[Any, Any]:
        """The features of the training texts and of those asked about, as sparse or dense matrices."""


@dataclass
class _Kept:
    """Features that were made, each with the seconds that it took, and the seconds that having kept them has saved."""

    made: dict[Features, tuple[tuple[Any, Any], float]] = field(default_factory=dict)
    saved: float = 0.0


@dataclass(frozen=True)
class Task:
    """What is learned and what is asked; what is computed is kept in `cache`.

    `labels` are places in `intents`. Features that several classifiers want are kept in memory, until `forget`.
    """

    training: Sequence[str]
    labels: IntArray
    asked: Sequence[str]
    intents: tuple[str, ...]
    topics: frozenset[str]
    cache: Path = field(default=CACHE / "selection", compare=False)
    _kept: _Kept = field(default_factory=_Kept, init=False, repr=False, compare=False)

    @cached_property
    def key(self) -> str:
        """A hash of everything but the classifier that decides the probabilities."""
        decides = [fingerprint(*MADE_OF), json.dumps(locked("selection", *SELECTION))]
        content = [*self.training, *map(str, self.labels), *self.asked, *decides]
        return hashlib.sha256("\0".join(content).encode()).hexdigest()

    def features(self, wanted: Features) -> tuple[Any, Any]:
        """The features of the training texts and of those asked about; made once."""
        kept = self._kept
        if wanted in kept.made:
            found, seconds = kept.made[wanted]
            kept.saved += seconds
        else:
            started = time.process_time()
            found = wanted.of(self)
            kept.made[wanted] = found, time.process_time() - started
        return found

    def forget(self) -> None:
        """Free the memory of the features."""
        self._kept.made.clear()

    def computed(self, classifier: Classifier) -> tuple[FloatArray, float]:
        """What `classifier` makes of the task, computed once, and the processor's seconds that it takes by itself.

        Those of its parts and features count even if they were there already; vectors of encoders are kept, and do not.
        """
        name = hashlib.sha256(f"{self.key}{classifier!r}".encode()).hexdigest()[:32]
        kept, took = self.cache / f"{name}.npy", self.cache / f"{name}.json"
        if not took.exists():
            seconds = sum(self.computed(part)[1] for part in classifier.parts)
            started, saved = time.process_time(), self._kept.saved
            found = classifier.predict(self).astype(np.float32)
            seconds += time.process_time() - started + self._kept.saved - saved
            self.cache.mkdir(parents=True, exist_ok=True)
            np.save(kept, found)
            took.write_text(json.dumps({"classifier": repr(classifier), "seconds": seconds}), "utf-8")
        stored: FloatArray = np.load(kept, allow_pickle=False)
        return stored, float(json.loads(took.read_text("utf-8"))["seconds"])
