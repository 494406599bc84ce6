"""A real Chromium on the page that the running assistant serves."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, sync_playwright

from tests.conftest import Assistant

# --no-sandbox: tests run as root in containers; the rest keeps the browser from asking anything of the network.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
_REPLY_MS = 20_000


@dataclass
class Chat:
    """The page, what a person does with it, and what it complained of in the console."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    @property
    def field(self) -> Locator:
        """Where the question is typed."""
        return self.page.get_by_label("Votre question")

    @property
    def log(self) -> Locator:
        """The conversation."""
        return self.page.get_by_role("log")

    @property
    def problem(self) -> Locator:
        """The sentence that tells why no answer came, with what to do about it."""
        return self.page.locator("#problem")

    def ask(self, question: str) -> Locator:
        """Type a question, press Enter and wait for the reply."""
        self.field.fill(question)
        self.field.press("Enter")
        return self.reply()

    def reply(self) -> Locator:
        """The reply to the last message, once it is there."""
        reply = self.page.locator("#log > .assistant:last-child")
        reply.wait_for(timeout=_REPLY_MS)
        return reply

    def focused(self) -> str:
        """The words or the label of what has the keyboard's focus."""
        words = "(({labels, textContent}) => labels?.length ? labels[0].textContent : textContent)"
        return str(self.page.evaluate(f"{words}(document.activeElement)")).strip()


# Its scope ends with the module: while it runs, no test that needs an event loop of its own can.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, or whichever is on the PATH: the project downloads no browser."""
    found = [path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))]
    assert found, "No Chromium on this machine: install it with « apt-get install chromium »."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found[0], args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_chat(assistant: Assistant, browser: Browser) -> Iterator[Callable[..., Chat]]:
    """Opens the page in a profile of its own, at a size in CSS pixels and in a colour scheme."""
    contexts = []

    def opened(width: int = 1000, height: int = 800, *, dark: bool = False) -> Chat:
        context = browser.new_context(
            viewport=ViewportSize(width=width, height=height), color_scheme="dark" if dark else "light", locale="fr-FR"
        )
        contexts.append(context)
        chat = Chat(context.new_page())
        chat.page.on("console", lambda message: chat.complaints.append(message.text))
        chat.page.on("pageerror", lambda error: chat.complaints.append(str(error)))
        chat.page.goto(f"{assistant.url}/")
        return chat

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def chat(open_chat: Callable[..., Chat]) -> Chat:
    """The page as most people open it."""
    return open_chat()
