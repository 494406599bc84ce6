"""Token buckets, whom a call counts for, and the answers of a gateway with limits."""

import asyncio
import ipaddress
from collections.abc import Callable
from typing import Any

import pytest

from gateway.buckets import LocalBuckets, Rate
from gateway.limits import ADDRESS, CONVERSATION, OPENING, client_of
from tests.gateway.conftest import Gateway, assert_error, bearer
from tests.gateway.peer import Peer


class Clock:
    """A clock that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_buckets_of_those_away_longest_are_dropped() -> None:
    buckets = LocalBuckets(Rate(burst=1, per_second=1), Clock(), most=2)
    for key in ("a", "b", "c"):
        await buckets.take(key)
    assert await buckets.take("c") == 1
    assert await buckets.take("a") == 0


async def test_an_address_is_in_memory_for_as_long_as_its_bucket_is_not_full() -> None:
    clock = Clock()
    buckets = LocalBuckets(Rate(burst=2, per_second=20), clock)
    await buckets.take("192.0.2.1")
    clock.now += 0.06
    await buckets.take("192.0.2.2")
    clock.now += 0.06
    buckets.sweep()
    assert list(buckets._buckets) == ["192.0.2.2"]
    clock.now += 1
    # By itself, also when nobody asks any more.
    async with asyncio.timeout(5):
        while buckets._buckets:
            await asyncio.sleep(0.01)


PROXIES = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["203.0.113.9"], "192.0.2.1"),
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.7, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.7", "203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", ["garbage"], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9, garbage, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("::1", ["203.0.113.9"], "203.0.113.9"),
        ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("2001:db8:1:2:3::4", [], "2001:db8:1:2::/64"),
        ("", [], "None"),
        # Several proxies of ours in a row, in one line and in several, as v4, v6 and v4 in v6.
        ("::1", ["198.51.100.7, 203.0.113.9, 10.0.0.3", "10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9, ::ffff:10.0.0.2, ::1"], "203.0.113.9"),
        ("10.0.0.1", ["2001:db8:1:2:3::4, 10.0.0.2"], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
        # Who says to be a proxy, or to be this machine, is believed no more than anybody.
        ("192.0.2.1", ["127.0.0.1"], "192.0.2.1"),
        ("192.0.2.1", ["10.0.0.1, 10.0.0.1"], "192.0.2.1"),
        ("10.0.0.1", ["10.0.0.9, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["10.0.0.9"], "10.0.0.9"),
        # What a proxy of ours cannot have written counts for that proxy.
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", [",,,"], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9,"], "10.0.0.1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.999"], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9\x00"], "10.0.0.1"),
        ("10.0.0.1", ["<script>"], "10.0.0.1"),
        ("10.0.0.1", ["1" * 10_000], "10.0.0.1"),
        ("10.0.0.1", [", ".join(["10.0.0.2"] * 5_000)], "10.0.0.2"),
    ],
)
def test_a_call_counts_for_the_last_address_that_no_proxy_of_ours_added(
    peer: str, forwarded: list[str], client: str
) -> None:
    assert str(client_of(peer, forwarded, PROXIES)) == client


@pytest.fixture
def limited(start: Callable[..., Gateway]) -> Gateway:
    return start(rate_limits=True)


def _refused(answers: list[Any]) -> Any:
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert_error(refused[0], 429, "too_many")
    assert int(refused[0].headers["retry-after"]) >= 1
    return refused


def test_an_address_opens_so_many_conversations_at_once(limited: Gateway) -> None:
    most = int(OPENING.burst)
    answers = [limited.client.post("/conversations", json={"channel": "web"}) for _ in range(most + 5)]
    assert [answer.status_code for answer in answers[:most]] == [201] * most
    _refused(answers)


def test_a_conversation_has_its_own_pace_also_behind_a_key(limited: Gateway, peer: Peer) -> None:
    most = int(CONVERSATION.burst)
    sender, other = limited.open("agent"), limited.open("agent")
    refused = _refused([limited.say(sender, "bonjour", "agent") for _ in range(most + 3)])
    assert most + 3 - len(refused) == len(peer.turns)
    assert limited.say(other, "bonjour", "agent").status_code == 200


def test_a_wrong_key_counts_for_its_address_and_a_right_one_does_not(limited: Gateway) -> None:
    wrong = {"Authorization": "Bearer guess"}
    body = {"channel": "agent"}
    guesses: list[int] = []
    # On a busy machine some calls come back while they are made: more may be needed than stand at the start.
    while 429 not in guesses and len(guesses) < 5 * ADDRESS.burst:
        guesses.append(limited.client.delete("/conversations/x", headers=wrong).status_code)
    assert set(guesses) == {401, 429}
    assert len(guesses) > ADDRESS.burst
    assert limited.client.post("/conversations", json=body, headers=bearer("agent")).status_code == 201
    assert limited.client.get("/openapi.json").status_code == 200


def test_without_limits_nothing_is_refused(gateway: Gateway) -> None:
    sender = gateway.open()
    answers = [gateway.say(sender, "bonjour").status_code for _ in range(int(CONVERSATION.burst) * 2)]
    assert set(answers) == {200}


def test_an_address_that_was_made_up_does_not_help_who_has_asked_too_much(
    limited: Gateway, start: Callable[..., Gateway]
) -> None:
    """Without a proxy of ours, X-Forwarded-For changes nothing; behind one, the address that it added counts."""
    body = {"channel": "web"}
    behind = start(rate_limits=True, trusted_proxies=(ipaddress.ip_network("127.0.0.0/8"),))
    for made_up in ("{}.1.2.3", "127.0.0.1, {}.1.2.3", "2001:db8:{}::1", "garbage {}"):
        answers = [
            limited.client.post("/conversations", json=body, headers={"X-Forwarded-For": made_up.format(number)})
            for number in range(1, int(OPENING.burst) + 40)
        ]
        _refused(answers)
        # The proxy adds who asked it to what the caller had made up.
        added = [
            behind.client.post("/conversations", json=body, headers=[("X-Forwarded-For", made_up.format(number)),
                                                                     ("X-Forwarded-For", "203.0.113.9")])
            for number in range(1, int(OPENING.burst) + 40)
        ]  # fmt: skip
        _refused(added)
    other = behind.client.post("/conversations", json=body, headers={"X-Forwarded-For": "203.0.113.10"})
    assert other.status_code == 201
