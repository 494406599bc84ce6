"""Folding forgets how a message is typed, never where its words are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.text import fold


@given(st.text())
def test_one_character_gives_one_character(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(), st.text())
def test_an_offset_in_the_folded_text_is_an_offset_in_the_text(before: str, after: str) -> None:
    text = before + after
    assert fold(text)[len(before) :] == fold(text[len(before) :])


@given(st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_case_does_not_matter_in_latin_script(text: str) -> None:
    upper = "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in text)
    # Letters that have no capital of their own (« ı », « ſ ») take that of another: they alone are told apart.
    same = [(fold(one), fold(other)) for one, other in zip(text, upper, strict=True) if other.lower() == one]
    assert [pair for pair in same if pair[0] != pair[1]] == []


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Où vivez-vous ?", "ou vivez-vous ?"),
        ("À PROPOS DE L’ADRESSE", "a propos de l'adresse"),
        ("Saint‑Barthélemy\u202f!", "saint-barthelemy !"),
        ("d`accès", "d'acces"),
        ("Güstave ÑÇ", "gustave nc"),
    ],
)
def test_accents_capitals_and_typographic_signs_are_forgotten(text: str, folded: str) -> None:
    assert fold(text) == folded
