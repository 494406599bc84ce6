"""Debian's Chromium, or whichever is on the PATH, for the tests of pages: the project downloads no browser."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

# --no-sandbox: tests run as root in containers; the rest keeps the browser from asking anything of the network.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that runs inside the block. Fails with a sentence when there is none on this machine."""
    found = [path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))]
    assert found, "No Chromium on this machine: install it with « apt-get install chromium »."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found[0], args=_ARGUMENTS)
        yield browser
        browser.close()
