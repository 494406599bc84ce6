"""Gateways that share a Redis: a conversation goes on at any of them, and what one of them does none does again."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from gateway.limits import CONVERSATION, OPENING
from gateway.shared.redis import name
from tests.conftest import free_port
from tests.gateway.conftest import ROOT, Gateway, assert_error, bearer
from tests.gateway.peer import Answer, Peer, Turn, answering, wait_for
from tests.redis_server import redis_server

Start = Callable[..., Gateway]
Two = tuple[Gateway, Gateway]


@pytest.fixture
def emptied(redis: str) -> str:
    """The URL of an empty Redis."""
    with Redis.from_url(redis) as client:
        client.flushall()
    return redis


@pytest.fixture
def two(start: Start, emptied: str, tmp_path: Path) -> Two:
    """Two gateways, each with a folder of its own."""
    here, there = (start(redis_url=emptied, run_dir=tmp_path / name) for name in ("one", "two"))
    return here, there


def test_a_conversation_goes_on_at_another_gateway(two: Two, peer: Peer) -> None:
    here, there = two
    peer.reply = answering("Quelle offre ?", ("Mobile", "/inform"))
    sender = here.open("agent", country="mali")
    assert here.say(sender, "bonjour", "agent").status_code == 200
    assert there.say(sender, "1", "agent").status_code == 200
    assert peer.said() == ["bonjour", "/inform"]
    assert [turn["metadata"]["country"] for turn in peer.turns] == ["mali", "mali"]
    assert_error(there.say(sender, "bonjour"), 401, "key_missing")
    assert there.client.post("/feedback", json={"sender": here.open(), "helpful": True}).status_code == 204
    assert there.erase(sender, "agent").status_code == 204
    assert_error(here.say(sender, "bonjour", "agent"), 404, "conversation_unknown")


def test_a_message_sent_to_both_at_once_has_one_turn_and_one_reply(two: Two, peer: Peer) -> None:
    going_on = threading.Event()

    def slow(turn: Turn) -> Answer:
        going_on.wait(5)
        return answering(f"Réponse {len(peer.turns)}.")(turn)

    peer.reply = slow
    sender = two[0].open()
    answers: list[Any] = []

    def say(gateway: Gateway) -> None:
        answers.append(gateway.say(sender, "bonjour", message_id="1").json())

    threads = [threading.Thread(target=say, args=(two[number % 2],)) for number in range(6)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(peer.turns) == 1)
    going_on.set()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert all(answer == answers[0] for answer in answers)
    assert len(peer.turns) == 1


def test_an_idle_conversation_is_erased_once(start: Start, emptied: str, tmp_path: Path, peer: Peer) -> None:
    gateways = [start(redis_url=emptied, run_dir=tmp_path / str(number), idle_seconds=1) for number in range(3)]
    senders = [gateways[number % 3].open() for number in range(12)]
    for number, sender in enumerate(senders):
        gateways[(number + 1) % 3].say(sender, "bonjour")
    wait_for(lambda: len(peer.erased) >= 12, 15)
    with Redis.from_url(emptied) as redis:
        wait_for(lambda: not [key for key in redis.scan_iter() if b":said:" in key or b":conversation" in key])
    assert len(set(peer.erased)) == len(peer.erased) == 12
    assert_error(gateways[0].say(senders[0], "bonjour"), 404, "conversation_unknown")


def test_the_limits_are_those_of_all_gateways_together(start: Start, emptied: str, tmp_path: Path, peer: Peer) -> None:
    here, there = (start(redis_url=emptied, run_dir=tmp_path / name, rate_limits=True) for name in ("one", "two"))
    sender = here.open("agent")
    answers = [gateway.say(sender, "bonjour", "agent") for gateway in (here, there) * int(CONVERSATION.burst)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(answers) - len(refused) == len(peer.turns)
    assert len(refused) >= CONVERSATION.burst / 2
    assert int(refused[0].headers["retry-after"]) >= 1
    body = {"channel": "web"}
    opened = [gateway.client.post("/conversations", json=body) for gateway in (here, there) * int(OPENING.burst)]
    assert {answer.status_code for answer in opened} == {201, 429}
    assert there.client.post("/conversations", json={"channel": "agent"}, headers=bearer("agent")).status_code == 201


def test_a_call_goes_on_at_another_gateway(two: Two, base: Path) -> None:
    here, there = two
    for gateway in two:
        gateway.settings.run_dir.mkdir(exist_ok=True)
        gateway.settings.base_path.symlink_to(base)
    begun = here.client.post("/ivr/calls", json={}, headers=bearer("ivr")).json()
    pressed = {"event": "digits", "digits": "1"}
    steps = [
        gateway.client.post(f"/ivr/calls/{begun['call']}/steps/1", json=pressed, headers=bearer("ivr")).json()
        for gateway in (there, here)
    ]
    assert steps[0] == steps[1]
    assert steps[0]["step"] == 2
    hung_up = there.client.post(f"/ivr/calls/{begun['call']}/steps/2", json={"event": "hangup"}, headers=bearer("ivr"))
    assert hung_up.status_code == 200
    gone = here.client.post(f"/ivr/calls/{begun['call']}/steps/3", json={"event": "noinput"}, headers=bearer("ivr"))
    assert_error(gone, 404, "call_unknown")


def test_a_turn_asks_redis_three_times_and_a_repeated_one_twice(start: Start, emptied: str) -> None:
    gateway = start(redis_url=emptied, rate_limits=True)
    sender = gateway.open()
    gateway.say(sender, "bonjour", message_id="0")
    for message_id, times in (("1", 3), ("1", 2)):
        with Redis.from_url(emptied) as redis, redis.monitor() as monitor:
            gateway.say(sender, "bonjour", message_id=message_id)
            redis.echo("done")
            asked = []
            while (command := monitor.next_command())["command"] != "ECHO done":
                # Not what a script does inside Redis, nor the greetings of a connection.
                if command["client_type"] != "lua" and not command["command"].startswith(("CLIENT", "HELLO")):
                    asked.append(command["command"].partition(" ")[0])
        assert asked == ["EVALSHA"] * times


def test_a_message_whose_gateway_was_killed_in_its_turn_is_answered_by_another(
    start: Start, emptied: str, tmp_path: Path, peer: Peer
) -> None:
    halting = threading.Event()

    def first_halts(turn: Turn) -> Answer:
        if len(peer.turns) == 1:
            halting.wait(20)
        return answering()(turn)

    peer.reply = first_halts
    port = free_port()
    environment = {
        **os.environ, "REDIS_URL": emptied, "RASA_PORT": str(peer.port), "ACTIONS_PORT": str(peer.port),
        "RUN_DIR": str(tmp_path / "killed"), "PORT": str(port), "RATE_LIMITS": "off", "METRICS_BIND": "off",
    }  # fmt: skip
    there = start(redis_url=emptied)
    sender = there.open()
    body = {"sender": sender, "message": "bonjour", "message_id": "1"}
    with subprocess.Popen([sys.executable, "-m", "gateway"], cwd=ROOT, env=environment) as killed:
        wait_for(lambda: _listens(port), 40)
        url = f"http://127.0.0.1:{port}/webhooks/rest/webhook"
        with ThreadPoolExecutor(1) as other:
            sent = other.submit(httpx.post, url, json=body, trust_env=False, timeout=30)
            wait_for(lambda: len(peer.turns) == 1)
            killed.kill()
            assert isinstance(sent.exception(), httpx.TransportError)
    assert there.client.post("/webhooks/rest/webhook", json=body).status_code == 200
    halting.set()
    assert len(peer.turns) == 2
    assert peer.turns[0] == peer.turns[1], "Rasa would answer the second from what it kept of the first"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_without_its_redis_a_gateway_says_so_and_goes_on_when_it_is_back(
    start: Start, peer: Peer, tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.health._FRESH_SECONDS", -1.0)
    with redis_server(tmp_path / "redis") as url:
        gateway = start(redis_url=url, rate_limits=True)
        sender = gateway.open()
        assert gateway.say(sender, "bonjour").status_code == 200
        assert gateway.client.get("/health").status_code == 200
    for answer in (
        gateway.say(sender, "bonjour"),
        gateway.client.post("/conversations", json={"channel": "web"}),
        gateway.erase(sender),
        gateway.client.post("/ivr/calls", json={}, headers=bearer("ivr")),
    ):
        assert_error(answer, 503, "store_failed")
        assert answer.headers["retry-after"].isdigit()
    health = gateway.client.get("/health")
    assert health.status_code == 503
    assert health.json()["parts"]["store"] == "unavailable"
    assert gateway.client.get("/openapi.json").status_code == 200
    with redis_server(tmp_path / "redis"):
        assert gateway.say(gateway.open(), "bonjour").status_code == 200
        wait_for(lambda: gateway.client.get("/health").status_code == 200, 40)


def test_one_machine_loads_nothing_of_what_a_cluster_needs(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from gateway.app import create_app; from gateway.doors import Keys; "
        "from gateway.metrics import Metrics; from gateway.settings import Settings; "
        f"create_app(Settings(run_dir=Path({str(tmp_path)!r})), Keys('a', 'b'), Metrics()); "
        "print([name for name in ('redis', 'psycopg', 'gateway.shared') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert ran.stdout == "[]\n"


def test_what_is_kept_begins_with_a_name_of_its_own(two: Two, emptied: str) -> None:
    two[0].say(two[0].open(), "bonjour", message_id="1")
    with Redis.from_url(emptied) as redis:
        assert all(key.decode().startswith(name("")) for key in redis.scan_iter())
