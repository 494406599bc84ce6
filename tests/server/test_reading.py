"""A conversation that is read event by event, as it goes on, is the one that is read anew."""

import random

import pytest
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from policies_kb.replies.account import account_of
from policies_kb.replies.conversation import from_events
from server.reading import read_events

SAID = [
    ("country", "mali"),
    ("country", "caraibe"),
    ("offer", "mobile"),
    ("offer", "internet"),
    ("customer", "pro"),
    ("customer", "sosh"),
    ("customer", "choice_1"),
    ("customer", "not_mobile"),
    ("customer", "maybe_internet"),
]
BUTTONS = [
    {"title": "Mobile", "payload": '/inform{"offer": "mobile"}'},
    {"title": "Livebox", "payload": '/inform{"offer": "internet"}'},
]


def message(draw: random.Random) -> UserUttered:
    entities = [{"entity": kind, "value": value} for kind, value in draw.sample(SAID, draw.randrange(3))]
    intent = draw.choice(["inform", "rights.erasure", "deny", "affirm", "out_of_scope", "nlu_fallback"])
    parsed = {"intent": {"name": intent, "confidence": 0.9}, "entities": entities, "intent_ranking": []}
    # The page may change during a conversation.
    metadata = {"door": "web", "country": draw.choice([None, None, None, "mali"])}
    return UserUttered("non, oui", parsed["intent"], entities, parsed, metadata=metadata)


def reply(draw: random.Random) -> BotUttered:
    asks = draw.choice([None, "country", "offer", "pro", "pro_home", "sosh"])
    return BotUttered("…", {"custom": {"asks": asks, "pending": []}, "buttons": BUTTONS})


@pytest.mark.parametrize("seed", range(40))
def test_what_is_known_of_the_line_is_what_a_replay_finds(seed: int) -> None:
    draw = random.Random(seed)
    tracker = DialogueStateTracker("sender", [])
    for _ in range(20):
        tracker.update(message(draw))
        read = from_events(read_events(tracker))
        anew = from_events(event.as_dict() for event in tracker.events)
        assert read == anew
        assert account_of(read) == account_of(anew)
        tracker.update(reply(draw))


def test_an_event_is_read_once() -> None:
    tracker = DialogueStateTracker.from_events("sender", [message(random.Random(1))])
    (first,) = read_events(tracker)
    (again,) = read_events(tracker)
    assert again is first
    assert again.turn is first.turn


def test_the_list_is_the_callers() -> None:
    tracker = DialogueStateTracker.from_events("sender", [message(random.Random(1))])
    read_events(tracker).clear()
    assert len(read_events(tracker)) == 1
