"""What is counted, and that nobody can be found in it."""

from typing import Any

import httpx
import pytest
from prometheus_client import generate_latest

from gateway.metrics import Metrics
from gateway.settings import SettingsError
from tests.gateway.conftest import Gateway
from tests.gateway.peer import Answer, Peer, Turn, answering, custom, replying, wait_for


def _counted(gateway: Gateway, name: str, **labels: str) -> Any:
    return gateway.metrics.registry.get_sample_value(name, labels)


def test_turns_are_counted_by_door_status_and_topic_and_timed(gateway: Gateway, peer: Peer) -> None:
    peer.reply = replying({"text": "t", "custom": custom(topics=["rights.access", "exercise"])})
    sender = gateway.open("agent")
    gateway.say(sender, "bonjour", "agent")
    peer.reply = replying()
    gateway.say(sender, "bonjour", "agent")
    assert _counted(gateway, "assistant_conversations_opened_total", door="agent") == 1
    assert _counted(gateway, "assistant_replies_total", door="agent", status="answered") == 1
    assert _counted(gateway, "assistant_reply_topics_total", door="agent", topic="exercise") == 1
    assert _counted(gateway, "assistant_reply_failures_total", door="agent") == 1
    assert _counted(gateway, "assistant_reply_seconds_count", door="agent") == 2
    assert _counted(gateway, "assistant_http_responses_total", status="502") == 1


def test_redactions_are_counted_by_kind_and_nobody_is_named(gateway: Gateway, peer: Peer) -> None:
    sender = gateway.open()
    gateway.say(sender, "mon numéro est 06 12 34 56 78 et a@b.fr", message_id="identifiant")
    assert _counted(gateway, "assistant_redactions_total", kind="phone") == 1
    assert _counted(gateway, "assistant_redactions_total", kind="email") == 1
    scrape = generate_latest(gateway.metrics.registry).decode()
    for trace in (sender, peer.turns[0]["sender"], "numéro", "b.fr", "identifiant", "127.0.0.1"):
        assert trace not in scrape


def test_scrapes_have_a_listener_of_their_own(gateway: Gateway) -> None:
    server = gateway.metrics.serve("127.0.0.1", 0)
    gateway.open()
    url = f"http://127.0.0.1:{server.server_port}/metrics"
    assert 'assistant_conversations_opened_total{door="web"} 1.0' in httpx.get(url, trust_env=False).text
    assert gateway.client.get("/metrics").status_code == 404
    taken = server.server_port
    with pytest.raises(SettingsError, match="METRICS_BIND=off"):
        Metrics().serve("127.0.0.1", taken)
    server.shutdown()
    server.server_close()


def test_the_parts_of_a_turn_are_timed_and_rasas_are_taken_from_its_answer(gateway: Gateway, peer: Peer) -> None:
    peer.timing = "parse;dur=4.5, act;dur=2, keep;dur=0.25"
    sender = gateway.open()
    gateway.say(sender, "bonjour")
    for part in ("queue", "redact", "rasa", "keep"):
        assert _counted(gateway, "assistant_part_seconds_count", part=part) == 1, part
    for part, seconds in (("rasa_parse", 0.0045), ("rasa_act", 0.002), ("rasa_keep", 0.00025)):
        assert _counted(gateway, "assistant_part_seconds_sum", part=part) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "timing", ["", "parse", "parse;dur=", "parse;dur=nan", "parse;dur=-1", "parse;dur=inf", "x;dur=1"]
)
def test_a_timing_that_is_none_counts_for_nothing(timing: str) -> None:
    metrics = Metrics()
    metrics.rasa_parts(timing)
    assert metrics.registry.get_sample_value("assistant_part_seconds_count", {"part": "rasa_parse"}) == 0


def test_replies_to_what_was_not_understood_are_counted(gateway: Gateway, peer: Peer) -> None:
    peer.reply = replying({"text": "t", "custom": custom(status="excerpt", unsure=True)})
    sender = gateway.open()
    gateway.say(sender, "blabla")
    peer.reply = replying({"text": "t", "custom": custom(unsure=False)})
    gateway.say(sender, "mes données")
    assert _counted(gateway, "assistant_replies_unsure_total", door="web") == 1


def test_a_look_at_the_health_tells_which_parts_are_up_and_what_they_hold(
    gateway: Gateway, peer: Peer, base: object
) -> None:
    peer.resident = "123456789"
    peer.status = (503, b"{}")
    gateway.client.get("/health")
    assert [_counted(gateway, "assistant_up", part=part) for part in ("rasa", "actions", "base")] == [0, 1, 1]
    assert _counted(gateway, "assistant_memory_bytes", part="actions") == 123456789
    assert _counted(gateway, "process_resident_memory_bytes") > 0


def test_conversations_that_could_not_be_erased_wait(gateway: Gateway, peer: Peer) -> None:
    peer.erasure_status = 503
    assert gateway.erase(gateway.open()).status_code == 503
    gateway.client.get("/health")
    assert _counted(gateway, "assistant_erasures_waiting") == 1


def test_requests_in_hand_are_counted_while_they_are(gateway: Gateway, peer: Peer) -> None:
    seen: list[float] = []

    def reply(turn: Turn) -> Answer:
        seen.append(_counted(gateway, "assistant_requests_in_hand"))
        return answering()(turn)

    peer.reply = reply
    gateway.say(gateway.open(), "bonjour")
    wait_for(lambda: _counted(gateway, "assistant_requests_in_hand") == 0)
    assert seen == [1]
