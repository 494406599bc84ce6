"""The lists of names and of common words that the filter reads."""

from gateway.privacy.lexicon import (
    AMBIGUOUS_GIVEN_NAMES,
    AMBIGUOUS_SURNAMES,
    COMMON_WORDS,
    GIVEN_NAMES,
    NOT_PEOPLE,
    PLACES,
    SURNAMES,
)
from gateway.privacy.words import WORDS, words_of_questions


def test_the_lists_are_long() -> None:
    assert len(GIVEN_NAMES) >= 600
    assert len(SURNAMES) >= 400


def test_a_name_is_certain_or_ambiguous() -> None:
    assert not GIVEN_NAMES & AMBIGUOUS_GIVEN_NAMES
    assert not SURNAMES & AMBIGUOUS_SURNAMES


def test_no_certain_name_is_a_place() -> None:
    places = {name for name in GIVEN_NAMES | SURNAMES if name.replace("-", " ") in PLACES | NOT_PEOPLE}
    assert not places


def test_what_is_no_name_but_a_word_is_known_as_a_word() -> None:
    assert {"je", "donnees", "quelle", "sosh", "facture", "merci"} <= COMMON_WORDS


def test_the_words_of_questions_are_up_to_date() -> None:
    written = set(WORDS.read_text("utf-8").split())
    current = set(words_of_questions())
    assert len(current & written) > 0.97 * len(current)  # else: python -m gateway.privacy.words
