"""One message is one trace through three processes, sent by OTLP over HTTP to a collector; nobody is in it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.observability.collector import Collector, Seen
from tests.observability.conftest import NEVER, PLANTED, UNSURE
from tests.trust.stack import Stack, stack

WEBHOOK = "POST /webhooks/rest/webhook"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    """A collector of traces."""
    running = Collector()
    yield running
    running.close()


@pytest.fixture(scope="module")
def turn(folder: Path, collector: Collector) -> Iterator[tuple[Stack, str, list[Seen]]]:
    """An assistant that sends traces, after a message that an action answered; its sender, its spans."""
    asked = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "200"}
    with stack(folder, TRUSTED_PROXIES="", **asked) as running:
        sender = running.open(country="caraibe")
        running.reply(sender, PLANTED)
        answer = running.client.post(
            f"/webhooks/rest/webhook?{NEVER[0]}=1",
            json={"sender": sender, "message": UNSURE},
            # From nobody in particular, neither counts.
            headers={"X-Request-ID": f"{NEVER[0]}-12345678", "traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"},
        )
        assert answer.status_code == 200, answer.text
        assert running.erase(sender) == 204
        request_id = answer.headers["X-Request-ID"]
        running.until(lambda: {seen.service for seen in collector.trace(request_id)} == _SERVICES)
        # Those that ended last are sent a little later.
        time.sleep(1)
        yield running, sender, collector.trace(request_id)


_SERVICES = {"assistant-gateway", "assistant-rasa", "assistant-actions"}


def test_a_message_is_one_trace_with_the_parts_of_all_three(turn: tuple[Stack, str, list[Seen]]) -> None:
    _, _, spans = turn
    assert len({seen.span.trace_id for seen in spans}) == 1
    names = {service: {seen.name for seen in spans if seen.service == service} for service in _SERVICES}
    assert names["assistant-gateway"] == {WEBHOOK, "queue", "redact", "rasa", "keep"}
    assert names["assistant-rasa"] == {WEBHOOK, "parse", "act", "action_unsure", "action server", "keep"}
    assert names["assistant-actions"] == {"action_unsure"}


def test_each_span_is_part_of_the_one_that_waited_for_it(turn: tuple[Stack, str, list[Seen]]) -> None:
    _, _, spans = turn
    by_id = {seen.span.span_id: seen for seen in spans}

    def path(seen: Seen) -> list[str]:
        above = by_id.get(seen.span.parent_span_id)
        return [*(path(above) if above else []), seen.name]

    action = next(seen for seen in spans if seen.service == "assistant-actions")
    assert path(action) == [WEBHOOK, "rasa", WEBHOOK, "act", "action_unsure", "action server", "action_unsure"]
    assert path(next(seen for seen in spans if seen.name == "redact")) == [WEBHOOK, "redact"]


def test_a_request_is_told_by_its_route_and_status_alone(turn: tuple[Stack, str, list[Seen]]) -> None:
    _, _, spans = turn
    request = next(seen for seen in spans if not seen.span.parent_span_id)
    assert request.attributes.keys() == {"request.id", "http.request.method", "http.route", "http.response.status_code"}
    assert request.attributes["http.route"] == "/webhooks/rest/webhook"
    assert request.attributes["http.response.status_code"] == 200


def test_nothing_of_anybody_is_sent(turn: tuple[Stack, str, list[Seen]], collector: Collector) -> None:
    _, sender, _ = turn
    assert collector.paths == {"/v1/traces"}
    assert any(seen.name == "DELETE /conversations/{sender}" for seen in collector.spans)
    for trace in (sender, *NEVER, "ab" * 16):
        assert not [body for body in collector.sent if trace.encode() in body]
    said = {text for seen in collector.spans for text in (seen.name, *map(str, seen.attributes.values()))}
    assert not [text for text in said if "?" in text or "127.0.0.1" in text]
    assert not [seen for seen in collector.spans if seen.span.trace_id.hex() == "ab" * 16]
