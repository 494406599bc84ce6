"""Features are cut as scikit-learn cuts them, and scored without it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.features import CHARACTERS, WORD_PATTERN, WORDS, Block, character_ngrams, word_ngrams
from nlu.text import fold

by_characters = TfidfVectorizer(analyzer="char_wb", ngram_range=CHARACTERS, lowercase=False).build_analyzer()
by_words = TfidfVectorizer(ngram_range=WORDS, lowercase=False, token_pattern=WORD_PATTERN).build_analyzer()

SENTENCES = [
    "Combien de temps gardez-vous mes données ?",
    "j'veux supprimer mn compte svp",
    "  À  qui\tles\ncommuniquez‑vous\u202f?  ",
    "a",
    "?!",
    "",
    "   ",
    "+596 0596 00 00 00",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_is_cut_as_scikit_learn_cuts_it(sentence: str) -> None:
    assert character_ngrams(fold(sentence)) == by_characters(fold(sentence))
    assert word_ngrams(fold(sentence)) == by_words(fold(sentence))


@given(st.text())
def test_any_text_is_cut_into_the_characters_that_scikit_learn_finds(text: str) -> None:
    assert character_ngrams(text) == by_characters(text)


@given(st.text(alphabet=st.sampled_from("aé_1 '-.,\n")) | st.text())
def test_any_text_is_cut_into_the_words_that_scikit_learn_finds(text: str) -> None:
    assert word_ngrams(text) == by_words(text)


def block() -> Block:
    idf = np.array([1, 2], dtype=np.float32)
    return Block({"mes": 0, "droits": 1}, idf, np.array([[1, 0, 0], [0, 1, 0]], dtype=np.float32))


def test_a_column_is_given_for_each_time_that_a_known_gram_occurs() -> None:
    assert block().columns(["droits", "autre", "mes", "droits"]) == [1, 0, 1]


def test_unknown_words_score_nothing() -> None:
    assert block().scores(block().columns(["autre", "chose"])).tolist() == [0, 0, 0]
    assert block().scores([]).tolist() == [0, 0, 0]


def test_features_have_length_one_and_repetition_counts_less_and_less() -> None:
    once = block().scores([0, 1])
    assert np.hypot(once[0], once[1]) == pytest.approx(1)
    assert once[1] == pytest.approx(2 * once[0])
    thrice = block().scores([0, 0, 0, 1])
    assert thrice[0] / thrice[1] == pytest.approx((1 + np.log(3)) / 2)
