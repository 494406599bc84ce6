"""The console's settings: where people sign in, how long they stay signed in, and how long the audit log is kept."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, get_args
from urllib.parse import urlsplit

Role = Literal["agent", "editor", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)

_ADDRESS = re.compile(r"https?://[a-z0-9.\-]+(:[0-9]{1,5})?(/[\w.~\-/]*)?", re.ASCII)
_ORIGIN = re.compile(r"https?://[a-z0-9.\-]+(:[0-9]{1,5})?")


class Reader(Protocol):
    """Values of the environment by name, as gateway/settings.py reads them."""

    def text(self, name: str, default: str) -> str: ...
    def items(self, name: str) -> list[str]: ...
    def number(self, name: str, default: int, highest: int) -> int: ...
    def choice(self, name: str, choices: Mapping[str, bool], default: str) -> bool: ...


class ConsoleSettingsError(ValueError):
    """A setting of the console cannot be used; the message names it and says what to do."""


@dataclass(frozen=True)
class Oidc:
    """An OpenID Connect provider; `roles` says which values of the claim give which role."""

    issuer: str
    client_id: str
    client_secret: str | None = None
    scope: str = "openid"
    roles_claim: str = "roles"
    roles: tuple[tuple[str, Role], ...] = tuple((role, role) for role in ROLES)


@dataclass(frozen=True)
class ConsoleSettings:
    """Times are whole seconds, `audit_days` whole days.

    None for `public_url`: the console is asked for by the address that it is reached at; for `accounts`: the file is
    in RUN_DIR; for `oidc`: there is no provider.
    """

    public_url: str | None = None
    oidc: Oidc | None = None
    local_accounts: bool = True
    accounts: Path | None = None
    idle_seconds: int = 1800
    longest_seconds: int = 36_000
    audit_days: int = 400


def console_settings(read: Reader) -> ConsoleSettings:
    """Read the settings. Raises ConsoleSettingsError, and what `read` raises."""
    public_url = read.text("CONSOLE_PUBLIC_URL", "").rstrip("/") or None
    if public_url is not None and not _ORIGIN.fullmatch(public_url):
        raise ConsoleSettingsError(
            f"CONSOLE_PUBLIC_URL is {public_url!r}: give an origin such as https://assistant.example.fr"
        )
    if public_url is not None and not is_private(public_url):
        raise ConsoleSettingsError(
            f"CONSOLE_PUBLIC_URL is {public_url!r}: give an https address, the only kind that the cookie is for"
        )
    oidc = _oidc(read)
    if oidc is not None and public_url is None:
        raise ConsoleSettingsError(
            "CONSOLE_OIDC_ISSUER is set without CONSOLE_PUBLIC_URL: give the origin that the provider sends people to"
        )
    accounts = read.text("CONSOLE_ACCOUNTS", "")
    return ConsoleSettings(
        public_url=public_url,
        oidc=oidc,
        local_accounts=read.choice("CONSOLE_LOCAL_ACCOUNTS", {"on": True, "off": False}, "off" if oidc else "on"),
        accounts=Path(accounts) if accounts else None,
        idle_seconds=read.number("CONSOLE_IDLE_SECONDS", 1800, highest=36_000),
        audit_days=read.number("AUDIT_DAYS", 400, highest=3650),
    )


def _oidc(read: Reader) -> Oidc | None:
    issuer = read.text("CONSOLE_OIDC_ISSUER", "")
    if not issuer:
        return None
    if not (_ADDRESS.fullmatch(issuer) and is_private(issuer)):
        raise ConsoleSettingsError(
            f"CONSOLE_OIDC_ISSUER is {issuer!r}: give the provider's https address, as its own documents name it"
        )
    client_id = read.text("CONSOLE_OIDC_CLIENT_ID", "")
    if not client_id:
        raise ConsoleSettingsError(
            "CONSOLE_OIDC_CLIENT_ID is not set: give the name that the provider knows the console by"
        )
    scopes = read.text("CONSOLE_OIDC_SCOPES", "openid").split()
    return Oidc(
        issuer=issuer,
        client_id=client_id,
        client_secret=read.text("CONSOLE_OIDC_CLIENT_SECRET", "") or None,
        scope=" ".join(dict.fromkeys(["openid", *scopes])),
        roles_claim=read.text("CONSOLE_OIDC_ROLES_CLAIM", "roles"),
        roles=tuple(_role(item) for item in read.items("CONSOLE_OIDC_ROLES")) or Oidc.roles,
    )


def _role(item: str) -> tuple[str, Role]:
    value, _, named = item.rpartition("=")
    for role in ROLES:
        if value and role == named:
            return value, role
    raise ConsoleSettingsError(
        f"CONSOLE_OIDC_ROLES holds {item!r}: give value=role, the role one of {', '.join(ROLES)}"
    )


def is_private(url: str) -> bool:
    """Whether what goes to this address cannot be read on the way: https, or a loopback address."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return True
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"
