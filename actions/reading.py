"""What every action does: read the tracker, compose the reply from the base, and say it."""

import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from policies_kb.base import KnowledgeBase, current
from policies_kb.replies.compose import Search, compose
from policies_kb.replies.conversation import Conversation, from_events


def read(tracker: Tracker) -> Conversation:
    """Return the conversation of a tracker."""
    return from_events(tracker.events)


def base() -> KnowledgeBase:
    """Return the base as it now is: once in an action, so that a reply is of one base. Raises BaseError without one."""
    return current()


def say_composed(
    dispatcher: CollectingDispatcher, conversation: Conversation, content: KnowledgeBase, search: Search | None = None
) -> None:
    """Compose the reply to a conversation's last message from a base, and send it."""
    reply: dict[str, Any] = compose(conversation, content, datetime.date.today(), search)
    dispatcher.utter_message(text=reply["text"], buttons=reply["buttons"] or None, json_message=reply["custom"])
