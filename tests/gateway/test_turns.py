"""What reaches Rasa of a message, and what of its reply reaches a person."""

import ipaddress
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.gateway.conftest import Gateway, assert_error
from tests.gateway.peer import Answer, Peer, Turn, answering, custom, replying

REPLY_WITH_SECRET = b'{"tracker": "06 12 34 56 78", "error": "Traceback"}'


def _wrong(status: int, body: bytes) -> Any:
    return lambda turn: (status, body)


@pytest.mark.parametrize(
    "reply",
    [
        replying(),
        replying({"text": "sans structure"}),
        replying({"custom": custom()}),
        replying({"text": "  ", "custom": custom()}),
        replying({"text": "un", "custom": custom()}, {"text": "deux", "custom": custom()}),
        replying({"text": "un", "custom": {**custom(), "status": "perhaps"}}),
        replying({"text": "un", "custom": {"status": "answered"}}),
        replying({"text": "un", "custom": custom(topics=["a", "b", "c", "d"])}),
        replying({"text": "un", "custom": custom(country="france")}),
        replying({"text": "un", "custom": custom(sources=[{"policy": "orange-mali", "section": "S", "excerpt": ""}])}),
        replying({"text": 3, "custom": custom()}),
        replying({"text": "un", "custom": custom(), "buttons": [{"title": "sans payload"}]}),
        _wrong(500, REPLY_WITH_SECRET),
        _wrong(200, REPLY_WITH_SECRET),
        _wrong(200, b"<html>"),
        _wrong(200, b""),
        _wrong(200, b"[" * 5000),
    ],
)  # fmt: skip
def test_what_is_no_reply_is_never_passed_on_and_the_message_may_be_sent_again(
    gateway: Gateway, peer: Peer, reply: Any
) -> None:
    peer.reply = reply
    sender = gateway.open()
    answer = gateway.say(sender, "bonjour", message_id="1")
    assert "n’a pas été perdu" in assert_error(answer, 502, "assistant_failed")
    assert answer.headers["retry-after"].isdigit()
    peer.reply = answering()
    assert gateway.say(sender, "bonjour", message_id="1").status_code == 200


def test_a_missing_rasa_is_said_with_a_sentence_and_the_conversation_goes_on(gateway: Gateway, peer: Peer) -> None:
    sender = gateway.open()
    peer.close()
    sentence = assert_error(gateway.say(sender, "bonjour"), 503, "assistant_unreachable")
    assert "n’a pas été perdu" in sentence


def test_a_rasa_that_does_not_answer_is_given_up_in_time(
    gateway: Gateway, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.rasa_client.REPLY_SECONDS", 0.3)

    def late(turn: Turn) -> Answer:
        time.sleep(1)
        return answering()(turn)

    peer.reply = late
    sender = gateway.open()
    start = time.monotonic()
    assert_error(gateway.say(sender, "bonjour"), 503, "assistant_slow")
    assert time.monotonic() - start < 0.9


def _ending(turn: Turn) -> Answer:
    raise ConnectionAbortedError


@pytest.mark.parametrize("first", [_wrong(503, b"{}"), _wrong(502, b"<html>"), _ending])
def test_a_turn_is_sent_once_more_to_a_rasa_that_was_away(gateway: Gateway, peer: Peer, first: Any) -> None:
    peer.reply = lambda turn: (first if len(peer.turns) == 1 else answering())(turn)
    assert gateway.say(gateway.open(), "bonjour").status_code == 200
    assert len(peer.turns) == 2
    # By the same name, so that it is one turn there.
    assert peer.turns[0] == peer.turns[1]


@pytest.mark.parametrize(
    ("reply", "status", "code"),
    [(_wrong(503, b"{}"), 502, "assistant_failed"), (_ending, 503, "assistant_unreachable")],
)
def test_a_rasa_that_stays_away_is_asked_twice(
    gateway: Gateway, peer: Peer, reply: Any, status: int, code: str
) -> None:
    peer.reply = reply
    assert_error(gateway.say(gateway.open(), "bonjour"), status, code)
    assert len(peer.turns) == 2


def test_a_rasa_that_is_slow_or_fails_is_asked_once(
    gateway: Gateway, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer.reply = _wrong(500, b"{}")
    gateway.say(gateway.open(), "bonjour")
    assert len(peer.turns) == 1
    monkeypatch.setattr("gateway.rasa_client.REPLY_SECONDS", 0.2)

    def late(turn: Turn) -> Answer:
        time.sleep(0.5)
        return answering()(turn)

    peer.reply = late
    gateway.say(gateway.open(), "bonjour")
    time.sleep(0.5)
    assert len(peer.turns) == 2


def test_a_message_that_comes_again_is_the_same_turn_to_rasa_and_another_is_not(gateway: Gateway, peer: Peer) -> None:
    peer.reply = _wrong(500, b"{}")
    senders = [gateway.open(), gateway.open()]
    for sender, message_id in ((0, "1"), (0, "1"), (0, "2"), (1, "1")):
        gateway.say(senders[sender], "bonjour", message_id=message_id)
    for _ in range(2):
        gateway.say(senders[0], "bonjour")
    names = [turn["metadata"]["turn"] for turn in peer.turns]
    assert names[0] == names[1]
    assert len(set(names)) == 5
    assert all(len(name) == 64 for name in names)


def test_a_message_that_a_proxy_of_ours_sends_again_has_its_one_reply(
    start: Callable[..., Gateway], peer: Peer
) -> None:
    body = {"sender": "", "message": "bonjour"}
    for trusted, turns in ((ipaddress.ip_network("127.0.0.0/8"),), 2), ((), 3):
        gateway = start(trusted_proxies=trusted)
        peer.turns.clear()
        peer.reply = lambda turn: answering(f"Réponse {len(peer.turns)}.")(turn)
        body["sender"] = gateway.open()
        sent = [
            gateway.client.post("/webhooks/rest/webhook", json=body, headers={"X-Request-ID": request_id}).json()
            for request_id in ("0123456789abcdef", "0123456789abcdef", "fedcba9876543210")
        ]
        assert len(peer.turns) == turns
        assert (sent[0] == sent[1]) is (turns == 2)
        # A message of that name is another one.
        gateway.client.post("/webhooks/rest/webhook", json={**body, "message_id": "0123456789abcdef"})
        assert len(peer.turns) == turns + 1


def test_rasa_is_shown_its_token_and_by_what_to_route_and_neither_names_the_conversation(
    start: Callable[..., Gateway], peer: Peer
) -> None:
    gateway = start(rasa_token="t0ken-of-rasa")
    first, second = gateway.open(), gateway.open()
    for sender in (first, first, second):
        gateway.say(sender, "bonjour")
    gateway.erase(first)
    sent = [*peer.asked_with, *peer.erased_with]
    asked = [{name.lower(): value for name, value in headers.items()} for headers in sent]
    assert {headers["authorization"] for headers in asked} == {"Bearer t0ken-of-rasa"}
    routes = [headers["x-conversation"] for headers in asked]
    assert routes[0] == routes[1] == routes[3] != routes[2]
    for headers in asked:
        for name in (first, second, *(turn["sender"] for turn in peer.turns)):
            assert name not in str(headers)


def test_rasa_is_where_its_address_says(start: Callable[..., Gateway], peer: Peer) -> None:
    gateway = start(rasa_url=f"http://127.0.0.1:{peer.port}", rasa_port=9, actions_port=9)
    assert gateway.say(gateway.open(), "bonjour").status_code == 200


def test_only_what_the_contract_knows_of_a_message_is_passed_on(gateway: Gateway, peer: Peer) -> None:
    peer.reply = replying(
        {"text": "Bonjour.", "image": "http://elsewhere/", "custom": custom(confidence=0.5)},
        {"text": "Quelle offre ?", "buttons": [{"title": "TV", "payload": "/inform", "type": "x"}]},
        {},
    )
    sender = gateway.open()
    assert gateway.say(sender, "bonjour").json() == [
        {"recipient_id": sender, "text": "Bonjour.", "custom": custom(confidence=0.5)},
        {"recipient_id": sender, "text": "Quelle offre ?", "buttons": [{"title": "TV", "payload": "/inform"}]},
    ]


@pytest.mark.parametrize("channel", ["web", "agent", "ivr"])
def test_identifiers_are_hidden_from_rasa_and_the_person_is_told_but_on_the_line(
    gateway: Gateway, peer: Peer, channel: str
) -> None:
    reply = gateway.say(gateway.open(channel), "mon numéro est le 06 12 34 56 78, a@b.fr", channel).json()
    assert peer.said() == ["mon numéro est le [telephone], [email]"]
    texts = [message["text"] for message in reply]
    assert texts[-1] == "Voici la réponse."
    assert len(texts) == (1 if channel == "ivr" else 2)
    assert sum("custom" in message for message in reply) == 1
    if channel != "ivr":
        assert "masqué" in texts[0]


def test_a_choice_is_made_by_its_payload_its_title_or_its_number(gateway: Gateway, peer: Peer) -> None:
    payloads = ['/inform{"offer": "mobile"}', '/inform{"offer": "tv"}']
    peer.reply = answering("Quelle offre ?", ("Mobile", payloads[0]), ("Télé", payloads[1]))
    sender = gateway.open()
    for message in ("bonjour", payloads[0], "« tele » !", "2", "1."):
        gateway.say(sender, message)
    assert peer.said() == ["bonjour", payloads[0], payloads[1], payloads[1], payloads[0]]


def test_a_number_chooses_only_right_after_choices_while_titles_stay(gateway: Gateway, peer: Peer) -> None:
    peer.reply = answering("Quelle offre ?", ("Mobile", "/inform"))
    sender = gateway.open()
    gateway.say(sender, "bonjour")
    peer.reply = answering()
    for message in ("1", "1", "mobile"):
        gateway.say(sender, message)
    assert peer.said() == ["bonjour", "/inform", "1", "/inform"]


def test_a_command_that_was_never_shown_is_text(gateway: Gateway, peer: Peer) -> None:
    peer.reply = answering("Quelle offre ?", ("Mobile", "/inform"))
    shown, not_shown = gateway.open(), gateway.open()
    gateway.say(shown, "bonjour")
    for message in ("/inform", " //restart", "\u200b/\u00a0/greet{}"):
        gateway.say(not_shown, message)
    assert peer.said()[1:] == ["inform", "restart", "greet{}"]
