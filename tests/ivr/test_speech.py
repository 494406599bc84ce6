"""Questions said aloud: the surest reading goes the way of every message, and everything else goes on by keys."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from gateway.ivr.answers import Answers
from tests.gateway.peer import Peer, custom, replying, wait_for
from tests.ivr.browser import Browser
from tests.ivr.conftest import Start
from tests.ivr.schemas_of import Schemas

GRAMMAR = "builtin:grammar/text"


@pytest.fixture
def peer() -> Iterator[Peer]:
    """What the gateway takes for Rasa."""
    running = Peer()
    yield running
    running.close()


@pytest.fixture
def line(start: Start, peer: Peer) -> TestClient:
    """A line that listens."""
    return start(rasa_port=peer.port, actions_port=peer.port, ivr_speech_grammar=GRAMMAR)


def _replies(peer: Peer, said: str = "Je vous réponds.", **changed: Any) -> None:
    spoken = {"answer": [said], "detail": [], "address": []}
    payload = custom(country="mali", spoken=spoken, **changed)
    peer.reply = replying({"text": said, "custom": payload})


def test_the_surest_reading_is_said_to_the_assistant(
    line: TestClient, peer: Peer, base: Path, schemas: Schemas
) -> None:
    _replies(peer, topics=["retention"])
    browser = Browser(line).dial()
    assert schemas.wrong(browser.content) == ""
    browser.speak(("garder mes données", 0.6), ("combien de temps", 0.8), ("le temps", 0.1))
    assert peer.said() == ["combien de temps"]
    assert browser.prompts[0] == Answers(base)(("retention",)).answer[0]
    assert browser.press("#").prompts[0] == "Durée, partage et sécurité de vos données."


def test_what_is_not_surely_heard_is_asked_by_keys(line: TestClient, peer: Peer) -> None:
    browser = Browser(line).dial().speak(("effacer", 0.4))
    assert peer.said() == []
    assert "Utilisez plutôt les touches" in browser.prompts[0]
    browser.speak(("effacer", 0.4)).speak(("effacer", 0.4))
    assert browser.kind == "exit"


def test_what_is_not_surely_understood_is_asked_by_keys(line: TestClient, peer: Peer, schemas: Schemas) -> None:
    _replies(peer, status="clarify", topics=["rights.erasure", "retention"], sources=[], policy=None)
    browser = Browser(line).dial().speak(("effacer ou garder", 0.9))
    assert "La suppression : tapez un. La durée de conservation : deux." in browser.prompts
    assert schemas.wrong(browser.content) == ""
    assert "droit de suppression" in browser.press("1").text


def test_who_asks_for_a_person_gets_one(line: TestClient, peer: Peer) -> None:
    _replies(peer, status="handoff", topics=[], sources=[], policy=None)
    assert "conseiller" in Browser(line).dial().speak(("passez-moi quelqu'un", 0.9)).text


def test_what_is_no_answer_is_said_and_can_be_repeated(line: TestClient, peer: Peer) -> None:
    _replies(peer, "Merci à vous.", status="smalltalk", topics=[], sources=[], policy=None)
    browser = Browser(line).dial().speak(("merci", 0.9))
    assert browser.prompts[0] == "Merci à vous."
    assert browser.press("*").prompts[0] == "Merci à vous."
    assert browser.press("#").prompts[0] == "Menu principal."


def test_a_repeated_question_is_asked_once(line: TestClient, peer: Peer) -> None:
    _replies(peer, topics=["retention"])
    (address,) = Browser(line).dial().next
    said = {"event": "speech", "text1": "combien de temps", "confidence1": "0.9"}
    first, second = line.post(address, data=said), line.post(address, data=said)
    assert first.content == second.content
    assert len(peer.turns) == 1


def test_without_rasa_the_keys_still_answer(line: TestClient, peer: Peer) -> None:
    peer.reply = lambda turn: (500, b"")
    browser = Browser(line).dial().speak(("effacer", 0.9))
    assert "Utilisez les touches" in browser.prompts[0]
    assert "droit de suppression" in browser.press("1").press("1").text


def test_nothing_said_stays_after_the_call_nor_beside_it(line: TestClient, peer: Peer, tmp_path: Path) -> None:
    _replies(peer, topics=["retention"])
    browser = Browser(line).dial().speak(("xylophone est mon secret", 0.9))
    kept = b"".join(path.read_bytes() for path in (tmp_path / "run").glob("calls.sqlite*"))
    assert b"xylophone" not in kept
    assert "xylophone" not in json.dumps(browser.prompts)
    browser.throw("connection.disconnect.hangup")
    wait_for(lambda: bool(peer.erased))
    assert len(peer.erased) == 1


def test_a_question_is_never_longer_than_the_assistant_reads(line: TestClient, peer: Peer) -> None:
    browser = Browser(line).dial().speak(("a" * 3000, 0.9))
    assert peer.said() == []
    assert browser.kind == "collect"
