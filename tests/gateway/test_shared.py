"""What only gateways that share a Redis have: locks among them, what is in its keys, and a Redis that is away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from redis import Redis

from gateway.buttons import Choice, Shown
from gateway.conversations import Conversation, digest
from gateway.errors import Fault, GatewayError
from gateway.ivr.actions import Say
from gateway.ivr.state import State
from gateway.ivr.store import digest as call_digest
from gateway.limits import ADDRESS, Limits
from gateway.shared.buckets import SharedBuckets
from gateway.shared.locks import LEASE_SECONDS, Lease
from gateway.shared.redis import Shared, name
from gateway.store_error import StoreError
from tests.gateway.stores_of import AGENT, Kept, shared, shared_by
from tests.redis_server import redis_server

__all__ = ["shared"]

SHOWN = Shown().after([Choice("Télé", "/tv")])
TOKEN = "a-token-of-somebody-else"


@pytest.fixture
async def other(redis: str, shared: Shared) -> AsyncIterator[Shared]:
    """Another gateway's connections to the same Redis."""
    running = Shared(redis)
    yield running
    await running.close()


async def _opened(kept: Kept) -> tuple[str, Conversation]:
    sender = await kept.conversations.create("agent", None, None)
    conversation = await kept.conversations.find(sender)
    assert conversation is not None
    return sender, conversation


async def _turn(kept: Kept, sender: str, meanwhile: Callable[[], Awaitable[object]] | None = None) -> None:
    async with kept.entrance.enter(sender, digest("1"), AGENT) as entry:
        if meanwhile is not None:
            await meanwhile()
        await entry.keep(SHOWN, [{"text": "x"}])


async def test_messages_at_several_gateways_are_taken_one_at_a_time(shared: Shared, other: Shared) -> None:
    gateways = [shared_by(shared), shared_by(other), shared_by(other)]
    sender, _ = await _opened(gateways[0])
    inside, turns = 0, 0

    async def speak(number: int) -> None:
        nonlocal inside, turns
        # Each message comes to two gateways, as from a proxy that sent it again.
        async with gateways[number % 3].entrance.enter(sender, digest(str(number // 2)), AGENT) as entry:
            if entry.reply is not None:
                assert entry.reply == [{"text": str(number // 2)}]
                return
            inside += 1
            assert inside == 1
            await asyncio.sleep(0.002)
            inside -= 1
            turns += 1
            await entry.keep(SHOWN, [{"text": str(number // 2)}])

    async with asyncio.timeout(20):
        await asyncio.gather(*(speak(number) for number in range(10)))
    assert turns == 5


async def test_fifty_who_hold_the_same_at_three_gateways_never_meet(shared: Shared, other: Shared) -> None:
    locks = [shared_by(shared).locks, shared_by(other).locks, shared_by(other).locks]
    inside, held = 0, 0

    async def hold(number: int) -> None:
        nonlocal inside, held
        async with locks[number % 3].hold(b"one"):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0.001)
            inside -= 1
            held += 1

    async with asyncio.timeout(20):
        await asyncio.gather(*(hold(number) for number in range(50)))
    assert held == 50


async def test_the_lock_of_a_gateway_that_was_killed_ends_by_itself(shared: Shared, other: Shared) -> None:
    kept = shared_by(shared)
    sender, conversation = await _opened(kept)
    lost = Lease(other, conversation.id)
    assert await lost.wait(0)
    lost.gone()  # nobody renews it any more
    assert 0 < await shared.client.pttl(lost.name) <= LEASE_SECONDS * 1000
    await shared.client.pexpire(lost.name, 100)
    async with asyncio.timeout(2), kept.entrance.enter(sender, None, AGENT) as entry:
        await entry.keep(SHOWN, [])


async def test_a_lock_is_renewed_for_as_long_as_a_turn_takes(
    shared: Shared, other: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.shared.locks._RENEWED_SECONDS", 0.02)
    here, there = shared_by(shared), shared_by(other)
    sender, conversation = await _opened(here)
    async with here.entrance.enter(sender, digest("1"), AGENT) as entry:
        for _ in range(3):
            await shared.client.pexpire(name("lock", conversation.id), 200)
            await asyncio.sleep(0.1)
            assert await shared.client.pttl(name("lock", conversation.id)) > 1000
        with pytest.raises(GatewayError):
            async with there.locks.hold(conversation.id, patience=0):
                pass
        await entry.keep(SHOWN, [{"text": "x"}])
    assert await shared.client.exists(name("lock", conversation.id)) == 0


async def test_who_lost_the_lock_keeps_nothing_and_takes_it_from_nobody(shared: Shared) -> None:
    kept = shared_by(shared)
    sender, conversation = await _opened(kept)
    lock = name("lock", conversation.id)

    async def lose(key: str) -> None:
        await shared.client.set(key, TOKEN, px=60_000)

    with pytest.raises(StoreError):
        await _turn(kept, sender, lambda: lose(lock))
    assert await shared.client.get(lock) == TOKEN
    await shared.client.delete(lock)
    async with kept.entrance.enter(sender, digest("1"), AGENT) as entry:
        assert entry.reply is None
        assert entry.conversation.shown == Shown()
        await lose(lock)
    assert await shared.client.get(lock) == TOKEN, "released by who had lost it"
    call = call_digest(await kept.calls.create(State(), ()))
    async with kept.calls.hold(call) as held:
        assert held is not None
        await lose(name("lock", call))
        with pytest.raises(StoreError):
            await kept.calls.advance(held, State(), ())
    assert await shared.client.get(name("lock", call)) == TOKEN


async def test_what_was_said_goes_by_redis_own_time_also_when_no_gateway_is_left(shared: Shared) -> None:
    kept = shared_by(shared)
    sender, conversation = await _opened(kept)
    async with kept.entrance.enter(sender, digest("1"), AGENT) as entry:
        await entry.keep(SHOWN, [{"text": "une-phrase-de-la-reponse"}])
    await kept.later(1000)
    assert await shared.client.exists(name("said", conversation.id)) == 0
    # What the erasure in Rasa needs is there until it is done.
    (leaving,) = await kept.conversations.to_erase()
    assert leaving.rasa_id == conversation.rasa_id
    await kept.conversations.begin_erasure(leaving.id)
    await kept.conversations.finish_erasure(leaving.id)
    assert [key async for key in shared.client.scan_iter() if "bucket" not in key] == []


async def test_keys_hold_digests_alone_and_no_value_names_a_sender(shared: Shared, redis: str) -> None:
    kept = shared_by(shared)
    sender, _ = await _opened(kept)
    await SharedBuckets(shared, "address", ADDRESS).take("192.0.2.77")
    call = await kept.calls.create(State(), (Say("Bienvenue."),))
    async with kept.entrance.enter(sender, digest("a-message-id"), AGENT) as entry:
        held = [key async for key in shared.client.scan_iter()]
        await entry.keep(SHOWN, [{"text": "x"}])
    kinds = {"conversation", "said", "conversations", "call", "calls", "lock", "bucket"}
    for key in {*held, *[key async for key in shared.client.scan_iter()]}:
        prefix, kind, *rest = key.split(":")
        assert prefix == "assistant"
        assert kind in kinds
        assert not rest or (len(rest[-1]) == 64 and int(rest[-1], 16))
    with Redis.from_url(redis) as raw:
        whole = b"".join(key + raw.dump(key) for key in raw.scan_iter())
    for secret in (sender, call, "192.0.2.77", "a-message-id"):
        assert secret.encode() not in whole


def test_an_address_cannot_be_tried_without_the_url() -> None:
    first, second = Shared("redis://:one@localhost/0"), Shared("redis://:two@localhost/0")
    assert first.blind("192.0.2.1") == first.blind("192.0.2.1")
    assert first.blind("192.0.2.1") != second.blind("192.0.2.1")
    assert first.blind("192.0.2.1") != digest("192.0.2.1").hex()


async def test_without_redis_nothing_is_kept_and_limits_let_through(tmp_path: Path) -> None:
    folder = tmp_path / "redis"
    with redis_server(folder) as url:
        running = Shared(url)
        kept = shared_by(running)
        limits = Limits(lambda kind, rate: SharedBuckets(running, kind, rate))
        sender, conversation = await _opened(kept)
        for _ in range(int(ADDRESS.burst)):
            await limits.call("192.0.2.1", None, opens=False)
        with pytest.raises(GatewayError) as refused:
            await asyncio.gather(*(limits.call("192.0.2.1", None, opens=False) for _ in range(int(ADDRESS.burst))))
        assert refused.value.fault is Fault.TOO_MANY
        with pytest.raises(StoreError):
            await _turn(kept, sender, lambda: running.client.shutdown(nosave=True))
    for failing in (
        kept.conversations.check(),
        kept.conversations.find(sender),
        kept.conversations.create("web", None, None),
        kept.conversations.to_erase(),
        kept.conversations.begin_erasure(conversation.id),
        kept.calls.create(State(), ()),
        kept.buckets("a", ADDRESS).take("a"),
    ):
        with pytest.raises(StoreError):
            await failing
    with pytest.raises(StoreError):
        await _turn(kept, sender)
    for _ in range(int(ADDRESS.burst) + 1):
        await limits.call("192.0.2.1", None, opens=True)
    with redis_server(folder):
        # Back, and empty: conversations are gone, and new ones can be held with the same connections.
        assert await kept.conversations.find(sender) is None
        sender, _ = await _opened(kept)
        await _turn(kept, sender)
        await running.close()
