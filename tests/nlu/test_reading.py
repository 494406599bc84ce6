"""A message is read as what it asks: spelling made regular, what it sets aside left out, its questions told apart."""

import re

import pytest

from nlu.clauses import Ranking
from nlu.reading import read
from nlu.text import fold

TOPICS = frozenset({"rights.erasure", "rights.rectification", "retention", "recipients", "exercise"})
WORDS = {
    "supprimer": "rights.erasure",
    "corriger": "rights.rectification",
    "combien": "retention",
    "qui": "recipients",
    "ecrire": "exercise",
}


def rank(text: str) -> Ranking:
    """A reader that takes the first word it knows for the whole message."""
    found = [intent for word in re.findall(r"\w+", text) for known, intent in WORDS.items() if word == known]
    return [(found[0], 0.8), ("greet", 0.2)] if found else [("greet", 0.3)]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("je veux supprimer", "rights.erasure"),
        ("je ne veux pas supprimer, juste corriger", "rights.rectification"),
        ("cb de temps", "retention"),  # « cb » is spelt out before anything else
        ("je ne veux pas supprimer, bonne journée", "rights.erasure"),  # what is left asks nothing
        ("je ne veux pas supprimer, où écrire", "rights.erasure"),  # nor does « where? » without a subject
    ],
)
def test_the_ranking_is_that_of_what_is_asked(text: str, intent: str) -> None:
    assert read(fold(text), rank, TOPICS).ranking[0][0] == intent


def test_the_questions_of_the_halves_are_told_apart() -> None:
    assert read(fold("qui les lit et combien de temps"), rank, TOPICS).questions.clearest == ("recipients", 0.8)
