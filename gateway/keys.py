"""Where the keys of the doors come from, and how they change while the assistant runs.

Keys come from the environment or are drawn once and kept in RUN_DIR/keys.json. That file is read again when it has
changed, so that a key is replaced without a restart:

    python -m gateway.keys rotate agent   a new key is drawn; the one before it stays valid beside it
    python -m gateway.keys retire agent   the one before it opens nothing any more

Keys of the environment change with it, at a restart; two may be given there too (AGENT_KEY=new,former).
"""

import argparse
import fcntl
import json
import logging
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from gateway.doors import KEYED_DOORS, Credential, Doorkeeper, KeyedDoor, Keys
from gateway.settings import Settings, SettingsError

log = logging.getLogger("gateway")

KEY_BYTES = 32
FILE = "keys.json"
_FORMER = "_former"

# Modification time, inode and size: a file that was replaced or written differs in one of them.
_Stamp = tuple[int, int, int]


class KeyRing(Doorkeeper):
    """The keys of this installation, those of the file as they stand in it now."""

    def __init__(self, settings: Settings) -> None:
        """Read the keys; draw and write (mode 0600) those that nothing gives yet.

        Raises SettingsError when the file cannot be read, written or understood, or a key opens two doors.
        """
        self._given = _given(settings)
        self.path: Path | None = None
        self._stamp: _Stamp | None = None
        kept: dict[str, str] = {}
        if any(door not in self._given for door in KEYED_DOORS):
            self.path = settings.run_dir / FILE
            # Taken first: what is written from here on is read again.
            self._stamp = _stamp(self.path)
            kept = _with_all_drawn(self.path, self._given)
        self._keys = _keys(self._given, kept)

    @property
    def keys(self) -> Keys:
        """The keys that are valid now; those before a change that cannot be read, which is logged once."""
        stamp = _stamp(self.path) if self.path is not None else None
        if self.path is not None and stamp != self._stamp:
            self._stamp = stamp
            try:
                self._keys = _keys(self._given, _read(self.path))
            except SettingsError as error:
                log.error("the keys stay as they were: %s", error)
        return self._keys

    def door_of(self, authorization: Credential) -> KeyedDoor | None:
        """The door that a credential opens now."""
        return self.keys.door_of(authorization)


def rotate(settings: Settings, door: KeyedDoor) -> None:
    """Draw a new key for a door; the one it had stays valid beside it. Raises SettingsError when that cannot be."""
    path = _changeable(settings, door)
    with _held(path):
        kept = _read(path)
        if door + _FORMER in kept:
            raise SettingsError(
                f"two keys of the {door} door are valid already: once nobody uses the former one, "
                f"`python -m gateway.keys retire {door}`, then rotate again"
            )
        if door in kept:
            kept[door + _FORMER] = kept[door]
        _write(path, kept | {door: secrets.token_urlsafe(KEY_BYTES)})


def retire(settings: Settings, door: KeyedDoor) -> None:
    """Have the former key of a door open nothing any more. Raises SettingsError when there is none."""
    path = _changeable(settings, door)
    with _held(path):
        kept = _read(path)
        if kept.pop(door + _FORMER, None) is None:
            raise SettingsError(f"the {door} door has no former key: there is nothing to retire")
        _write(path, kept)


def _changeable(settings: Settings, door: KeyedDoor) -> Path:
    if door in _given(settings):
        raise SettingsError(
            f"{door.upper()}_KEY gives the key of the {door} door: change it there (new,former for both), and restart"
        )
    return settings.run_dir / FILE


def _given(settings: Settings) -> dict[str, str]:
    """What the environment gives, under the names of the file."""
    given = {
        "agent": settings.agent_key,
        "ivr": settings.ivr_key,
        "agent" + _FORMER: settings.agent_key_former,
        "ivr" + _FORMER: settings.ivr_key_former,
    }
    return {name: key for name, key in given.items() if key}


def _keys(given: dict[str, str], kept: dict[str, str]) -> Keys:
    """The environment's keys, and the file's for a door that it does not name. Raises SettingsError."""
    found: dict[str, str | None] = {}
    for door in KEYED_DOORS:
        source = given if door in given else kept
        if not source.get(door):
            raise SettingsError(f"{FILE} holds no key for the {door} door: repair it, or delete it and restart")
        found |= {door: source[door], door + _FORMER: source.get(door + _FORMER) or None}
    agents = {found["agent"], found["agent_former"]} - {None}
    if agents & {found["ivr"], found["ivr_former"]}:
        raise SettingsError(
            "a key of the agent door is one of the ivr door too: a key opens one door, give each its own"
        )
    return Keys(
        agent=cast(str, found["agent"]),
        ivr=cast(str, found["ivr"]),
        agent_former=found["agent_former"],
        ivr_former=found["ivr_former"],
    )


def _with_all_drawn(path: Path, given: dict[str, str]) -> dict[str, str]:
    kept = _read(path)
    drawn: dict[str, str] = {
        door: secrets.token_urlsafe(KEY_BYTES) for door in KEYED_DOORS if not (given.get(door) or kept.get(door))
    }
    if drawn:
        kept |= drawn
        _write(path, kept)
    return kept


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def _read(path: Path) -> dict[str, str]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if not (isinstance(kept, dict) and all(isinstance(key, str) for key in kept.values())):
            raise ValueError
        # A file that was copied about may have become readable by others.
        path.chmod(0o600)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError):
        raise SettingsError(f"{path} cannot be read as keys: repair it, or delete it to have new keys drawn") from None
    return kept


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """One change at a time. Raises SettingsError when the folder is not there."""
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise SettingsError(f"{path.parent} cannot be opened ({error.strerror}): set RUN_DIR") from None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


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


def main() -> int:
    """Change a key. Returns the exit status: 1 with a sentence when that cannot be."""
    parser = argparse.ArgumentParser(prog="python -m gateway.keys", description="Change a key of a door.")
    parser.add_argument("change", choices=("rotate", "retire"))
    parser.add_argument("door", choices=KEYED_DOORS)
    arguments = parser.parse_args()
    try:
        settings = Settings.from_environment(os.environ)
        (rotate if arguments.change == "rotate" else retire)(settings, arguments.door)
    except SettingsError as error:
        print(f"keys: {error}", file=sys.stderr)
        return 1
    path = settings.run_dir / FILE
    if arguments.change == "rotate":
        print(
            f"The new key of the {arguments.door} door is in {path}; the former one opens it too until it is retired."
        )
    else:
        print(f"The former key of the {arguments.door} door opens nothing any more.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
