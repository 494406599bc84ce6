"""Clean-up of what was typed, and comparison of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.text import clean, clean_message, fold, without_command


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("  bonjour \n\t à  tous ", "bonjour à tous"),
        ("e\u0301te\u0301", "été"),
        ("bon\u200bjour\ufeff", "bonjour"),
        ("\u202eruojnob\u202c", "ruojnob"),
        ("a\x00b\x1bc\x7f", "abc"),
        ("a\ud800b", "ab"),
        ("un\u2028deux\u00a0trois", "un deux trois"),
        ("données\u00ad personnelles", "données personnelles"),
        ("👍", "👍"),
    ],
)
def test_unseen_characters_go_and_spaces_become_one(typed: str, cleaned: str) -> None:
    assert clean(typed) == cleaned


@given(st.text())
def test_cleaning_never_fails_and_once_is_enough(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    once.encode()


def test_a_number_split_by_unseen_characters_is_whole_again() -> None:
    assert clean("06\u200b12\u200d34\u20605678") == "0612345678"


@pytest.mark.parametrize("text", ["", " ", "\u200b", "a" * 1001])
def test_an_empty_or_too_long_message_is_refused(text: str) -> None:
    with pytest.raises(GatewayError) as refused:
        clean_message(text)
    assert refused.value.status_code == 422


@pytest.mark.parametrize(
    ("one", "other"),
    [("Télé", "tele"), ("« Mobile »", "MOBILE !"), ("L’offre Open", "l'offre open"), ("Œuvre", "œuvre"), ("1.", "1")],
)
def test_case_accents_and_outer_punctuation_do_not_tell_titles_apart(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_inner_words_tell_titles_apart() -> None:
    assert fold("mobile pro") != fold("mobile")


@pytest.mark.parametrize(("typed", "text"), [("/a", "a"), ("// /a/b", "a/b"), ("a/b", "a/b")])
def test_leading_slashes_are_no_command(typed: str, text: str) -> None:
    assert without_command(typed) == text
