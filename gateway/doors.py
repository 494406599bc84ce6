"""Doors and the keys that open them.

Keys come from the environment or are drawn once and kept in RUN_DIR/keys.json. A credential is compared in constant
time with every key, so that neither its content nor which door it nearly opened shows in the time taken.
"""

import base64
import binascii
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from gateway.contract import Door
from gateway.errors import Fault, GatewayError
from gateway.settings import Settings, SettingsError

KeyedDoor = Literal["agent", "ivr"]
_KEYED_DOORS: tuple[KeyedDoor, ...] = ("agent", "ivr")
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="assistant"'}
KEY_BYTES = 32


class ConsoleAgent:
    """An agent signed in at the console, in the place of the agent key: gateway/api.py has checked the session."""


Credential = str | ConsoleAgent


@dataclass(frozen=True)
class Keys:
    """The keys of the two doors that need one."""

    agent: str
    ivr: str

    def door_of(self, authorization: Credential) -> KeyedDoor | None:
        """The door that an Authorization header or a session of the console opens, None when it opens none.

        Bearer (RFC 6750) opens both doors; Basic (RFC 7617), whose user name does not matter, the ivr door alone:
        voice platforms often know nothing else.
        """
        if isinstance(authorization, ConsoleAgent):
            return "agent"
        scheme, _, credentials = authorization.strip().partition(" ")
        bearer = credentials.strip() if scheme.lower() == "bearer" else ""
        basic = _basic_password(credentials.strip()) if scheme.lower() == "basic" else ""
        is_agent = _same(bearer, self.agent)
        is_ivr = _same(bearer or basic, self.ivr)
        return "agent" if is_agent else "ivr" if is_ivr else None

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


def _same(shown: str, key: str) -> bool:
    # Digests have one length, so the comparison does not tell the key's.
    return hmac.compare_digest(sha256(shown.encode("utf-8", "surrogatepass")).digest(), sha256(key.encode()).digest())


def _basic_password(credentials: str) -> str:
    try:
        pair = base64.b64decode(credentials, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
    return pair.partition(":")[2]


@dataclass(frozen=True)
class KeyRing:
    """The keys, and the file that holds those that were drawn (None when all came from the environment)."""

    keys: Keys
    path: Path | None


def load_keys(settings: Settings) -> KeyRing:
    """The keys of this installation; draws and writes (mode 0600) those that nothing gives yet.

    Raises SettingsError when the file cannot be read, written or understood.
    """
    given: dict[KeyedDoor, str | None] = {"agent": settings.agent_key, "ivr": settings.ivr_key}
    if all(given.values()):
        return KeyRing(Keys(agent=given["agent"] or "", ivr=given["ivr"] or ""), None)
    path = settings.run_dir / "keys.json"
    kept = _read(path)
    drawn = {door: kept.get(door) or secrets.token_urlsafe(KEY_BYTES) for door in _KEYED_DOORS if not given[door]}
    if any(kept.get(door) != key for door, key in drawn.items()):
        _write(path, kept | drawn)
    return KeyRing(Keys(agent=given["agent"] or drawn["agent"], ivr=given["ivr"] or drawn["ivr"]), path)


def _read(path: Path) -> dict[str, str]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if not (isinstance(kept, dict) and all(isinstance(key, str) for key in kept.values())):
            raise ValueError
        # A file that was copied about may have become readable by others.
        path.chmod(0o600)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError):
        raise SettingsError(f"{path} cannot be read as keys: repair it, or delete it to have new keys drawn") from None
    return kept


def _write(path: Path, keys: dict[str, str]) -> None:
    """Beside and then in place, so that a crash leaves the old file or the new one; never readable by others."""
    draft = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(keys, file)
        draft.replace(path)
    except OSError as error:
        raise SettingsError(
            f"the keys cannot be written to {path} ({error.strerror}): make RUN_DIR writable, "
            "or set AGENT_KEY and IVR_KEY"
        ) from None
