"""That the filter is safe on any text: once and for all, and in a time that grows as the text does."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.privacy import find, redact

PIECES = (
    st.sampled_from(
        [
            "je m'appelle ",
            "Mme ",
            "M. ",
            "Rosalie ",
            "bellerose",
            "Traoré",
            "de ",
            "rue ",
            "12 ",
            "bis ",
            "porte 4 ",
            "BP 41",
        ]
    )
    | st.sampled_from(
        [
            "zéro ",
            "six ",
            "quatre-vingt-",
            "dix ",
            "cent ",
            "arobase ",
            " point ",
            "code ",
            "est ",
            "né le ",
            "1er mars ",
            " ",
        ]
    )
    | st.sampled_from(
        [
            "dossier ",
            "nina ",
            "AB-123-CD",
            "@",
            ".",
            ",",
            "\n",
            "0690",
            "fr",
            "[nom]",
            "[numero]",
            "\ue000",
            "İ",
            "ﬁ",
            "٣",
            "Kayes ",
        ]
    )
)
SLOW = [
    *(
        "1 ",
        "a",
        "a.",
        "00 ",
        "FR76",
        "a@",
        "a point ",
        "zéro ",
        "zéro six ",
        "cent ",
        "rue ",
        "12 rue de ",
        "quartier a ",
    ),
    *("porte 1 ", "Mme ", "Rosalie ", "Jean Marc ", "- ", "a:", "je m'appelle ", "dossier n° ", "code est ", "né le "),
    *("mot de passe : ", "nina 1 ", "1.", "a-", "facebook.com/", "insta : ", "A b", "passeport le la de ", "12-", "d'"),
    *("résidence a b c ", "né à a-a", "client client ", "mille neuf cent ", "lot 1 lotissement a "),
]
# Four times the text may take four times the time; a cube would take sixty-four.
SHORT, LONG = 250, 1000
MOST_TIMES = 30


@settings(derandomize=True, max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_what_is_found_is_apart_and_inside_and_found_once(text: str) -> None:
    found = find(text)
    places = [place for each in found for place in (each.start, each.end)]
    assert places == sorted(places)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    once = redact(text)
    assert sum(once.kinds.values()) == len(found)
    assert redact(once.text).text == once.text
    assert not redact(once.text).kinds


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once


def seconds(text: str) -> float:
    def once() -> float:
        start = time.process_time()
        redact(text)
        return time.process_time() - start

    return min(once() for _ in range(4))


@pytest.mark.parametrize("piece", SLOW)
def test_the_time_grows_as_the_text_does(piece: str) -> None:
    # Not of one kind only: the end makes what a pattern has begun fail.
    short, long = ((piece * length)[:length] + "!" for length in (SHORT, LONG))
    assert seconds(long) < MOST_TIMES * seconds(short)
