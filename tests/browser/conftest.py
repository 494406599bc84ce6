"""A real Chromium on the widget, in a bare page of another origin, with the whole real assistant behind it."""

import html
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Dialog,
    Locator,
    Page,
    Request,
    Route,
    ViewportSize,
)

from tests.chromium import chromium
from tests.conftest import ROOT, Assistant, free_port
from tests.gateway.peer import wait_for

REPLY_MS = 20_000
SCREENSHOTS = ROOT / ".cache" / "screenshots"
SAYING = "**/webhooks/rest/webhook"
OPENING = "**/conversations"
# Chromium's own line for a request that failed: tests that make requests fail expect it, and say so.
_FAILED = re.compile(r"Failed to load resource|blocked by CORS policy: No 'Access-Control-Allow-Origin'")


def _environment_of(assistant: Assistant) -> dict[str, str]:
    """The environment of the assistant's gateway: where its Rasa listens and the token that it asks for."""
    port = urlsplit(assistant.url).port
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
            variables = (folder / "environ").read_bytes().decode("utf-8", "surrogateescape").split("\0")
        except OSError:  # ended meanwhile, or another user's
            continue
        found = dict(variable.split("=", 1) for variable in variables if "=" in variable)
        if command[-3:-1] == [b"-m", b"gateway"] and found.get("PORT") == str(port):
            return found
    raise AssertionError(f"no gateway of this user listens at {assistant.url}")


class Front:
    """A gateway of its own before the assistant's Rasa: it lets one website in, and a test may stop and start it."""

    def __init__(self, assistant: Assistant, site: str, run_dir: Path, **settings: str) -> None:
        inner = _environment_of(assistant)
        run_dir.mkdir()
        (run_dir / "kb.sqlite").symlink_to(Path(inner["RUN_DIR"]) / "kb.sqlite")
        port, metrics_port = free_port(), free_port()
        self.site = site
        self.url = f"http://127.0.0.1:{port}"
        self.metrics_url = f"http://127.0.0.1:{metrics_port}/metrics"
        self._environment = {
            **inner,
            "PORT": str(port),
            "RUN_DIR": str(run_dir),
            "METRICS_BIND": f"127.0.0.1:{metrics_port}",
            "CORS_ORIGINS": site,
            "RATE_LIMITS": "off",
            **settings,
        }
        self._log = run_dir / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self._log.open("ab") as log:
            command = [sys.executable, "-m", "gateway"]
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        wait_for(self._answers, 120)

    def _answers(self) -> bool:
        assert self._process is None or self._process.poll() is None, self._log.read_text("utf-8", "replace")
        try:
            return httpx.get(f"{self.url}/widget.json", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        """Stop it; what it keeps on disk stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    def get(self, path: str) -> httpx.Response:
        """What it serves at a path."""
        return httpx.get(f"{self.url}{path}", trust_env=False)

    def counted(self, sample: str) -> float:
        """A sample of its metrics, 0 when it has none yet."""
        text = httpx.get(self.metrics_url, trust_env=False).text
        found = re.search(rf"^{re.escape(sample)} (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else 0.0


class _HostPage(BaseHTTPRequestHandler):
    """A bare page: the documented tag, and the strictest policy that the documentation asks of a host page.

    The query gives the tag's attributes, its path and how often it stands there.
    """

    assistant = ""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        given = dict(parse_qsl(address.query, keep_blank_values=True))
        source = given.pop("src", "/widget.js")
        tags = int(given.pop("tags", "1"))
        attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in given.items())
        tag = f'<script src="{self.assistant}{source}"{attributes}></script>'
        body = (
            '<!DOCTYPE html><html lang="fr"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Page hôte</title>'
            f"{tag * tags}"
            '<h1>Une page quelconque</h1><p><a href="#suite">Un lien</a></p><p id="suite">Du texte.</p></html>'
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header(
            "Content-Security-Policy",
            f"default-src 'none'; script-src {self.assistant}; connect-src {self.assistant}; style-src 'none'; "
            "img-src 'none'; base-uri 'none'; form-action 'none'; "
            "require-trusted-types-for 'script'; trusted-types 'none'",
        )
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def front(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """A gateway that lets the bare page in, and the page's own server: another port and another host name."""
    handler: type[_HostPage] = type("HostPage", (_HostPage,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    front = Front(assistant, f"http://localhost:{server.server_address[1]}", tmp_path_factory.mktemp("front") / "run")
    handler.assistant = front.url
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    front.start()
    yield front
    front.stop()
    server.shutdown()
    server.server_close()


@dataclass
class Widget:
    """A page with the widget, what a person does with it, and what the page complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    expects_failures: bool = False

    @property
    def launcher(self) -> Locator:
        """The closed widget's button."""
        return self.page.get_by_role("button", name="Vos données personnelles : posez votre question")

    @property
    def panel(self) -> Locator:
        """The open widget."""
        return self.page.get_by_role("dialog", name="Vos données personnelles")

    @property
    def field(self) -> Locator:
        """Where the question is typed."""
        return self.panel.get_by_label("Votre question")

    @property
    def log(self) -> Locator:
        """The conversation."""
        return self.panel.get_by_role("log")

    @property
    def intro(self) -> Locator:
        """What is said before the first word."""
        return self.panel.get_by_role("region", name="Avant de commencer")

    @property
    def status(self) -> Locator:
        """What is going on."""
        return self.panel.get_by_role("status")

    @property
    def problem(self) -> Locator:
        """The sentence that tells why no answer came, with what to do about it."""
        return self.panel.locator(".problem")

    def open(self) -> "Widget":
        """Open the panel."""
        self.launcher.click()
        return self

    def ask(self, question: str) -> Locator:
        """Type a question, press Enter and wait for the reply."""
        self.send(question)
        return self.reply()

    def send(self, question: str) -> None:
        """Type a question and press Enter."""
        self.field.fill(question)
        self.field.press("Enter")

    def reply(self) -> Locator:
        """The reply to the last message, once it is there."""
        reply = self.log.locator("> .assistant:last-child")
        reply.wait_for(timeout=REPLY_MS)
        return reply

    def choose(self, entry: str) -> None:
        """Choose an entry of the menu."""
        self.panel.get_by_role("button", name="Menu").click()
        self.panel.locator(".menu").get_by_text(entry).click()

    def focused(self) -> str:
        """The label or the words of what has the keyboard's focus; empty when it is the page itself."""
        return str(
            self.page.evaluate(
                """() => {
                  let node = document.activeElement;
                  while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
                  if (node === document.body) return "";
                  const words = node.labels?.length ? node.labels[0] : node;
                  return words.textContent.replace(/\\s+/gu, " ").trim();
                }"""
            )
        )

    def evaluate(self, expression: str) -> Any:
        """A JavaScript function called with the widget's shadow root."""
        return self.page.evaluate(f"({expression})(document.querySelector('assistant-donnees').shadowRoot)")

    def scrolls_sideways(self) -> bool:
        """Whether the page or anything in the widget is wider than its place."""
        return bool(
            self.evaluate(
                """(root) => [document.documentElement, ...root.querySelectorAll("dialog, .scroller, form")]
                  .some((box) => box.scrollWidth > box.clientWidth)"""
            )
        )

    def shoot(self, name: str) -> None:
        """Keep a picture of the page as it is."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


def refuse(status: int, times: int = 1, seconds: int | None = None) -> Callable[[Route], None]:
    """A route handler that answers with an error of the contract's shape, and then lets pass."""
    left = times

    def handle(route: Route) -> None:
        nonlocal left
        if left == 0 or route.request.method == "OPTIONS":
            route.continue_()
            return
        left -= 1
        headers = {"Access-Control-Expose-Headers": "Retry-After"} | ({"Retry-After": str(seconds)} if seconds else {})
        body = {"error": {"code": "x", "message": "Phrase de l’assistant."}}
        route.fulfill(status=status, headers=headers, json=body)

    return handle


def hold(widget: Widget, url: str = SAYING) -> list[Route]:
    """Let no request of this kind pass; what is held is in the list, for the test to answer or to let go."""
    held: list[Route] = []
    widget.page.route(url, lambda route: held.append(route))
    return held


def note_messages(widget: Widget) -> list[tuple[str, str]]:
    """The (message, message_id) of every message sent from now on."""
    said: list[tuple[str, str]] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/webhooks/rest/webhook"):
            body = json.loads(request.post_data or "")
            said.append((body["message"], body["message_id"]))

    widget.page.on("request", note)
    return said


# Its scope ends with the module: while it runs, no test that needs an event loop of its own can.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a module."""
    with chromium() as browser:
        yield browser


_WATCH = """
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    console.error(`Content-Security-Policy: ${violatedDirective} ${blockedURI}`));
"""


def watch(page: Page) -> list[str]:
    """What a page complains of from now on: its console, its uncaught errors, its policy's violations, its dialogs."""
    complaints: list[str] = []
    page.add_init_script(_WATCH)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def dismiss(dialog: Dialog) -> None:
        complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    return complaints


@pytest.fixture
def open_page(front: Front, browser: Browser) -> Iterator[Callable[..., Widget]]:
    """Opens the bare page in a profile of its own. Any complaint of the page fails the test."""
    opened: list[Widget] = []
    contexts: list[BrowserContext] = []

    def opening(
        width: int = 1000, height: int = 800, *, dark: bool = False, touch: bool = False, init: str = "",
        site: str = "", context: dict[str, Any] | None = None, **attributes: str,
    ) -> Widget:  # fmt: skip
        made = browser.new_context(
            viewport=ViewportSize(width=width, height=height), color_scheme="dark" if dark else "light",
            locale="fr-FR", has_touch=touch, is_mobile=touch, **(context or {}),
        )  # fmt: skip
        contexts.append(made)
        page = made.new_page()
        widget = Widget(page, watch(page))
        opened.append(widget)
        if init:
            page.add_init_script(init)
        query = "&".join(
            f"{name.replace('_', '-')}={httpx.QueryParams({'v': value})}".replace("=v=", "=")
            for name, value in attributes.items()
        )
        page.goto(f"{site or front.site}/?{query}")
        return widget

    yield opening
    for context in contexts:
        context.close()
    for widget in opened:
        failures = _FAILED if widget.expects_failures else re.compile(r"(?!)")
        assert [complaint for complaint in widget.complaints if not failures.search(complaint)] == []


@pytest.fixture
def widget(open_page: Callable[..., Widget]) -> Widget:
    """The widget as most people meet it, opened."""
    return open_page().open()


@pytest.fixture
def mali(open_page: Callable[..., Widget]) -> Widget:
    """The widget of a page for Mali, opened."""
    return open_page(data_country="mali").open()


@pytest.fixture
def caraibe(open_page: Callable[..., Widget]) -> Widget:
    """The widget of a page for the Caribbean, opened."""
    return open_page(data_country="caraibe").open()
