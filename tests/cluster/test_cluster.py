"""Two gateways and two Rasa servers are one assistant: right, and right again when a part of it goes."""

import json
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cluster.cluster import KEYS, Cluster, Process
from tests.cluster.consumer import Consumer
from tests.cluster.visitors import QUESTIONS, WEBHOOK, Crowd, Visitor, at_once
from tests.conversations.judging import Judge, hold, read_cases

# Every eighth of the conversations: all files and doors, a minute here.
CASES = read_cases()[::8]
AT_ONCE = 50
# For so many seconds nginx passes by a server that did not answer (deploy/nginx/upstreams.conf), and a little more.
FAIL_TIMEOUT = 2.5


def assert_each_turn_is_kept_once(cluster: Cluster, crowd: Crowd) -> None:
    """What the trackers hold is what was said and answered, no turn more and none less."""
    for visitor in crowd.visitors:
        turns = cluster.turns_of(visitor.sender)
        assert len(turns) == len(set(turns)) == visitor.said == len(visitor.topics)


def test_the_same_conversations_are_right(cluster: Cluster) -> None:
    judge = Judge.from_contract()

    def held(numbered: tuple[int, dict[str, Any]]) -> list[str]:
        number, case = numbered
        address = {"X-Forwarded-For": f"198.51.100.{number}"}
        with httpx.Client(base_url=cluster.edge, timeout=60, trust_env=False, headers=address) as client:
            return hold(case, client, KEYS, judge)

    with ThreadPoolExecutor(4) as pool:
        broken = {
            case["id"]: lines for case, lines in zip(CASES, pool.map(held, enumerate(CASES)), strict=True) if lines
        }
    assert not broken
    assert len(CASES) >= 45


def test_a_conversation_goes_on_at_the_other_gateway(cluster: Cluster) -> None:
    first, second = (Visitor(cluster.url_of(gateway)) for gateway in cluster.gateways)
    first.open()
    first.say(QUESTIONS[0][0])
    second.sender, second.said = first.sender, first.said
    second.say("Et pour exercer mes droits, à quelle adresse j’écris ?")
    again = {"sender": first.sender, "message": QUESTIONS[0][0], "message_id": f"{first.sender[:8]}-1"}
    told = [visitor.post(WEBHOOK, again).json() for visitor in (first, second)]
    assert told[0] == told[1]
    assert httpx.delete(f"{second.url}/conversations/{first.sender}", trust_env=False).status_code == 204
    assert first.post(WEBHOOK, {"sender": first.sender, "message": "Bonjour"}).status_code == 404


def test_limits_are_those_of_the_whole(cluster: Cluster) -> None:
    visitors = [Visitor(cluster.url_of(gateway)) for gateway in cluster.gateways]
    sender = visitors[0].open().sender
    said = {"sender": sender, "message": "Bonjour"}
    statuses = [
        httpx.post(f"{visitors[turn % 2].url}{WEBHOOK}", json=said, timeout=60, trust_env=False).status_code
        for turn in range(40)
    ]
    # Ten at once, then one a second; two gateways that count each for itself would let twice as many through.
    assert 429 in statuses
    assert statuses.count(200) <= 10 + 40


@pytest.mark.parametrize("part", ["rasa", "gateway"])
def test_a_replica_killed_under_load_loses_and_doubles_nothing(cluster: Cluster, part: str) -> None:
    victim: Process = {"rasa": cluster.rasas, "gateway": cluster.gateways}[part][0]
    with Crowd(cluster.edge, 8).visiting() as crowd:
        crowd.await_turns(16)
        victim.kill()
        crowd.await_turns(24)
        victim.start()
        victim.await_ready()
        crowd.await_turns(16)
    assert_each_turn_is_kept_once(cluster, crowd)


def test_a_rolling_restart_fails_no_request(cluster: Cluster) -> None:
    with Crowd(cluster.edge, 6).visiting() as crowd:
        for process in (*cluster.gateways, *cluster.rasas):
            crowd.await_turns(8)
            process.restart()
            time.sleep(FAIL_TIMEOUT)  # an update waits too: minReadySeconds
        crowd.await_turns(8)
    assert crowd.tries == 0
    assert_each_turn_is_kept_once(cluster, crowd)


def test_fifty_messages_at_once_are_taken_one_after_the_other(cluster: Cluster) -> None:
    """Sent to both Rasa servers, past the gateways, whose own lock would keep them apart before."""
    sender = "f" * 64
    urls = [f"{cluster.url_of(rasa)}/webhooks/rest/webhook" for rasa in cluster.rasas]
    headers = {"Authorization": f"Bearer {cluster.token}"}
    metadata = {"door": "web", "country": "caraibe", "offer": None}

    def say(number: int) -> int:
        said = {"sender": sender, "message": QUESTIONS[0][0], "metadata": metadata | {"turn": f"at-once-{number}"}}
        for _ in range(60):
            answer = httpx.post(urls[number % 2], json=said, headers=headers, timeout=60, trust_env=False)
            if answer.status_code != 503:
                break
            time.sleep(0.1)
        return answer.status_code

    assert at_once([partial(say, number) for number in range(AT_ONCE)]) == [200] * AT_ONCE
    events = cluster.tracker(sender)
    said = [event["metadata"]["turn"] for event in events if event["event"] == "user"]
    assert Counter(said) == Counter(f"at-once-{number}" for number in range(AT_ONCE))
    # No turn began before the one before it had been answered.
    order = [event["event"] for event in events if event["event"] in ("user", "bot")]
    assert re.fullmatch(r"(ub+)+", "".join(kind[0] for kind in order))


def test_one_message_sent_fifty_times_at_once_is_one_turn(cluster: Cluster) -> None:
    """Through both gateways, without limits, which would refuse most of them."""
    gateways = [cluster.gateway(f"unlimited-{number}", RATE_LIMITS="off", TRUSTED_PROXIES="") for number in (1, 2)]
    for gateway in gateways:
        gateway.start()
    try:
        for gateway in gateways:
            gateway.await_ready()
        visitors = [Visitor(cluster.url_of(gateways[number % 2])) for number in range(AT_ONCE)]
        sender = visitors[0].open().sender
        said = {"sender": sender, "message": QUESTIONS[1][0], "message_id": "the-same"}
        answers = at_once([partial(visitor.post, WEBHOOK, said) for visitor in visitors])
        assert [answer.status_code for answer in answers] == [200] * AT_ONCE
        assert len({json.dumps(answer.json()) for answer in answers}) == 1
        assert len(cluster.turns_of(sender)) == 1
    finally:
        for gateway in gateways:
            gateway.stop()


def test_a_request_that_nginx_sends_twice_is_one_turn(cluster: Cluster) -> None:
    """Without a message id: what nginx calls a request is the same for each try."""
    visitor = Visitor(cluster.edge).open()
    said = {"sender": visitor.sender, "message": QUESTIONS[2][0]}
    headers = {"X-Request-ID": "5f1d7a0e5f1d7a0e5f1d7a0e5f1d7a0e"}
    urls = [cluster.url_of(gateway) for gateway in cluster.gateways]
    replies = [httpx.post(f"{url}{WEBHOOK}", json=said, headers=headers, timeout=60, trust_env=False) for url in urls]
    assert [reply.status_code for reply in replies] == [200, 200]
    assert replies[0].json() == replies[1].json()
    assert len(cluster.turns_of(visitor.sender)) == 1


def test_events_are_all_delivered_after_rabbitmq_was_away(cluster: Cluster) -> None:
    consumer = Consumer(cluster.broker.url)
    consumer.delivered()  # of the tests before
    cluster.broker.stop()
    visitors = [Visitor(cluster.edge).open() for _ in range(4)]
    for visitor in visitors:
        for message, _ in QUESTIONS:
            visitor.say(message)
    cluster.broker.start()
    told = consumer.delivered(at_least=4 * (len(QUESTIONS) + 1))
    assert Counter(event.body["kind"] for event in told) == {
        "conversation.opened": 4,
        "turn.answered": 4 * len(QUESTIONS),
    }
    assert len({event.id for event in told}) == len(told)
    texts = json.dumps([event.body for event in told], ensure_ascii=False)
    for hidden in [message for message, _ in QUESTIONS] + [visitor.sender for visitor in visitors]:
        assert hidden not in texts


def test_logs_name_nobody_and_one_request_id_goes_through_all_parts(cluster: Cluster) -> None:
    visitor = Visitor(cluster.edge).open()
    visitor.say("Je m’appelle Amadou Traoré, effacez mon numéro 0690 12 34 56")
    httpx.delete(f"{cluster.edge}/conversations/{visitor.sender}", trust_env=False)
    text = "".join(path.read_text("utf-8", "replace") for path in cluster.logs)
    for hidden in (visitor.sender, "Amadou", "0690 12 34 56", "203.0.113."):
        assert hidden not in text
    lines = [json.loads(line) for line in _log(cluster, "nginx").splitlines()]
    assert {line["kind"] for line in lines} >= {"open", "message", "erase"}
    assert all(re.fullmatch(r"[0-9a-f]{32}", line["request_id"]) for line in lines)


def _log(cluster: Cluster, name: str) -> str:
    path: Path = cluster.folder / f"{name}.log"
    return path.read_text("utf-8")
