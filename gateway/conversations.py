"""What is kept of conversations: what each needs to go on, and nothing a person typed.

A `sender` is known by its SHA-256 alone, a `message_id` too. One machine keeps them in a file (conversation_file.py),
gateways that share a Redis keep them there (shared/conversations.py).
"""

import json
import secrets
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

from gateway.buttons import Choice, Shown
from gateway.contract import Country, Door, Offer

Reply = list[dict[str, Any]]

# Retries come within seconds; fifty messages are more than a conversation usually has.
KEPT_REPLIES = 50
_SENDER_BYTES = 24


@dataclass(frozen=True)
class Conversation:
    """An open conversation; `id` is the digest of the sender, `rasa_id` the name that Rasa knows it by."""

    id: bytes
    rasa_id: str
    door: Door
    country: Country | None
    offer: Offer | None
    shown: Shown


@dataclass(frozen=True)
class Leaving:
    """A conversation to be erased: its door, and the name that Rasa knows it by."""

    id: bytes
    rasa_id: str
    door: Door


@dataclass(frozen=True)
class Caller:
    """Who says something: the door that is open to them, and what raises GatewayError (401) for any other."""

    door: Door
    admit: Callable[[Door], None]


class Entry(Protocol):
    """A message in its conversation, while it is its turn; `reply` is the one that it had already, if it had one."""

    @property
    def conversation(self) -> Conversation: ...

    @property
    def reply(self) -> Reply | None: ...

    async def keep(self, shown: Shown, reply: Reply) -> None:
        """Remember the choices shown and, for a message with an id, its reply.

        Raises one of STORE_ERRORS: the message may then be sent again.
        """


class Entrance(Protocol):
    """Where a message comes to its conversation: found, let in by its door, counted, and alone until it is done."""

    def enter(self, sender: str, message: bytes | None, caller: Caller) -> AbstractAsyncContextManager[Entry]:
        """Wait for the message's turn; `message` is the digest of its id, None when it has none.

        Raises GatewayError: 404 for a conversation that is unknown or over, 401 at the wrong door, 429 when it has had
        too many messages, 503 when others were in their turn for too long; and one of STORE_ERRORS.
        """


class ConversationStore(Protocol):
    """The conversations. Every call may raise one of STORE_ERRORS."""

    async def create(self, door: Door, country: Country | None, offer: Offer | None) -> str:
        """Open a conversation and return its sender, which is kept nowhere."""

    async def find(self, sender: str) -> Conversation | None:
        """The open conversation of a sender; None when there is none, or it was idle too long."""

    async def leaving(self, sender: str) -> Leaving | None:
        """The conversation of a sender if it is open, or its erasure was begun and not finished."""

    async def begin_erasure(self, conversation: bytes) -> None:
        """Close a conversation and forget it, but for what the erasure in Rasa needs."""

    async def finish_erasure(self, conversation: bytes) -> None:
        """Forget a conversation altogether."""

    async def scrub(self) -> bool:
        """Overwrite what is left of what was erased; False when that has to wait."""

    async def to_erase(self) -> list[Leaving]:
        """The conversations whose time is over, and those whose erasure is not finished, the oldest first."""

    async def is_due(self, conversation: bytes) -> bool:
        """Whether `to_erase` would still list the conversation."""

    async def erasing_for(self) -> float | None:
        """For how many seconds the oldest unfinished erasure has been going on; None when there is none."""

    async def check(self) -> None:
        """Raise one of STORE_ERRORS unless conversations can be kept."""

    async def close(self) -> None:
        """Close the file, or nothing where it is shared."""


def draw_sender() -> str:
    """A secret that names a conversation."""
    return secrets.token_urlsafe(_SENDER_BYTES)


def digest(secret: str) -> bytes:
    """What is kept of a sender or message id. The random ones have 192 bits: no dictionary finds them again."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def rasa_id_of(sender: str) -> str:
    """The name that Rasa knows a conversation by."""
    return sha256(b"rasa\0" + sender.encode()).hexdigest()


def packed(shown: Shown) -> str:
    """The choices shown, as they are kept."""
    return json.dumps([[[each.title, each.payload] for each in choices] for choices in (shown.choices, shown.last)])


def unpacked(kept: str | None) -> Shown:
    """Back from what was kept; None stands for nothing shown yet."""
    if kept is None:
        return Shown()
    choices, last = (tuple(Choice(*pair) for pair in pairs) for pairs in json.loads(kept))
    return Shown(choices, last)
