"""Opening, speaking and erasing over HTTP, and what Rasa is told; with files, and with a Redis."""

import threading
import time
from typing import Any

import pytest
from redis import Redis

from tests.gateway.both import settings
from tests.gateway.conftest import KEYS, Gateway, assert_error, bearer
from tests.gateway.peer import Answer, Peer, Turn, answering, custom

__all__ = ["settings"]

UNKNOWN = "A" * 32


def test_a_conversation_is_opened_with_an_unguessable_sender_and_its_idle_time(gateway: Gateway) -> None:
    answers = [gateway.client.post("/conversations", json={"channel": "web"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [set(answer.json()) for answer in answers] == [{"sender", "expires_in"}] * 2
    first, second = (answer.json()["sender"] for answer in answers)
    assert first != second
    assert len(first) == 32
    assert answers[0].json()["expires_in"] == 1800


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"channel": "fax"}, "channel_invalid"),
        ({}, "channel_invalid"),
        ({"channel": "web", "country": "france"}, "country_invalid"),
        ({"channel": "web", "country": 971}, "country_invalid"),
        ({"channel": "web", "offer": "sosh"}, "offer_invalid"),
        ({"channel": "web", "country": "mali", "offer": ["tv"]}, "offer_invalid"),
    ],
)
def test_a_word_that_the_contract_does_not_know_is_refused(gateway: Gateway, body: Any, code: str) -> None:
    assert_error(gateway.client.post("/conversations", json=body), 422, code)


def test_a_reply_is_passed_on_under_the_sender_that_the_client_knows(gateway: Gateway, peer: Peer) -> None:
    sender = gateway.open(country="caraibe", offer="internet")
    answer = gateway.say(sender, "À qui transmettez-vous mes données ?")
    assert answer.status_code == 200
    assert answer.json() == [{"recipient_id": sender, "text": "Voici la réponse.", "custom": custom()}]
    (turn,) = peer.turns
    assert turn["message"] == "À qui transmettez-vous mes données ?"
    assert turn["metadata"].pop("turn")
    assert turn["metadata"] == {"door": "web", "country": "caraibe", "offer": "internet"}
    assert sender not in str(turn)


def test_rasa_knows_a_conversation_by_one_name_and_two_conversations_by_two(gateway: Gateway, peer: Peer) -> None:
    first, second = gateway.open(), gateway.open()
    for sender in (first, first, second):
        gateway.say(sender, "bonjour")
    names = [turn["sender"] for turn in peer.turns]
    assert names[0] == names[1] != names[2]


@pytest.mark.parametrize("channel", ["agent", "ivr"])
def test_a_door_opens_with_its_own_key_alone(gateway: Gateway, channel: str) -> None:
    other = "ivr" if channel == "agent" else "agent"
    body = {"channel": channel}
    assert_error(gateway.client.post("/conversations", json=body), 401, "key_missing")
    for key in (bearer(other), {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer"}, {"Authorization": ""}):
        answer = gateway.client.post("/conversations", json=body, headers=key)
        assert_error(answer, 401, "key_refused")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    sender = gateway.open(channel)
    assert gateway.say(sender, "bonjour", channel).status_code == 200


@pytest.mark.parametrize("key", ["Bearer wrong", f"Bearer {KEYS.agent}", "Basic Og=="])
def test_a_key_shown_at_the_open_door_must_not_belong_to_another(gateway: Gateway, key: str) -> None:
    sender = gateway.open()
    shown = {"Authorization": key}
    body = {"sender": sender, "message": "bonjour"}
    assert_error(gateway.client.post("/conversations", json={"channel": "web"}, headers=shown), 401, "key_refused")
    assert_error(gateway.client.post("/webhooks/rest/webhook", json=body, headers=shown), 401, "key_refused")
    assert_error(gateway.client.delete(f"/conversations/{sender}", headers=shown), 401, "key_refused")


def test_the_line_may_show_its_key_as_the_password_of_basic(gateway: Gateway) -> None:
    answer = gateway.client.post("/conversations", json={"channel": "ivr"}, auth=("platform", KEYS.ivr))
    assert answer.status_code == 201
    refused = gateway.client.post("/conversations", json={"channel": "agent"}, auth=("platform", KEYS.agent))
    assert_error(refused, 401, "key_refused")


@pytest.mark.parametrize("channel", ["agent", "ivr"])
def test_a_conversation_stays_bound_to_its_door(gateway: Gateway, peer: Peer, channel: str) -> None:
    sender = gateway.open(channel)
    assert_error(gateway.say(sender, "bonjour"), 401, "key_missing")
    assert_error(gateway.erase(sender), 401, "key_missing")
    assert peer.turns == []
    assert peer.erased == []
    assert gateway.erase(sender, channel).status_code == 204


def test_an_unknown_sender_is_said_to_be_unknown(gateway: Gateway) -> None:
    assert_error(gateway.say(UNKNOWN, "bonjour"), 404, "conversation_unknown")
    assert_error(gateway.erase(UNKNOWN), 404, "conversation_unknown")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"message": "bonjour"}, "sender_invalid"),
        ({"sender": "", "message": "bonjour"}, "sender_invalid"),
        ({"sender": "s" * 65, "message": "bonjour"}, "sender_invalid"),
        ({"sender": 7, "message": "bonjour"}, "sender_invalid"),
        ({"sender": UNKNOWN}, "message_invalid"),
        ({"sender": UNKNOWN, "message": None}, "message_invalid"),
        ({"sender": UNKNOWN, "message": ["bonjour"]}, "message_invalid"),
        ({"sender": UNKNOWN, "message": "bonjour", "message_id": ""}, "message_id_invalid"),
        ({"sender": UNKNOWN, "message": "bonjour", "message_id": "i" * 65}, "message_id_invalid"),
        ({"sender": UNKNOWN, "message": "bonjour", "message_id": 3}, "message_id_invalid"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(gateway: Gateway, body: Any, code: str) -> None:
    assert_error(gateway.client.post("/webhooks/rest/webhook", json=body), 422, code)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("", "message_empty"),
        (" \n\t\u200b\u202e\x00", "message_empty"),
        ("///", "message_empty"),
        (" / / ", "message_empty"),
        ("a" * 1001, "message_too_long"),
    ],
)
def test_a_message_without_words_or_with_too_many_is_refused(
    gateway: Gateway, peer: Peer, message: str, code: str
) -> None:
    assert_error(gateway.say(gateway.open(), message), 422, code)
    assert peer.turns == []


def test_a_message_of_a_thousand_characters_passes(gateway: Gateway, peer: Peer) -> None:
    # Twice as long before clean-up: the letter and its accent become one character.
    assert gateway.say(gateway.open(), "e\u0301" * 1000).status_code == 200
    assert peer.said() == ["é" * 1000]


def test_the_same_message_id_gives_the_same_reply_without_a_new_turn(gateway: Gateway, peer: Peer) -> None:
    sender = gateway.open()
    first = gateway.say(sender, "bonjour", message_id="1")
    peer.reply = answering("Une autre réponse.")
    again = gateway.say(sender, "bonjour", message_id="1")
    assert again.json() == first.json()
    assert len(peer.turns) == 1
    assert gateway.say(sender, "bonjour", message_id="2").json()[0]["text"] == "Une autre réponse."
    other = gateway.open()
    assert gateway.say(other, "bonjour", message_id="1").json()[0]["text"] == "Une autre réponse."


def test_a_retry_during_the_turn_waits_for_the_same_reply(gateway: Gateway, peer: Peer) -> None:
    going_on = threading.Event()

    def slow(turn: Turn) -> Answer:
        going_on.wait(5)
        return answering(f"Réponse {len(peer.turns)}")(turn)

    peer.reply = slow
    sender = gateway.open()
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(gateway.say(sender, "bonjour", message_id="1").json()))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    going_on.set()
    for thread in threads:
        thread.join()
    assert len(answers) == 3
    assert answers[0] == answers[1] == answers[2]
    assert len(peer.turns) == 1


def test_messages_of_one_conversation_reach_rasa_one_after_the_other(gateway: Gateway, peer: Peer) -> None:
    inside: list[int] = []
    most: list[int] = []

    def slow(turn: Turn) -> Answer:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.05)
        inside.pop()
        return answering()(turn)

    peer.reply = slow
    sender = gateway.open()
    threads = [threading.Thread(target=gateway.say, args=(sender, f"message {n}")) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(peer.turns) == 5
    assert max(most) == 1


def test_erasing_leaves_nothing_here_and_asks_rasa_to_do_the_same(gateway: Gateway, peer: Peer) -> None:
    peer.reply = answering("phrase-de-la-reponse", ("titre-du-bouton", "/payload-du-bouton"))
    sender, other = gateway.open(), gateway.open()
    gateway.say(sender, "bonjour", message_id="identifiant-du-message")
    assert _stored(gateway, b"phrase-de-la-reponse")
    assert gateway.erase(sender).status_code == 204
    assert peer.erased == [peer.turns[0]["sender"]]
    for trace in (b"phrase-de-la-reponse", b"titre-du-bouton", b"payload-du-bouton", peer.erased[0].encode()):
        assert not _stored(gateway, trace)
    assert_error(gateway.say(sender, "bonjour"), 404, "conversation_unknown")
    assert_error(gateway.erase(sender), 404, "conversation_unknown")
    assert gateway.say(other, "bonjour").status_code == 200


def test_neither_senders_nor_message_ids_nor_messages_are_ever_stored(gateway: Gateway) -> None:
    sender = gateway.open()
    gateway.say(sender, "le-message-tel-que-dit", message_id="identifiant-du-message")
    for trace in (sender.encode(), b"le-message-tel-que-dit", b"identifiant-du-message"):
        assert not _stored(gateway, trace)


def _stored(gateway: Gateway, trace: bytes) -> bool:
    if gateway.settings.redis_url is not None:
        with Redis.from_url(gateway.settings.redis_url) as redis:
            hashes = [key for key in redis.scan_iter() if redis.type(key) == b"hash"]
            whole = [
                *redis.scan_iter(),
                *(value for key in hashes for pair in redis.hgetall(key).items() for value in pair),
            ]
        assert whole
        return any(trace in piece for piece in whole)
    files = [path for path in gateway.settings.run_dir.iterdir() if path.name.startswith("conversations.sqlite")]
    assert files
    return any(trace in path.read_bytes() for path in files)
