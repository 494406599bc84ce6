"""What texts weigh, as it is learned from."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from nlu.features import ngrams_of_word
from nlu.weighing import Weighing

TEXTS = ["mes droits", "mes donnees", "mes droits et mes droits", "ou ecrire ?"]


def weight(weighing: Weighing, names: Sequence[str], name: str) -> float:
    return float(
        weighing.weights[(0 if names is weighing.characters else len(weighing.characters)) + names.index(name)]
    )


def test_what_fewer_texts_hold_weighs_more_and_words_more_than_ngrams() -> None:
    weighing = Weighing.of(TEXTS, emphasis=3.0)
    assert weight(weighing, weighing.words, "mes") == pytest.approx(3 * (math.log(5 / 4) + 1))
    assert weight(weighing, weighing.words, "mes droits") == pytest.approx(3 * (math.log(5 / 3) + 1))
    assert weight(weighing, weighing.characters, " m") == pytest.approx(math.log(5 / 4) + 1)
    assert weight(weighing, weighing.characters, " ? ") == pytest.approx(math.log(5 / 2) + 1)


def test_a_word_is_of_length_one_and_a_text_no_longer_for_saying_a_thing_again() -> None:
    weighing = Weighing.of(TEXTS)
    features = weighing.features(TEXTS).toarray()
    # No n-gram stands twice in a word of these.
    assert np.linalg.norm(weighing.features(["mes"]).toarray()) == pytest.approx(1)
    again = weighing.features(["mes droits et mes droits et mes droits"]).toarray()
    np.testing.assert_allclose(again[0], features[2])


def test_a_text_of_which_nothing_is_known_weighs_nothing() -> None:
    weighing = Weighing.of(TEXTS)
    assert weighing.features(["", "xyz"]).nnz == 0


def test_a_new_word_weighs_what_its_known_ngrams_do() -> None:
    weighing = Weighing.of(TEXTS)
    found = weighing.features(["droite"]).toarray()[0]
    held = {weighing.characters[column] for column in found[: len(weighing.characters)].nonzero()[0]}
    assert held == set(ngrams_of_word("droite")) & set(weighing.characters)
    assert not found[len(weighing.characters) :].any()


def test_the_rows_of_a_text_add_up_to_its_scores() -> None:
    weighing = Weighing.of(TEXTS)
    coefficients = np.random.default_rng(1).normal(size=(3, len(weighing.weights))).astype(np.float32)
    characters, words = weighing.rows(coefficients)
    rows = dict(zip(weighing.words, words, strict=True))
    total = rows["mes"] + rows["droits"] + rows["mes droits"]
    scores = weighing.features(["mes droits"]) @ coefficients.T
    np.testing.assert_allclose(total[:-1] / math.sqrt(total[-1]), scores[0], rtol=1e-4)
    # The row of an n-gram holds those of its beginnings.
    own = dict(zip(weighing.characters, weighing.weights[: len(weighing.characters)] ** 2, strict=True))
    squares = dict(zip(weighing.characters, characters[:, -1], strict=True))
    assert squares[" mes "] == pytest.approx(sum(own[gram] for gram in (" m", " me", " mes", " mes ")))
