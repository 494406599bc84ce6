"""Locks in a real Redis: one turn of a conversation at a time, whichever server takes it, and nobody held up long."""

import asyncio
import multiprocessing
import signal
from collections.abc import AsyncIterator, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
import pytest_asyncio
import redis
from rasa.utils.endpoints import EndpointConfig

import server.redis_lock_store
from server.postgres_tracker_store import PostgresTrackerStore
from server.redis_lock_store import ConversationBusyError, RedisLockStore
from tests.redis_server import redis_server
from tests.server.conversation import DOMAIN, SENDER, said, turn

# A process of its own without importing Rasa again.
forks = multiprocessing.get_context("fork")


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


def locks_of(url: str) -> RedisLockStore:
    return RedisLockStore(EndpointConfig(url))


@pytest_asyncio.fixture
async def stores(redis_url: str) -> AsyncIterator[list[RedisLockStore]]:
    """Two servers' locks on one Redis with nothing in it."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    opened = [locks_of(redis_url) for _ in range(2)]
    yield opened
    for store in opened:
        await store.close()


async def test_fifty_turns_of_one_conversation_on_two_servers_are_taken_one_at_a_time(
    stores: list[RedisLockStore],
) -> None:
    inside = most = taken = 0

    async def take(store: RedisLockStore) -> None:
        nonlocal inside, most, taken
        async with store.lock(SENDER):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.002)
            inside -= 1
            taken += 1

    await asyncio.gather(*(take(stores[number % 2]) for number in range(50)))
    assert (most, taken) == (1, 50)
    assert [store._queues._locks for store in stores] == [{}, {}]


async def test_conversations_do_not_wait_for_each_other(stores: list[RedisLockStore]) -> None:
    async with stores[0].lock("one"), stores[0].lock("another"), stores[1].lock("third"):
        pass


async def _write(turns: list[str], redis_url: str, database: str) -> None:
    locks, store = locks_of(redis_url), PostgresTrackerStore(DOMAIN, host=database)

    async def take(text: str) -> None:
        async with locks.lock(SENDER):
            tracker = await store.get_or_create_tracker(SENDER, append_action_listen=False)
            tracker.update_with_events(turn(text), DOMAIN)
            await asyncio.sleep(0.001)
            await store.save(tracker)

    await asyncio.gather(*map(take, turns))
    await store.stop()
    await locks.close()


def test_fifty_messages_to_one_conversation_from_two_processes_are_all_kept_once(redis_url: str, database: str) -> None:
    texts = [f"message {number}" for number in range(50)]
    # None may fail: PostgreSQL would refuse a turn that was not alone, and the process would say so.
    writers = [
        forks.Process(target=lambda half=half: asyncio.run(_write(texts[half::2], redis_url, database)))
        for half in (0, 1)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]

    async def read() -> list[object]:
        store = PostgresTrackerStore(DOMAIN, host=database)
        try:
            return said(await store.retrieve(SENDER))
        finally:
            await store.stop()

    assert sorted(map(str, asyncio.run(read()))) == sorted(texts)


async def _hold_for_ever(url: str, holds: Connection) -> None:
    async with locks_of(url).lock(SENDER, lock_lifetime=0.4):
        holds.send(True)
        await asyncio.sleep(60)


def test_a_server_that_was_killed_holds_its_conversations_for_a_moment_only(redis_url: str) -> None:
    hears, says = forks.Pipe(duplex=False)
    holder = forks.Process(target=lambda: asyncio.run(_hold_for_ever(redis_url, says)))
    holder.start()
    assert hears.recv()
    holder.kill()
    holder.join()
    assert holder.exitcode == -signal.SIGKILL

    async def take() -> None:
        async with locks_of(redis_url).lock(SENDER, wait_time_in_seconds=10):
            pass

    asyncio.run(take())


async def test_a_long_turn_keeps_its_conversation(
    stores: list[RedisLockStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.redis_lock_store, "_RENEWED_EVERY", 0.1)
    async with stores[0].lock(SENDER, lock_lifetime=0.5):
        with pytest.raises(ConversationBusyError):
            async with stores[1].lock(SENDER, wait_time_in_seconds=1.2):
                pass


@pytest.mark.parametrize("same_server", [True, False])
async def test_who_waits_too_long_is_told_and_the_turn_in_hand_goes_on(
    stores: list[RedisLockStore], same_server: bool
) -> None:
    async with stores[0].lock(SENDER):
        with pytest.raises(ConversationBusyError):
            async with stores[0 if same_server else 1].lock(SENDER, wait_time_in_seconds=0.1):
                pass
    async with stores[1].lock(SENDER):
        pass


async def test_a_turn_that_fails_or_is_given_up_leaves_no_lock_behind(stores: list[RedisLockStore]) -> None:
    with pytest.raises(ZeroDivisionError):
        async with stores[0].lock(SENDER):
            _ = 1 / 0

    async def take() -> None:
        async with stores[0].lock(SENDER):
            await asyncio.sleep(60)

    turns = [asyncio.create_task(take()) for _ in range(3)]
    await asyncio.sleep(0.05)
    for each in turns:
        each.cancel()
    await asyncio.gather(*turns, return_exceptions=True)
    async with stores[1].lock(SENDER, wait_time_in_seconds=1):
        pass
    assert stores[0]._queues._locks == {}


async def test_a_lock_that_ran_out_is_not_taken_from_the_one_who_has_it_now(stores: list[RedisLockStore]) -> None:
    async with stores[0].lock(SENDER, lock_lifetime=0.05):
        await asyncio.sleep(0.1)
        second = stores[1].lock(SENDER)
        await second.__aenter__()
    with pytest.raises(ConversationBusyError):
        async with stores[0].lock(SENDER, wait_time_in_seconds=0.1):
            pass
    await second.__aexit__(None, None, None)


async def test_redis_does_not_learn_which_conversation_it_is(stores: list[RedisLockStore], redis_url: str) -> None:
    async with stores[0].lock(SENDER):
        with redis.Redis.from_url(redis_url) as client:
            (key,) = client.keys()
            assert client.pttl(key) > 0
    assert key.startswith(b"assistant:turn:")
    assert SENDER.encode() not in key


async def test_redis_may_be_exchanged_and_its_absence_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.redis_lock_store, "_LONGEST_ABSENCE", 0.2)
    with redis_server(tmp_path) as url:
        store = locks_of(url)
        async with store.lock(SENDER):
            pass
        await store.check()
    with pytest.raises(redis.exceptions.ConnectionError):
        await store.check()
    with pytest.raises(redis.exceptions.ConnectionError):
        async with store.lock(SENDER):
            pass
    with redis_server(tmp_path):
        async with store.lock(SENDER):
            pass
    await store.close()
