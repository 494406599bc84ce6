"""Choices shown in a conversation, and which of them a message makes.

Rasa obeys "/intent{...}" from anyone; only payloads that were shown pass, everything else is text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.text import clean, fold, without_command

# A conversation shows a few choices a reply; what is older than this is out of sight.
KEPT_CHOICES = 60


@dataclass(frozen=True)
class Choice:
    """A button: what is read, and what is sent."""

    title: str
    payload: str


@dataclass(frozen=True)
class Shown:
    """All choices shown so far, oldest first, and those of the last reply, in order."""

    choices: tuple[Choice, ...] = ()
    last: tuple[Choice, ...] = ()

    def after(self, reply: Sequence[Choice]) -> "Shown":
        """What is shown once a reply with these choices is."""
        older = tuple(choice for choice in self.choices if choice not in reply)
        return Shown((*older, *reply)[-KEPT_CHOICES:], tuple(reply))

    def chosen(self, message: str) -> str | None:
        """The payload that the message chooses: sent as such, by title, or by number in the last reply."""
        # A message comes cleaned. The newest first: a title shown twice means what it last meant.
        for choice in reversed(self.choices):
            if message == clean(choice.payload):
                return choice.payload
        folded = fold(message)
        for choice in reversed(self.choices):
            if folded and folded == fold(choice.title):
                return choice.payload
        if folded.isascii() and folded.isdigit() and 1 <= int(folded) <= len(self.last):
            return self.last[int(folded) - 1].payload
        return None


def forwarded(message: str, shown: Shown) -> tuple[str, bool]:
    """What Rasa gets for a message, and whether it is a payload of ours. Raises GatewayError (422) for bare slashes."""
    payload = shown.chosen(message)
    return (payload, True) if payload is not None else (without_command(message), False)
