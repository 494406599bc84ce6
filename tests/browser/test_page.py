"""The page in a real browser, with the whole assistant behind it."""

import json
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Request, Route, expect

from policies_kb.source import read_sources
from tests.browser.conftest import Chat
from tests.conftest import Assistant

RETENTION = "Combien de temps gardez-vous mes données ?"
ERASURE = "Je veux faire effacer mes données"
SAYING = "**/webhooks/rest/webhook"
OPENING = "**/conversations"


def _no_sideways_scroll(chat: Chat) -> bool:
    return bool(chat.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_the_page_loads_without_complaint_and_asks_nothing_of_another_host(
    assistant: Assistant, open_chat: Callable[..., Chat]
) -> None:
    chat = open_chat()
    asked: list[str] = []
    chat.page.on("request", lambda request: asked.append(request.url))
    chat.page.reload()
    chat.ask("bonjour")
    assert chat.complaints == []
    assert asked
    assert [url for url in asked if not url.startswith(f"{assistant.url}/")] == []


def test_nothing_is_left_in_the_browser(chat: Chat) -> None:
    chat.ask("bonjour")
    assert chat.page.context.cookies() == []
    assert chat.page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert chat.page.evaluate("indexedDB.databases().then((all) => all.length)") == 0


def test_a_script_written_into_the_page_does_not_run(chat: Chat) -> None:
    write = "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = true'}))"
    chat.page.evaluate(write)
    assert chat.page.evaluate("window.ran") is None
    assert "Content Security Policy" in " ".join(chat.complaints)


def test_before_the_first_word_it_says_what_it_is_and_names_both_policies_as_they_stand(chat: Chat) -> None:
    intro = chat.page.locator("#intro")
    expect(intro).to_contain_text("une machine")
    expect(intro).to_contain_text("effacée une demi-heure après votre dernier message")
    sources = read_sources()
    dates = [time.get_attribute("datetime") for time in intro.locator("time").all()]
    assert sorted(map(str, dates)) == sorted(source.updated.isoformat() for source in sources.values())
    for source in sources.values():
        expect(intro).to_contain_text(source.title)


def test_no_conversation_is_opened_before_the_first_message(chat: Chat) -> None:
    sent: list[str] = []
    chat.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    chat.page.get_by_label("Orange Mali").check()
    chat.field.fill("bonjour")
    assert sent == []
    with chat.page.expect_response(OPENING) as opening:
        chat.field.press("Enter")
    assert json.loads(opening.value.request.post_data or "") == {"channel": "web", "country": "mali", "offer": None}


def test_an_answer_quotes_the_policy_of_the_country_chosen(chat: Chat) -> None:
    chat.page.get_by_label("Orange Mali").check()
    reply = chat.ask(RETENTION)
    expect(reply).to_contain_text("15 décembre 2021")
    quotations = reply.locator("blockquote")
    expect(quotations.first).to_contain_text("pour la durée nécessaire à l'accomplissement des finalités")
    body = " ".join(read_sources()["mali"].body.split())
    for quotation in quotations.all():
        expect(quotation.locator(".section")).to_contain_text("section «")
        words = " ".join(quotation.locator("p, li").first.inner_text().split())
        assert words.strip("« »") in body
    expect(reply).not_to_contain_text("trois ans")


def test_a_choice_by_button_leads_to_the_address_of_that_offer_alone(chat: Chat) -> None:
    chat.page.get_by_label("Orange Caraïbe").check()
    question = chat.ask(ERASURE)
    expect(question.get_by_role("button", name="Mobile", exact=True)).to_be_visible()
    assert question.locator("address").count() == 0
    question.get_by_role("button", name="Internet").click()
    reply = chat.reply()
    expect(reply.locator("address")).to_have_text(
        "Orange Service Client, Gestion des données personnelles, 33732 Bordeaux Cedex 9"
    )
    for other in ("Jarry", "Montauban", "7400"):
        expect(chat.log).not_to_contain_text(other)
    expect(chat.log.get_by_role("button", name="Internet")).to_be_disabled()


def test_a_notice_from_outside_the_policy_stands_apart(chat: Chat) -> None:
    chat.page.get_by_label("Orange Mali").check()
    reply = chat.ask("Puis-je saisir une autorité de contrôle ?")
    notice = reply.get_by_role("complementary")
    expect(notice).to_contain_text("Information hors politique")
    expect(notice).to_contain_text("apdp.ml")
    expect(notice).not_to_contain_text("Conformément aux dispositions")


def test_everything_is_done_with_the_keyboard_alone(chat: Chat) -> None:
    keyboard = chat.page.keyboard
    keyboard.press("Tab")
    assert chat.focused() == "Aller à la saisie de votre question"
    keyboard.press("Tab")
    assert chat.focused() == "Je ne sais pas"
    keyboard.press("ArrowDown")
    assert chat.focused().startswith("Orange Caraïbe")
    keyboard.press("Tab")
    assert chat.focused() == "Votre question"
    keyboard.type(ERASURE)
    keyboard.press("Enter")
    chat.reply()
    assert chat.focused() == "Votre question"
    passed: list[str] = []
    while not chat.focused().startswith("Internet"):
        assert len(passed) < 10, f"no way back to the choices, through {passed} only"
        passed.append(chat.focused())
        keyboard.press("Shift+Tab")
    keyboard.press("Enter")
    expect(chat.log.locator("address")).to_contain_text("33732 Bordeaux Cedex 9")
    assert chat.focused() == "Votre question"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_narrow_screen_never_scrolls_sideways(open_chat: Callable[..., Chat], dark: bool) -> None:
    chat = open_chat(320, 640, dark=dark)
    assert _no_sideways_scroll(chat)
    chat.page.get_by_label("Orange Caraïbe").check()
    chat.ask(ERASURE).get_by_role("button", name="Internet").click()
    expect(chat.log.locator("address")).to_be_attached()
    chat.ask("x" * 300)
    assert _no_sideways_scroll(chat)


def test_markup_that_a_person_types_is_shown_as_text(chat: Chat) -> None:
    typed = "<b>gras</b> <img src=x onerror='document.title=1'>"
    title = chat.page.title()
    chat.ask(typed)
    expect(chat.log.locator(".you .body")).to_have_text(typed)
    assert chat.log.locator("b, img").count() == 0
    assert chat.page.title() == title
    assert chat.complaints == []


def test_a_message_over_the_limit_stays_in_the_field(chat: Chat) -> None:
    # 999 characters of two UTF-16 units each: what the assistant counts is characters.
    chat.field.fill("😀" * 999)
    expect(chat.page.locator("#counter")).to_contain_text("1 caractère")
    chat.field.fill("a" * 1007)
    chat.field.press("Enter")
    expect(chat.page.locator("#counter")).to_contain_text("de 7.")
    expect(chat.field).to_have_value("a" * 1007)
    expect(chat.log).to_be_empty()


def test_what_the_assistant_refuses_is_said_in_its_own_words(chat: Chat) -> None:
    chat.field.fill("/")
    chat.field.press("Enter")
    expect(chat.problem).to_contain_text("Votre message est vide.")
    expect(chat.log).to_contain_text("Message non envoyé")


def test_after_a_network_failure_the_same_message_is_sent_again_once_asked(chat: Chat) -> None:
    chat.page.get_by_label("Orange Mali").check()
    chat.ask("bonjour")
    said: list[tuple[str, str]] = []

    def note(request: Request) -> None:
        if request.url.endswith("/webhooks/rest/webhook"):
            body = json.loads(request.post_data or "")
            said.append((body["message"], body["message_id"]))

    chat.page.on("request", note)
    chat.page.context.set_offline(True)
    chat.field.fill(RETENTION)
    chat.field.press("Enter")
    expect(chat.problem).to_contain_text("injoignable")
    chat.page.context.set_offline(False)
    chat.problem.get_by_role("button", name="Réessayer").click()
    expect(chat.reply()).to_contain_text("15 décembre 2021")
    expect(chat.problem).to_be_hidden()
    assert len(said) == 2
    assert said[0] == said[1]
    assert chat.log.locator(".you").count() == 2


def test_an_expired_conversation_is_said_to_be_and_another_is_opened_on_request(
    assistant: Assistant, chat: Chat
) -> None:
    chat.page.get_by_label("Orange Mali").check()
    with chat.page.expect_response(OPENING) as opening:
        chat.ask("bonjour")
    sender = opening.value.json()["sender"]
    httpx.delete(f"{assistant.url}/conversations/{sender}", trust_env=False).raise_for_status()
    chat.field.fill(RETENTION)
    chat.field.press("Enter")
    expect(chat.problem).to_contain_text("a expiré")
    chat.problem.get_by_role("button").click()
    expect(chat.reply()).to_contain_text("15 décembre 2021")


def test_too_many_messages_are_waited_for_as_long_as_told(chat: Chat) -> None:
    # The assistant under test has its limits lifted, so the refusal is put in its place, once.
    def refuse(route: Route) -> None:
        route.fulfill(status=429, headers={"Retry-After": "1"}, json={"error": {"code": "too_many", "message": ""}})

    chat.page.route(SAYING, refuse, times=1)
    chat.field.fill("bonjour")
    chat.field.press("Enter")
    expect(chat.problem).to_contain_text("dans 1 s")
    expect(chat.reply()).to_be_visible()
    expect(chat.problem).to_be_hidden()


def test_a_new_conversation_erases_the_one_before(assistant: Assistant, chat: Chat) -> None:
    with chat.page.expect_response(OPENING) as opening:
        chat.ask("bonjour")
    sender = opening.value.json()["sender"]
    chat.page.get_by_role("button", name="Nouvelle conversation").click()
    expect(chat.page.locator("#status")).to_contain_text("effacée")
    expect(chat.log).to_be_empty()
    assert chat.focused() == "Votre question"
    expect(chat.page.get_by_label("Orange Mali")).to_be_visible()
    gone = httpx.delete(f"{assistant.url}/conversations/{sender}", trust_env=False)
    assert gone.status_code == 404
