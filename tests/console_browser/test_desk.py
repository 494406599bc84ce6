"""What an agent does at the page: chips, addresses, both countries, copying, the delay, keys, and what stays."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from policies_kb.source import read_sources
from tests.console_browser.conftest import API, Desk

ADDRESSES = ("Jarry", "33732", "Montauban", "7400", "Hamdallaye", "Nicolas Siret")


def _shows(desk: Desk) -> set[str]:
    """Which addresses are anywhere in the document, shown or not."""
    whole = str(desk.page.evaluate("document.documentElement.textContent"))
    return {words for words in ADDRESSES if words in whole}


def test_no_address_before_country_and_offer_decide_it_and_only_that_one_then(desk: Desk) -> None:
    desk.open("suppression des données")
    assert _shows(desk) == set()
    expect(desk.card).to_contain_text("Orange Caraïbe")
    expect(desk.card).to_contain_text("Orange Mali")
    desk.press("F2")
    expect(desk.card.locator(".decide")).to_contain_text("dépend de votre offre")
    assert _shows(desk) == set()
    desk.press("o")
    expect(desk.addresses).to_contain_text("97196 Jarry Cedex 9")
    assert _shows(desk) == {"Jarry"}
    desk.press("b")
    expect(desk.addresses).to_contain_text("82008 Montauban")
    assert _shows(desk) == {"Montauban"}
    desk.press("F3")
    expect(desk.addresses).to_have_count(2)
    assert _shows(desk) == {"7400", "Hamdallaye"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("client sosh 971 effacement données", "dépend de votre offre Sosh"),
        ("client pro 972 effacement données", "l'adresse dépend du contrat"),
        ("pro hors OBS, internet 971, effacement données", "n'indique d'adresse que pour les clients"),
        ("prospect non client guadeloupe, effacement données", "n'indique d'adresse que pour les clients"),
        ("ex client 971 effacement données", "n'attribue pas d'adresse aux anciens clients"),
    ],
)
def test_a_situation_that_decides_no_address_gets_none_and_the_reason(desk: Desk, text: str, said: str) -> None:
    card = desk.open(text)
    expect(card.locator(".contacts")).to_contain_text(said)
    assert _shows(desk) == set()


def test_two_offers_get_two_addresses_each_with_its_offer(desk: Desk) -> None:
    desk.open("opposition 971")
    desk.press("m", "+", "i")
    expect(desk.addresses).to_have_count(2)
    assert desk.card.locator(".contact .for").all_inner_texts() == ["Mobile", "Internet (Livebox, fibre)"]
    assert _shows(desk) == {"Jarry", "33732"}


def test_a_line_left_over_from_the_call_before_decides_nothing_against_the_text(desk: Desk) -> None:
    desk.press("F3")
    desk.open("effacement données livebox 971")
    expect(desk.page.locator("#line-note")).to_contain_text("confirmez le pays")
    assert _shows(desk) == set()
    desk.press("F2")
    expect(desk.addresses).to_contain_text("33732")
    expect(desk.page.locator("#line-note")).to_be_empty()


def test_the_card_of_another_line_goes_when_something_else_is_typed(desk: Desk) -> None:
    desk.open("effacement données livebox 971")
    assert _shows(desk) == {"33732"}
    desk.look_up("effacement données abonné mali")
    expect(desk.addresses).to_have_count(0)
    assert _shows(desk) == set()


def test_the_marks_of_both_sides_are_the_differences_of_the_two_texts(desk: Desk) -> None:
    desk.open("durée conservation données 971")
    desk.press("d")
    columns = desk.page.locator(".side")
    expect(columns).to_have_count(2)
    kept = []
    for column in columns.all():
        body = " ".join(read_sources()[str(column.get_attribute("data-country"))].body.split())
        for words in column.locator(".words").all():
            assert " ".join(words.inner_text().split()) in body
        pieces = column.locator(".words > *").evaluate_all("(all) => all.map((one) => [one.tagName, one.textContent])")
        assert {tag for tag, _ in pieces} == {"MARK", "SPAN"}
        kept.append([word for tag, text in pieces if tag == "SPAN" for word in re.findall(r"\w+|[^\w\s]", text)])
    assert kept[0] == kept[1]
    assert "trois" not in kept[0]


def test_the_script_spells_postcodes_and_boxes_in_groups(desk: Desk) -> None:
    desk.open("effacement données mobile 971")
    desk.press("p")
    script = desk.page.locator("#script p")
    expect(script).to_be_visible()
    expect(script).to_contain_text("22 03, 97 196 Jarry")
    expect(script).to_contain_text("6 mai 2021")
    desk.press("p")
    expect(script).to_be_hidden()


def test_answer_and_address_are_copied_whole(desk: Desk) -> None:
    desk.open("effacement données abonné mali")
    desk.press("a")
    expect(desk.page.locator("#toast")).to_contain_text("Contacts copiés")
    assert desk.copied().split("\n") == [
        "Service clients au 7400",
        "Immeuble Orange, Hamdallaye ACI 2000, B.P. : E 3991-Bamako-Mali",
    ]
    desk.press("c")
    expect(desk.page.locator("#toast")).to_contain_text("Réponse copiée")
    lines = desk.copied().split("\n")
    assert lines[0] == "Vous disposez d'un droit de suppression des données qui vous concernent."
    assert lines[-1].endswith("mise à jour du 15 décembre 2021.")
    assert any("délai d'un mois" in line for line in lines)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-01-31", "28 février 2026"),
        ("2028-01-31", "29 février 2028"),
        ("2026-03-31", "30 avril 2026"),
        ("2026-12-15", "15 janvier 2027"),
        ("2026-11-01", "1er décembre 2026"),
    ],
)
def test_an_answer_is_due_one_calendar_month_after_receipt_and_nothing_is_sent(
    desk: Desk, received: str, due: str
) -> None:
    desk.open("délai réponse 971")
    before = len(desk.asked)
    desk.press("r")
    assert desk.focused() == "received"
    desk.page.locator("#received").fill(received)
    expect(desk.page.locator(".due")).to_contain_text(f"au plus tard le {due}")
    assert len(desk.asked) == before


def test_a_silent_policy_is_said_to_be_silent_and_the_other_country_shows_what_it_says(desk: Desk) -> None:
    card = desk.open("portabilité données client mali")
    expect(card).to_contain_text("La politique n’en parle pas")
    desk.press("d")
    expect(desk.page.locator("[data-country=mali]")).to_contain_text("ne parle pas de portabilité")
    expect(desk.page.locator("[data-country=caraibe]")).to_contain_text("portabilité")


def test_the_other_countrys_address_is_in_no_passage_of_the_comparison(desk: Desk) -> None:
    desk.open("comment exercer ses droits, mobile 971")
    desk.press("d")
    expect(desk.page.locator("[data-country=mali]")).to_contain_text("n’est pas montré")
    assert _shows(desk) == {"Jarry"}


def test_what_is_outside_the_policy_stands_under_its_label_before_the_old_address(desk: Desk) -> None:
    card = desk.open("bloctel 971")
    notice = card.locator(".notice")
    expect(notice).to_contain_text("Information hors politique")
    expect(notice).to_contain_text("Vérifiée le 21 novembre 2026")
    above, below = notice.bounding_box(), desk.addresses.first.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] < below["y"]
    desk.press("c")
    expect(desk.page.locator("#toast")).to_contain_text("Réponse copiée")
    copied = desk.copied()
    assert copied.index("Information hors politique") < copied.index("6, rue Nicolas Siret")


def test_the_letter_is_the_websites_for_that_offer(desk: Desk) -> None:
    desk.open("effacement données livebox 971")
    link = desk.card.locator(".letters a").first
    assert link.get_attribute("href") == "/courriers/caraibe/internet/effacement.pdf"
    answer = desk.page.request.get(str(link.evaluate("(one) => one.href")))
    assert answer.ok
    assert answer.body().startswith(b"%PDF-")


def test_a_free_question_opens_the_card_for_what_was_said(desk: Desk) -> None:
    desk.press("Tab", "q")
    desk.page.keyboard.type("bonjour, je veux que vous effaciez tout, j'ai une livebox en Martinique")
    desk.press("Enter")
    answer = desk.page.locator("#question-answer")
    expect(answer.locator(".understood")).to_have_text(re.compile(r"^Sûr \(\d+\s%\)$"))
    expect(answer).to_contain_text("Lu dans la phrase : Orange Caraïbe, Internet.")
    answer.get_by_role("button").first.click()
    expect(desk.addresses).to_contain_text("33732")
    assert desk.page.locator("#question-text").input_value() == ""


def test_results_and_cards_are_reached_by_arrows_digits_and_mouse_alike(desk: Desk) -> None:
    desk.look_up("droits")
    count = desk.options.count()
    assert count > 2
    desk.press("ArrowDown", "ArrowDown", "ArrowUp")
    expect(desk.options.nth(1)).to_have_attribute("aria-selected", "true")
    assert desk.search.get_attribute("aria-activedescendant") == desk.options.nth(1).get_attribute("id")
    second = desk.options.nth(1).locator(".title").inner_text()
    desk.press("Enter")
    title = desk.card.get_by_role("heading", level=2)
    expect(title).to_have_text(second)
    desk.press("1")
    expect(title).to_have_text(desk.options.first.locator(".title").inner_text())
    desk.options.nth(1).click()
    expect(title).to_have_text(second)


def test_in_a_text_field_letters_and_digits_are_text(desk: Desk) -> None:
    desk.look_up("droits")
    desk.page.keyboard.type(" mcapslq?12")
    assert desk.search.input_value() == "droits mcapslq?12"
    expect(desk.card).to_have_count(0)
    assert desk.page.locator("dialog[open]").count() == 0
    assert desk.chip("Mobile").get_attribute("aria-pressed") == "false"


def test_keys_of_one_character_can_be_switched_off(desk: Desk) -> None:
    desk.open("effacement données 971")
    desk.press("?")
    desk.page.get_by_label("Raccourcis d’une seule touche actifs").uncheck()
    desk.press("Escape")
    desk.page.locator("#card").focus()
    desk.press("m", "d", "?")
    assert desk.chip("Mobile").get_attribute("aria-pressed") == "false"
    assert desk.page.locator("dialog[open]").count() == 0
    desk.press("Escape")
    assert desk.focused() == "search"


def test_every_action_has_a_visible_button_that_shows_its_key(desk: Desk) -> None:
    desk.open("effacement données livebox 971")
    keys = set(desk.page.locator("button:visible kbd, label:visible kbd").all_inner_texts())
    assert {"/", "?", "Q", "C", "A", "P", "S", "L", "D", "G", "R", "F2", "F3", "Échap", "+"} <= keys
    assert {"M", "O", "I", "F", "T", "B", "E"} <= keys
    desk.page.get_by_role("button", name="Deux pays").click()
    expect(desk.page.locator(".compare")).to_be_visible()
    desk.page.get_by_role("button", name="Source").click()
    assert desk.focused() == "source"


def test_pinned_and_recent_cards_live_in_memory_alone(desk: Desk) -> None:
    desk.open("bloctel 971")
    desk.press("g")
    desk.press("/")
    desk.open("durée conservation 971")
    expect(desk.page.locator("#pinned")).to_contain_text("Bloctel")
    expect(desk.page.locator("#recent")).to_contain_text("Combien de temps")
    desk.press("/", "Escape", "Escape")
    desk.page.locator("#pinned").get_by_role("button").click()
    expect(desk.card).to_contain_text("Démarchage téléphonique")
    assert _shows(desk) == set()
    desk.page.reload()
    expect(desk.page.locator("#topics li").first).to_be_visible()
    expect(desk.page.locator("#pinned")).to_be_hidden()


def test_a_session_that_is_over_leaves_nothing_on_the_page(desk: Desk) -> None:
    desk.open("effacement données livebox 971")
    refusal = {"error": {"code": "session_missing", "message": ""}}
    desk.page.route(f"{API}lookup", lambda route: route.fulfill(status=401, json=refusal))
    desk.search.fill("opposition")
    expect(desk.page.locator("#signed-out")).to_be_visible()
    assert _shows(desk) == set()
    assert desk.search.input_value() == ""
    assert desk.page.get_by_role("link", name="Se reconnecter").get_attribute("href") == "/conseiller/connexion"
    desk.complaints.clear()


@pytest.fixture
def idle_desk(open_desk: Callable[..., Desk]) -> Desk:
    """The page under a clock that the test moves."""
    desk = open_desk()
    desk.page.clock.install()
    desk.page.reload()
    expect(desk.page.locator("#topics li").first).to_be_visible()
    return desk


def test_an_idle_agent_is_warned_and_then_signed_out(idle_desk: Desk) -> None:
    seconds = _session(idle_desk)["idle_seconds"]
    idle_desk.page.clock.fast_forward((seconds - 100) * 1000)
    idle_desk.page.clock.run_for(6000)
    expect(idle_desk.page.locator("#idle")).to_be_visible()
    idle_desk.page.get_by_role("button", name="Rester connecté").click()
    expect(idle_desk.page.locator("#idle")).to_be_hidden()
    idle_desk.page.clock.fast_forward((seconds + 10) * 1000)
    idle_desk.page.clock.run_for(6000)
    expect(idle_desk.page.locator("#signed-out")).to_be_visible()


def _session(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = desk.page.evaluate("fetch('/conseiller/api/session').then((answer) => answer.json())")
    return found
