"""Which conversations are replayed."""

import random

import pytest

from evaluation.bench.choice import NUMBER, choose, long_ones
from evaluation.bench.figures import AROUND, TURNS
from tests.conversations.judging import read_cases


def test_the_same_conversations_are_chosen_in_whatever_order_they_come() -> None:
    cases = read_cases()
    chosen = choose(cases)
    random.Random(1).shuffle(cases)
    assert choose(cases) == chosen
    assert len(chosen) == NUMBER
    assert {script.channel for script in chosen} == {"web", "agent", "ivr"}
    assert any(len(script.messages) > 1 for script in chosen)


def test_a_message_that_stock_rasa_takes_for_a_command_is_never_chosen() -> None:
    cases = [
        {"id": name, "turns": [{"user": "Bonjour"}, {"user": said}]} for name, said in (("a", "/restart"), ("b", "a/b"))
    ]
    assert [script.id for script in choose(cases)] == ["b"]


def test_the_same_messages_are_asked_around_each_turn_that_is_compared() -> None:
    for script in long_ones(choose(read_cases()), 6, max(TURNS) + AROUND):
        around = [sorted(script.messages[turn - AROUND - 1 : turn + AROUND]) for turn in TURNS]
        assert len(set(around[0])) > 1
        assert around[0] == around[1] == around[2]


def test_too_few_conversations_for_long_ones_are_an_error() -> None:
    with pytest.raises(ValueError, match="are needed"):
        long_ones(choose(read_cases(), 4), 2, 10)
