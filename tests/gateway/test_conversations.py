"""The file of one gateway's conversations: what is left of them in it. What it keeps: test_conversation_stores.py."""

import random
import sqlite3
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway import sqlite_file
from gateway.buttons import Choice, Shown
from gateway.conversation_file import FileConversations
from gateway.conversations import Conversation, digest

IDLE = 100.0


class Clock:
    """A clock that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[FileConversations]:
    opened = FileConversations(tmp_path / "run" / "conversations.sqlite", IDLE, clock)
    yield opened
    await opened.close()


async def _opened(store: FileConversations) -> tuple[str, Conversation]:
    sender = await store.create("agent", "mali", "tv")
    conversation = await store.find(sender)
    assert conversation is not None
    return sender, conversation


async def test_the_file_is_its_owners_alone_and_survives_a_restart(
    store: FileConversations, tmp_path: Path, clock: Clock
) -> None:
    sender, conversation = await _opened(store)
    shown = Shown().after([Choice("Télé", "/tv")])
    await store.keep_turn(conversation, shown, digest("1"), [{"text": "é"}])
    files = list((tmp_path / "run").iterdir())
    assert {path.name for path in files} >= {"conversations.sqlite", "conversations.sqlite-wal"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    again = FileConversations(tmp_path / "run" / "conversations.sqlite", IDLE, clock)
    found = await again.find(sender)
    assert found is not None
    assert found.shown == shown
    assert await again.reply_to(found, digest("1")) == [{"text": "é"}]
    await again.close()


@pytest.mark.parametrize("step", ["begin_erasure", "finish_erasure"])
async def test_what_is_erased_is_in_no_file_any_more(store: FileConversations, tmp_path: Path, step: str) -> None:
    _, conversation = await _opened(store)
    _, other = await _opened(store)
    trace = "une-phrase-de-la-reponse"
    for number in range(20):
        await store.keep_turn(
            conversation, Shown().after([Choice(trace, trace)]), digest(str(number)), [{"text": trace * 50}]
        )
        await store.keep_turn(other, Shown(), digest(str(number)), [{"text": "autre"}])
    assert any(trace.encode() in path.read_bytes() for path in (tmp_path / "run").iterdir())
    await getattr(store, step)(conversation.id)
    assert await store.scrub()
    assert not any(trace.encode() in path.read_bytes() for path in (tmp_path / "run").iterdir())
    assert await store.reply_to(other, digest("19")) == [{"text": "autre"}]


@pytest.mark.parametrize("most_blank", [5_000, 40])
async def test_erasing_some_conversations_leaves_no_copy_of_those_erased_later(
    store: FileConversations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_blank: int
) -> None:
    # SQLite moves rows together when others grow or go: what it leaves behind is not overwritten later.
    monkeypatch.setattr(sqlite_file, "MOST_BLANK", most_blank)
    draw = random.Random(1)
    open_now: list[tuple[str, Conversation]] = []
    erased: list[bytes] = []
    for number in range(120):
        _, opened = await _opened(store)
        open_now.append((f"Trace{number}.", opened))
        for trace, conversation in draw.sample(open_now, min(len(open_now), 4)):
            shown = Shown().after([Choice(trace, trace)] * draw.randint(0, 6))
            reply = [{"text": trace * draw.choice((1, 20, 60))}]
            await store.keep_turn(conversation, shown, digest(str(draw.random())), reply)
        if len(open_now) > 40:
            for gone in draw.sample(open_now, 4):
                open_now.remove(gone)
                await store.begin_erasure(gone[1].id)
                await store.finish_erasure(gone[1].id)
                erased.append(gone[0].encode())
            assert await store.scrub()
            content = b"".join(path.read_bytes() for path in (tmp_path / "run").iterdir())
            assert [trace for trace in erased if trace in content] == []
    assert len(erased) > 40


async def test_a_file_of_an_earlier_version_is_read_and_what_it_had_shown_is_forgotten(
    tmp_path: Path, clock: Clock
) -> None:
    path = tmp_path / "conversations.sqlite"
    old = sqlite3.connect(path, isolation_level=None)
    old.executescript(
        "CREATE TABLE conversations (id BLOB PRIMARY KEY, rasa_id TEXT NOT NULL, door TEXT NOT NULL, country TEXT, "
        "offer TEXT, seen_at REAL NOT NULL, shown TEXT NOT NULL DEFAULT '[[], []]', erasing_since REAL);"
        "CREATE TABLE replies (number INTEGER PRIMARY KEY, reply TEXT);"
    )
    old.execute("INSERT INTO replies (reply) VALUES ('une-ancienne-reponse')")
    for name, since in (("ouverte", None), ("fermee", 999.0)):
        row = (digest(name), f"rasa-{name}", "web", "mali", None, 1000.0, '[[["ancien-choix", "/a"]], []]', since)
        old.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    old.close()
    store = FileConversations(path, IDLE, clock)
    assert await store.find("ouverte") is not None
    assert [leaving.rasa_id for leaving in await store.to_erase()] == ["rasa-fermee"]
    assert await store.scrub()
    assert not any(b"ancien" in file.read_bytes() for file in tmp_path.iterdir())
    await store.close()


async def test_scrubbing_says_when_somebody_still_reads(
    store: FileConversations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store._database.execute("PRAGMA busy_timeout = 50")
    reader = sqlite3.connect(tmp_path / "run" / "conversations.sqlite")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM conversations").fetchone()
    await store.create("web", None, None)
    assert not await store.scrub()
    reader.close()
    assert await store.scrub()


async def test_a_turn_that_cannot_be_kept_whole_is_not_kept_at_all(store: FileConversations) -> None:
    sender, conversation = await _opened(store)
    await store.keep_turn(conversation, Shown(), digest("1"), [])
    with pytest.raises(sqlite3.IntegrityError):
        await store.keep_turn(conversation, Shown().after([Choice("a", "/a")]), digest("1"), [])
    found = await store.find(sender)
    assert found is not None
    assert found.shown == Shown()


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "conversations.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        FileConversations(tmp_path / "conversations.sqlite", IDLE)


async def test_a_store_that_cannot_be_written_fails_its_check(store: FileConversations) -> None:
    await store.check()
    await store.close()
    with pytest.raises(sqlite3.Error):
        await store.check()
