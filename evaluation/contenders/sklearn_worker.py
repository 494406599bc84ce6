"""The baseline contenders: what one would write with scikit-learn in an afternoon. Runs in .venvs/evaluation.

TF-IDF over characters inside words; then `svm`, a linear support vector machine calibrated for probabilities, or
`logistic`, a logistic regression, both with scikit-learn's defaults.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import joblib
from sklearn.base import ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

from evaluation.contenders.protocol import Parsed, serve

MODEL = "model.joblib"
CLASSIFIERS: dict[str, Callable[[], ClassifierMixin]] = {
    "svm": lambda: CalibratedClassifierCV(LinearSVC()),
    # The default of 100 iterations does not always converge.
    "logistic": lambda: LogisticRegression(max_iter=1000),
}


class BaselineContender:
    """TF-IDF and a linear classifier; see protocol.py."""

    def __init__(self, which: str) -> None:
        """Raises KeyError when `which` is neither `svm` nor `logistic`."""
        self._classifier = CLASSIFIERS[which]
        self._model: Pipeline | None = None

    def train(self, examples: list[dict[str, str]], folder: Path, epochs: int | None) -> None:
        """Fit on `examples`; there are no epochs."""
        model = make_pipeline(TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5)), self._classifier())
        model.fit([example["text"] for example in examples], [example["intent"] for example in examples])
        joblib.dump(model, folder / MODEL)

    def load(self, folder: Path) -> None:
        """Read the model back."""
        self._model = joblib.load(folder / MODEL)

    def parse(self, text: str) -> Parsed:
        """Return the classes by probability; the first is the one acted on."""
        assert self._model, "load comes before parse"
        started = time.perf_counter()
        shares = self._model.predict_proba([text])[0].tolist()
        ranking = sorted(zip(self._model.classes_.tolist(), shares, strict=True), key=lambda entry: -entry[1])
        return Parsed(ranking, ranking[0][0], time.perf_counter() - started)


if __name__ == "__main__":
    serve(BaselineContender(sys.argv[1]))
