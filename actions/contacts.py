"""`action_contacts`: answers that end with whom to write to or call, by country and offer."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.reading import base, read, say_composed


class ActionContacts(Action):
    """Answers a right, its exercise, the data protection officer or Bloctel, with exactly their contacts."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_contacts"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Send the reply; no event is left. Raises BaseError when the base cannot be read."""
        say_composed(dispatcher, read(tracker), base())
        return []
