"""`action_unsure`: a message that was not understood, for which the policies are searched."""

from functools import partial
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.policy_search import closest_excerpts, passage_search
from actions.reading import base, read, say_composed


class ActionUnsure(Action):
    """Shows the closest passage, offers topics, asks the last question again, or hands over to a person."""

    def __init__(self) -> None:
        """Load the search while the server starts, so that the first person who needs it does not wait for it."""
        passage_search().search("données personnelles", None, 1)

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_unsure"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Send the reply; no event is left. Raises BaseError when the base cannot be read."""
        content = base()
        say_composed(dispatcher, read(tracker), content, partial(closest_excerpts, content))
        return []
