"""Every answer carries the id of its request, which Rasa is told; nobody but a trusted proxy chooses it."""

import ipaddress
import re
import socket
from collections.abc import Callable

import pytest

from tests.gateway.conftest import Gateway
from tests.gateway.peer import Peer, replying

HEADER = "X-Request-ID"
DRAWN = re.compile(r"[0-9a-f]{32}")
GIVEN = "2f6c0c1e-aa11-4a6f-9d1c-0123456789ab"


@pytest.fixture
def behind(start: Callable[..., Gateway]) -> Gateway:
    """A gateway that trusts who asks."""
    return start(trusted_proxies=(ipaddress.ip_network("127.0.0.0/8"),))


def test_answers_and_errors_carry_an_id_and_no_two_the_same(gateway: Gateway, peer: Peer) -> None:
    sender = gateway.open()
    peer.reply = replying()
    answers = [
        gateway.client.get("/health"),
        gateway.client.get("/nowhere"),
        gateway.client.post("/conversations", content=b"{"),
        gateway.client.put("/conversations"),
        gateway.client.post("/webhooks/rest/webhook", content=b"x" * 20_000),
        gateway.say(sender, "bonjour"),
    ]
    assert [answer.status_code for answer in answers] == [503, 404, 415, 405, 413, 502]
    ids = [answer.headers[HEADER] for answer in answers]
    assert all(DRAWN.fullmatch(one) for one in ids)
    assert len(set(ids)) == len(ids)


def test_what_is_no_http_is_answered_with_an_id_too(gateway: Gateway) -> None:
    with socket.create_connection((gateway.client.base_url.host, gateway.client.base_url.port or 0)) as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        head = connection.recv(4096).decode("ascii", "replace")
    assert head.startswith("HTTP/1.1 400")
    assert re.search(r"(?i)^x-request-id: [0-9a-f]{32}\r$", head, re.MULTILINE)


def test_an_id_counts_from_a_trusted_proxy_alone(gateway: Gateway, behind: Gateway) -> None:
    assert DRAWN.fullmatch(gateway.client.get("/nowhere", headers={HEADER: GIVEN}).headers[HEADER])
    assert behind.client.get("/nowhere", headers={HEADER: GIVEN}).headers[HEADER] == GIVEN


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "two words-0123456789", "marie@exemple.fr", "0123456789_"])
def test_an_id_that_is_none_is_drawn_anew(behind: Gateway, given: str) -> None:
    assert DRAWN.fullmatch(behind.client.get("/nowhere", headers={HEADER: given}).headers[HEADER])


def test_rasa_is_told_the_id_with_the_message(behind: Gateway, peer: Peer) -> None:
    sender = behind.open()
    answer = behind.say(sender, "bonjour")
    assert [headers.get(HEADER) for headers in peer.asked_with] == [answer.headers[HEADER]]
    assert sender not in answer.headers[HEADER]
