"""One error shape, whatever goes wrong, and nothing that was sent in it or in the log."""

import json
import logging
import socket
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

import gateway.errors
from gateway.errors import Fault
from tests.gateway.conftest import Gateway, assert_error
from tests.gateway.peer import Peer, wait_for

SAY = "/webhooks/rest/webhook"
SENTENCES = yaml.safe_load(Path(gateway.errors.__file__).with_name("messages.yml").read_text(encoding="utf-8"))


def test_every_fault_has_its_sentence_and_every_sentence_its_fault() -> None:
    assert {fault.code for fault in Fault} == set(SENTENCES["faults"])


@pytest.mark.parametrize("sentence", [text for group in SENTENCES.values() for text in group.values()])
def test_sentences_are_set_as_french_is(sentence: str) -> None:
    assert sentence.endswith((".", ")."))
    assert "'" not in sentence
    for mark, space in ((":", "\u00a0"), (";", "\u202f"), ("»", "\u00a0")):
        assert sentence.count(mark) - sentence.count("Content-Type:") * (mark == ":") == sentence.count(space + mark)
    assert sentence.count("«") == sentence.count("«\u00a0")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "page_unknown"),
        ("GET", "/conversations/", 404, "page_unknown"),
        ("GET", "/static/nothing.js", 404, "page_unknown"),
        ("GET", "/static/../gateway/app.py", 404, "page_unknown"),
        ("GET", "/static/%2e%2e/gateway/app.py", 404, "page_unknown"),
        ("GET", "/static/%00", 404, "page_unknown"),
        ("GET", "/static/" + "a" * 3000, 404, "page_unknown"),
        ("GET", "/docs", 404, "page_unknown"),
        ("GET", "/webhooks/erasure/x", 404, "page_unknown"),
        ("GET", "/conversations", 405, "method_refused"),
        ("PUT", "/webhooks/rest/webhook", 405, "method_refused"),
        ("POST", "/health", 405, "method_refused"),
        ("OPTIONS", "/conversations", 405, "method_refused"),
        ("POST", "/", 405, "method_refused"),
        ("POST", "/static/chat.js", 405, "method_refused"),
        ("TRACE", "/health", 405, "method_refused"),
        ("DELETE", "/conversations/" + "a" * 65, 422, "sender_invalid"),
        ("DELETE", "/conversations/%00", 404, "conversation_unknown"),
        ("DELETE", "/conversations/%ff", 404, "conversation_unknown"),
    ],
)
def test_an_address_or_method_that_is_none_has_the_shape(
    gateway: Gateway, method: str, path: str, status: int, code: str
) -> None:
    answer = gateway.client.request(method, path)
    assert_error(answer, status, code)
    if status == 405:
        assert answer.headers["allow"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "request_invalid"),
        (b"{", "body_malformed"),
        (b"\xff\xfe", "body_malformed"),
        (b"[" * 8000, "body_malformed"),
        (b'{"sender": ' + b"9" * 5000 + b"}", "body_malformed"),
        (b"null", "request_invalid"),
        (b"[]", "request_invalid"),
        (b'"text"', "request_invalid"),
        (b"NaN", "request_invalid"),
        (b'{"sender": NaN, "message": "m"}', "sender_invalid"),
        (b'{"sender": "\\u0000", "message": "\\u0000"}', "conversation_unknown"),
        (b'{"sender": "\\ud800", "message": "m"}', "sender_invalid"),
        (b'{"sender": "s", "message": "\\ud800"}', "conversation_unknown"),
        (b'{"sender": "s", "message": "m", "message_id": "\\udfff"}', "message_id_invalid"),
        (b'{"sender": {"$ne": 1}, "message": "m"}', "sender_invalid"),
        ('{"sender": "s", "message": "é"}'.encode("latin-1"), "body_malformed"),
    ],
)
def test_a_body_that_is_no_message_has_the_shape(gateway: Gateway, content: bytes, code: str) -> None:
    answer = gateway.client.post(SAY, content=content, headers={"Content-Type": "application/json"})
    assert_error(answer, {"body_malformed": 400, "conversation_unknown": 404}.get(code, 422), code)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_that_does_not_say_that_it_is_json_is_refused(gateway: Gateway, kind: str) -> None:
    body = json.dumps({"channel": "web"})
    answer = gateway.client.post("/conversations", content=body, headers={"Content-Type": kind} if kind else {})
    assert_error(answer, 415, "body_type")


def test_characters_that_are_none_in_a_message_are_no_trouble(gateway: Gateway, peer: Peer) -> None:
    body = json.dumps({"sender": gateway.open(), "message": "bon\x00jo\ud800ur"})
    answer = gateway.client.post(SAY, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    assert peer.said() == ["bonjour"]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_16_kb_is_refused_while_it_is_read(gateway: Gateway, chunked: bool) -> None:
    body = json.dumps({"sender": "s", "message": "a" * 17_000}).encode()
    pieces: Any = (body[start : start + 1000] for start in range(0, len(body), 1000)) if chunked else body
    answer = gateway.client.post(SAY, content=pieces, headers={"Content-Type": "application/json"})
    assert_error(answer, 413, "body_too_large")
    assert gateway.client.get("/openapi.json").status_code == 200


def test_a_body_under_16_kb_is_read_whole(gateway: Gateway) -> None:
    answer = gateway.say(gateway.open(), "a" * 15_000)
    assert_error(answer, 422, "message_too_long")


def test_a_body_that_does_not_come_is_not_awaited_for_ever(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.body.READ_SECONDS", 0.3)
    url = start().client.base_url
    with socket.create_connection((url.host, url.port), timeout=5) as slow:
        slow.sendall(b"POST /conversations HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        begun = time.monotonic()
        answer = b""
        while piece := slow.recv(4096):
            answer += piece
    assert time.monotonic() - begun < 3
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b" 408 " in head.splitlines()[0]
    assert json.loads(body)["error"]["code"] == "body_slow"


def test_a_fault_of_our_own_has_the_shape_and_is_logged_without_its_words(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: str) -> str:
        raise RuntimeError("mon nom est Personne")

    monkeypatch.setattr("gateway.turns.clean_message", broken)
    with caplog.at_level(logging.DEBUG):
        assert_error(gateway.say(gateway.open(), "bonjour"), 500, "internal")
        wait_for(lambda: "RuntimeError" in caplog.text)
    assert "Personne" not in caplog.text


def test_a_store_that_fails_has_the_shape(gateway: Gateway) -> None:
    sender = gateway.open()
    other = sqlite3.connect(gateway.settings.run_dir / "conversations.sqlite")
    other.execute("DROP TABLE turns")
    other.commit()
    other.close()
    assert_error(gateway.say(sender, "bonjour", message_id="1"), 503, "store_failed")


def test_a_failing_rasa_is_logged_without_sender_or_words(
    gateway: Gateway, peer: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    peer.reply = lambda turn: (500, json.dumps(turn).encode())
    peer.erasure_status = 500
    sender = gateway.open()
    gateway.say(sender, "je m'appelle Personne")
    gateway.erase(sender)
    ours = [record.getMessage() for record in caplog.records if record.name == "gateway"]
    assert len(ours) == 2
    for trace in (sender, "Personne", peer.erased[0]):
        assert not any(trace in line for line in ours)
