"""What is SQLite's alone: nothing that was erased can be read in the file. The rest is in test_stores.py."""

import random
import sqlite3
from pathlib import Path

import pytest
from rasa.shared.core.trackers import DialogueStateTracker

import server.tracker_store
from server.stores import ConversationErasedError
from server.tracker_store import ErasableTrackerStore
from tests.server.conversation import DOMAIN, SENDER, tracker_of, turn, written


@pytest.fixture
def path(tracker_file: Path) -> Path:
    return tracker_file


def open_store(path: Path, live: int = 256) -> ErasableTrackerStore:
    return ErasableTrackerStore(DOMAIN, db=str(path), live=live)


def rows(path: Path) -> list[tuple[int, str]]:
    with sqlite3.connect(path) as connection:
        return connection.execute("SELECT id, event FROM tracker_events ORDER BY id").fetchall()


def on_disk(path: Path) -> bytes:
    """Everything that is in the database's files."""
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


async def test_what_is_written_is_only_ever_added_to(path: Path) -> None:
    store = open_store(path)
    tracker = tracker_of(SENDER, "Bonjour")
    await store.save(tracker)
    before = rows(path)
    await store.save(tracker)
    assert rows(path) == before
    for event in turn("Et au Mali ?"):
        tracker.update(event)
    await store.save(tracker)
    assert rows(path)[: len(before)] == before
    assert len(rows(path)) == len(tracker.events)


async def test_erasing_leaves_nothing_of_a_conversation(path: Path) -> None:
    store = open_store(path)
    await store.save(tracker_of(SENDER, "Je m'appelle Aminata Secrete", "x" * 20_000))
    await store.save(tracker_of("other", "Je m'appelle Rose Durand"))
    assert b"Aminata Secrete" in on_disk(path)
    await store.erase(SENDER)
    assert b"Aminata Secrete" not in on_disk(path)
    assert b"xxxxxxxx" not in on_disk(path)
    assert b"Rose Durand" in on_disk(path)
    assert await store.retrieve(SENDER) is None
    assert await open_store(path).retrieve(SENDER) is None
    assert list(await store.keys()) == ["other"]


@pytest.mark.parametrize("most_blank", [20_000, 60])
async def test_erasing_some_conversations_leaves_no_copy_of_those_erased_later(
    path: Path, monkeypatch: pytest.MonkeyPatch, most_blank: int
) -> None:
    # SQLite moves rows together when others are deleted: what it leaves behind is not overwritten later.
    monkeypatch.setattr(server.tracker_store, "_MOST_BLANK", most_blank)
    draw = random.Random(3)
    store = open_store(path, live=8)
    open_now: list[DialogueStateTracker] = []
    erased: list[str] = []
    for number in range(60):
        open_now.append(tracker_of(f"sender{number}", f"Secret{number}."))
        for tracker in draw.sample(open_now, min(len(open_now), 4)):
            text = f"Secret{tracker.sender_id.removeprefix('sender')}."
            for event in turn(text + "a" * draw.choice((5, 300, 900)), text + "b" * draw.choice((5, 900, 2500))):
                tracker.update(event)
            await store.save(tracker)
        if len(open_now) > 12:
            for tracker in draw.sample(open_now, 4):
                open_now.remove(tracker)
                await store.erase(tracker.sender_id)
                erased.append(tracker.sender_id.removeprefix("sender"))
            content = on_disk(path)
            assert [sender for sender in erased if f"Secret{sender}.".encode() in content] == []
    assert len(erased) > 40
    reopened = open_store(path)
    for tracker in open_now:
        await store.save(tracker)
        assert written(await reopened.retrieve(tracker.sender_id)) == written(tracker)


async def test_the_room_of_erased_conversations_is_given_back(path: Path) -> None:
    store = open_store(path)
    for number in range(100):
        await store.save(tracker_of(f"sender{number}", "a" * 3000))
    for number in range(100):
        await store.erase(f"sender{number}")
    await open_store(path).erase("nobody")  # opening rebuilds the file
    assert rows(path) == []
    assert path.stat().st_size < 50_000


async def test_a_turn_that_ends_after_the_erasure_of_its_conversation_does_not_bring_it_back(path: Path) -> None:
    store = open_store(path)
    tracker = tracker_of(SENDER, "Je m'appelle Aminata Secrete")
    await store.save(tracker)
    await store.erase(SENDER)
    with pytest.raises(ConversationErasedError):
        await store.save(tracker)
    assert await store.retrieve(SENDER) is None
    assert b"Aminata" not in on_disk(path)


async def test_what_is_known_of_erased_conversations_does_not_pile_up(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.tracker_store, "_MOST_ERASED", 3)
    store = open_store(path)
    for number in range(5):
        await store.erase(f"sender{number}")
    assert list(store._erased) == ["sender2", "sender3", "sender4"]


async def test_a_turn_that_could_not_be_kept_is_forgotten(path: Path) -> None:
    store = open_store(path)
    store._connection.execute("PRAGMA busy_timeout = 50")
    await store.save(tracker_of(SENDER, "Bonjour"))
    tracker = await store.retrieve(SENDER)
    assert tracker is not None
    for event in turn("Et au Mali ?"):
        tracker.update(event)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        await store.save(tracker)
    other.close()
    found = written(await store.retrieve(SENDER))
    assert found == written(await open_store(path).retrieve(SENDER))
    assert [event["text"] for event in found if event["event"] == "user"] == ["Bonjour"]


async def test_a_save_that_failed_is_made_up_for_by_the_next_one(path: Path) -> None:
    store = open_store(path)
    tracker = tracker_of(SENDER, "Bonjour")
    await store.save(tracker)
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON tracker_events BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )
    for event in turn("Et au Mali ?"):
        tracker.update(event)
    with pytest.raises(sqlite3.Error, match="no room"):
        await store.save(tracker)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER full")
    await store.save(tracker)
    assert written(await open_store(path).retrieve(SENDER)) == written(tracker)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tracker.sqlite"
    path.write_text("Ceci n'est pas une base de données. " * 40, encoding="utf-8")
    with pytest.raises(sqlite3.Error, match="not a database"):
        open_store(path)
