"""Conversations as Rasa keeps them, for the tests of stores."""

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from tests.conftest import ROOT

DOMAIN = Domain.load(str(ROOT / "domain.yml"))
SENDER = "8f2c51aa9b"


def turn(text: str, answer: str = "Trois ans.", name: str | None = None) -> list[Event]:
    """What one turn, called `name`, adds to a tracker."""
    parsed = {
        "text": text,
        "intent": {"name": "retention", "confidence": 0.93},
        "entities": [{"entity": "country", "value": "mali", "role": "line", "start": 0, "end": 4}],
        "intent_ranking": [{"name": "retention", "confidence": 0.93}],
    }
    custom = {"status": "answered", "topics": ["retention"], "country": "mali", "offer": None}
    return [
        UserUttered(
            text,
            parsed["intent"],
            parsed["entities"],
            parsed,
            metadata={"door": "web", "country": None, "turn": name},
        ),
        ActionExecuted("utter_reply"),
        BotUttered(answer, {"custom": custom, "buttons": [{"title": "Suite", "payload": "/affirm"}]}),
        ActionExecuted("action_listen"),
    ]


def tracker_of(sender: str, *texts: str) -> DialogueStateTracker:
    """A tracker that holds a turn for each text."""
    return DialogueStateTracker.from_events(sender, [event for text in texts for event in turn(text)], DOMAIN.slots)


def written(tracker: DialogueStateTracker | None) -> list[dict[str, object]]:
    """The events of a tracker that was found."""
    assert tracker is not None
    return [event.as_dict() for event in tracker.events]


def said(tracker: DialogueStateTracker | None) -> list[object]:
    """What the person said."""
    return [event["text"] for event in written(tracker) if event["event"] == "user"]
