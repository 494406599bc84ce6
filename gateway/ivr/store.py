"""What is kept of calls in hand: where each stands, and nothing that a caller said or is known by.

A call is known by the digest of its id, and forgotten when it ends, or some time after its cap. One machine keeps them
in a file (call_file.py), gateways that share a Redis keep them there (gateway/shared/calls.py).
"""

import json
import secrets
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from gateway.ivr.actions import Action, from_json, to_json
from gateway.ivr.state import State

_CALL_BYTES = 24


@dataclass(frozen=True)
class Call:
    """A call in hand: the step it waits at, its state, and the turn last given.

    `seconds` is its age; `sender` names the conversation in which questions are said aloud, once there was one.
    """

    id: bytes
    seconds: float
    step: int
    state: State
    actions: tuple[Action, ...]
    sender: str | None


class CallStore(Protocol):
    """The calls. Every call of it may raise one of STORE_ERRORS."""

    async def create(self, state: State, actions: tuple[Action, ...]) -> str:
        """Keep a new call, at step 1, and return its id, which is kept nowhere."""

    def hold(self, call: bytes) -> AbstractAsyncContextManager[Call | None]:
        """The call, which nobody else holds meanwhile; None when there is none or it has ended.

        Raises GatewayError (503) when others hold it too long.
        """

    async def advance(self, call: Call, state: State, actions: tuple[Action, ...]) -> int:
        """Keep what followed from the step of a call that is held, as the last thing done; returns the next step."""

    async def keep_sender(self, call: Call, sender: str) -> None:
        """Remember the conversation of a call, to speak in it again and to have it erased."""

    async def older_than(self, seconds: float) -> list[bytes]:
        """The calls that began longer ago than that."""

    async def erase(self, call: bytes) -> str | None:
        """Forget a call. Returns the sender of its conversation if it had one, to whoever forgets it first."""

    async def scrub(self) -> bool:
        """Overwrite what is left of what was erased; False when that has to wait."""

    async def close(self) -> None:
        """Close the file, or nothing where it is shared."""


def draw_call() -> str:
    """A secret that names a call."""
    return secrets.token_urlsafe(_CALL_BYTES)


def digest(call: str) -> bytes:
    """What is kept of a call's id; the id has 192 random bits."""
    return sha256(call.encode("utf-8", "surrogatepass")).digest()


def packed(actions: tuple[Action, ...]) -> str:
    """The actions of a turn, as they are kept."""
    return json.dumps(to_json(actions), ensure_ascii=False)


def unpacked(actions: str) -> tuple[Action, ...]:
    """Back from what was kept."""
    return from_json(json.loads(actions))
