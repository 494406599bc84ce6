"""A turn that was taken is found in its tracker, with what was said to it; and the parts of a turn are measured."""

import asyncio

from rasa.shared.core.events import ActionExecuted

from server.turns import Turn, replies_to
from tests.server.conversation import SENDER, tracker_of, turn


def texts(tracker_turn: str, *turns: tuple[str, str]) -> list[str]:
    tracker = tracker_of(SENDER)
    for name, answer in turns:
        for event in turn("Bonjour", answer, name):
            tracker.update(event)
    return [reply.text for reply in replies_to(tracker, tracker_turn)]


def test_a_turn_is_found_by_its_name_with_its_own_answer() -> None:
    turns = (("one", "Un."), ("two", "Deux."), ("three", "Trois."))
    assert [texts(name, *turns) for name, _ in turns] == [["Un."], ["Deux."], ["Trois."]]


def test_a_turn_that_never_was_has_no_answer() -> None:
    assert texts("one") == []
    assert texts("two", ("one", "Un.")) == []


def test_all_that_was_said_to_a_turn_is_its_answer_in_order() -> None:
    tracker = tracker_of(SENDER)
    for event in [*turn("Bonjour", "Un.", "one"), turn("", "Deux.")[2]]:
        tracker.update(event)
    assert [reply.text for reply in replies_to(tracker, "one")] == ["Un.", "Deux."]


def test_a_turn_whose_action_failed_has_no_answer_and_may_be_taken_again() -> None:
    tracker = tracker_of(SENDER)
    for event in [*turn("Bonjour", name="one")[:2], ActionExecuted("action_listen"), *turn("Et ?", "Deux.", "two")]:
        tracker.update(event)
    assert replies_to(tracker, "one") == []
    for event in turn("Bonjour", "Un.", "one"):
        tracker.update(event)
    assert [reply.text for reply in replies_to(tracker, "one")] == ["Un."]


def test_what_was_said_long_ago_is_not_looked_for() -> None:
    turns = [(str(number), "Oui.") for number in range(80)]
    assert texts("79", *turns) == ["Oui."]
    assert texts("0", *turns) == []


async def test_the_parts_of_a_turn_add_up_to_all_of_it() -> None:
    in_hand = Turn(None)
    assert in_hand.timing() == {}
    await in_hand.timed("keep", asyncio.sleep(0.01))
    await in_hand.timed("parse", asyncio.sleep(0.02))
    await asyncio.sleep(0.03)
    await in_hand.timed("keep", asyncio.sleep(0.01))
    parts = dict(part.split(";dur=") for part in in_hand.timing()["Server-Timing"].split(", "))
    assert list(parts) == ["parse", "act", "keep"]
    for part, least in (("parse", 20), ("act", 30), ("keep", 20)):
        assert float(parts[part]) >= least - 1
    assert Turn.in_hand() is in_hand
