"""Two questions in one message are two topics; a story told in several clauses is not."""

import pytest

from nlu.clauses import clauses, topics_asked
from nlu.text import fold
from policies_kb.agreed import CONTRACT, read_contract

TOPICS = frozenset(read_contract(CONTRACT).coverage)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Combien de temps gardez-vous mes données et à qui les transmettez-vous ?",
            ["combien de temps gardez-vous mes donnees", "a qui les transmettez-vous"],
        ),
        ("Qui reçoit mes données ? Où vont-elles ?", ["qui recoit mes donnees", "ou vont-elles"]),
    ],
)
def test_a_message_is_cut_where_a_second_question_begins(text: str, parts: list[str]) -> None:
    assert clauses(fold(text)) == parts


@pytest.mark.parametrize("text", ["", "Qui reçoit mes données ?", "bonjour, qui ?", "mes nom et prénom"])
def test_a_message_of_one_clause_is_not_cut(text: str) -> None:
    assert clauses(fold(text)) == []


WHOLE = [("retention", 0.5), ("recipients", 0.3), ("rights.erasure", 0.1), ("rights", 0.05), ("exercise", 0.05)]


def test_clear_clauses_that_the_message_bears_out_are_the_topics_in_their_order() -> None:
    parts = [[("recipients", 0.9)], [("retention", 0.8)], [("recipients", 0.8)]]
    assert topics_asked(WHOLE, parts, TOPICS) == ("recipients", "retention")


@pytest.mark.parametrize(
    "second",
    [
        ("recipients", 0.5),  # not clear
        ("security", 0.9),  # not borne out
        ("greet", 0.9),  # no topic
        ("retention", 0.9),  # the same
    ],
)
def test_one_topic_alone_is_no_double_question(second: tuple[str, float]) -> None:
    assert topics_asked(WHOLE, [[("retention", 0.9)], [second]], TOPICS) == ()


@pytest.mark.parametrize("general", ["rights", "exercise"])
def test_a_right_and_how_to_exercise_it_are_one_question(general: str) -> None:
    assert topics_asked(WHOLE, [[("rights.erasure", 0.9)], [(general, 0.9)]], TOPICS) == ()
