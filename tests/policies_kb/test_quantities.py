"""Numbers, dates and durations are read alike in digits and in words."""

import pytest

from policies_kb.quantities import Stated, stated


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("quatre-vingt-dix-sept mille cent quatre-vingt-seize", {97196}),
        ("soixante et onze, quatre-vingts, vingt et un, cent", {71, 80, 21, 100}),
        ("deux trois", {2, 3}),
        ("TSA 70007, 82008 Montauban", {70007, 82008}),
        ("un droit, une adresse", set()),
    ],
)
def test_numbers_in_words_are_numbers(text: str, expected: set[int]) -> None:
    assert stated(text).numbers == expected


@pytest.mark.parametrize(
    "text", ["le 15 décembre 2021", "15/12/2021", "2021-12-15", "le quinze décembre deux mille vingt et un"]
)
def test_a_date_is_the_same_however_it_is_written(text: str) -> None:
    assert stated(text).dates == {(15, 12, 2021)}


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("dans un délai d'un mois", (1, "mois")),
        ("trois ans", (3, "an")),
        ("3 années", (3, "an")),
        ("une semaine", (1, "semaine")),
        ("trente jours", (30, "jour")),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, duration: tuple[int, str]) -> None:
    assert stated(text).durations == {duration}


def test_a_month_of_a_dated_text_is_borne_and_another_is_not() -> None:
    borne = stated("Politique du 6 mai 2021")
    assert list(stated("mai 2021").beyond(borne)) == []
    assert list(stated("juin 2021").beyond(borne)) == ["the date juin 2021"]


def test_the_same_number_of_another_unit_is_another_duration() -> None:
    assert list(stated("trois mois").beyond(stated("trois ans"))) == ["the duration 3 mois"]


def test_a_text_without_numbers_states_nothing() -> None:
    assert stated("Vos données sont conservées.") == Stated(frozenset(), frozenset(), frozenset())
