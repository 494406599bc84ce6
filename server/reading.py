"""Rasa's events as replies read them, each made once: a long conversation is not read anew for every message."""

from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from policies_kb.replies.conversation import Read

_READ = "_read"


def read_events(tracker: DialogueStateTracker) -> list[Read]:
    """A tracker's events in the form that Rasa gives them in JSON, kept with the events and gone with them.

    The list is the caller's, what it holds is not to be changed.
    """
    return [event.__dict__.get(_READ) or _read(event) for event in tracker.events]


def _read(event: Event) -> Read:
    read: Read = event.__dict__.setdefault(_READ, Read(event.as_dict()))
    return read
