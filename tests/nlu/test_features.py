"""Features are cut as scikit-learn cuts them, and found again without it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.features import (
    CHARACTERS,
    COLUMN,
    WORD_PATTERN,
    WORDS,
    character_ngrams,
    columns_of_word,
    columns_of_words,
    ngrams_of_word,
    numbered,
    with_beginnings,
    word_ngrams,
)
from nlu.text import fold

by_characters = TfidfVectorizer(analyzer="char_wb", ngram_range=CHARACTERS, lowercase=False).build_analyzer()
by_words = TfidfVectorizer(ngram_range=WORDS, lowercase=False, token_pattern=WORD_PATTERN).build_analyzer()

words_of_few_letters = st.text(alphabet="ae'1", min_size=1, max_size=9)

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


def column_numbers(columns: bytes) -> list[int]:
    return [int(column) for column in np.frombuffer(columns, COLUMN)]


def test_a_column_is_given_for_each_time_that_a_known_gram_occurs() -> None:
    known = numbered(["mes", "droits", "mes droits"], first=5)
    assert sorted(column_numbers(columns_of_words("mes droits, mes autres droits", known))) == [5, 5, 6, 6, 7]
    assert columns_of_words("autre chose", known) == b""


@given(st.lists(words_of_few_letters), words_of_few_letters)
def test_a_word_has_the_columns_of_its_known_grams(learned: list[str], word: str) -> None:
    grams = sorted({gram for one in learned for gram in ngrams_of_word(one)})
    known = {gram: column for column, gram in enumerate(grams)}
    found = column_numbers(columns_of_word(word, with_beginnings(numbered(grams))))
    assert sorted(found) == sorted(known[gram] for gram in ngrams_of_word(word) if gram in known)
