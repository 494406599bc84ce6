"""An agent's hour: thirty look-ups as tests/conversations words them, by keyboard alone, each to the right address."""

import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from policies_kb.source import read_sources
from tests.console_browser.conftest import Desk
from tests.conversations.judging import read_cases

LOOK_UPS = 30
OFFER_KEYS = {"mobile": "m", "open": "o", "internet": "i", "fixe": "f", "tv": "t", "obs": "b", "mobile_entreprise": "e"}
COUNTRY_KEYS = {"caraibe": "F2", "mali": "F3"}
_TEXT_OF = {
    "caraibe.jarry": "97196 Jarry Cedex 9",
    "caraibe.bordeaux": "33732 Bordeaux Cedex 9",
    "caraibe.montauban": "82008 Montauban",
    "mali.phone": "7400",
    "mali.bamako": "Hamdallaye ACI 2000",
    "bloctel.web": "www.bloctel.gouv.fr",
    "bloctel.post": "6, rue Nicolas Siret",
}


@dataclass(frozen=True)
class Call:
    """What is typed, what the agent knows of the line beforehand, and which card and contacts it must come to."""

    id: str
    text: str
    topic: str
    country: str
    known_country: str | None
    known_offer: str | None
    contacts: frozenset[str]


def _calls(cases: Sequence[dict[str, Any]]) -> Iterator[Call]:
    """The first questions that name one topic and are answered at once; what they leave open, the agent knew."""
    for case in cases:
        turn, context = case["turns"][0], case.get("context") or {}
        country = turn.get("country")
        # A line that corrects what a page knew is no call: an agent sets only what is true of the caller.
        is_answered = turn["status"] in (["answered"], ["not_in_policy"]) and len(turn.get("topic", ())) == 1
        if is_answered and country and context.get("country") in (None, country):
            yield Call(
                case["id"],
                turn["user"],
                turn["topic"][0],
                country,
                context.get("country"),
                context.get("offer") if country == "caraibe" else None,
                frozenset(turn.get("contacts", ())),
            )


def _thirty() -> list[Call]:
    """Thirty of them, the same every time: agents' own first, then whatever adds a topic, country or offer not had."""
    candidates = sorted(_calls(read_cases()), key=lambda call: (not call.id.startswith("agent-"), call.id))
    chosen: list[Call] = []
    seen: Counter[tuple[str, str]] = Counter()
    while len(chosen) < LOOK_UPS:
        left = [call for call in candidates if call not in chosen]

        def had(call: Call) -> tuple[int, int, int]:
            line = ("line", f"{call.country}:{sorted(call.contacts)}")
            return seen["topic", call.topic], seen[line], seen["topic and country", f"{call.topic}{call.country}"]

        best = min(left, key=had)
        chosen.append(best)
        seen["topic", best.topic] += 1
        seen["line", f"{best.country}:{sorted(best.contacts)}"] += 1
        seen["topic and country", f"{best.topic}{best.country}"] += 1
    return chosen


THIRTY = _thirty()


def test_the_thirty_span_topics_countries_and_addresses() -> None:
    assert len({call.topic for call in THIRTY}) >= 25
    assert {call.country for call in THIRTY} == {"caraibe", "mali"}
    assert frozenset().union(*(call.contacts for call in THIRTY)) == set(_TEXT_OF)
    assert any(call.known_offer for call in THIRTY)
    assert len({call.id for call in THIRTY}) == LOOK_UPS


def _hold(desk: Desk, call: Call) -> tuple[float, int]:
    """Hold one call by keyboard; returns the seconds and the keys that it took, from a page that is empty."""
    keyboard = desk.page.keyboard
    keys = 0
    began = time.perf_counter()
    if call.known_country:
        keyboard.press(COUNTRY_KEYS[call.known_country])
        keys += 1
    if call.known_offer:
        # An offer's key is a letter: outside the search field.
        keyboard.press("Shift+Tab")
        keyboard.press(OFFER_KEYS[call.known_offer])
        keyboard.press("/")
        keys += 3
    keyboard.type(call.text)
    keyboard.press("Enter")
    keys += len(call.text) + 1
    expect(desk.card).to_be_visible()
    return time.perf_counter() - began, keys


@pytest.mark.usefixtures("assistant")
def test_thirty_look_ups_by_keyboard_each_to_the_right_card_and_address(
    open_desk: Callable[..., Desk], capsys: pytest.CaptureFixture[str]
) -> None:
    desk = open_desk()
    assert desk.focused() == "search"
    titles = {topic["topic"]: topic["title"] for topic in _topics(desk)}
    # A click would be the mouse's.
    desk.page.evaluate("addEventListener('pointerdown', () => { window.clicked = true })")
    policies = {country: source.body for country, source in read_sources().items()}
    times, keys, wrong = [], [], []
    for call in THIRTY:
        seconds, pressed = _hold(desk, call)
        times.append(seconds)
        keys.append(pressed)
        got = {
            "title": desk.card.get_by_role("heading", level=2).inner_text(),
            "countries": [country for country, key in COUNTRY_KEYS.items() if _is_pressed(desk, key)],
            "contacts": {str(one.get_attribute("data-contact")) for one in desk.addresses.all()},
        }
        shown = desk.page.locator("main").inner_text()
        others = [words for contact, words in _TEXT_OF.items() if contact not in call.contacts and words in shown]
        due = {"title": titles[call.topic], "countries": [call.country], "contacts": call.contacts}
        if got != due or others:
            wrong.append((call, got, others))
        for address in desk.addresses.all_inner_texts():
            assert address in " ".join(policies[call.country].split())
        if call.contacts:
            desk.press("a")
            expect(desk.page.locator("#toast")).to_be_visible()
            assert all(_TEXT_OF[contact] in desk.copied() for contact in call.contacts)
        desk.press("/", "Escape", "Escape")
        expect(desk.card).to_have_count(0)
        expect(desk.addresses).to_have_count(0)
    with capsys.disabled():
        print(
            f"\nan agent's hour: {len(THIRTY)} look-ups, median {statistics.median(times):.2f} s and "
            f"{statistics.median(keys):.0f} keys (least {min(keys)}, most {max(keys)}), {len(wrong)} wrong"
        )
    assert wrong == []
    assert desk.page.evaluate("window.clicked") is None


def _is_pressed(desk: Desk, key: str) -> bool:
    return desk.page.locator("#chips button", has_text=key).get_attribute("aria-pressed") == "true"


def _topics(desk: Desk) -> list[dict[str, str]]:
    found: list[dict[str, str]] = desk.page.evaluate(
        "fetch('/conseiller/api/start').then((answer) => answer.json()).then(({ topics }) => topics)"
    )
    return found
