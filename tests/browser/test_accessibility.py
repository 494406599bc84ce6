"""No finding of axe-core in any state: the pages of the site, and the widget from closed to broken."""

import json
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, ViewportSize, expect

from tests.browser import axe
from tests.conftest import ROOT, Assistant

PAGES = ["/", "/caraibe", "/mali", "/courriers", "/confidentialite"]
SIZES = {"desktop": (1280, 800), "phone": (320, 640)}
SAYING = "**/webhooks/rest/webhook"
# What a person has to look at, by state: for docs/accessibility.md.
TO_REVIEW = ROOT / ".cache" / "axe" / "to_review.json"
SCREENSHOTS = ROOT / ".cache" / "screenshots"
_REPLY_MS = 20_000

Scheme = Literal["light", "dark"]
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def to_review() -> Iterator[dict[str, list[str]]]:
    """What axe leaves to people, by state; printed and kept at the end."""
    found: dict[str, list[str]] = {}
    yield found
    TO_REVIEW.parent.mkdir(parents=True, exist_ok=True)
    TO_REVIEW.write_text(json.dumps(found, indent=2, ensure_ascii=False), encoding="utf-8")


@pytest.fixture
def open_page(assistant: Assistant, browser: Browser) -> Iterator[Open]:
    """Opens a page in a profile of its own, at a size and in a colour scheme."""
    contexts = []

    def opened(path: str, size: str, scheme: Scheme) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport=ViewportSize(width=width, height=height),
            color_scheme=scheme,
            locale="fr-FR",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(_REPLY_MS)
        page.goto(f"{assistant.url}{path}")
        return page

    yield opened
    for context in contexts:
        context.close()


def _assert_sound(page: Page, state: str, to_review: dict[str, list[str]]) -> None:
    report = axe.check(page)
    to_review[state] = [str(finding) for finding in report.incomplete]
    for finding in report.incomplete:
        print(f"{state}: for people to look at: {finding}")
    assert len(report.passed) > 15, f"axe looked at next to nothing: {sorted(report.passed)}"
    if report.violations:
        pytest.fail("\n".join([f"{state}:", *map(str, report.violations)]), pytrace=False)


# --- The check itself -------------------------------------------------------------------------------------------------
PLANTED = {
    "image-alt": "<img src='/static/icon.svg'>",
    "color-contrast": "<p id='pale'>Trop pâle pour être lu</p>",
    "label": "<input type='text'>",
    "button-name": "<button type='button'></button>",
}


@pytest.mark.parametrize("place", ["page", "shadow root"])
@pytest.mark.parametrize("rule", PLANTED)
def test_axe_finds_a_planted_fault(open_page: Open, rule: str, place: str) -> None:
    page = open_page("/mali", "desktop", "light")
    plant = """([markup, hidden]) => {
      const box = document.createElement("div");
      const root = hidden ? box.attachShadow({ mode: "open" }) : box;
      root.innerHTML = markup;
      document.querySelector("main").prepend(box);
      const pale = root.querySelector("#pale");
      if (pale) pale.style.color = "#ccc";
    }"""
    page.evaluate(plant, [PLANTED[rule], place == "shadow root"])
    assert rule in [finding.rule for finding in axe.check(page).violations]


def test_every_rule_of_rgaa_and_of_wcag_2_2_is_run(open_page: Open) -> None:
    page = open_page("/mali", "desktop", "light")
    axe.check(page)
    run = page.evaluate(
        "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then((all) =>"
        " ['violations', 'incomplete', 'passes', 'inapplicable'].flatMap((kind) => all[kind].map(({id}) => id)))",
        ["wcag22aa"],
    )
    assert run == ["target-size"]
    assert set(page.evaluate("axe.getRules(['RGAAv4']).map(({ruleId}) => ruleId)")) <= axe.check(page).run


# --- The site ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_the_site(
    open_page: Open, to_review: dict[str, list[str]], path: str, scheme: Scheme, size: str
) -> None:
    _assert_sound(open_page(path, size, scheme), f"{path} {size} {scheme}", to_review)


# --- The widget -------------------------------------------------------------------------------------------------------
def _open(page: Page) -> Locator:
    page.get_by_role("button", name="Vos données personnelles").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def _ask(page: Page, question: str) -> Locator:
    field = page.get_by_label("Votre question")
    replies = page.locator(".message.assistant")
    before = replies.count()
    field.fill(question)
    field.press("Enter")
    expect(replies).to_have_count(before + 1, timeout=_REPLY_MS)
    return replies.last


def _closed(page: Page) -> None:
    expect(page.get_by_role("button", name="Vos données personnelles")).to_be_visible()


def _opened(page: Page) -> None:
    _open(page)


def _menu(page: Page) -> None:
    _open(page).get_by_role("button", name="Menu").click()
    expect(page.get_by_role("button", name="Imprimer la conversation")).to_be_visible()


def _answered(page: Page) -> None:
    _open(page)
    expect(_ask(page, "Combien de temps gardez-vous mes données ?").locator("blockquote").first).to_be_visible()


def _letters(page: Page) -> None:
    _open(page)
    expect(_ask(page, "Je veux faire effacer mes données").locator("address").first).to_be_visible()


def _choices(page: Page) -> None:
    _open(page)
    reply = _ask(page, "J’habite en Guadeloupe et je veux faire effacer mes données")
    expect(reply.get_by_role("group", name="Choix proposés").get_by_role("button").first).to_be_visible()


def _long(page: Page) -> None:
    _open(page)
    for question in (
        "Pourquoi traitez-vous mes données ?",
        "Quelles données traitez-vous ?",
        "Quels sont mes droits ?",
    ):
        _ask(page, question)
    scroller = page.locator(".scroller")
    assert scroller.evaluate("(box) => box.scrollHeight > 2 * box.clientHeight")


def _notice(page: Page) -> None:
    _open(page)
    expect(_ask(page, "Puis-je saisir une autorité de contrôle ?")).to_contain_text("Information hors politique")


def _refused(page: Page) -> None:
    _open(page)
    with page.expect_response(SAYING) as answer:
        page.get_by_label("Votre question").fill("/")
        page.get_by_label("Votre question").press("Enter")
    assert answer.value.status == 422
    expect(page.get_by_role("alert")).to_be_visible()


def _too_long(page: Page) -> None:
    _open(page)
    page.get_by_label("Votre question").fill("a" * 1007)
    page.get_by_label("Votre question").press("Enter")
    expect(page.get_by_label("Votre question")).to_have_attribute("aria-invalid", "true")


def _offline(page: Page) -> None:
    _open(page)
    _ask(page, "bonjour")
    page.context.set_offline(True)
    page.get_by_label("Votre question").fill("Quels sont mes droits ?")
    page.get_by_label("Votre question").press("Enter")
    expect(page.get_by_role("button", name="Réessayer")).to_be_visible()


def _waiting(page: Page) -> None:
    _open(page)

    # The assistant under test has its limits lifted, so the refusal is put in its place.
    def refuse(route: Route) -> None:
        route.fulfill(status=429, headers={"Retry-After": "50"}, json={"error": {"code": "too_many", "message": ""}})

    page.route(SAYING, refuse)
    page.get_by_label("Votre question").fill("bonjour")
    page.get_by_label("Votre question").press("Enter")
    expect(page.get_by_role("timer")).to_be_visible()


def _expired(page: Page) -> None:
    _open(page)
    page.route(
        SAYING,
        lambda route: route.fulfill(
            status=404, json={"error": {"code": "conversation_unknown", "message": "Inconnue."}}
        ),
    )
    page.get_by_label("Votre question").fill("bonjour")
    page.get_by_label("Votre question").press("Enter")
    expect(page.get_by_text("a expiré")).to_be_visible()


def _thanked(page: Page) -> None:
    _open(page)
    reply = _ask(page, "Combien de temps gardez-vous mes données ?")
    reply.get_by_role("button", name="Oui").click()
    expect(reply).to_contain_text("Merci")


STATES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "closed": ("/mali", _closed),
    "open, country given": ("/mali", _opened),
    "open, country not given": ("/", _opened),
    "menu open": ("/mali", _menu),
    "answer with quotations": ("/mali", _answered),
    "answer with an address and a letter": ("/mali", _letters),
    "answer with a notice": ("/mali", _notice),
    "choices": ("/", _choices),
    "long answers": ("/caraibe", _long),
    "thanks for the opinion": ("/mali", _thanked),
    "refused (422)": ("/mali", _refused),
    "too long": ("/mali", _too_long),
    "offline": ("/mali", _offline),
    "waiting (429)": ("/mali", _waiting),
    "expired": ("/mali", _expired),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_a_state_of_the_widget(
    open_page: Open, to_review: dict[str, list[str]], state: str, scheme: Scheme, size: str
) -> None:
    path, reach = STATES[state]
    page = open_page(path, size, scheme)
    reach(page)
    name = "-".join([*"".join(c for c in state if c.isalnum() or c == " ").split(), size, scheme])
    page.screenshot(path=SCREENSHOTS / f"widget-{name}.png")
    _assert_sound(page, f"widget {state} {size} {scheme}", to_review)
