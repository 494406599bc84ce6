"""The menus and prompts of the line, read from `menus.yml` and `prompts.yml` and checked when they are read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent
MAIN = "main"
MOST_CHOICES = 5
MOST_LEVELS = 3


class ContentError(ValueError):
    """A content file cannot be used; the message names the place and says what to do."""


@dataclass(frozen=True)
class Choice:
    """A key of a menu: the words it is offered with, and the menu or the topic it leads to (one of them is None)."""

    say: str
    menu: str | None
    topic: str | None


@dataclass(frozen=True)
class Menu:
    """A menu; choice n is on key n, counted from 1. `parent` is None for the main menu."""

    id: str
    title: str
    choices: tuple[Choice, ...]
    parent: str | None
    level: int


@dataclass(frozen=True)
class Prompts:
    """The sentences of `prompts.yml`."""

    texts: Mapping[str, Any]

    def say(self, name: str, **values: str) -> str:
        """A sentence, filled in. Raises KeyError when there is none, or a value is missing."""
        return str(self.texts[name]).format(**values)

    def missed(self, kind: str, misses: int) -> str:
        """What is said about the `misses`-th miss in a row (from 1)."""
        return str(self.texts[kind][misses - 1])

    def number(self, number: int) -> str:
        """A small number in words; raises IndexError beyond those of the file."""
        return str(self.texts["numbers"][number])

    def options(self, offered: list[tuple[str, str]]) -> str:
        """Options in a row, from pairs of words and key."""
        keys: Mapping[str, str] = self.texts["keys"]
        forms = ["first_option"] + ["option"] * (len(offered) - 1)
        return " ".join(
            self.say(form, what=what, key=keys[key]) for form, (what, key) in zip(forms, offered, strict=True)
        )

    def option(self, name: str) -> str:
        """The words of an option that is no choice of a menu."""
        return str(self.texts["options"][name])


@dataclass(frozen=True)
class Content:
    """Everything the line says of its own. `names` says how a topic is offered outside its menu."""

    menus: Mapping[str, Menu]
    names: Mapping[str, str]
    prompts: Prompts

    def menu_of(self, topic: str) -> str:
        """The menu that offers a topic. Raises KeyError when none does."""
        for menu in self.menus.values():
            if any(choice.topic == topic for choice in menu.choices):
                return menu.id
        raise KeyError(topic)


@cache
def load(folder: Path = _FOLDER) -> Content:
    """Read the two files. Raises ContentError."""
    read = yaml.safe_load((folder / "menus.yml").read_text(encoding="utf-8"))
    prompts = yaml.safe_load((folder / "prompts.yml").read_text(encoding="utf-8"))
    menus = {menu.id: menu for menu in _menus(read["menus"], MAIN, None, 1)}
    unreached = set(read["menus"]) - set(menus)
    if unreached:
        raise ContentError(f"menus.yml: no choice leads to {sorted(unreached)}: offer them, or remove them")
    offered = [choice.topic for menu in menus.values() for choice in menu.choices if choice.topic]
    if len(offered) != len(set(offered)) or set(offered) != set(read["topics"]):
        raise ContentError("menus.yml: offer every topic of `topics` in one menu, and only those")
    return Content(menus, read["topics"], Prompts(prompts))


def _menus(read: Mapping[str, Any], menu: str, parent: str | None, level: int) -> Iterator[Menu]:
    """A menu and those below it."""
    if level > MOST_LEVELS:
        raise ContentError(f"menus.yml, {menu}: it is on level {level}: keep to {MOST_LEVELS}")
    if menu not in read:
        raise ContentError(f"menus.yml, {parent}: there is no menu {menu!r}: write it, or lead elsewhere")
    choices = tuple(Choice(one["say"], one.get("menu"), one.get("topic")) for one in read[menu]["choices"])
    if not 1 <= len(choices) <= MOST_CHOICES:
        raise ContentError(f"menus.yml, {menu}: it has {len(choices)} choices: keep to {MOST_CHOICES}")
    if any((choice.menu is None) == (choice.topic is None) for choice in choices):
        raise ContentError(f"menus.yml, {menu}: lead every choice to a menu or to a topic")
    yield Menu(menu, read[menu]["title"], choices, parent, level)
    for choice in choices:
        if choice.menu:
            yield from _menus(read, choice.menu, menu, level + 1)
