"""`action_follow_up`: a message that goes on from the one before, as « et au Mali ? » or « à quelle adresse ? »."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.reading import base, read, say_composed
from policies_kb.replies.compose import Kind, purpose_of


class ActionFollowUp(Action):
    """Finds what the message goes on from; replies with contacts are composed here, all others by the server."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_follow_up"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Send the reply, or have the server compose it; no event is left. Raises BaseError."""
        conversation, content = read(tracker), base()
        if purpose_of(conversation, content).kind is Kind.CONTACTS:
            say_composed(dispatcher, conversation, content)
        else:
            dispatcher.utter_message(response="utter_reply")
        return []
