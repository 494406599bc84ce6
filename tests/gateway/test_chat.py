"""The terminal client, against a running gateway."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from gateway.chat import Conversation, shown
from tests.conftest import free_port
from tests.gateway.conftest import ROOT, Gateway
from tests.gateway.peer import Peer, answering


def _chat(port: int, typed: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PORT": str(port)}
    command = [sys.executable, "-m", "gateway.chat"]
    return subprocess.run(command, cwd=ROOT, env=environment, input=typed, capture_output=True, text=True, timeout=30)


def test_a_conversation_in_a_terminal_is_held_and_then_erased(gateway: Gateway, peer: Peer) -> None:
    peer.reply = answering("Quelle offre ?", ("Mobile", "/mobile"), ("Télé", "/tv"))
    done = _chat(gateway.client.base_url.port or 0, "bonjour\n\n2\n")
    assert done.returncode == 0, done.stderr
    assert "Quelle offre ?\n  1. Mobile\n  2. Télé\n" in done.stdout
    assert peer.said() == ["bonjour", "/tv"]
    assert peer.erased == [peer.turns[0]["sender"]]


def test_without_an_assistant_it_says_how_to_start_one(tmp_path: Path) -> None:
    done = _chat(free_port(), "")
    assert done.returncode == 1
    assert "make run" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_an_error_is_shown_as_its_sentence_and_an_expired_conversation_is_opened_anew(
    gateway: Gateway, peer: Peer
) -> None:
    conversation = Conversation(gateway.client)
    assert conversation.say("bonjour") == "Voici la réponse."
    assert conversation.say("a" * 1001).startswith("Votre message est trop long.")
    conversation.end()
    assert "effacée" in conversation.say("bonjour")
    assert conversation.say("bonjour") == "Voici la réponse."


def test_a_reply_is_shown_whole() -> None:
    reply: list[dict[str, Any]] = [{"text": "un"}, {"text": "deux", "buttons": [{"title": "A", "payload": "/a"}]}]
    assert shown(reply, "http://127.0.0.1") == "un\ndeux\n  1. A"
