"""Doors and what opens them: a key, the key before it while callers change over, or a session of the console.

A credential is compared in constant time with every key, so that neither its content nor which door it nearly opened
shows in the time taken. Where keys come from: keys.py.
"""

import base64
import binascii
import hmac
from abc import ABC, abstractmethod
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from gateway.contract import Door
from gateway.errors import Fault, GatewayError

KeyedDoor = Literal["agent", "ivr"]
KEYED_DOORS: tuple[KeyedDoor, ...] = ("agent", "ivr")
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="assistant"'}


class ConsoleAgent:
    """An agent signed in at the console, in the place of the agent key: gateway/api.py has checked the session."""


Credential = str | ConsoleAgent


class Doorkeeper(ABC):
    """Who may use which door."""

    @abstractmethod
    def door_of(self, authorization: Credential) -> KeyedDoor | None:
        """The door that an Authorization header or a session of the console opens, None when it opens none."""

    def admit(self, door: Door, authorization: Credential | None) -> None:
        """Raise GatewayError (401) unless the caller may use the door.

        The web door is open to anyone, but a caller who shows a key means another door: said rather than ignored.
        """
        if authorization is None:
            if door != "web":
                raise GatewayError(Fault.KEY_MISSING, _CHALLENGE)
        elif self.door_of(authorization) != door:
            raise GatewayError(Fault.KEY_REFUSED, _CHALLENGE)

    def recognise(self, authorization: Credential | None) -> None:
        """Raise GatewayError (401) when a credential is shown that opens no door at all."""
        if authorization is not None and self.door_of(authorization) is None:
            raise GatewayError(Fault.KEY_REFUSED, _CHALLENGE)


@dataclass(frozen=True)
class Keys(Doorkeeper):
    """The keys of the two doors that need one; `…_former` is valid beside the newer one until it is retired."""

    agent: str
    ivr: str
    agent_former: str | None = None
    ivr_former: str | None = None

    def door_of(self, authorization: Credential) -> KeyedDoor | None:
        """The door that a credential opens.

        Bearer (RFC 6750) opens both doors; Basic (RFC 7617), whose user name does not matter, the ivr door alone:
        voice platforms often know nothing else.
        """
        if isinstance(authorization, ConsoleAgent):
            return "agent"
        scheme, _, credentials = authorization.strip().partition(" ")
        bearer = credentials.strip() if scheme.lower() == "bearer" else ""
        basic = _basic_password(credentials.strip()) if scheme.lower() == "basic" else ""
        # Each is made, whatever the others gave: the time taken does not tell which one fitted.
        is_agent = [_same(bearer, key) for key in (self.agent, self.agent_former or self.agent)]
        is_ivr = [_same(bearer or basic, key) for key in (self.ivr, self.ivr_former or self.ivr)]
        return "agent" if any(is_agent) else "ivr" if any(is_ivr) else None


def _same(shown: str, key: str) -> bool:
    # Digests have one length, so the comparison does not tell the key's.
    return hmac.compare_digest(sha256(shown.encode("utf-8", "surrogatepass")).digest(), sha256(key.encode()).digest())


def _basic_password(credentials: str) -> str:
    try:
        pair = base64.b64decode(credentials, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
    return pair.partition(":")[2]
