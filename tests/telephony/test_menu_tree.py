"""The picture of the menus in docs/ is that of the menus."""

import subprocess
import sys
from xml.etree import ElementTree

from gateway.ivr.content import load
from telephony.menu_tree import PICTURE, picture
from tests.conftest import ROOT


def test_the_picture_is_that_of_the_menus() -> None:
    checked = subprocess.run([sys.executable, "-m", "telephony.menu_tree", "--check"], cwd=ROOT, check=False)
    assert checked.returncode == 0, "draw it again: .venvs/gateway/bin/python -m telephony.menu_tree"


def test_the_picture_shows_every_choice() -> None:
    content = load()
    words = [
        element.text for element in ElementTree.fromstring(picture(content)).iter("{http://www.w3.org/2000/svg}text")
    ]
    for menu in content.menus.values():
        for choice in menu.choices:
            assert choice.say in words


def test_the_documentation_shows_the_picture() -> None:
    assert f"({PICTURE.name})" in (ROOT / "docs" / "ivr.md").read_text("utf-8")
