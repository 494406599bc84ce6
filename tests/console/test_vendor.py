"""What the console takes from others: Boosted's CSS as its build makes it, without fonts, logo or anything to fetch."""

import re
import subprocess
from pathlib import Path

from tests.conftest import ROOT

CONSOLE = ROOT / "web" / "console"
VENDOR = CONSOLE / "vendor"
BUILD = ROOT / "scripts" / "boosted"
_MOST_BYTES = 60_000


def test_the_css_is_what_the_locked_packages_give(tmp_path: Path) -> None:
    assert (BUILD / "node_modules").is_dir(), "run scripts/node_modules.sh scripts/boosted"
    subprocess.run(["node", str(BUILD / "build.js"), str(tmp_path)], check=True)
    assert {path.name for path in VENDOR.iterdir()} == {path.name for path in tmp_path.iterdir()}
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (VENDOR / path.name).read_bytes(), f"npm run --prefix scripts/boosted build: {path}"


def test_its_licence_comes_with_it() -> None:
    assert (VENDOR / "LICENSE").read_text("utf-8").startswith("The MIT License (MIT)")


def test_no_file_of_the_console_fetches_a_font_or_anything_of_another_host() -> None:
    for path in [*CONSOLE.glob("*.css"), *VENDOR.glob("*.css")]:
        text = path.read_text("utf-8")
        assert re.findall(r"url\(|@import|@font-face|Helvetica", text) == [], path
    for path in [*CONSOLE.glob("*.html"), *CONSOLE.glob("*.js")]:
        assert re.findall(r"(?:src|href|from|fetch)\W{1,3}(?:https?:)?//", path.read_text("utf-8")) == [], path


def test_it_is_small() -> None:
    assert (VENDOR / "boosted.css").stat().st_size < _MOST_BYTES
