"""The names in a message are words of their own, the same for all names of a kind."""

import pytest

from nlu.names import with_names
from nlu.text import fold


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("et chez digicel ?", "_companies_other"),
        ("ma banque ecobank", "_companies_firm"),
        ("j'ai une livebox a kourou", "_countries _offers"),
        ("je ne suis plus client", "_customers"),
        ("les donnees de mon voisin", "_somebody_else"),
        ("les donnees des enfants", "_minor"),
    ],
)
def test_each_kind_of_name_is_a_word(text: str, words: str) -> None:
    assert with_names(fold(text)) == f"{fold(text)} {words}"


def test_names_of_one_kind_are_one_word() -> None:
    assert with_names("sfr ou free, bamako ou kayes").endswith(" _companies_other _countries")


def test_a_text_without_names_stays_as_it_is() -> None:
    assert with_names("combien de temps") == "combien de temps"


def test_a_name_with_a_slip_in_it_is_left_to_its_letters() -> None:
    assert with_names("ma ligne est en gadeloupe") == "ma ligne est en gadeloupe"
