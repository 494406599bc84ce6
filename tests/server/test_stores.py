"""What every tracker store promises: SQLite's of one machine, and PostgreSQL's of a cluster."""

import asyncio
import gc
import multiprocessing
import signal
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from multiprocessing.connection import Connection

import pytest
import pytest_asyncio
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.events import UserUttered

from server.postgres_tracker_store import PostgresTrackerStore
from server.stores import ConversationErasedError, ConversationStore
from server.tracker_store import ErasableTrackerStore, unwrap
from tests.server.conversation import DOMAIN, SENDER, said, tracker_of, turn, written

Open = Callable[..., ConversationStore]
# A process of its own without importing Rasa again, which takes longer than all these tests.
forks = multiprocessing.get_context("fork")


def opened(place: str, live: int = 256) -> ConversationStore:
    """A store on a place."""
    if place.startswith("postgresql:"):
        return PostgresTrackerStore(DOMAIN, host=place, live=live)
    return ErasableTrackerStore(DOMAIN, db=place, live=live)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest) -> str:
    """Where a store may keep trackers: a file, or a database."""
    return str(request.getfixturevalue("tracker_file" if request.param == "sqlite" else "database"))


@pytest_asyncio.fixture
async def open_store(place: str) -> AsyncIterator[Open]:
    """Opens a store on the place; what was opened is closed after the test."""
    stores: list[ConversationStore] = []

    def open_one(live: int = 256) -> ConversationStore:
        stores.append(opened(place, live))
        return stores[-1]

    yield open_one
    for store in stores:
        await store.stop()


async def test_a_conversation_that_never_was_is_unknown(open_store: Open) -> None:
    assert await open_store().retrieve(SENDER) is None


async def test_a_tracker_is_the_same_after_the_store_was_opened_again(open_store: Open) -> None:
    tracker = tracker_of(SENDER, "Combien de temps gardez‑vous mes données ?", "Et au Mali ?", "\ud83d\x00")
    await open_store().save(tracker)
    assert written(await open_store().retrieve(SENDER)) == written(tracker)


async def test_a_recent_tracker_is_kept_in_memory(open_store: Open) -> None:
    store = open_store()
    tracker = tracker_of(SENDER, "Bonjour")
    await store.save(tracker)
    assert await store.retrieve(SENDER) is tracker


async def test_a_tracker_saved_twice_is_written_once(open_store: Open) -> None:
    store = open_store()
    tracker = tracker_of(SENDER, "Bonjour")
    await store.save(tracker)
    await store.save(tracker)
    for event in turn("Et au Mali ?"):
        tracker.update(event)
    await store.save(tracker)
    assert written(await open_store().retrieve(SENDER)) == written(tracker)


async def test_a_conversation_goes_on_after_a_restart_without_being_written_twice(open_store: Open) -> None:
    await open_store().save(tracker_of(SENDER, "Bonjour"))
    store = open_store()
    tracker = await store.retrieve(SENDER)
    assert tracker is not None
    for event in turn("Et au Mali ?"):
        tracker.update(event)
    await store.save(tracker)
    assert said(await open_store().retrieve(SENDER)) == ["Bonjour", "Et au Mali ?"]


async def test_a_tracker_that_was_built_elsewhere_adds_what_is_not_stored(open_store: Open) -> None:
    await open_store().save(tracker_of(SENDER, "Bonjour"))
    await open_store().save(tracker_of(SENDER, "Bonjour", "Et au Mali ?"))
    assert said(await open_store().retrieve(SENDER)) == ["Bonjour", "Et au Mali ?"]


async def test_conversations_are_kept_apart(open_store: Open) -> None:
    store = open_store(live=1)
    first, second = tracker_of("first", "Un"), tracker_of("second", "Deux")
    for text in ("Trois", "Quatre"):
        for tracker in (first, second):
            await store.save(tracker)
            for event in turn(f"{text} de {tracker.sender_id}"):
                tracker.update(event)
    await store.save(first)
    await store.save(second)
    assert len(list(await store.keys())) == 2
    reopened = open_store()
    assert written(await reopened.retrieve("first")) == written(first)
    assert written(await reopened.retrieve("second")) == written(second)


async def test_trackers_in_memory_do_not_pile_up(open_store: Open) -> None:
    store = open_store(live=2)
    kept = []
    for number in range(5):
        tracker = tracker_of(f"sender{number}", "Bonjour")
        kept.append(weakref.ref(tracker))
        await store.save(tracker)
    del tracker
    gc.collect()
    assert [reference() is not None for reference in kept] == [False, False, False, True, True]
    # The least recently used goes first; what left memory is read again.
    assert await store.retrieve("sender3") is kept[3]()
    assert len(written(await store.retrieve("sender0"))) == 4
    gc.collect()
    assert [reference() is not None for reference in kept[3:]] == [True, False]


async def test_an_erased_conversation_is_unknown_and_the_others_are_not(open_store: Open) -> None:
    store = open_store()
    await store.save(tracker_of(SENDER, "Bonjour"))
    await store.save(tracker_of("other", "Bonjour"))
    await store.erase(SENDER)
    for each in (store, open_store()):
        assert await each.retrieve(SENDER) is None
        assert said(await each.retrieve("other")) == ["Bonjour"]
    assert len(list(await store.keys())) == 1


async def test_a_turn_that_ends_after_the_erasure_of_its_conversation_does_not_bring_it_back(open_store: Open) -> None:
    store = open_store()
    tracker = tracker_of(SENDER, "Bonjour")
    await store.save(tracker)
    await store.erase(SENDER)
    for event in turn("Et au Mali ?"):
        tracker.update(event)
    with pytest.raises(ConversationErasedError):
        await store.save(tracker)
    assert await store.retrieve(SENDER) is None


async def test_a_first_turn_that_ends_after_its_conversation_was_erased_does_not_begin_it(open_store: Open) -> None:
    store = open_store()
    await store.erase(SENDER)
    with pytest.raises(ConversationErasedError):
        await store.save(tracker_of(SENDER, "Bonjour"))
    assert await store.retrieve(SENDER) is None


async def test_a_conversation_may_be_erased_twice(open_store: Open) -> None:
    store = open_store()
    await store.save(tracker_of(SENDER, "Bonjour"))
    await store.erase(SENDER)
    await store.erase(SENDER)
    assert await store.retrieve(SENDER) is None


async def test_what_is_to_be_read_again_goes_on_from_what_is_stored(open_store: Open) -> None:
    store = open_store()
    await store.save(tracker_of(SENDER, "Bonjour"))
    tracker = await store.retrieve(SENDER)
    assert tracker is not None
    for event in turn("Et au Mali ?"):
        tracker.update(event)
    ConversationStore.reread_everywhere(SENDER)
    assert said(await store.retrieve(SENDER)) == ["Bonjour"]


async def test_erasing_everywhere_reaches_every_open_store(open_store: Open) -> None:
    stores = [open_store(), open_store()]
    await stores[0].save(tracker_of(SENDER, "Bonjour"))
    assert said(await stores[1].retrieve(SENDER)) == ["Bonjour"]
    await ConversationStore.erase_everywhere(SENDER)
    assert [await store.retrieve(SENDER) for store in stores] == [None, None]


async def test_a_store_that_can_be_reached_says_so(open_store: Open) -> None:
    await open_store().check()


async def test_an_agent_answers_no_turn_that_was_not_kept_and_holds_none_in_memory(open_store: Open) -> None:
    store = open_store()
    agent = Agent(domain=DOMAIN, tracker_store=store)
    assert isinstance(agent.tracker_store, FailSafeTrackerStore)
    unwrap(agent)
    assert agent.tracker_store is store
    unwrap(agent)
    assert agent.tracker_store is store


async def _write_for_ever(place: str, safe: Connection) -> None:
    store = opened(place)
    tracker = tracker_of("writer")
    for number in range(1_000_000):
        tracker.update(UserUttered(f"message {number}"))
        await store.save(tracker)
        safe.send(number)


def test_a_process_that_is_killed_loses_nothing_that_was_saved(place: str) -> None:
    # It says after each save which turn is safe.
    listens, says = forks.Pipe(duplex=False)
    writer = forks.Process(target=lambda: asyncio.run(_write_for_ever(place, says)))
    writer.start()
    says.close()
    saved = -1
    with suppress(EOFError):
        while True:
            saved = listens.recv()
            if saved == 50:
                writer.kill()
    writer.join()

    async def read() -> list[object]:
        store = opened(place)
        try:
            return said(await store.retrieve("writer"))
        finally:
            await store.stop()

    assert writer.exitcode == -signal.SIGKILL
    assert saved >= 50
    assert asyncio.run(read())[: saved + 1] == [f"message {number}" for number in range(saved + 1)]
