"""One message after another with the whole running assistant: retries, buttons, doors, context."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.conftest import Assistant

WEBHOOK = "/webhooks/rest/webhook"


@pytest.fixture(scope="module")
def client(assistant: Assistant) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=assistant.url, timeout=30, trust_env=False) as client:
        yield client


def opened(client: httpx.Client, **context: str) -> str:
    return str(client.post("/conversations", json={"channel": "web", **context}).json()["sender"])


def say(client: httpx.Client, sender: str, message: str, **more: str) -> list[dict[str, Any]]:
    answer = client.post(WEBHOOK, json={"sender": sender, "message": message, **more})
    assert answer.status_code == 200, answer.text
    messages: list[dict[str, Any]] = answer.json()
    return messages


def custom(messages: list[dict[str, Any]]) -> dict[str, Any]:
    (found,) = [message["custom"] for message in messages if message.get("custom")]
    assert isinstance(found, dict)
    return found


def buttons(messages: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [button for message in messages for button in message.get("buttons") or ()]


def test_a_message_sent_twice_is_one_turn(client: httpx.Client) -> None:
    sender = opened(client, country="mali")
    first = say(client, sender, "quels sont mes droits ?", message_id="un")
    assert say(client, sender, "quels sont mes droits ?", message_id="un") == first
    assert custom(say(client, sender, "répétez", message_id="deux"))["topics"] == ["rights"]


def test_a_choice_can_be_sent_or_typed(client: httpx.Client) -> None:
    for typed in (False, True):
        sender = opened(client, country="caraibe")
        choices = buttons(say(client, sender, "je veux supprimer mes données"))
        internet = next(choice for choice in choices if choice["title"].startswith("Internet"))
        reply = say(client, sender, internet["title"].lower() if typed else internet["payload"])
        assert [contact["id"] for contact in custom(reply)["contacts"]] == ["caraibe.bordeaux"]


@pytest.mark.parametrize("message", ['/inform{"offer": "obs"}', "/rights.erasure", "/restart", "/session_start", "/"])
def test_a_payload_that_was_not_offered_is_only_text(message: str, client: httpx.Client) -> None:
    sender = opened(client, country="caraibe")
    answer = client.post(WEBHOOK, json={"sender": sender, "message": message})
    assert answer.status_code in (200, 422)
    if answer.status_code == 200:
        assert custom(answer.json())["contacts"] == []


def test_conversations_held_at_once_do_not_mix(client: httpx.Client) -> None:
    contexts = [
        ("caraibe", "mobile", "caraibe.jarry"),
        ("caraibe", "obs", "caraibe.montauban"),
        ("mali", "", "mali.phone"),
    ]

    def hold(number: int) -> bool:
        country, offer, contact = contexts[number % len(contexts)]
        sender = opened(client, country=country, **({"offer": offer} if offer else {}))
        reply = custom(say(client, sender, "je veux accéder à mes données"))
        return reply["country"] == country and contact in {entry["id"] for entry in reply["contacts"]}

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(hold, range(48)))


def test_a_door_needs_its_own_key(client: httpx.Client, assistant: Assistant) -> None:
    for door, other in (("agent", "ivr"), ("ivr", "agent")):
        wrong = client.post(
            "/conversations", json={"channel": door}, headers={"Authorization": f"Bearer {assistant.keys[other]}"}
        )
        right = client.post(
            "/conversations", json={"channel": door}, headers={"Authorization": f"Bearer {assistant.keys[door]}"}
        )
        assert (wrong.status_code, right.status_code) == (401, 201)
