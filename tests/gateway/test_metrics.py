"""What is counted, and that nobody can be found in it."""

from typing import Any

import httpx
import pytest
from prometheus_client import generate_latest

from gateway.metrics import Metrics
from gateway.settings import SettingsError
from tests.gateway.conftest import Gateway
from tests.gateway.peer import Peer, custom, replying


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
