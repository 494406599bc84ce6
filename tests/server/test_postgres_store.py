"""What is PostgreSQL's alone: several servers write to it, nobody can read what is in it, and it may go away."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import pytest_asyncio
from cryptography.exceptions import InvalidTag
from psycopg_pool import PoolTimeout
from rasa.shared.core.trackers import DialogueStateTracker

import server.postgres_tracker_store
from server import postgres_schema
from server.postgres_tracker_store import ConversationMovedError, PostgresTrackerStore
from server.sealed import Seal
from server.stores import ConversationErasedError
from tests.postgres_server import postgres
from tests.server.conversation import DOMAIN, SENDER, said, tracker_of, turn, written


@pytest_asyncio.fixture
async def stores(database: str) -> AsyncIterator[list[PostgresTrackerStore]]:
    """Two servers' stores on one database."""
    opened = [PostgresTrackerStore(DOMAIN, host=database) for _ in range(2)]
    yield opened
    for store in opened:
        await store.stop()


async def read(store: PostgresTrackerStore, sender: str = SENDER) -> DialogueStateTracker:
    tracker = await store.retrieve(sender)
    assert tracker is not None
    return tracker


def add(tracker: DialogueStateTracker, text: str) -> None:
    for event in turn(text):
        tracker.update(event)


async def rows(database: str, statement: str) -> list[tuple[object, ...]]:
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        done = await connection.execute(statement)
        return await done.fetchall() if done.description else []


async def test_a_tracker_in_memory_is_read_again_after_another_server_took_a_turn(
    stores: list[PostgresTrackerStore],
) -> None:
    here, there = stores
    await here.save(tracker_of(SENDER, "Bonjour"))
    elsewhere = await read(there)
    add(elsewhere, "Et au Mali ?")
    await there.save(elsewhere)
    assert said(await read(here)) == ["Bonjour", "Et au Mali ?"]


async def test_of_two_turns_at_once_one_is_kept_and_the_other_may_be_taken_again(
    stores: list[PostgresTrackerStore],
) -> None:
    here, there = stores
    await here.save(tracker_of(SENDER, "Bonjour"))
    one, other = await read(here), await read(there)
    add(one, "Et au Mali ?")
    add(other, "Et en Guadeloupe ?")
    await here.save(one)
    with pytest.raises(ConversationMovedError):
        await there.save(other)
    again = await read(there)
    add(again, "Et en Guadeloupe ?")
    await there.save(again)
    assert said(await read(here)) == ["Bonjour", "Et au Mali ?", "Et en Guadeloupe ?"]


async def test_a_turn_is_refused_also_when_its_tracker_has_left_memory_meanwhile(
    stores: list[PostgresTrackerStore],
) -> None:
    here, there = stores
    await here.save(tracker_of(SENDER, "Bonjour"))
    one, other = await read(here), await read(there)
    there.reread(SENDER)
    # The same number of events: which they are must not be mixed up.
    add(one, "Et au Mali ?")
    add(other, "Et en Guadeloupe ?")
    await here.save(one)
    with pytest.raises(ConversationMovedError):
        await there.save(other)


async def test_of_two_first_turns_at_once_one_is_kept(stores: list[PostgresTrackerStore]) -> None:
    trackers = [await store.get_or_create_tracker(SENDER, append_action_listen=False) for store in stores]
    for tracker, text in zip(trackers, ("Bonjour", "Bonsoir"), strict=True):
        add(tracker, text)
    done = await asyncio.gather(
        *(store.save(tracker) for store, tracker in zip(stores, trackers, strict=True)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in done) == ["ConversationMovedError", "NoneType"]
    kept = trackers[done.index(None)]
    assert written(await read(stores[0])) == written(kept)


async def test_without_any_lock_no_turn_is_lost_or_doubled(stores: list[PostgresTrackerStore]) -> None:
    async def take(store: PostgresTrackerStore, text: str) -> None:
        while True:
            tracker = await store.get_or_create_tracker(SENDER, append_action_listen=False)
            # As a turn in hand: not the object that another turn of this server works on.
            mine = tracker_of(SENDER)
            mine.update_with_events(list(tracker.events), DOMAIN)
            vars(mine)[server.postgres_tracker_store._STORED] = len(mine.events)
            add(mine, text)
            try:
                await store.save(mine)
            except ConversationMovedError:
                continue
            return

    texts = [f"message {number}" for number in range(30)]
    await asyncio.gather(*(take(stores[number % 2], text) for number, text in enumerate(texts)))
    assert sorted(map(str, said(await read(stores[0])))) == sorted(texts)


async def test_an_erasure_waits_for_the_turn_that_is_being_kept_and_takes_it_too(
    stores: list[PostgresTrackerStore], database: str
) -> None:
    here, there = stores
    await here.save(tracker_of(SENDER, "Bonjour"))
    seal = Seal(SENDER)
    values = {"name": seal.name, "stored": 4, "events": [seal.close(4, "{}")], "ids": [], "keys": [], "bodies": []}
    async with await psycopg.AsyncConnection.connect(database) as turn_in_hand:
        kept = await turn_in_hand.execute(postgres_schema.KEEP, values)
        assert await kept.fetchone() == (5,)
        erasure = asyncio.create_task(there.erase(SENDER))
        await asyncio.sleep(0.2)
        assert not erasure.done()
        await turn_in_hand.commit()
        await erasure
    assert await rows(database, "SELECT count(*) FROM tracker_events") == [(0,)]
    late = tracker_of(SENDER, "Bonjour", "Encore")
    with pytest.raises(ConversationErasedError):
        await here.save(late)


async def test_what_is_in_the_files_of_the_database_can_be_read_by_nobody(
    stores: list[PostgresTrackerStore], database: str
) -> None:
    here, _ = stores
    tracker = tracker_of("5f0c1d7e" * 8, "Je m'appelle Aminata Secrete")
    await here.save(tracker)
    await rows(database, "CHECKPOINT")
    folder = Path(parse_qs(urlsplit(database).query)["host"][0])
    found = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert Seal(tracker.sender_id).name in found
    for secret in ("Aminata", "Trois ans.", tracker.sender_id):
        assert secret.encode() not in found


def test_an_event_opens_only_in_its_own_place_of_its_own_conversation() -> None:
    sealed = Seal(SENDER).close(3, '{"event": "user"}')
    assert Seal(SENDER).open(3, sealed) == '{"event": "user"}'
    for other, place in ((Seal(SENDER), 4), (Seal("other"), 3)):
        with pytest.raises(InvalidTag):
            other.open(place, sealed)


async def test_what_nobody_asked_to_erase_goes_after_a_day_and_marks_after_an_hour(
    stores: list[PostgresTrackerStore], database: str
) -> None:
    here, _ = stores
    for sender in ("forgotten", "recent", "erased"):
        await here.save(tracker_of(sender, "Bonjour"))
    await here.erase("erased")
    await here.sweep()
    assert await rows(database, "SELECT count(*) FROM tracker_conversations") == [(3,)]
    past = "UPDATE tracker_conversations SET touched = now() - interval '{}' WHERE conversation = '\\x{}'"
    await rows(database, past.format("25 hours", Seal("forgotten").name.hex()))
    await rows(database, past.format("2 hours", Seal("recent").name.hex()))
    await rows(database, past.format("2 hours", Seal("erased").name.hex()))
    await here.sweep()
    assert await rows(database, "SELECT count(*) FROM tracker_conversations") == [(1,)]
    assert await rows(database, "SELECT count(*) FROM tracker_events") == [(4,)]
    assert said(await read(here, "recent")) == ["Bonjour"]


async def test_a_conversation_that_was_swept_is_not_gone_on_with(
    stores: list[PostgresTrackerStore], database: str
) -> None:
    here, _ = stores
    await here.save(tracker_of(SENDER, "Bonjour"))
    tracker = await read(here)
    await rows(database, "UPDATE tracker_conversations SET touched = now() - interval '2 days'")
    await here.sweep()
    add(tracker, "Et au Mali ?")
    with pytest.raises(ConversationErasedError):
        await here.save(tracker)
    assert await here.retrieve(SENDER) is None


async def test_servers_that_start_together_make_the_tables_once(database: str) -> None:
    starting = [PostgresTrackerStore(DOMAIN, host=database) for _ in range(6)]
    await asyncio.gather(*(store.check() for store in starting))
    for store in starting:
        await store.stop()


async def test_a_server_that_may_not_make_tables_uses_those_that_are_there(
    stores: list[PostgresTrackerStore], database: str
) -> None:
    await stores[0].check()
    schema = parse_qs(urlsplit(database).query)["options"][0].rpartition("=")[2]
    await rows(database, f"CREATE ROLE {schema}; GRANT USAGE ON SCHEMA {schema} TO {schema}")
    await rows(database, f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {schema}")
    confined = PostgresTrackerStore(DOMAIN, host=f"{database}%20-crole%3D{schema}")
    await confined.save(tracker_of(SENDER, "Bonjour"))
    assert said(await read(stores[0])) == ["Bonjour"]
    await confined.stop()


async def test_a_database_that_was_restarted_is_not_noticed_and_one_that_is_away_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.postgres_tracker_store, "_WAIT_SECONDS", 0.5)
    with postgres(tmp_path) as url:
        store = PostgresTrackerStore(DOMAIN, host=url)
        await store.save(tracker_of(SENDER, "Bonjour"))
    with pytest.raises((psycopg.OperationalError, PoolTimeout)):
        await store.check()
    with postgres(tmp_path) as url:
        tracker = await read(store)
        add(tracker, "Et au Mali ?")
        await store.save(tracker)
        # Every connection of the pool was closed by the server, and the next one to be used is one of them.
        await rows(
            url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'assistant%'"
        )
        add(tracker, "Et en Guadeloupe ?")
        await store.save(tracker)
        assert said(await read(store)) == ["Bonjour", "Et au Mali ?", "Et en Guadeloupe ?"]
        await store.stop()
