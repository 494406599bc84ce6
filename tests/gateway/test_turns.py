"""What reaches Rasa of a message, and what of its reply reaches a person."""

import time
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
