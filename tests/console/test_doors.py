"""The agent door of the chat, opened by a session of the console in the place of the key."""

from collections.abc import Callable

import pytest

from tests.console.conftest import Visitor
from tests.gateway.conftest import Gateway, assert_error, bearer

Visit = Callable[..., Visitor]


def test_a_signed_in_agent_holds_a_conversation_without_the_key(visit: Visit) -> None:
    agent = visit("agent")
    opened = agent.post("/conversations", json={"channel": "agent", "country": "mali"})
    assert opened.status_code == 201
    sender = opened.json()["sender"]
    said = agent.post("/webhooks/rest/webhook", json={"sender": sender, "message": "bonjour"})
    assert said.status_code == 200
    assert agent.send("DELETE", f"/conversations/{sender}", headers={"X-CSRF-Token": agent.csrf}).status_code == 204


def test_a_session_without_its_token_opens_no_door(visit: Visit) -> None:
    agent, other = visit("agent"), visit("agent")
    assert_error(agent.send("POST", "/conversations", json={"channel": "agent"}), 401, "key_missing")
    for token in ("x", other.csrf):
        answer = agent.post("/conversations", json={"channel": "agent"}, headers={"X-CSRF-Token": token})
        assert_error(answer, 403, "token_refused")


def test_a_token_without_its_session_opens_no_door(visit: Visit) -> None:
    stranger = visit()
    stranger.csrf = visit("agent").csrf
    assert_error(stranger.post("/conversations", json={"channel": "agent"}), 401, "session_missing")


@pytest.mark.parametrize("name", ["editor", "auditor", "none"])
def test_who_is_no_agent_opens_no_door(visit: Visit, name: str) -> None:
    assert_error(visit(name).post("/conversations", json={"channel": "agent"}), 403, "role_missing")


@pytest.mark.parametrize("channel", ["web", "ivr"])
def test_a_session_opens_the_agent_door_alone(visit: Visit, channel: str) -> None:
    assert_error(visit("agent").post("/conversations", json={"channel": channel}), 401, "key_refused")


def test_a_session_that_ended_speaks_no_longer(visit: Visit) -> None:
    agent = visit("agent")
    sender = agent.post("/conversations", json={"channel": "agent"}).json()["sender"]
    agent.post("/conseiller/api/signout")
    said = agent.post("/webhooks/rest/webhook", json={"sender": sender, "message": "bonjour"})
    assert_error(said, 401, "session_missing")


def test_another_origin_opens_no_door_with_the_browsers_cookie(visit: Visit) -> None:
    agent = visit("agent")
    headers = {"Origin": "https://evil.example"}
    assert_error(agent.post("/conversations", json={"channel": "agent"}, headers=headers), 403, "token_refused")


def test_the_key_still_opens_the_door_and_the_web_door_needs_neither(visit: Visit, gateway: Gateway) -> None:
    agent = visit("agent")
    assert agent.send("POST", "/conversations", json={"channel": "agent"}, headers=bearer("agent")).status_code == 201
    assert agent.send("POST", "/conversations", json={"channel": "web"}).status_code == 201
    assert_error(gateway.client.post("/conversations", json={"channel": "agent"}), 401, "key_missing")
