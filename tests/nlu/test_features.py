"""A text is cut into words, pairs and n-grams, and the rows that are found say all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from nlu.features import CHARACTERS, beginnings, ngrams_of_word, rows_of_ngrams, rows_of_text, words_and_pairs

by_characters = CountVectorizer(analyzer="char_wb", ngram_range=CHARACTERS, lowercase=False).build_analyzer()

words_of_few_letters = st.text(alphabet="ae'1", min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("text", "words", "pairs"),
    [
        (
            "combien de temps, au fait ?",
            ["combien", "de", "temps", ",", "au", "fait", "?"],
            ["combien de", "de temps", "temps ,", ", au", "au fait", "fait ?"],
        ),
        ("mes droits et mes droits", ["mes", "droits", "et"], ["mes droits", "droits et", "et mes"]),
        ("j'ai _countries", ["j", "'", "ai", "_countries"], ["j '", "' ai", "ai _countries"]),
        ("oui", ["oui"], []),
        ("  ", [], []),
    ],
)
def test_words_signs_and_pairs_are_each_there_once(text: str, words: list[str], pairs: list[str]) -> None:
    assert words_and_pairs(text) == (words, pairs)


@given(st.text())
def test_a_word_holds_no_space_and_a_pair_holds_one(text: str) -> None:
    words, pairs = words_and_pairs(text)
    assert not any(" " in word for word in words)
    assert all(pair.count(" ") == 1 for pair in pairs)


@given(st.text(alphabet=st.characters(exclude_categories=("Z", "C")), min_size=1))
def test_a_word_is_cut_into_the_characters_that_scikit_learn_finds(word: str) -> None:
    assert set(ngrams_of_word(word)) == set(by_characters(word))


@pytest.mark.parametrize("word", ["a", "ou", "droits", "quelqu'un", "conservation", "contacter"])
def test_what_does_not_repeat_itself_counts_as_often_as_it_does_for_scikit_learn(word: str) -> None:
    assert sorted(ngrams_of_word(word)) == sorted(by_characters(word))


def test_what_repeats_itself_counts_once() -> None:
    assert sorted(ngrams_of_word("ha" * 50)) == sorted(ngrams_of_word("ha" * 4))


@given(st.text(alphabet=" ae", min_size=2, max_size=5))
def test_an_ngram_begins_with_itself_and_the_shorter_ones(gram: str) -> None:
    assert beginnings(gram) == [gram[:size] for size in range(2, len(gram) + 1)]


@given(st.lists(words_of_few_letters), words_of_few_letters)
def test_the_rows_of_a_word_say_all_its_known_ngrams(learned: list[str], word: str) -> None:
    grams = sorted({gram for one in learned for gram in ngrams_of_word(one)})
    # A digit for each n-gram: a row says how often each of them is in it.
    one_of = {gram: 1000**place for place, gram in enumerate(grams)}
    known = {gram: sum(one_of[shorter] for shorter in beginnings(gram)) for gram in grams}
    assert sum(rows_of_ngrams(word, known)) == sum(one_of.get(gram, 0) for gram in ngrams_of_word(word))


def test_a_known_word_has_one_row_and_a_new_one_those_of_its_ngrams() -> None:
    words = {"mes": 1, "droits": 10, "mes droits": 100}
    characters = {" d": 1000, "du": 10000}
    assert rows_of_text("mes droits, mes durs droits", words, characters) == [1, 10, 1000, 10000, 100]
    assert rows_of_text("autre chose", words, characters) == []
