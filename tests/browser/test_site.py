"""The demonstration site in a real browser: by keyboard alone, magnified, narrow, dark, on paper, without scripts."""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.conftest import ROOT, Assistant

PAGES = ["/", "/caraibe", "/mali", "/courriers", "/confidentialite"]
SCREENSHOTS = ROOT / ".cache" / "screenshots"
# What has the focus, inside shadow roots too.
_FOCUSED = """(() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return node;
})()"""
_OUTLINED = f"""() => {{
  const node = {_FOCUSED};
  return [null, "::after"].some((part) => {{
    const style = getComputedStyle(node, part);
    return style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2;
  }});
}}"""
# Whether nothing else lies over the middle of what has the focus.
_UNCOVERED = f"""() => {{
  const node = {_FOCUSED};
  const box = node.getBoundingClientRect();
  const top = node.getRootNode().elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return node === top || node.contains(top);
}}"""
_NO_SIDEWAYS_SCROLL = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture
def visit(assistant: Assistant, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page of the site in a profile of its own; whatever the console says fails the test."""
    contexts = []
    complaints: list[str] = []

    def visited(path: str, width: int = 1280, height: int = 800, **options: Any) -> Page:
        context = browser.new_context(viewport=ViewportSize(width=width, height=height), locale="fr-FR", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{assistant.url}{path}")
        return page

    yield visited
    for context in contexts:
        context.close()
    assert complaints == []


def _focused(page: Page) -> str:
    return " ".join(str(page.evaluate(f"{_FOCUSED}.textContent")).split())


def _walk(page: Page) -> Iterator[str]:
    """Press Tab until the focus leaves the page; the words of each stop."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate(f"{_FOCUSED} === document.body"):
            return
        yield _focused(page)
    pytest.fail("the focus never leaves the page")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_a_language_a_title_of_its_own_and_one_of_each_landmark(
    visit: Callable[..., Page], path: str
) -> None:
    page = visit(path)
    assert page.locator("html").get_attribute("lang") == "fr"
    title = page.title()
    assert "démonstration" in title.lower()
    assert [visit(other).title() for other in PAGES].count(title) == 1
    for role in ("banner", "main", "contentinfo"):
        expect(page.get_by_role(role)).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("navigation", name="Pages du site")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
def test_headings_go_down_one_level_at_a_time(visit: Callable[..., Page], path: str) -> None:
    page = visit(path)
    levels = [int(tag[1]) for tag in page.locator("h1, h2, h3, h4").evaluate_all("all => all.map((h) => h.tagName)")]
    assert levels[0] == 1
    assert all(level <= before + 1 for before, level in itertools.pairwise(levels))


def test_every_link_of_the_site_leads_somewhere(assistant: Assistant, visit: Callable[..., Page]) -> None:
    links: set[str] = set()
    for path in PAGES:
        page = visit(path)
        links.update(page.locator("a[href]").evaluate_all("all => all.map((a) => a.href)"))
        for target in page.locator("a[href^='#']").evaluate_all("all => all.map((a) => a.getAttribute('href'))"):
            expect(page.locator(target)).to_have_count(1)
    inside = {link.partition("#")[0] for link in links}
    assert len(inside) >= len(PAGES)
    for link in inside:
        assert link.startswith(f"{assistant.url}/"), f"a link leaves the site: {link}"
        assert page.request.get(link).status == 200, link


@pytest.mark.parametrize("path", PAGES)
def test_with_the_keyboard_alone_each_stop_is_seen_and_the_order_is_that_of_the_page(
    visit: Callable[..., Page], path: str
) -> None:
    page = visit(path, reduced_motion="reduce")  # at once where the focus is
    stops = []
    for stop in _walk(page):
        stops.append(stop)
        assert page.evaluate(_OUTLINED), f"no outline on « {stop} »"
        assert page.evaluate(_UNCOVERED), f"something lies over « {stop} »"
    opening = ["Aller au contenu", "Accéder au tchat", "Mes données, mes droits", "Orange Caraïbe", "Orange Mali"]
    assert stops[:6] == [*opening, "Courriers"]
    assert stops[-1].startswith("Vos données personnelles")  # the chat's button, last
    assert len(stops) == page.locator("a[href]:visible, button:visible, summary:visible, select:visible").count()


def test_the_first_link_skips_to_the_content(visit: Callable[..., Page]) -> None:
    page = visit("/mali")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert _focused(page) == "Choisir un courrier"


def test_the_second_link_skips_to_the_chat_which_opens_by_keyboard(visit: Callable[..., Page]) -> None:
    page = visit("/mali")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert _focused(page).startswith("Vos données personnelles")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert _focused(page).startswith("Vos données personnelles")


def test_the_contents_lead_to_a_section(visit: Callable[..., Page]) -> None:
    page = visit("/caraibe")
    page.get_by_role("navigation", name="Sommaire").get_by_role("link", name="Comment exercer vos droits ?").click()
    heading = page.get_by_role("heading", name="Comment exercer vos droits ?")
    expect(heading).to_be_in_viewport()
    assert page.url.endswith("#exercise")


# 320 px wide is 1280 px at 400 % (WCAG 1.4.10).
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [320, 640, 960])
def test_a_narrow_or_magnified_page_never_scrolls_sideways(visit: Callable[..., Page], path: str, width: int) -> None:
    assert visit(path, width, 640).evaluate(_NO_SIDEWAYS_SCROLL)


@pytest.mark.parametrize("path", PAGES)
def test_text_twice_as_large_loses_nothing(visit: Callable[..., Page], path: str) -> None:
    page = visit(path)
    before = page.locator("main p").first.evaluate("(p) => Number.parseFloat(getComputedStyle(p).fontSize)")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    after = page.locator("main p").first.evaluate("(p) => Number.parseFloat(getComputedStyle(p).fontSize)")
    assert after == pytest.approx(2 * before)
    assert page.evaluate(_NO_SIDEWAYS_SCROLL)
    cut = "all => all.filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')"
    assert (
        page.locator("main *").evaluate_all(f"{cut}.map((e) => e.outerHTML.slice(0, 80))".replace("all => ", "all => "))
        == []
    )


# WCAG 1.4.12: what a person sets for reading comfort must fit.
@pytest.mark.parametrize("path", PAGES)
def test_wider_text_spacing_loses_nothing(visit: Callable[..., Page], path: str) -> None:
    page = visit(path, 320, 640)
    page.evaluate("""() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important;"
        + " word-spacing: .16em !important; } p { margin-block-end: 2em !important; }");
      document.adoptedStyleSheets.push(sheet);
    }""")
    assert page.evaluate(_NO_SIDEWAYS_SCROLL)


@pytest.mark.parametrize("wish", ["reduce", "no-preference"])
def test_nothing_moves_for_who_wants_no_motion(
    visit: Callable[..., Page], wish: Literal["reduce", "no-preference"]
) -> None:
    page = visit("/mali", reduced_motion=wish)
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == (
        "auto" if wish == "reduce" else "smooth"
    )
    if wish == "reduce":
        assert page.evaluate("document.getAnimations().length") == 0


def test_without_scripts_the_policy_is_there(visit: Callable[..., Page]) -> None:
    page = visit("/mali", java_script_enabled=False)
    expect(page.get_by_role("heading", name="Comment exercer vos droits?")).to_be_visible()
    expect(page.get_by_text("Hamdallaye ACI 2000")).to_be_visible()


def test_on_paper_only_the_text_is_left(visit: Callable[..., Page]) -> None:
    page = visit("/mali")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Hamdallaye ACI 2000")).to_be_visible()
    for gone in ("Aller au contenu", "Sommaire", "Choisir un courrier"):
        expect(page.get_by_text(gone)).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("size", "width", "height"), [("desktop", 1280, 800), ("phone", 320, 640)])
@pytest.mark.parametrize("path", PAGES)
def test_a_picture_of_each_page_is_kept_for_people_to_look_at(
    visit: Callable[..., Page], path: str, size: str, width: int, height: int, scheme: Literal["light", "dark"]
) -> None:
    page = visit(path, width, height, color_scheme=scheme)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = sum(map(int, re.findall(r"\d+", background)[:3]))
    assert (brightness > 600) == (scheme == "light")
    file = SCREENSHOTS / f"site{path.replace('/', '-').rstrip('-')}-{size}-{scheme}.png"
    page.screenshot(path=Path(file), full_page=True)
    assert file.stat().st_size > 10_000
