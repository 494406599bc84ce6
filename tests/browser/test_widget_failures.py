"""What goes wrong between a phone and a server: said, and put right with nothing lost and nothing sent twice."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OPENING, SAYING, Front, Widget, hold, note_messages, refuse

RETENTION = "Combien de temps gardez-vous mes données ?"


def _same_message_twice(said: list[tuple[str, str]]) -> bool:
    return len(said) == 2 and said[0] == said[1]


def test_what_is_asked_offline_goes_out_by_itself_when_the_network_is_back(mali: Widget) -> None:
    mali.expects_failures = True
    mali.ask("bonjour")
    said = note_messages(mali)
    mali.page.context.set_offline(True)
    expect(mali.status).to_contain_text("Vous êtes hors connexion")
    mali.send(RETENTION)
    expect(mali.problem).to_contain_text("partira dès le retour du réseau")
    mali.shoot("widget-offline")
    mali.page.context.set_offline(False)
    expect(mali.reply()).to_contain_text("15 décembre 2021")
    expect(mali.problem).to_be_hidden()
    assert _same_message_twice(said)
    expect(mali.log.locator(".you")).to_have_count(2)


def test_after_a_network_failure_the_same_message_is_sent_again_once_asked(mali: Widget) -> None:
    mali.expects_failures = True
    said = note_messages(mali)
    mali.page.route(SAYING, lambda route: route.abort("connectionreset"), times=1)
    mali.send(RETENTION)
    expect(mali.problem.get_by_role("alert")).to_contain_text("injoignable")
    mali.shoot("widget-unreachable")
    mali.problem.get_by_role("button", name="Réessayer").click()
    expect(mali.reply()).to_contain_text("15 décembre 2021")
    assert mali.focused() == "Votre question"
    assert _same_message_twice(said)
    expect(mali.log.locator(".you")).to_have_count(1)


def test_the_server_may_be_restarted_in_the_middle_of_a_conversation(front: Front, mali: Widget) -> None:
    mali.expects_failures = True
    mali.ask("bonjour")
    said = note_messages(mali)
    front.stop()
    try:
        mali.send(RETENTION)
        expect(mali.problem).to_contain_text("injoignable")
    finally:
        front.start()
    mali.problem.get_by_role("button", name="Réessayer").click()
    expect(mali.reply()).to_contain_text("15 décembre 2021")
    assert _same_message_twice(said)


def test_a_busy_server_is_asked_again_after_the_time_it_names(mali: Widget) -> None:
    mali.expects_failures = True
    said = note_messages(mali)
    mali.page.route(SAYING, refuse(503, seconds=1))
    mali.send(RETENTION)
    expect(mali.problem).to_contain_text("redémarre ou est très sollicité")
    expect(mali.problem.get_by_role("timer")).to_contain_text("Nouvel envoi dans 1 s")
    expect(mali.reply()).to_contain_text("15 décembre 2021")
    assert _same_message_twice(said)


def test_a_server_that_stays_busy_is_left_to_the_person(mali: Widget) -> None:
    mali.expects_failures = True
    said = note_messages(mali)
    mali.page.route(SAYING, refuse(503, times=4, seconds=1))
    mali.send(RETENTION)
    again = mali.problem.get_by_role("button", name="Réessayer")
    again.wait_for(timeout=20_000)
    expect(mali.problem).to_contain_text("Phrase de l’assistant.")
    assert len(set(said)) == 1
    assert len(said) == 4
    again.click()
    expect(mali.reply()).to_contain_text("15 décembre 2021")


@pytest.mark.parametrize("status", [500, 502])
def test_a_failing_server_is_asked_again_by_the_person(mali: Widget, status: int) -> None:
    mali.expects_failures = True
    said = note_messages(mali)
    mali.page.route(SAYING, refuse(status))
    mali.send(RETENTION)
    expect(mali.problem).to_contain_text("Phrase de l’assistant.")
    mali.problem.get_by_role("button", name="Réessayer").click()
    expect(mali.reply()).to_contain_text("15 décembre 2021")
    assert _same_message_twice(said)


def test_too_many_messages_are_waited_for_and_the_seconds_are_not_spoken(mali: Widget) -> None:
    mali.expects_failures = True
    said = note_messages(mali)
    mali.page.route(SAYING, refuse(429, seconds=2))
    mali.send(RETENTION)
    clock = mali.problem.get_by_role("timer")
    expect(clock).to_contain_text("Nouvel envoi dans 2 s")
    assert clock.get_attribute("aria-live") == "off"
    assert clock.locator("xpath=ancestor::*[@role='alert' or @role='status' or @role='log']").count() == 0
    mali.shoot("widget-too-many")
    expect(clock).to_contain_text("1 s")
    expect(mali.reply()).to_contain_text("15 décembre 2021")
    expect(mali.problem).to_be_hidden()
    assert _same_message_twice(said)


def test_an_expired_conversation_is_said_to_be_and_another_is_opened_on_request(front: Front, mali: Widget) -> None:
    mali.expects_failures = True
    with mali.page.expect_response(OPENING) as opening:
        mali.ask("bonjour")
    sender = opening.value.json()["sender"]
    httpx.delete(f"{front.url}/conversations/{sender}", trust_env=False).raise_for_status()
    mali.send(RETENTION)
    expect(mali.problem).to_contain_text("a expiré")
    mali.shoot("widget-expired")
    mali.problem.get_by_role("button", name="Ouvrir une nouvelle conversation").click()
    expect(mali.reply()).to_contain_text("15 décembre 2021")
    expect(mali.log.locator(".you")).to_have_count(2)


def test_a_slow_answer_is_waited_for_with_one_announcement(open_page: Callable[..., Widget]) -> None:
    mali = open_page(data_country="mali").open()
    held = hold(mali)
    mali.evaluate(
        """(root) => {
          window.announced = [];
          const status = root.querySelector("[role=status]");
          new MutationObserver(() => window.announced.push(status.textContent)).observe(status, { childList: true });
        }"""
    )
    mali.send(RETENTION)
    expect(mali.status).to_have_text("L’assistant cherche la réponse…")
    mali.shoot("widget-searching")
    # Meanwhile another question can be written, and is kept.
    mali.send("Et mes droits ?")
    expect(mali.status).to_contain_text("encore en route")
    expect(mali.field).to_have_value("Et mes droits ?")
    held[0].continue_()
    expect(mali.reply()).to_contain_text("15 décembre 2021")
    announced = mali.page.evaluate("window.announced.filter((words) => words)")
    assert announced == [
        "L’assistant cherche la réponse…",
        "Votre message précédent est encore en route. Patientez un instant.",
    ]
    expect(mali.field).to_have_value("Et mes droits ?")


def test_an_answer_that_never_comes_is_given_up(open_page: Callable[..., Widget]) -> None:
    hasty = "const timeout = AbortSignal.timeout.bind(AbortSignal); AbortSignal.timeout = () => timeout(300);"
    mali = open_page(init=hasty, data_country="mali").open()
    mali.expects_failures = True
    hold(mali)
    mali.send(RETENTION)
    expect(mali.problem).to_contain_text("met trop de temps")
    expect(mali.problem.get_by_role("button", name="Réessayer")).to_be_visible()


@pytest.mark.parametrize("body", ["", "<html>", "null", "7", '{"a": 1}', '[null, 3, {"custom": [], "buttons": 7}]'])
def test_an_answer_that_is_not_one_breaks_nothing(mali: Widget, body: str) -> None:
    mali.page.route(SAYING, lambda route: route.fulfill(body=body, content_type="application/json"), times=1)
    mali.send(RETENTION)
    expect(mali.problem).to_contain_text("n’a pas pu répondre")
    mali.problem.get_by_role("button", name="Réessayer").click()
    expect(mali.reply()).to_contain_text("15 décembre 2021")


def test_an_erasure_that_fails_is_said(mali: Widget) -> None:
    mali.expects_failures = True
    mali.ask("bonjour")
    mali.page.route("**/conversations/*", refuse(503))
    mali.choose("Effacer et recommencer")
    expect(mali.status).to_have_text("Phrase de l’assistant.")
