"""`python -m gateway.console.accounts add|remove|list`: the console's local accounts; and the first one, drawn once."""

import argparse
import asyncio
import getpass
import json
import os
import re
import secrets
import sys
from pathlib import Path

from gateway.console.passwords import (
    DRAWN_BYTES,
    LEAST_LENGTH,
    MOST_LENGTH,
    AccountFile,
    AccountsError,
    write_private,
)
from gateway.console.session_file import FILE, FileSessions
from gateway.console.sessions import subject_hash
from gateway.console.settings import ROLES
from gateway.settings import Settings, SettingsError
from gateway.store_error import STORE_ERRORS

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_FIRST_NAME = "console"


def accounts_of(settings: Settings) -> AccountFile:
    """The accounts of an installation."""
    return AccountFile(settings.console.accounts or settings.run_dir / "console_accounts.json")


def first_account_path(settings: Settings) -> Path:
    """Where the first account is written down."""
    return settings.run_dir / "console.json"


def draw_first(settings: Settings) -> None:
    """Make the first account and write it to console.json, when local accounts are on and there is none yet.

    Raises AccountsError when a file cannot be read or written.
    """
    accounts = accounts_of(settings)
    if not settings.console.local_accounts or accounts.all():
        return
    first = {"username": _FIRST_NAME, "password": secrets.token_urlsafe(DRAWN_BYTES), "roles": list(ROLES)}
    path = first_account_path(settings)
    try:
        write_private(path, json.dumps(first))
    except OSError as error:
        raise AccountsError(f"{path} cannot be written ({error.strerror}): make RUN_DIR writable") from None
    accounts.put(_FIRST_NAME, str(first["password"]), ROLES)


def forget_first(path: Path, name: str) -> None:
    """Delete the note of the first account's password once `name` is that account: it is read once, by one person.

    Raises AccountsError when it cannot be deleted.
    """
    if name != _FIRST_NAME:
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise AccountsError(f"{path} holds a password and cannot be deleted ({error.strerror}): delete it") from None


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit status: 0 done, 1 with a sentence, 2 bad arguments."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(Settings.from_environment(os.environ), options))
    except (AccountsError, SettingsError) as error:
        print(error, file=sys.stderr)
    except STORE_ERRORS as error:
        print(f"The account's sessions could not be ended ({error}): run the command again.", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gateway.console.accounts", description="The local accounts of the agents' console."
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    add = commands.add_parser("add", help="add an account, or give it another password and roles")
    add.add_argument("name", type=_name, help="lower-case letters, digits, . _ @ -")
    add.add_argument("--role", action="append", choices=ROLES, required=True, help="give it once for each role")
    add.add_argument("--password-stdin", action="store_true", help="read the password from the first line of the input")
    add.set_defaults(run=_add)
    remove = commands.add_parser("remove", help="remove an account and sign its holder out")
    remove.add_argument("name")
    remove.set_defaults(run=_remove)
    show = commands.add_parser("list", help="the accounts and their roles")
    show.set_defaults(run=_list)
    return parser


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no name: use lower-case letters, digits, . _ @ -")
    return text


def _add(settings: Settings, options: argparse.Namespace) -> int:
    password = sys.stdin.readline().rstrip("\r\n") if options.password_stdin else _asked()
    if password is None:
        print("The two passwords are not the same: nothing was changed.", file=sys.stderr)
        return 1
    if not LEAST_LENGTH <= len(password) <= MOST_LENGTH:
        print(f"A password has {LEAST_LENGTH} to {MOST_LENGTH} characters: nothing was changed.", file=sys.stderr)
        return 1
    accounts_of(settings).put(options.name, password, options.role)
    _forget(settings, options.name)
    print(f"{options.name}: {', '.join(options.role)}")
    return 0


def _asked() -> str | None:
    password = getpass.getpass("Password: ")
    return password if getpass.getpass("Again: ") == password else None


def _remove(settings: Settings, options: argparse.Namespace) -> int:
    if not accounts_of(settings).remove(options.name):
        print(f"There is no account {options.name!r}.", file=sys.stderr)
        return 1
    _forget(settings, options.name)
    return 0


def _forget(settings: Settings, name: str) -> None:
    """Sign the holder out everywhere, and drop the note of a first password that is no longer good."""
    asyncio.run(_end_sessions(settings, subject_hash("", name)))
    forget_first(first_account_path(settings), name)


async def _end_sessions(settings: Settings, subject: str) -> None:
    if settings.redis_url is None:
        here = FileSessions(settings.run_dir / FILE, settings.console.idle_seconds, settings.console.longest_seconds)
        await here.end_all(subject)
        await here.close()
        return
    # Imported when they are used: one machine does not pay for them.
    from gateway.shared.redis import Shared
    from gateway.shared.sessions import SharedSessions

    shared = Shared(settings.redis_url)
    try:
        await SharedSessions(shared, settings.console.idle_seconds, settings.console.longest_seconds).end_all(subject)
    finally:
        await shared.close()


def _list(settings: Settings, _: argparse.Namespace) -> int:
    for name, account in accounts_of(settings).all().items():
        print(f"{name}: {', '.join(account.roles)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
