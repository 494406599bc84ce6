"""The free question: as the chat understands it, how sure that is, and what else it may be."""

from typing import Any

import pytest

from gateway.console.questions import level
from tests.console.at_assistant import agent
from tests.console.conftest import Visitor

__all__ = ["agent"]


def _ask(visitor: Visitor, text: str, **line: Any) -> dict[str, Any]:
    answer = visitor.post("/conseiller/api/question", json={"text": text, **line})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_sentence_is_understood_with_its_line_and_how_sure(agent: Visitor) -> None:
    found = _ask(agent, "bonjour, j'ai une livebox en Martinique et je veux que vous effaciez tout ce que vous avez")
    assert [topic["topic"] for topic in found["topics"]] == ["rights.erasure"]
    assert found["level"] == "sure"
    assert 0.9 <= found["confidence"] <= 1
    assert found["line"]["country"] == "caraibe"
    assert found["line"]["offers"] == ["internet"]
    assert {"kind": "country", "value": "caraibe"} in found["entities"]


def test_two_questions_in_one_sentence_give_two_topics(agent: Visitor) -> None:
    found = _ask(agent, "Combien de temps gardez-vous mes données et à qui les transmettez-vous ?")
    assert [topic["topic"] for topic in found["topics"]] == ["retention", "recipients"]


def test_what_is_not_clear_comes_with_the_next_likeliest_topics(agent: Visitor) -> None:
    found = _ask(agent, "mes données, je ne comprends pas")
    shares = [topic["share"] for topic in found["next"]]
    assert shares
    assert shares == sorted(shares, reverse=True)
    assert all(0 < share < 1 for share in shares)


def test_a_question_that_is_none_of_ours_has_the_chats_words(agent: Visitor) -> None:
    found = _ask(agent, "quelle est la capitale du Pérou ?")
    assert found["topics"] == []
    assert found["reply"]["status"] == "out_of_scope"
    assert found["reply"]["text"].endswith(".")


def test_the_same_question_is_answered_the_same_and_nothing_of_it_is_in_the_answer(agent: Visitor) -> None:
    text = "zzyzx : je veux effacer mes données, mon numéro est le 0690 11 22 33"
    first = _ask(agent, text)
    assert first == _ask(agent, text)
    assert "zzyzx" not in str(first)
    assert "0690" not in str(first)


@pytest.mark.parametrize(("confidence", "words"), [(1, "sure"), (0.9, "sure"), (0.6, "fairly"), (0.2, "unsure")])
def test_a_probability_has_a_word(confidence: float, words: str) -> None:
    assert level(confidence) == words
