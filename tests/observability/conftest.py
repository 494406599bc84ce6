"""The whole running assistant, as it is seen from outside."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.trust.stack import Stack

MARK = "Zkwyborny"
# What must be found nowhere: a word, an address, a number, as people write them.
PLANTED = f"je m'appelle {MARK}, marie.{MARK}@exemple.fr, 06 12 34 56 78, je veux supprimer mes données"
# Not understood: for the action server, which alone searches the policies.
UNSURE = "c'est quoi le truc là avec mes infos"
NEVER = (MARK, "exemple.fr", "12 34 56 78", "supprimer", "le truc là")


def lines(stack: Stack) -> list[dict[str, Any]]:
    """The log of all parts; every line of it is an object. The last may not be whole yet."""
    return [json.loads(line) for line in stack.log().split("\n")[:-1]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where an assistant has its state."""
    return tmp_path_factory.mktemp("assistant")
