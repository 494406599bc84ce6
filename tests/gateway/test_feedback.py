"""Whether a reply helped: counted by door and answer, and attributed to nobody."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from prometheus_client import generate_latest

from tests.gateway.conftest import Gateway, assert_error, bearer

UNKNOWN = "A" * 32


def _say(gateway: Gateway, sender: Any, helpful: Any, channel: str = "web") -> Any:
    return gateway.client.post("/feedback", json={"sender": sender, "helpful": helpful}, headers=bearer(channel))


def _counted(gateway: Gateway, door: str, helpful: str) -> Any:
    return gateway.metrics.registry.get_sample_value("assistant_feedback_total", {"door": door, "helpful": helpful})


def test_opinions_are_counted_by_door_and_answer_alone(gateway: Gateway) -> None:
    sender = gateway.open()
    for helpful in (True, True, False):
        answer = _say(gateway, sender, helpful)
        assert (answer.status_code, answer.content) == (204, b"")
    assert _say(gateway, gateway.open("agent"), True, "agent").status_code == 204
    assert _counted(gateway, "web", "yes") == 2
    assert _counted(gateway, "web", "no") == 1
    assert _counted(gateway, "agent", "yes") == 1
    assert sender not in generate_latest(gateway.metrics.registry).decode()


def test_an_unknown_or_erased_conversation_has_no_opinion(gateway: Gateway) -> None:
    assert_error(_say(gateway, UNKNOWN, True), 404, "conversation_unknown")
    sender = gateway.open()
    gateway.erase(sender)
    assert_error(_say(gateway, sender, True), 404, "conversation_unknown")
    assert _counted(gateway, "web", "yes") is None


@pytest.mark.parametrize("channel", ["agent", "ivr"])
def test_a_door_with_a_key_stays_closed(gateway: Gateway, channel: str) -> None:
    sender = gateway.open(channel)
    assert_error(_say(gateway, sender, True), 401, "key_missing")
    wrong = gateway.client.post(
        "/feedback", json={"sender": sender, "helpful": True}, headers={"Authorization": "Bearer wrong"}
    )
    assert_error(wrong, 401, "key_refused")
    assert _counted(gateway, channel, "yes") is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"helpful": True}, "sender_invalid"),
        ({"sender": "", "helpful": True}, "sender_invalid"),
        ({"sender": "s" * 65, "helpful": True}, "sender_invalid"),
        ({"sender": UNKNOWN}, "request_invalid"),
        ({"sender": UNKNOWN, "helpful": "oui"}, "request_invalid"),
        ({"sender": UNKNOWN, "helpful": 1}, "request_invalid"),
        ({"sender": UNKNOWN, "helpful": None}, "request_invalid"),
    ],
)
def test_a_field_that_cannot_be_read_is_refused(gateway: Gateway, body: Any, code: str) -> None:
    assert_error(gateway.client.post("/feedback", json=body), 422, code)


def test_an_opinion_does_not_keep_a_conversation_alive(gateway: Gateway) -> None:
    sender = gateway.open()
    with closing(sqlite3.connect(gateway.settings.run_dir / "conversations.sqlite")) as database:
        seen = database.execute("SELECT seen_at FROM conversations").fetchone()
        assert _say(gateway, sender, True).status_code == 204
        assert database.execute("SELECT seen_at FROM conversations").fetchone() == seen
