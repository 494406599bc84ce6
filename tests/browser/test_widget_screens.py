"""The widget on every screen: small, magnified, dark, touched, by keyboard alone; and what is heard of it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SAYING, Widget, hold

RETENTION = "Combien de temps gardez-vous mes données ?"
ERASURE = "Je veux faire effacer mes données"


def _converse(widget: Widget) -> None:
    """Long answers, choices, an address, a word without end."""
    widget.panel.get_by_label("Orange Caraïbe").check()
    widget.ask(ERASURE).get_by_role("button", name="Internet").click()
    expect(widget.log.locator("address")).to_be_attached()
    widget.ask("x" * 300)


def test_everything_is_done_with_the_keyboard_alone(open_page: Callable[..., Widget]) -> None:
    widget = open_page()
    keyboard = widget.page.keyboard

    def back_to(words: str, key: str = "Shift+Tab") -> None:
        passed: list[str] = []
        while not widget.focused().startswith(words):
            assert len(passed) < 25, f"no way to {words!r}, through {passed} only"
            passed.append(widget.focused())
            keyboard.press(key)

    back_to("Vos données personnelles", "Tab")
    keyboard.press("Enter")
    assert widget.focused() == "Votre question"
    back_to("Aller à la saisie")
    expect(widget.panel.get_by_role("link", name="Aller à la saisie")).to_be_in_viewport()
    widget.shoot("widget-skip-link")
    keyboard.press("Enter")
    assert widget.focused() == "Votre question"
    back_to("Je ne sais pas")
    keyboard.press("ArrowUp")
    keyboard.press("ArrowUp")
    assert widget.focused().startswith("Orange Caraïbe")
    back_to("Votre question", "Tab")
    keyboard.type(ERASURE)
    keyboard.press("Enter")
    widget.reply()
    assert widget.focused() == "Votre question"
    back_to("Internet")
    keyboard.press("Enter")
    expect(widget.log.locator("address")).to_contain_text("33732 Bordeaux Cedex 9")
    assert widget.focused() == "Votre question"
    back_to("Menu")
    keyboard.press("Enter")
    keyboard.press("Tab")
    assert widget.focused() == "Effacer et recommencer"
    keyboard.press("Escape")
    assert widget.focused() == "Menu"
    keyboard.press("Escape")
    expect(widget.panel).to_be_hidden()
    assert widget.focused() == "Vos données personnelles : posez votre question"
    keyboard.press("Space")
    expect(widget.log.locator("address")).to_contain_text("33732 Bordeaux Cedex 9")


def test_beside_the_page_the_focus_may_leave_the_panel(mali: Widget) -> None:
    for _ in range(25):
        mali.page.keyboard.press("Shift+Tab")
        if mali.focused() == "Un lien":
            break
    assert mali.focused() == "Un lien"
    assert mali.panel.get_attribute("aria-modal") == "false"
    expect(mali.panel).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(320, 640), (390, 844)])
def test_a_phone_shows_the_panel_alone_and_keeps_the_focus_in_it(
    open_page: Callable[..., Widget], width: int, height: int
) -> None:
    widget = open_page(width, height, touch=True)
    widget.shoot(f"widget-phone-{width}-closed")
    widget.launcher.tap()
    assert widget.panel.bounding_box() == {"x": 0, "y": 0, "width": width, "height": height}
    assert widget.panel.get_attribute("aria-modal") == "true"
    assert widget.focused() == "Vos données personnelles"
    widget.shoot(f"widget-phone-{width}-open")
    seen = set()
    for _ in range(30):
        widget.page.keyboard.press("Tab")
        seen.add(widget.focused())
    assert {"Menu", "Fermer", "Votre question", "Envoyer"} <= seen
    assert "Un lien" not in seen
    _converse(widget)
    header = widget.panel.locator(".head").bounding_box()
    assert header is not None
    assert header["y"] == 0
    assert not widget.scrolls_sideways()
    widget.shoot(f"widget-phone-{width}-answer")
    widget.page.keyboard.press("Escape")
    expect(widget.launcher).to_be_visible()


def test_on_a_touch_screen_a_choice_does_not_open_the_keyboard(open_page: Callable[..., Widget]) -> None:
    widget = open_page(390, 844, touch=True, data_country="caraibe")
    widget.launcher.tap()
    widget.intro.get_by_role("button", name="Comment faire effacer").tap()
    widget.reply().get_by_role("button", name="Internet").tap()
    expect(widget.log.locator("address")).to_contain_text("Bordeaux")
    assert widget.evaluate("(root) => root.activeElement.localName") == "dialog"
    assert widget.page.title() == "Page hôte"


def test_turning_the_phone_changes_the_panel_and_loses_nothing(open_page: Callable[..., Widget]) -> None:
    widget = open_page(400, 800, data_country="mali").open()
    widget.field.fill("à moitié écrit")
    widget.page.set_viewport_size({"width": 800, "height": 400})
    expect(widget.panel).to_have_attribute("aria-modal", "false")
    expect(widget.field).to_have_value("à moitié écrit")
    assert widget.focused() == "Votre question"
    widget.page.set_viewport_size({"width": 400, "height": 800})
    expect(widget.panel).to_have_attribute("aria-modal", "true")
    assert widget.focused() == "Votre question"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("width", "height"), [(320, 256), (320, 640), (1280, 720)], ids=["400-percent", "narrow", "desk"]
)
def test_nothing_scrolls_sideways_in_either_scheme(
    open_page: Callable[..., Widget], width: int, height: int, dark: bool
) -> None:
    widget = open_page(width, height, dark=dark)
    name = f"widget-{width}x{height}-{'dark' if dark else 'light'}"
    widget.shoot(f"{name}-closed")
    widget.open()
    assert not widget.scrolls_sideways()
    widget.shoot(f"{name}-open")
    _converse(widget)
    assert not widget.scrolls_sideways()
    widget.shoot(f"{name}-answer")
    # Everything can be reached, also where a fixed part would cover it.
    widget.field.scroll_into_view_if_needed()
    expect(widget.field).to_be_in_viewport()


def test_text_may_be_spaced_out(open_page: Callable[..., Widget]) -> None:
    # WCAG 2.2, 1.4.12
    widget = open_page(320, 640).open()
    widget.evaluate(
        """(root) => {
          const spaced = new CSSStyleSheet();
          spaced.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
            word-spacing: .16em !important; } p { margin-block-end: 2em !important; }`);
          root.adoptedStyleSheets = [...root.adoptedStyleSheets, spaced];
        }"""
    )
    _converse(widget)
    assert not widget.scrolls_sideways()
    cut = widget.evaluate(
        """(root) => [...root.querySelectorAll("button, p, li, address, cite, a, legend, label")]
          .filter((node) => node.checkVisibility() && !node.closest(".unseen, .skip")
            && (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1)
            && getComputedStyle(node).display !== "inline")
          .map((node) => node.textContent)"""
    )
    assert cut == []
    widget.shoot("widget-text-spacing")


def test_what_is_pressed_is_at_least_44_pixels(open_page: Callable[..., Widget]) -> None:
    widget = open_page(390, 844, touch=True)
    small = """(root) => [...root.querySelectorAll("button, .menu a, textarea:not(.unseen)")]
      .filter((node) => node.checkVisibility())
      .map((node) => [node.textContent.trim(), node.getBoundingClientRect()])
      .filter(([, box]) => box.width < 44 || box.height < 44).map(([name]) => name)"""
    assert widget.evaluate(small) == []
    widget.open()
    _converse(widget)
    widget.panel.get_by_role("button", name="Menu").click()
    assert widget.evaluate(small) == []


def test_less_motion_is_still(open_page: Callable[..., Widget]) -> None:
    moves: dict[str, Any] = {}
    for motion in ("reduce", "no-preference"):
        widget = open_page(context={"reduced_motion": motion}, data_country="mali").open()
        held = hold(widget)
        widget.send("bonjour")
        expect(widget.status).to_contain_text("cherche la réponse")
        moves[motion] = widget.evaluate(
            """(root) => [getComputedStyle(root.querySelector(".status"), "::before").animationName,
              getComputedStyle(root.querySelector(".scroller")).scrollBehavior]"""
        )
        held[0].continue_()
        widget.reply()
    assert moves == {"reduce": ["none", "auto"], "no-preference": ["pulse", "smooth"]}


def test_forced_colours_keep_every_border(open_page: Callable[..., Widget]) -> None:
    widget = open_page(context={"forced_colors": "active"}, data_country="caraibe", data_offer="internet").open()
    widget.ask(ERASURE)
    widget.shoot("widget-forced-colours")
    bare = widget.evaluate(
        """(root) => [...root.querySelectorAll("button:not(.icon, .menu button), textarea, .said, .contact-way")]
          .filter((node) => node.checkVisibility() && getComputedStyle(node).borderTopWidth === "0px").length"""
    )
    assert bare == 0


@pytest.mark.parametrize("position", ["left", "right"])
def test_the_widget_stands_where_the_page_wants_it(open_page: Callable[..., Widget], position: str) -> None:
    widget = open_page(data_position=position)
    boxes = [widget.launcher.bounding_box(), widget.open().panel.bounding_box()]
    for box in boxes:
        assert box is not None
        assert (box["x"] == 16) == (position == "left")
        assert (box["x"] + box["width"] == 1000 - 16) == (position == "right")


def test_the_style_of_the_page_does_not_reach_the_widget(open_page: Callable[..., Widget]) -> None:
    widget = open_page()
    hostile = """() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`html { font-size: 5px; } * { display: none !important; color: red !important; }
        assistant-donnees { font-size: 3px !important; opacity: 0; }
        html, head, body, assistant-donnees { display: block !important; }`);
      document.adoptedStyleSheets = [sheet];
    }"""
    before = widget.launcher.bounding_box()
    widget.page.evaluate(hostile)
    assert widget.launcher.bounding_box() == before
    widget.open()
    expect(widget.intro).to_be_visible()
    assert widget.evaluate("(root) => getComputedStyle(root.host).opacity") == "1"
    assert widget.evaluate("(root) => getComputedStyle(root.querySelector('h3')).color") != "rgb(255, 0, 0)"


def test_the_pages_shortcuts_are_not_pressed_by_typing(mali: Widget) -> None:
    mali.page.evaluate("() => { window.keys = 0; document.addEventListener('keydown', () => { window.keys += 1; }); }")
    mali.field.press_sequentially("/?k")
    expect(mali.field).to_have_value("/?k")
    assert mali.page.evaluate("window.keys") == 0


def test_a_reply_out_of_focus_shows_in_the_title_and_on_the_launcher(mali: Widget) -> None:
    held = hold(mali)
    mali.send("bonjour")
    expect(mali.status).to_contain_text("cherche la réponse")
    mali.page.keyboard.press("Escape")
    held[0].continue_()
    expect(mali.page).to_have_title("(1) Réponse - Page hôte")
    expect(mali.launcher).to_contain_text("(1 non lue)")
    mali.shoot("widget-unread")
    mali.open()
    assert mali.page.title() == "Page hôte"
    # The panel is open, and the person is in the page beside it.
    mali.send("bonjour")
    mali.page.get_by_role("link", name="Un lien").focus()
    held[1].continue_()
    expect(mali.page).to_have_title("(1) Réponse - Page hôte")
    mali.field.focus()
    assert mali.page.title() == "Page hôte"
    mali.page.unroute(SAYING)
    mali.ask("bonjour")
    assert mali.page.title() == "Page hôte"


def test_a_reply_is_heard_once(mali: Widget) -> None:
    reply = mali.ask(RETENTION)
    log = mali.log
    assert (log.get_attribute("aria-live"), log.get_attribute("aria-relevant")) == ("polite", "additions")
    lead = reply.locator(".lead").inner_text()
    places = mali.evaluate(
        """(root) => [...root.querySelectorAll("[aria-live], [role=alert], [role=status], [role=log]")]
          .filter((node) => node.textContent.trim()).map((node) => node.className || node.getAttribute("role"))"""
    )
    assert lead
    assert places == ["log", "feedback"]
    assert reply.locator(".feedback").get_attribute("aria-live") == "off"
