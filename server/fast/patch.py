"""A replacement of part of a library, made only where the part is what the replacement was written for."""

import hashlib
import importlib
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class UnexpectedError(Exception):
    """A library is not as expected; the text says what is different. Nothing has been replaced."""


@dataclass(frozen=True)
class Replacement:
    """One attribute replaced: `owner` is a module (`a.b`) or a class in it (`a.b:C`).

    `make` is given what stands there and returns what shall. `source` is the digest of the code it was written for: of
    the attribute's or, where that is a module, of the owner's.
    """

    owner: str
    attribute: str
    source: str
    make: Callable[[Any], Any]


@dataclass(frozen=True)
class Patch:
    """Replacements that belong together, by the name that `RASA_PATCHES` knows them by.

    `relies_on` is code that is not replaced and must be as expected all the same: (owner, attribute, digest).
    """

    name: str
    replacements: tuple[Replacement, ...]
    relies_on: tuple[tuple[str, str, str], ...] = ()

    def apply(self) -> Callable[[], None]:
        """Replace, and return what undoes it. Raises UnexpectedError: then everything is as it was."""
        for owner, attribute, source in (
            *((each.owner, each.attribute, each.source) for each in self.replacements),
            *self.relies_on,
        ):
            found = digest(owner, attribute)
            if found != source:
                raise UnexpectedError(f"{owner}.{attribute} is {found}, expected {source}")
        before = [(named(each.owner), each.attribute) for each in self.replacements]
        originals = [inspect.getattr_static(owner, attribute) for owner, attribute in before]
        inherited = [attribute not in vars(owner) for owner, attribute in before]

        def undo() -> None:
            for (owner, attribute), original, was_inherited in zip(before, originals, inherited, strict=True):
                if was_inherited:
                    delattr(owner, attribute)
                else:
                    setattr(owner, attribute, original)

        try:
            made = [each.make(original) for each, original in zip(self.replacements, originals, strict=True)]
        except (ImportError, AttributeError) as error:
            raise UnexpectedError(f"what {self.name} is made of is missing ({error})") from error
        for (owner, attribute), new in zip(before, made, strict=True):
            setattr(owner, attribute, new)
        return undo


def named(owner: str) -> Any:
    """A module, or a class of one. Raises UnexpectedError when there is none."""
    module, _, name = owner.partition(":")
    try:
        found = importlib.import_module(module)
        return getattr(found, name) if name else found
    except (ImportError, AttributeError) as error:
        raise UnexpectedError(f"there is no {owner} ({error})") from error


def digest(owner: str, attribute: str) -> str:
    """Sixteen hex digits of the SHA-256 of an attribute's source. Raises UnexpectedError when it cannot be read."""
    holder = named(owner)
    try:
        found = getattr(holder, attribute)
        source = inspect.getsource(holder if inspect.ismodule(found) else found)
    except (AttributeError, OSError, TypeError) as error:
        raise UnexpectedError(f"there is no {owner}.{attribute} to read ({error})") from error
    return hashlib.sha256(textwrap.dedent(source).encode()).hexdigest()[:16]
