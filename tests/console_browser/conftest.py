"""The agents' page in a real Chromium, signed in with the console's first account, the whole assistant behind it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from tests.chromium import chromium
from tests.conftest import ROOT, Assistant
from tests.console.at_assistant import signing_in
from tests.console.conftest import PASSWORD

SCREENSHOTS = ROOT / ".cache" / "screenshots"
API = "**/conseiller/api/"


@dataclass
class Desk:
    """The page, what an agent does with it, and what it complained of in the console."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def search(self) -> Locator:
        """The search field."""
        return self.page.get_by_role("combobox")

    @property
    def options(self) -> Locator:
        """The results."""
        return self.page.get_by_role("option")

    @property
    def card(self) -> Locator:
        """The card, once one is open."""
        return self.page.locator(".card-body")

    @property
    def addresses(self) -> Locator:
        """Every address in the page."""
        return self.page.locator("address")

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def look_up(self, text: str) -> None:
        """Type a text into the empty search field and wait for its results."""
        self.search.fill("")
        with self.page.expect_response(lambda response: _asks_for(response.request.post_data, text)):
            self.search.fill(text)
        self.search.focus()

    def open(self, text: str) -> Locator:
        """Look up a text and open the first result."""
        self.look_up(text)
        self.press("Enter")
        expect(self.card).to_be_visible()
        return self.card

    def chip(self, name: str) -> Locator:
        """A chip of country, offer or situation."""
        return self.page.locator("#chips button", has_text=name).first

    def focused(self) -> str:
        """The id of what has the focus."""
        return str(self.page.evaluate("document.activeElement.id"))

    def copied(self) -> str:
        """What is in the clipboard."""
        return str(self.page.evaluate("navigator.clipboard.readText()"))


def _asks_for(body: str | None, text: str) -> bool:
    return body is not None and json.loads(body).get("text") == text


# Its scope ends with the module: while it runs, no test that needs an event loop of its own can.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a module."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def signed_in_state(browser: Browser, assistant: Assistant) -> Any:
    """The cookies of an agent who signed in once, as people do."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{assistant.url}/conseiller")
    page.get_by_label("Identifiant").fill(signing_in(assistant))
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.locator("#topics li").first).to_be_visible()
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def open_desk(browser: Browser, assistant: Assistant, signed_in_state: Any) -> Iterator[Callable[..., Desk]]:
    """Opens the page in a window of its own; fails where the page complained and the test did not expect it."""
    contexts: list[BrowserContext] = []
    desks: list[Desk] = []

    def opened(width: int = 1280, height: int = 720, dark: bool = False) -> Desk:
        context = browser.new_context(
            viewport=ViewportSize(width=width, height=height),
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            locale="fr-FR",
            permissions=["clipboard-read", "clipboard-write"],
            storage_state=signed_in_state,
        )
        contexts.append(context)
        desk = Desk(context.new_page())
        desks.append(desk)
        desk.page.on("console", lambda message: desk.complaints.append(message.text))
        desk.page.on("pageerror", lambda error: desk.complaints.append(str(error)))
        desk.page.on("request", lambda request: desk.asked.append(request.url))
        desk.page.goto(f"{assistant.url}/conseiller")
        expect(desk.page.locator("#topics li").first).to_be_visible()
        return desk

    yield opened
    for context in contexts:
        context.close()
    assert [complaint for desk in desks for complaint in desk.complaints] == []


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    """The page as agents have it, beside another window."""
    return open_desk()
