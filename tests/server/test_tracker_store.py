"""Trackers survive the process that wrote them, and nothing survives their erasure."""

import gc
import os
import random
import signal
import sqlite3
import subprocess
import sys
import weakref
from pathlib import Path

import pytest
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

import server.tracker_store
from server.tracker_store import ConversationErasedError, ErasableTrackerStore, unwrap
from tests.conftest import ROOT

DOMAIN = Domain.load(str(ROOT / "domain.yml"))
SENDER = "8f2c51aa9b"
# A real subprocess is killed while it writes: it says after each save which turn is safe.
WRITER = """
import asyncio, sys
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from server.tracker_store import ErasableTrackerStore

async def write():
    store = ErasableTrackerStore(Domain.empty(), db=sys.argv[1])
    tracker = DialogueStateTracker.from_events("writer", [])
    for number in range(1_000_000):
        tracker.update(UserUttered(f"message {number}"))
        await store.save(tracker)
        print(number, flush=True)

asyncio.run(write())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "tracker.sqlite"


def open_store(path: Path, live: int = 256) -> ErasableTrackerStore:
    return ErasableTrackerStore(DOMAIN, db=str(path), live=live)


def turn(text: str, answer: str = "Trois ans.") -> list[Event]:
    """What one turn adds to a tracker."""
    parsed = {
        "text": text,
        "intent": {"name": "retention", "confidence": 0.93},
        "entities": [{"entity": "country", "value": "mali", "role": "line", "start": 0, "end": 4}],
        "intent_ranking": [{"name": "retention", "confidence": 0.93}],
    }
    return [
        UserUttered(text, parsed["intent"], parsed["entities"], parsed, metadata={"door": "web", "country": None}),
        ActionExecuted("utter_reply"),
        BotUttered(answer, {"custom": {"status": "answer"}, "buttons": [{"title": "Suite", "payload": "/affirm"}]}),
        ActionExecuted("action_listen"),
    ]


def tracker_of(sender: str, *texts: str) -> DialogueStateTracker:
    return DialogueStateTracker.from_events(sender, [event for text in texts for event in turn(text)], DOMAIN.slots)


def written(tracker: DialogueStateTracker | None) -> list[dict[str, object]]:
    assert tracker is not None
    return [event.as_dict() for event in tracker.events]


def rows(path: Path) -> list[tuple[int, str]]:
    with sqlite3.connect(path) as connection:
        return connection.execute("SELECT id, event FROM tracker_events ORDER BY id").fetchall()


def on_disk(path: Path) -> bytes:
    """Everything that is in the database's files."""
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


async def test_a_conversation_that_never_was_is_unknown(path: Path) -> None:
    assert await open_store(path).retrieve(SENDER) is None


async def test_a_tracker_is_the_same_after_the_file_was_opened_again(path: Path) -> None:
    tracker = tracker_of(SENDER, "Combien de temps gardez‑vous mes données ?", "Et au Mali ?")
    await open_store(path).save(tracker)
    read = await open_store(path).retrieve(SENDER)
    assert written(read) == written(tracker)


async def test_a_recent_tracker_is_kept_in_memory(path: Path) -> None:
    store = open_store(path)
    tracker = tracker_of(SENDER, "Bonjour")
    await store.save(tracker)
    assert await store.retrieve(SENDER) is tracker


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


async def test_a_conversation_goes_on_after_a_restart_without_being_written_twice(path: Path) -> None:
    await open_store(path).save(tracker_of(SENDER, "Bonjour"))
    store = open_store(path)
    tracker = await store.retrieve(SENDER)
    assert tracker is not None
    for event in turn("Et au Mali ?"):
        tracker.update(event)
    await store.save(tracker)
    assert len(rows(path)) == len(tracker.events)
    assert written(await open_store(path).retrieve(SENDER)) == written(tracker)


async def test_conversations_are_kept_apart(path: Path) -> None:
    store = open_store(path, live=1)
    first, second = tracker_of("first", "Un"), tracker_of("second", "Deux")
    for text in ("Trois", "Quatre"):
        for tracker in (first, second):
            await store.save(tracker)
            for event in turn(f"{text} de {tracker.sender_id}"):
                tracker.update(event)
    await store.save(first)
    await store.save(second)
    assert sorted(await store.keys()) == ["first", "second"]
    reopened = open_store(path)
    assert written(await reopened.retrieve("first")) == written(first)
    assert written(await reopened.retrieve("second")) == written(second)


async def test_trackers_in_memory_do_not_pile_up(path: Path) -> None:
    store = open_store(path, live=2)
    kept = []
    for number in range(5):
        tracker = tracker_of(f"sender{number}", "Bonjour")
        kept.append(weakref.ref(tracker))
        await store.save(tracker)
    del tracker
    gc.collect()
    assert [reference() is not None for reference in kept] == [False, False, False, True, True]
    # The least recently used goes first; what left memory is read from the file.
    assert await store.retrieve("sender3") is kept[3]()
    assert len(written(await store.retrieve("sender0"))) == 4
    gc.collect()
    assert [reference() is not None for reference in kept[3:]] == [True, False]


async def test_erasing_leaves_nothing_of_a_conversation(path: Path) -> None:
    store = open_store(path)
    await store.save(tracker_of(SENDER, "Je m'appelle Aminata Secrete", "x" * 20_000))
    await store.save(tracker_of("other", "Je m'appelle Rose Durand"))
    assert b"Aminata Secrete" in on_disk(path)
    store.erase(SENDER)
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
                store.erase(tracker.sender_id)
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
        store.erase(f"sender{number}")
    open_store(path).erase("nobody")  # opening rebuilds the file
    assert rows(path) == []
    assert path.stat().st_size < 50_000


async def test_a_turn_that_ends_after_the_erasure_of_its_conversation_does_not_bring_it_back(path: Path) -> None:
    store = open_store(path)
    tracker = tracker_of(SENDER, "Je m'appelle Aminata Secrete")
    await store.save(tracker)
    store.erase(SENDER)
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
        store.erase(f"sender{number}")
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


async def test_an_agent_answers_no_turn_that_was_not_kept_and_holds_none_in_memory(path: Path) -> None:
    store = open_store(path)
    agent = Agent(domain=DOMAIN, tracker_store=store)
    assert isinstance(agent.tracker_store, FailSafeTrackerStore)
    unwrap(agent)
    assert agent.tracker_store is store
    unwrap(agent)
    assert agent.tracker_store is store


async def test_erasing_everywhere_reaches_every_open_store(tmp_path: Path) -> None:
    stores = [open_store(tmp_path / name / "tracker.sqlite") for name in ("one", "two")]
    for store in stores:
        await store.save(tracker_of(SENDER, "Bonjour"))
    ErasableTrackerStore.erase_everywhere(SENDER)
    assert [await store.retrieve(SENDER) for store in stores] == [None, None]


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


async def test_a_process_that_is_killed_loses_nothing_that_was_saved(path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) >= 50:
                break
        writer.send_signal(signal.SIGKILL)
        # What it had still said when it was killed.
        saved = max(int(number) for number in (line, *writer.stdout.read().split()))
    assert writer.returncode == -signal.SIGKILL
    texts = [event["text"] for event in written(await open_store(path).retrieve("writer"))]
    assert texts[: saved + 1] == [f"message {number}" for number in range(saved + 1)]


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tracker.sqlite"
    path.write_text("Ceci n'est pas une base de données. " * 40, encoding="utf-8")
    with pytest.raises(sqlite3.Error, match="not a database"):
        open_store(path)
