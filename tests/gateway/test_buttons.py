"""Which choice a message makes."""

import pytest

from gateway.buttons import KEPT_CHOICES, Choice, Shown, forwarded

MOBILE, TV = Choice("Mobile", '/inform{"offer": "mobile"}'), Choice("TV d'Orange", '/inform{"offer": "tv"}')


@pytest.mark.parametrize("message", ["Mobile", "mobile", "MOBILE.", "« mobile »", MOBILE.payload, "1", "1)"])
def test_a_shown_choice_is_made(message: str) -> None:
    assert forwarded(message, Shown().after([MOBILE, TV])) == (MOBILE.payload, True)


@pytest.mark.parametrize("message", ["0", "3", "12", "mobile pro", "inform", "971", "!"])
def test_anything_else_is_text(message: str) -> None:
    assert forwarded(message, Shown().after([MOBILE, TV])) == (message, False)


def test_a_title_shown_twice_means_what_it_last_meant() -> None:
    again = Choice("Mobile", "/other")
    assert Shown().after([MOBILE]).after([again]).chosen("mobile") == "/other"
    assert Shown().after([MOBILE]).after([again]).after([MOBILE]).chosen("mobile") == MOBILE.payload


def test_choices_stay_but_numbers_go_with_the_next_reply() -> None:
    shown = Shown().after([MOBILE]).after([])
    assert shown.chosen("mobile") == MOBILE.payload
    assert shown.chosen("1") is None


def test_only_the_latest_choices_are_kept() -> None:
    shown = Shown()
    for number in range(KEPT_CHOICES + 1):
        shown = shown.after([Choice(f"choix {number}", f"/c{number}")])
    assert len(shown.choices) == KEPT_CHOICES
    assert shown.chosen("choix 0") is None
    assert shown.chosen("choix 1") == "/c1"
