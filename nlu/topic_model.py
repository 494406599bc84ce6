"""The intent model: trained with scikit-learn, kept as rows of whole numbers, applied with nothing but Python.

A word has one row, and so has a pair of words: what it adds to the score of each intent and to the square of the text's
length. A text is the sum of its rows, and its scores are divided by its length. That is the linear model which
scikit-learn fitted, summed in another order: the n-grams of a word were added up before anybody wrote it.
"""

import json
import math
import pathlib
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from nlu.features import Rows, rows_of_text
from nlu.packed import LARGEST, MOST_ROWS, Matrix, added, pack, unpack

_ARRAYS = "intent_model.npz"
_NAMES = "intent_model.json"


@dataclass(frozen=True)
class TopicModel:
    """One linear scorer a class, and the softmax of their scores.

    There are packed rows for the words, the pairs of words and the n-grams of characters of the training data. Of no
    others: what a person may have typed and nobody else has, a name perhaps, is not remembered. The numbers of a row
    are one for each class and one for the square of the text's length, in `unit`ths.
    """

    classes: tuple[str, ...]
    characters: Rows
    words: Rows
    intercept: tuple[float, ...]
    unit: float

    @classmethod
    def train(
        cls, texts: Sequence[str], intents: Sequence[str], regularisation: float, sharpness: float
    ) -> "TopicModel":
        """Fit a linear support vector machine, one class against the rest, on texts and their intents.

        `regularisation` is scikit-learn's inverse strength C (> 0, no unit). The margins times `sharpness` (> 0, no
        unit) are the scores of which probabilities are made. Raises ValueError when fewer than three intents are
        given: for two, scikit-learn fits one line of weights where this model needs one a class.
        """
        from sklearn.svm import LinearSVC

        from nlu.weighing import Weighing

        if len(set(intents)) < 3:
            raise ValueError(f"an intent model takes three intents or more, not {sorted(set(intents))}")
        weighing = Weighing.of(texts)
        machine = LinearSVC(C=regularisation, random_state=0).fit(weighing.features(texts), intents)
        characters, words = weighing.rows(sharpness * machine.coef_)
        unit = LARGEST / max(np.abs(characters).max(), np.abs(words).max())
        return cls(
            tuple(str(name) for name in machine.classes_),
            _named(weighing.characters, np.rint(unit * characters).astype(np.int32)),
            _named(weighing.words, np.rint(unit * words).astype(np.int32)),
            tuple((sharpness * machine.intercept_).tolist()),
            float(unit),
        )

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Return all classes with their probabilities for one text as `nlu.reading` reads it, likeliest first.

        Of a text of more than MOST_ROWS rows the first count, words before pairs of words.
        """
        scores = self._scores(rows_of_text(text, self.words, self.characters)[:MOST_ROWS])
        highest = max(scores)
        odds = [math.exp(score - highest) for score in scores]
        together = sum(odds)
        shares = [(name, share / together) for name, share in zip(self.classes, odds, strict=True)]
        return sorted(shares, key=itemgetter(1), reverse=True)

    def _scores(self, rows: Sequence[int]) -> Sequence[float]:
        if not rows:
            return self.intercept
        *sums, square = added(rows, len(self.classes) + 1)
        scale = 1 / math.sqrt(self.unit * square)
        return [scale * score + start for score, start in zip(sums, self.intercept, strict=True)]

    def save(self, folder: pathlib.Path) -> None:
        """Write the model into a folder. Raises OSError when it cannot be written."""
        names = {name: list(getattr(self, name)) for name in ("classes", "characters", "words")}
        (folder / _NAMES).write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")
        np.savez(
            folder / _ARRAYS,
            characters=unpack(self.characters.values(), len(self.classes) + 1),
            words=unpack(self.words.values(), len(self.classes) + 1),
            intercept=np.array(self.intercept),
            unit=np.array(self.unit),
        )

    @classmethod
    def load(cls, folder: pathlib.Path) -> "TopicModel":
        """Read what `save` wrote. Raises OSError, KeyError or ValueError when it is not there or not whole."""
        names = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            tables = arrays["characters"], arrays["words"]
            intercept = tuple(arrays["intercept"].tolist())
            if any(table.shape[1] != len(intercept) + 1 for table in tables) or len(intercept) != len(names["classes"]):
                raise ValueError(f"the parts of the intent model in {folder} are not of one model")
            return cls(
                tuple(names["classes"]),
                _named(names["characters"], tables[0]),
                _named(names["words"], tables[1]),
                intercept,
                float(arrays["unit"]),
            )


def _named(names: Sequence[str], rows: Matrix) -> Rows:
    return dict(zip(names, pack(rows), strict=True))
