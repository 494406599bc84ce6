"""No finding of axe-core in any state of the agents' page; keyboard, magnification and speech beside it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import axe
from tests.console_browser.conftest import API, SCREENSHOTS, Desk


def _empty(desk: Desk) -> None:
    expect(desk.page.locator("#welcome")).to_be_visible()


def _results(desk: Desk) -> None:
    desk.look_up("adr suppr 971")
    expect(desk.options.first).to_be_visible()


def _undecided(desk: Desk) -> None:
    desk.open("adr suppr 971")


def _no_country(desk: Desk) -> None:
    desk.open("adr suppr")


def _card(desk: Desk) -> None:
    desk.open("adr suppr livebox 971")
    expect(desk.addresses.first).to_be_visible()
    desk.press("p")


def _notice(desk: Desk) -> None:
    desk.open("bloctel 971")
    expect(desk.card.locator(".notice")).to_be_visible()


def _side_by_side(desk: Desk) -> None:
    desk.open("durée conservation données mali")
    desk.press("d")
    expect(desk.page.locator(".compare")).to_be_visible()


def _help(desk: Desk) -> None:
    desk.press("Tab", "?")
    expect(desk.page.locator("#help")).to_be_visible()


def _question(desk: Desk) -> None:
    desk.press("Tab", "q")
    desk.page.keyboard.type("bonjour, j'ai résilié mon mobile en Martinique, vous gardez encore mes infos ?")
    desk.press("Enter")
    expect(desk.page.locator(".understood")).to_be_visible()


def _disagreement(desk: Desk) -> None:
    desk.press("F3")
    desk.look_up("adr suppr livebox 971")
    expect(desk.page.locator("#line-note")).to_contain_text("contredisent")


def _error(desk: Desk) -> None:
    desk.page.route(f"{API}lookup", lambda route: route.abort())
    desk.search.fill("suppression")
    expect(desk.page.locator("#notes .problem")).to_be_visible()
    expect(desk.page.locator("#notes")).to_contain_text("Le serveur ne répond pas")
    desk.complaints.clear()


def _words_only(desk: Desk) -> None:
    # The look-up of an assistant whose Rasa is down is tested beside the API; here, what the page says of it.
    def unanswered(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"understood": False})

    desk.page.route(f"{API}lookup", unanswered)
    desk.look_up("suppression données")
    expect(desk.page.locator("#notes")).to_contain_text("recherche sur les mots seuls")


def _signed_out(desk: Desk) -> None:
    refusal = {"error": {"code": "session_missing", "message": ""}}
    desk.page.route(f"{API}lookup", lambda route: route.fulfill(status=401, json=refusal))
    desk.search.fill("suppression")
    expect(desk.page.locator("#signed-out")).to_be_visible()
    desk.complaints.clear()


STATES: dict[str, Callable[[Desk], None]] = {
    "empty": _empty,
    "results": _results,
    "undecided": _undecided,
    "no-country": _no_country,
    "card": _card,
    "notice": _notice,
    "sides": _side_by_side,
    "help": _help,
    "question": _question,
    "disagreement": _disagreement,
    "error": _error,
    "words-only": _words_only,
    "signed-out": _signed_out,
}


# The rest has no colours of its own.
_DARK = ("results", "card", "notice", "sides", "question", "disagreement", "error")


@pytest.mark.parametrize(
    ("state", "dark"),
    [*((state, False) for state in STATES), *((state, True) for state in _DARK)],
    ids=[*STATES, *(f"{state}-dark" for state in _DARK)],
)
def test_axe_finds_nothing(open_desk: Callable[..., Desk], state: str, dark: bool) -> None:
    desk = open_desk(dark=dark)
    STATES[state](desk)
    desk.page.screenshot(path=SCREENSHOTS / f"console-{state}{'-dark' if dark else ''}.png")
    report = axe.check(desk.page)
    assert [str(finding) for finding in report.violations] == []
    assert "color-contrast" in report.run


def _scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize("state", ["empty", "results", "undecided", "card", "sides", "help", "question"])
def test_at_400_percent_nothing_scrolls_sideways(open_desk: Callable[..., Desk], state: str) -> None:
    # 1280 pixels magnified four times (WCAG 2.2, 1.4.10).
    desk = open_desk(320, 256)
    STATES[state](desk)
    assert not _scrolls_sideways(desk.page)
    for dialog in desk.page.locator("dialog[open]").all():
        assert dialog.evaluate("(box) => box.scrollWidth <= box.clientWidth")


def test_beside_another_window_the_answer_and_its_address_are_on_the_screen(desk: Desk) -> None:
    desk.open("adr suppr livebox 971")
    for part in (desk.search, desk.page.locator("#chips"), desk.card.locator(".lead"), desk.addresses.first):
        box = part.bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 720
    assert not desk.page.evaluate("document.documentElement.scrollHeight > innerHeight")


def test_nothing_moves_for_who_wants_no_motion(desk: Desk) -> None:
    desk.open("adr suppr livebox 971")
    moving = (
        "[...document.querySelectorAll('*')].filter((one) => getComputedStyle(one).transitionDuration !== '0s').length"
    )
    assert desk.page.evaluate(moving) == 0


def test_what_is_done_is_said_aloud(desk: Desk) -> None:
    said = desk.page.locator("#said")
    assert said.get_attribute("role") == "status"
    desk.open("adr suppr livebox 971")
    expect(said).to_have_text("Fiche ouverte : Supprimer vos données")
    desk.press("a")
    expect(said).to_contain_text("Adresse copiée : Orange Service Client")
    desk.press("g")
    expect(said).to_have_text("Fiche gardée.")
