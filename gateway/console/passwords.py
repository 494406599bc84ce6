"""Local accounts: names, argon2id hashes and roles in one JSON file, for a machine without an OpenID provider."""

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.console.settings import ROLES, Role

# RFC 9106's second recommended option (64 MiB), which is argon2-cffi's default.
_HASHER = PasswordHasher()
LEAST_LENGTH = 12
# Longer is no password but a way to keep the machine busy.
MOST_LENGTH = 256
DRAWN_BYTES = 18


class AccountsError(RuntimeError):
    """The accounts' file cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """A local account."""

    hash: str
    roles: tuple[Role, ...]


class AccountFile:
    """The file, read anew whenever it has changed; written beside and put in place, mode 0600."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: tuple[tuple[int, int, int], dict[str, Account]] | None = None
        self._nobody: str | None = None

    def all(self) -> dict[str, Account]:
        """The accounts by name; none when there is no file. Raises AccountsError."""
        try:
            found = self.path.stat()
            stamp = found.st_ino, found.st_mtime_ns, found.st_size
            if self._read is None or self._read[0] != stamp:
                self._read = stamp, _accounts(json.loads(self.path.read_text(encoding="utf-8")))
            return dict(self._read[1])
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError):
            raise AccountsError(
                f"{self.path} cannot be read as accounts: repair it, or delete it and make the accounts again"
            ) from None

    def verify(self, name: str, password: str) -> Account | None:
        """The account whose name and password these are, else None; some 50 ms either way. Raises AccountsError."""
        # Of the same cost as a real one: a name that does not exist takes the time of one that does.
        self._nobody = self._nobody or _HASHER.hash(secrets.token_urlsafe(DRAWN_BYTES))
        account = self.all().get(name)
        try:
            _HASHER.verify(account.hash if account else self._nobody, password)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return None
        return account

    def put(self, name: str, password: str, roles: Iterable[Role]) -> None:
        """Add an account, or give the one of this name another password and roles. Raises AccountsError."""
        self._write(self.all() | {name: Account(_HASHER.hash(password), tuple(dict.fromkeys(roles)))})

    def remove(self, name: str) -> bool:
        """Remove an account; False when there is none. Raises AccountsError."""
        accounts = self.all()
        if accounts.pop(name, None) is None:
            return False
        self._write(accounts)
        return True

    def _write(self, accounts: dict[str, Account]) -> None:
        content = {name: {"hash": account.hash, "roles": account.roles} for name, account in sorted(accounts.items())}
        try:
            write_private(self.path, json.dumps(content, indent=1, ensure_ascii=False))
        except OSError as error:
            raise AccountsError(
                f"the accounts cannot be written to {self.path} ({error.strerror}): make its folder writable, "
                "or set CONSOLE_ACCOUNTS to another path"
            ) from None


def _accounts(content: object) -> dict[str, Account]:
    if not isinstance(content, dict):
        raise TypeError
    accounts = {}
    for name, entry in content.items():
        roles = entry["roles"]
        if not isinstance(roles, list) or not set(roles) <= set(ROLES):
            raise ValueError
        accounts[name] = Account(str(entry["hash"]), tuple(cast(Role, role) for role in roles))
    return accounts


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads: the old one or the new one after a crash. Raises OSError."""
    draft = path.with_suffix(f".{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
