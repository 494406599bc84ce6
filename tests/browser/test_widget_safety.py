"""What hostile words can do in the widget: nothing. And who may embed it, in which version."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.conftest import SAYING, Front, Widget, watch

PAYLOADS: list[str] = json.loads(Path(__file__).with_name("hostile.json").read_text(encoding="utf-8"))
# All that a reply and a question are made of.
_ELEMENTS = frozenset(
    {
        "div", "section", "p", "ul", "li", "br", "strong", "span", "time", "blockquote", "footer", "cite", "address",
        "a", "button", "fieldset", "legend", "label", "input", "h3",
    }
)  # fmt: skip
_FOUND = """(root) => {
  const inside = [...root.querySelectorAll(".scroller *, form *")];
  return {
    elements: [...new Set(root.querySelectorAll(".scroller *").values().map((node) => node.localName))],
    handlers: inside.flatMap((node) => node.getAttributeNames()).filter((name) => /^on|^style$|^src/u.test(name)),
    links: inside.filter((node) => node.localName === "a").map((node) => node.href),
    ran: window.__xss ?? null,
    frames: window.length,
  };
}"""


def _check(widget: Widget, front: Front) -> None:
    found = widget.evaluate(_FOUND)
    assert set(found["elements"]) <= _ELEMENTS
    assert found["handlers"] == []
    assert found["ran"] is None
    assert found["frames"] == 0
    safe = ("https://www.", "tel:", f"{front.url}/courriers/", f"{front.url}/confidentialite")
    assert [link for link in found["links"] if not link.startswith(safe)] == []
    assert widget.page.url.startswith(front.site)
    assert widget.page.title() == "Page hôte"


def _hostile_reply(payload: str) -> list[dict[str, Any]]:
    """A reply with the payload in every field, in the places where the widget looks for each kind of line."""
    text = (
        f"{payload}\n- {payload}\n\n« {payload} »\n(section « {payload} »)\n\nContact :\n- {payload} au 7400\n"
        f"- www.{payload}\n\nInformation hors politique : {payload}\nSource : {payload}"
    )
    custom = {
        "status": "answered",
        "topics": [payload],
        "asks": None,
        "policy": {"id": payload, "title": payload, "updated": payload, "sha256": payload},
        "sources": [{"policy": payload, "section": payload, "excerpt": payload}],
        "contacts": [
            {"id": payload, "kind": "web", "text": f"www.{payload}"},
            {"id": payload, "kind": "phone", "text": f"{payload} au 7400"},
            {"id": payload, "kind": payload, "text": payload},
        ],
        "notices": [{"id": payload, "text": payload, "source": payload, "checked_on": payload}],
        "letters": [
            {"right": payload, "title": payload, "pdf": pdf, "text": payload}
            for pdf in (payload, f"/courriers/{payload}", f"/courriers/../{payload}.pdf", "/courriers/mali/a.pdf")
        ],
    }
    buttons = [{"title": payload, "payload": payload}]
    return [{"recipient_id": payload, "text": text, "buttons": buttons}, {"recipient_id": payload, "custom": custom}]


def test_the_corpus_is_worth_its_name() -> None:
    assert len(set(PAYLOADS)) >= 40
    for kind in ("<script", "onerror", "javascript:", "data:text/html", "<svg", "{{", "${", "\u202e", "\u0000"):
        assert any(kind in payload for payload in PAYLOADS), kind
    assert max(map(len, PAYLOADS)) > 10_000


def test_what_a_person_types_is_text(mali: Widget, front: Front) -> None:
    mali.page.route(SAYING, lambda route: route.fulfill(json=[{"text": "Bien.", "custom": {}}]))
    for payload in PAYLOADS:
        # A text field takes no line break from a key press, and the assistant no message over its limit.
        typed = payload[:900].strip()
        mali.ask(typed)
        shown = mali.log.locator(".you .said").last
        expected = "".join(
            each for each in typed if each not in "\u0000\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        )
        assert "".join(shown.inner_text().split()) == "".join(expected.split())
    _check(mali, front)
    mali.shoot("widget-hostile-typed")


def test_what_a_reply_says_is_text_wherever_it_says_it(mali: Widget, front: Front) -> None:
    said = iter(PAYLOADS)
    mali.page.route(SAYING, lambda route: route.fulfill(json=_hostile_reply(next(said))))
    for number in range(len(PAYLOADS)):
        mali.send("bonjour")
        expect(mali.log.locator(".assistant")).to_have_count(number + 1)
        _check(mali, front)
    mali.shoot("widget-hostile-replies")


def test_a_letter_is_linked_from_a_letters_path_alone(mali: Widget, front: Front) -> None:
    good = "/courriers/mali/rights.access"
    bad = [
        "//evil.example/courriers/a", "https://evil.example/courriers/a", "/courriers/../admin", "/courriers/a/../../b",
        "/courriers/%2e%2e/b", "/courriers/\\evil.example", "/courriers/a?b=c#", "/courriers/a b", "courriers/a",
        "javascript:alert(1)//courriers/a", "/courriersx/a", "/courriers/a\n", "/courriers/<b>", "/courriers/",
    ]  # fmt: skip
    letters = [{"title": "T", "pdf": f"{path}.pdf", "text": f"{path}.txt"} for path in [*bad, good]]
    mali.page.route(SAYING, lambda route: route.fulfill(json=[{"text": "Bien.", "custom": {"letters": letters}}]))
    links = mali.ask("bonjour").locator("a")
    assert [link.get_attribute("href") for link in links.all()] == [
        f"{front.url}{good}{end}" for end in (".pdf", ".txt")
    ]


@pytest.mark.parametrize("status", [422, 500])
def test_what_an_error_says_is_text(mali: Widget, front: Front, status: int) -> None:
    mali.expects_failures = True
    said = iter(PAYLOADS)

    def refuse(route: Route) -> None:
        route.fulfill(status=status, json={"error": {"code": "x", "message": next(said)}})

    mali.page.route(SAYING, refuse)
    for _ in PAYLOADS:
        with mali.page.expect_response(SAYING):
            mali.send("bonjour")
        expect(mali.problem).to_be_visible()
    _check(mali, front)
    assert mali.problem.locator("*").count() <= 2


def test_what_the_tag_and_the_pages_title_say_is_text(open_page: Callable[..., Widget], front: Front) -> None:
    for payload in PAYLOADS[:10]:
        widget = open_page(
            data_country=payload, data_offer=payload, data_position=payload, data_person=f"javascript:{payload}"
        )
        widget.open()
        _check(widget, front)
        assert all("is not known" in complaint for complaint in widget.complaints)
        widget.complaints.clear()


def test_a_script_or_a_style_written_into_the_page_is_refused_and_the_fixture_sees_it(
    open_page: Callable[..., Widget],
) -> None:
    widget = open_page()
    widget.page.evaluate("() => { document.body.setAttribute('style', 'color: red'); }")
    widget.page.wait_for_timeout(50)
    assert any("Content-Security-Policy: style-src" in complaint for complaint in widget.complaints)
    widget.complaints.clear()


@pytest.fixture
def closed_to_others(front: Front, browser: Browser) -> Iterator[Widget]:
    """The bare page at an address that the assistant does not know: 127.0.0.1 in the place of localhost."""
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    widget = Widget(page, watch(page))
    page.goto(front.site.replace("localhost", "127.0.0.1") + "/")
    yield widget
    context.close()


def test_another_website_gets_no_answer(closed_to_others: Widget) -> None:
    closed_to_others.open().send("bonjour")
    expect(closed_to_others.problem).to_contain_text("injoignable")
    assert any("CORS" in complaint for complaint in closed_to_others.complaints)


def test_a_pinned_tag_loads_that_version_and_a_changed_one_is_refused(
    front: Front, open_page: Callable[..., Widget]
) -> None:
    about = front.get("/widget.json").json()
    pinned = {"src": about["src"], "integrity": about["integrity"], "crossorigin": "anonymous"}
    widget = open_page(**pinned)
    expect(widget.launcher).to_be_visible()
    other = base64.b64encode(hashlib.sha384(b"another script").digest()).decode()
    refused = open_page(**{**pinned, "integrity": f"sha384-{other}"})
    expect(refused.page.get_by_role("heading")).to_be_visible()
    expect(refused.launcher).to_have_count(0)
    assert any("integrity" in complaint for complaint in refused.complaints)
    refused.complaints.clear()
