"""What passages bear, and what they do not."""

import pytest

from policies_kb.grounding import altered_quotations, ground, unborne_negations, unborne_words

BORNE = ground(
    [
        "Les données collectées sont destinées aux services internes d'Orange.",
        "Orange ne traite pas ces données de manière incompatible avec ces finalités.",
        "Orange ne traite une donnée que si elle est strictement nécessaire.",
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "Une donnée collectée est destinée au service interne.",
        "Orange traite ces DONNEES.",
        "Elles sont strictement nécessaires à la finalité.",
    ],
)
def test_other_forms_of_the_same_words_are_borne(text: str) -> None:
    assert unborne_words(text, BORNE) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Les données sont vendues gratuitement.", ["vendues", "gratuitement"]),
        ("Les données sont toujours destinées à des tiers.", ["toujours", "tiers"]),
    ],
)
def test_nouns_verbs_and_adverbs_of_ours_are_not_borne(text: str, words: list[str]) -> None:
    assert [token.text for token in unborne_words(text, BORNE)] == words


@pytest.mark.parametrize(
    "text",
    [
        "Orange ne traite pas ces données ainsi.",
        "Orange ne les traite pas.",
        "Orange ne traite ces données que si nécessaire.",
    ],
)
def test_a_negation_of_the_same_verb_is_borne(text: str) -> None:
    assert unborne_negations(text, BORNE) == []


@pytest.mark.parametrize(
    "text",
    [
        "Les données ne sont pas collectées.",
        "Orange ne collecte pas ces données.",
        "Des données sans finalité.",
        "Aucune donnée.",
        "Il n'y a jamais de service.",
    ],
)
def test_a_negation_of_anything_else_is_not_borne(text: str) -> None:
    assert unborne_negations(text, BORNE)


def test_a_denial_does_not_bear_a_restriction_nor_the_other_way_round() -> None:
    denial, restriction = ground(["Orange ne traite pas cela."]), ground(["Orange ne traite que cela."])
    assert unborne_negations("Orange ne traite que cela.", denial)
    assert unborne_negations("Orange ne traite pas cela.", restriction)


def test_a_quotation_is_held_word_for_word() -> None:
    assert altered_quotations("Les « services internes » et « service interne ».", BORNE) == ["service interne"]
