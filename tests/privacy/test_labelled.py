"""Recall and precision of the filter on the labelled messages."""

from collections import Counter

import pytest

from gateway.privacy import PLACEHOLDERS
from tests.privacy.__main__ import found_in
from tests.privacy.labelled import SETS, Message, messages
from tests.privacy.scoring import Score, score

# Below what was reached (docs/filter.md), so that one message more or less does not decide.
LEAST_RECALL = {"development": 0.98, "held_out": 0.95}
LEAST_PRECISION = {"development": 0.98, "held_out": 0.97}
LEAST_OF_A_KIND = 0.75
MOST_LEAKED = {"development": 0.01, "held_out": 0.03}
MOST_DAMAGED = 0.01
MOST_CLEAN_CHANGED = 0.02
FEW = 4  # marks of a kind, below which its share says nothing


@pytest.fixture(scope="module", params=SETS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def listed(name: str) -> list[Message]:
    return messages(name)


@pytest.fixture(scope="module")
def result(listed: list[Message]) -> Score:
    return score((message, found_in(message)) for message in listed)


def test_the_sets_are_large_and_apart() -> None:
    development, held_out = ([message.text for message in messages(name)] for name in SETS)
    assert len(development) + len(held_out) >= 400
    assert len(held_out) >= 150
    assert len({*development, *held_out}) == len(development) + len(held_out)


def test_about_a_third_of_a_set_holds_no_personal_data(listed: list[Message]) -> None:
    assert 0.25 < sum(not message.labels for message in listed) / len(listed) < 0.45


def test_every_kind_is_marked(listed: list[Message]) -> None:
    marked = Counter(label.kind for message in listed for label in message.labels)
    assert set(marked) == set(PLACEHOLDERS) - {"number"}  # any other long number


def test_what_identifies_somebody_is_hidden(name: str, result: Score) -> None:
    assert result.recall() >= LEAST_RECALL[name]
    assert result.leaked_characters <= MOST_LEAKED[name] * result.marked_characters


def test_every_kind_is_hidden(result: Score) -> None:
    recalls = {kind: result.recall(kind) for kind, marked in result.marked.items() if marked >= FEW}
    assert {kind: share for kind, share in recalls.items() if share < LEAST_OF_A_KIND} == {}


def test_nothing_else_is_hidden(name: str, result: Score) -> None:
    assert result.precision() >= LEAST_PRECISION[name]
    assert result.damaged_characters <= MOST_DAMAGED * result.other_characters
    assert result.clean_messages_changed <= MOST_CLEAN_CHANGED * result.clean_messages
