"""Signing in with a real Chromium, through local accounts and the real provider; the editors' and auditors' pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect

from policies_kb.source import read_sources
from tests.browser.axe import check
from tests.console.conftest import PASSWORD, OpenId, Visitor
from tests.gateway.conftest import Gateway


@dataclass
class Window:
    """A page of the console, and what the browser complained of."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a path of the console."""
        self.page.goto(f"{self.url}{path}")

    def sign_in(self, name: str, password: str = PASSWORD) -> None:
        """Fill the sign-in page in by keyboard."""
        expect(self.page.get_by_label("Identifiant")).to_be_focused()
        self.page.keyboard.type(name)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(password)
        self.page.keyboard.press("Enter")

    def assert_accessible(self) -> None:
        """Assert that axe finds nothing, in light and in dark."""
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            assert [str(finding) for finding in check(self.page).violations] == []


@pytest.fixture
def open_window(browser: Browser) -> Iterator[Callable[[str], Window]]:
    contexts = []

    def opened(url: str) -> Window:
        context = browser.new_context(locale="fr-FR", reduced_motion="reduce")
        contexts.append(context)
        window = Window(context.new_page(), url)
        window.page.on("console", lambda message: window.complaints.append(message.text))
        window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
        return window

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def window(visit: Callable[..., Visitor], gateway: Gateway, open_window: Callable[[str], Window]) -> Window:
    return open_window(str(gateway.client.base_url).rstrip("/"))


def test_a_local_account_leads_to_the_page_that_was_wanted_and_out_again(window: Window) -> None:
    window.go("/conseiller/audit")
    expect(window.page).to_have_url(f"{window.url}/conseiller/connexion?vers=/conseiller/audit")
    window.assert_accessible()
    window.sign_in("all")
    expect(window.page.get_by_role("heading", level=1)).to_have_text("Audit")
    [cookie] = window.page.context.cookies()
    assert (cookie["name"], cookie["secure"], cookie["httpOnly"]) == ("__Host-session", True, True)
    assert window.page.evaluate("document.cookie + localStorage.length + sessionStorage.length") == "00"
    window.page.get_by_role("button", name="Se déconnecter").click()
    expect(window.page.get_by_label("Identifiant")).to_be_visible()
    assert window.page.context.cookies() == []
    window.go("/conseiller/audit")
    expect(window.page.get_by_label("Identifiant")).to_be_visible()
    assert window.complaints == []


def test_a_wrong_password_is_told_and_can_be_typed_again(window: Window) -> None:
    window.go("/conseiller/connexion")
    window.sign_in("auditor", "wrong")
    expect(window.page.get_by_role("alert")).to_contain_text("n’est pas le bon")
    expect(window.page.get_by_label("Mot de passe")).to_be_focused()
    window.assert_accessible()
    window.page.keyboard.type(PASSWORD)
    window.page.keyboard.press("Enter")
    expect(window.page.get_by_role("heading", level=1)).to_have_text("Audit")


def test_a_person_of_the_provider_signs_in_and_out(provider: OpenId, open_window: Callable[[str], Window]) -> None:
    provider.gateway()
    window = open_window(f"http://127.0.0.1:{provider.settings.port}")
    window.go("/conseiller/redaction")
    expect(window.page.get_by_label("Identifiant")).to_be_hidden()
    window.assert_accessible()
    window.page.get_by_role("link", name="Se connecter").click()
    window.page.locator("input[name=login]").fill("ines.editor")
    window.page.locator("input[name=password]").fill("any")
    window.page.locator("button[type=submit]").click()
    window.page.get_by_role("button", name="Continue").click()
    expect(window.page).to_have_url(f"{window.url}/conseiller/redaction")
    expect(window.page.get_by_role("link", name="Rédaction")).to_be_visible()
    window.page.get_by_role("button", name="Se déconnecter").click()
    window.page.get_by_role("button", name="Yes, sign me out").click()
    expect(window.page).to_have_url(f"{window.url}/conseiller/connexion")


def test_who_may_not_see_a_page_is_shown_those_that_are_open(window: Window) -> None:
    window.go("/conseiller/connexion")
    window.sign_in("auditor")
    expect(window.page.get_by_role("heading", level=1)).to_have_text("Audit")
    window.go("/conseiller/redaction")
    expect(window.page.get_by_role("heading", level=1)).to_have_text("Cette page ne vous est pas ouverte")
    expect(window.page.get_by_role("navigation").get_by_role("link")).to_have_text(["Audit"])
    window.assert_accessible()


def test_an_editor_sees_the_base_and_tries_a_new_version(window: Window) -> None:
    window.go("/conseiller/redaction")
    window.sign_in("editor")
    expect(window.page.locator("#topics tr").first).to_be_visible()
    expect(window.page.locator("#policies tr")).to_have_count(2)
    source = read_sources()["mali"]
    passage = next(one for one in source.passages if "pour la durée nécessaire" in one.text)
    window.page.get_by_label("Orange Mali").check()
    window.page.get_by_label("Texte de la nouvelle version").fill(source.body.replace(passage.text, "<b>Dix ans.</b>"))
    window.page.get_by_role("button", name="Comparer").click()
    expect(window.page.locator("#preview-said")).to_contain_text("À relire", timeout=30_000)
    expect(window.page.locator("#changes")).to_contain_text("<b>Dix ans.</b>")
    window.assert_accessible()
    assert window.complaints == []


def test_an_auditor_sees_figures_and_takes_them_away(window: Window, gateway: Gateway) -> None:
    gateway.say(gateway.open(), "bonjour")
    window.go("/conseiller/audit")
    window.sign_in("auditor")
    expect(window.page.locator("#chain")).to_contain_text("1 ligne s’enchaîne")
    expect(window.page.locator("#total")).to_have_text("1 réponse.")
    head = window.page.locator("#head").inner_text()
    window.page.get_by_label("Tête notée").fill(head)
    window.page.get_by_role("button", name="Vérifier").click()
    expect(window.page.locator("#chain")).to_contain_text("Le journal est entier")
    window.assert_accessible()
    with window.page.expect_download() as download:
        window.page.get_by_role("link", name="Exporter en CSV").click()
    assert download.value.path().read_bytes().count(b"\r\n") == 2
    assert window.complaints == []
