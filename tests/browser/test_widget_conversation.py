"""Conversations in the widget, end to end, from a bare page of another origin."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from policies_kb.source import read_sources
from tests.browser.conftest import OPENING, SAYING, Front, Widget, hold
from tests.gateway.peer import wait_for

RETENTION = "Combien de temps gardez-vous mes données ?"
ERASURE = "Je veux faire effacer mes données"
BORDEAUX = "Orange Service Client, Gestion des données personnelles, 33732 Bordeaux Cedex 9"


def _exists(front: Front, sender: str) -> bool:
    answer = httpx.post(f"{front.url}/feedback", json={"sender": sender, "helpful": True}, trust_env=False)
    return answer.status_code == 204


def _open_with(widget: Widget, question: str) -> str:
    with widget.page.expect_response(OPENING) as opening:
        widget.ask(question)
    return str(opening.value.json()["sender"])


def test_before_the_first_word_it_says_what_it_is_and_names_both_policies_as_they_stand(widget: Widget) -> None:
    intro = widget.intro
    for words in ("une machine", "effacée quand vous quittez cette page", "n’enregistre pas de demande"):
        expect(intro).to_contain_text(words)
    sources = read_sources()
    dates = [time.get_attribute("datetime") for time in intro.locator("time").all()]
    assert sorted(map(str, dates)) == sorted(source.updated.isoformat() for source in sources.values())
    for source in sources.values():
        expect(intro).to_contain_text(source.title)


@pytest.mark.parametrize(("country", "other"), [("caraibe", "Mali"), ("mali", "Caraïbe")])
def test_a_page_of_one_country_names_its_policy_alone(
    open_page: Callable[..., Widget], country: str, other: str
) -> None:
    widget = open_page(data_country=country).open()
    expect(widget.intro).to_contain_text(read_sources()[country].title)
    expect(widget.intro).not_to_contain_text(other)
    assert widget.intro.get_by_role("radio").count() == 0


def test_nothing_is_asked_or_stored_before_it_is_opened_and_no_conversation_before_the_first_word(
    front: Front, open_page: Callable[..., Widget]
) -> None:
    widget = open_page()
    asked: list[str] = []
    widget.page.on("request", lambda request: asked.append(request.url))
    widget.page.reload()
    assert asked == [f"{front.site}/?", f"{front.url}/widget.js"]
    widget.open()
    widget.panel.get_by_label("Orange Mali").check()
    widget.field.fill("bonjour")
    assert len(asked) == 2
    with widget.page.expect_response(OPENING) as opening:
        widget.field.press("Enter")
    assert json.loads(opening.value.request.post_data or "") == {"channel": "web", "country": "mali", "offer": None}
    widget.reply()
    assert [url for url in asked if not url.startswith((f"{front.url}/", f"{front.site}/"))] == []
    assert widget.page.context.cookies() == []
    assert widget.page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert widget.page.evaluate("indexedDB.databases().then((all) => all.length)") == 0


def test_the_page_may_give_country_and_offer(open_page: Callable[..., Widget]) -> None:
    widget = open_page(data_country="caraibe", data_offer="internet").open()
    with widget.page.expect_response(OPENING) as opening:
        reply = widget.ask(ERASURE)
    assert opening.value.request.post_data_json == {"channel": "web", "country": "caraibe", "offer": "internet"}
    expect(reply.locator("address")).to_have_text(BORDEAUX)


def test_values_that_nobody_knows_are_ignored_and_said_in_the_console(open_page: Callable[..., Widget]) -> None:
    widget = open_page(data_country="france", data_offer="sosh", data_position="top", data_person="javascript:alert(1)")
    expect(widget.open().intro.get_by_role("radio")).to_have_count(3)
    said = " ".join(widget.complaints)
    assert len(widget.complaints) == 4
    widget.complaints.clear()
    for name in ("country", "offer", "position", "person"):
        assert f"data-{name}=" in said


def test_an_answer_quotes_the_policy_of_the_country_chosen_with_section_and_date(widget: Widget) -> None:
    widget.panel.get_by_label("Orange Mali").check()
    reply = widget.ask(RETENTION)
    quotations = reply.locator("blockquote")
    expect(quotations.first).to_contain_text("pour la durée nécessaire à l'accomplissement des finalités")
    body = " ".join(read_sources()["mali"].body.split())
    for quotation in quotations.all():
        expect(quotation.locator(".origin cite")).to_contain_text("Section «")
        expect(quotation.locator(".origin cite")).to_contain_text(
            "politique d’Orange Mali mise à jour le 15 décembre 2021"
        )
        words = " ".join(quotation.locator("> p, > ul > li").first.inner_text().split())
        assert words.strip("« »") in body
    expect(reply).not_to_contain_text("trois ans")
    assert reply.locator(".body > *").first.evaluate("(first) => first.className") == "plain lead"


def test_a_list_of_the_policy_is_a_list(mali: Widget) -> None:
    reply = mali.ask("Quelles données collectez-vous ?")
    assert reply.locator("blockquote li").count() > 3


def test_a_choice_leads_to_the_address_of_that_offer_alone_and_it_can_be_copied(
    open_page: Callable[..., Widget], front: Front
) -> None:
    widget = open_page()
    widget.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=front.site)
    widget.open().panel.get_by_label("Orange Caraïbe").check()
    question = widget.ask(ERASURE)
    expect(question.get_by_role("button", name="Mobile", exact=True)).to_be_visible()
    assert question.locator("address").count() == 0
    assert question.get_by_role("group", name="Cette réponse vous a-t-elle aidé ?").count() == 0
    widget.shoot("widget-choices")
    question.get_by_role("button", name="Internet").click()
    reply = widget.reply()
    expect(reply.locator("address")).to_have_text(BORDEAUX)
    for other in ("Jarry", "Montauban", "7400"):
        expect(widget.log).not_to_contain_text(other)
    expect(widget.log.get_by_role("button", name="Internet")).to_be_disabled()
    reply.get_by_role("button", name="Copier l’adresse").click()
    expect(widget.status).to_have_text("Adresse copiée.")
    assert widget.page.evaluate("navigator.clipboard.readText()") == BORDEAUX
    assert widget.focused() == "Copier l’adresse"
    widget.shoot("widget-address-copied")


@pytest.mark.parametrize("possible", [True, False], ids=["by-selection", "by-hand"])
def test_without_a_clipboard_the_address_is_copied_or_selected(
    open_page: Callable[..., Widget], possible: bool
) -> None:
    no_clipboard = "Object.defineProperty(navigator, 'clipboard', { value: undefined });"
    nothing = "" if possible else "document.execCommand = () => false;"
    widget = open_page(init=no_clipboard + nothing, data_country="caraibe", data_offer="internet").open()
    widget.ask(ERASURE).get_by_role("button", name="Copier l’adresse").click()
    if possible:
        expect(widget.status).to_have_text("Adresse copiée.")
        widget.field.press("Control+V")
        expect(widget.field).to_have_value(BORDEAUX)
    else:
        expect(widget.status).to_contain_text("L’adresse est sélectionnée")
    assert widget.log.locator("textarea").count() == 0


def test_contacts_of_mali_can_be_called_and_copied(mali: Widget) -> None:
    reply = mali.ask("Comment exercer mes droits ?")
    call = reply.locator("address").get_by_role("link", name="7400")
    assert call.get_attribute("href") == "tel:7400"
    expect(reply.locator("address").first).to_have_text("Service clients au 7400")
    expect(reply.locator("address").last).to_have_text(
        "Immeuble Orange, Hamdallaye ACI 2000, B.P. : E 3991-Bamako-Mali"
    )
    expect(reply.get_by_role("button", name="Copier l’adresse")).to_have_count(1)
    mali.shoot("widget-mali-contacts")


def test_a_site_is_a_link_that_opens_beside_the_page_and_a_notice_stands_apart(caraibe: Widget) -> None:
    reply = caraibe.ask("Comment m'inscrire sur Bloctel ?")
    link = reply.locator("address").get_by_role("link")
    assert link.get_attribute("href") == "https://www.bloctel.gouv.fr"
    assert link.get_attribute("target") == "_blank"
    assert "noopener" in (link.get_attribute("rel") or "")
    expect(link).to_contain_text("(nouvel onglet)")
    notice = reply.get_by_role("note", name="Information hors politique")
    expect(notice).to_contain_text("Information hors politique")
    expect(notice).to_contain_text("Légifrance")
    expect(notice).not_to_contain_text("tout consommateur")


def test_letters_are_linked_at_the_assistants_own_address(front: Front, caraibe: Widget) -> None:
    path = "/courriers/caraibe/internet/rights.erasure"
    letter = {"right": "rights.erasure", "title": "Droit de suppression", "pdf": f"{path}.pdf", "text": f"{path}.txt"}
    strange = {**letter, "pdf": "//evil.example/x.pdf"}
    caraibe.page.route(
        SAYING,
        lambda route: route.fulfill(json=[{"text": "Voici.", "custom": {"letters": [letter, strange]}}]),
    )
    reply = caraibe.ask(ERASURE)
    pdf = reply.get_by_role("link", name="Lettre prête à remplir (PDF)")
    expect(pdf).to_have_count(1)
    expect(pdf).to_contain_text("Droit de suppression")
    assert pdf.get_attribute("href") == f"{front.url}{path}.pdf"
    text = reply.get_by_role("link", name="Texte de la lettre")
    assert text.get_attribute("href") == f"{front.url}{path}.txt"
    caraibe.shoot("widget-letter")


@pytest.mark.parametrize(("answer", "helpful"), [("Oui", "yes"), ("Non", "no")])
def test_whether_a_reply_helped_is_asked_once_and_counted(
    front: Front, mali: Widget, answer: str, helpful: str
) -> None:
    sample = f'assistant_feedback_total{{door="web",helpful="{helpful}"}}'
    before = front.counted(sample)
    question = mali.ask(RETENTION).get_by_role("group", name="Cette réponse vous a-t-elle aidé ?")
    question.get_by_role("button", name=answer).click()
    expect(question).to_have_text("Merci, votre avis est compté, sans être rattaché à vous.")
    assert mali.focused().startswith("Merci")
    wait_for(lambda: front.counted(sample) == before + 1)
    assert mali.ask("bonjour").get_by_role("group", name="Cette réponse").count() == 0
    silent = mali.ask("Puis-je saisir une autorité de contrôle ?")
    expect(silent.get_by_role("button", name="Non", exact=True)).to_be_visible()
    mali.ask("bonjour")
    assert mali.log.get_by_role("button", name="Non", exact=True).count() == 0
    assert front.counted(sample) == before + 1


def test_an_opinion_that_cannot_be_counted_disturbs_nobody(mali: Widget) -> None:
    mali.expects_failures = True
    reply = mali.ask(RETENTION)
    mali.page.route("**/feedback", lambda route: route.abort())
    reply.get_by_role("button", name="Oui").click()
    expect(reply).to_contain_text("Merci")
    expect(mali.problem).to_be_hidden()


def test_a_frequent_question_is_asked_with_one_touch(mali: Widget) -> None:
    mali.intro.get_by_role("button", name="Combien de temps").click()
    expect(mali.reply()).to_contain_text("15 décembre 2021")
    expect(mali.intro.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("question", ["Quels sont mes droits ?", "Comment faire effacer mes données ?", RETENTION])
def test_the_frequent_questions_are_understood(front: Front, question: str) -> None:
    opened = httpx.post(f"{front.url}/conversations", json={"channel": "web", "country": "mali"}, trust_env=False)
    said = {"sender": opened.json()["sender"], "message": question}
    reply = httpx.post(f"{front.url}/webhooks/rest/webhook", json=said, trust_env=False).json()
    assert next(part["custom"]["status"] for part in reply if "custom" in part) == "answered"


def test_closing_and_reopening_loses_nothing(mali: Widget) -> None:
    mali.ask("bonjour")
    mali.field.fill("à moitié écrit")
    mali.panel.locator(".head").get_by_role("button", name="Fermer").click()
    expect(mali.panel).to_be_hidden()
    assert mali.focused().startswith("Vos données personnelles")
    mali.open()
    expect(mali.log.locator(".message")).to_have_count(2)
    expect(mali.field).to_have_value("à moitié écrit")


def test_starting_again_erases_the_conversation(front: Front, widget: Widget) -> None:
    sender = _open_with(widget, "bonjour")
    assert _exists(front, sender)
    widget.choose("Effacer et recommencer")
    expect(widget.status).to_contain_text("effacée")
    expect(widget.log).to_be_empty()
    assert widget.focused() == "Votre question"
    expect(widget.panel.get_by_label("Orange Mali")).to_be_visible()
    wait_for(lambda: not _exists(front, sender))


def test_an_answer_to_a_conversation_that_was_erased_meanwhile_is_not_shown(mali: Widget) -> None:
    held = hold(mali)
    mali.send(RETENTION)
    expect(mali.status).to_contain_text("cherche la réponse")
    mali.choose("Effacer et recommencer")
    held[0].fulfill(json=[{"text": "Trop tard.", "custom": {}}])
    mali.page.unroute(SAYING)
    expect(mali.ask(RETENTION)).to_contain_text("15 décembre 2021")
    expect(mali.log).not_to_contain_text("Trop tard.")


def test_leaving_the_page_erases_the_conversation(front: Front, widget: Widget) -> None:
    sender = _open_with(widget, "bonjour")
    assert _exists(front, sender)
    widget.page.goto("about:blank")
    wait_for(lambda: not _exists(front, sender))


def test_the_conversation_is_saved_as_a_text_file(mali: Widget, tmp_path: Path) -> None:
    mali.ask(RETENTION)
    with mali.page.expect_download() as saving:
        mali.choose("Enregistrer la conversation")
    assert saving.value.suggested_filename == "conversation-donnees-personnelles.txt"
    saving.value.save_as(tmp_path / "saved.txt")
    saved = (tmp_path / "saved.txt").read_text(encoding="utf-8-sig")
    assert f"Vous\u00a0:\n{RETENTION}\n" in saved
    assert "Assistant\u00a0:\n" in saved
    assert "mise à jour du 15 décembre 2021" in saved


def test_printing_prints_the_conversation_alone_and_leaves_the_page_as_it_was(open_page: Callable[..., Widget]) -> None:
    widget = open_page(init="window.print = () => { window.printed = true; };", data_country="mali").open()
    reply = widget.ask(RETENTION)
    title = widget.page.get_by_role("heading", name="Une page quelconque")
    widget.choose("Imprimer la conversation")
    assert widget.page.evaluate("window.printed") is True
    widget.page.emulate_media(media="print")
    paper = widget.page.locator(".paper")
    expect(paper).to_contain_text(RETENTION)
    expect(paper.locator("blockquote").first).to_be_visible()
    expect(paper.get_by_role("button", include_hidden=True)).to_have_count(0)
    expect(title).to_be_hidden()
    expect(reply).to_be_hidden()
    widget.shoot("widget-print")
    widget.page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(title).to_be_visible()
    assert widget.page.evaluate("document.adoptedStyleSheets.length") == 0
    widget.page.emulate_media(media="screen")
    expect(paper).to_have_count(0)
    expect(reply).to_be_visible()


def test_a_person_is_asked_for_in_the_conversation_where_the_page_names_none(mali: Widget) -> None:
    mali.choose("Parler à une personne")
    expect(mali.reply()).to_contain_text("service client")
    expect(mali.log).to_contain_text("Je voudrais parler à une personne")


def test_a_person_is_a_link_where_the_page_names_one(open_page: Callable[..., Widget]) -> None:
    person = "https://www.example.fr/contact"
    widget = open_page(data_country="mali", data_person=person).open()
    reply = widget.ask("Je voudrais parler à une personne")
    link = reply.get_by_role("link", name="Parler à une personne")
    assert link.get_attribute("href") == person
    widget.panel.get_by_role("button", name="Menu").click()
    entry = widget.panel.locator(".menu").get_by_role("link", name="Parler à une personne")
    assert entry.get_attribute("href") == person
    assert "noopener" in (entry.get_attribute("rel") or "")


def test_a_message_over_the_limit_stays_in_the_field(widget: Widget) -> None:
    # 999 characters of two UTF-16 units each: what the assistant counts is characters.
    counter = widget.panel.locator("#counter")
    widget.field.fill("😀" * 999)
    expect(counter).to_contain_text("1 caractère")
    widget.field.fill("a" * 1007)
    widget.field.press("Enter")
    expect(counter).to_contain_text("de 7.")
    expect(widget.field).to_have_value("a" * 1007)
    expect(widget.log).to_be_empty()


def test_what_the_assistant_refuses_is_said_in_its_own_words_and_stays_in_the_field(widget: Widget) -> None:
    widget.expects_failures = True
    widget.send("/")
    expect(widget.problem).to_contain_text("Votre message est vide.")
    expect(widget.field).to_have_value("/")
    expect(widget.log).to_be_empty()
    widget.shoot("widget-refused")


def test_the_widget_is_put_once_into_a_page(open_page: Callable[..., Widget]) -> None:
    widget = open_page(tags="2")
    expect(widget.launcher).to_have_count(1)
    (said,) = widget.complaints
    assert "twice" in said
    widget.complaints.clear()
