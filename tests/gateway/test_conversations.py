"""The store: what it keeps, for how long, and what is left of it."""

import random
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import gateway.conversations
from gateway.buttons import Choice, Shown
from gateway.conversations import KEPT_REPLIES, Conversation, ConversationStore, digest

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
def store(tmp_path: Path, clock: Clock) -> Iterator[ConversationStore]:
    opened = ConversationStore(tmp_path / "run" / "conversations.sqlite", IDLE, clock)
    yield opened
    opened.close()


def _opened(store: ConversationStore) -> tuple[str, Conversation]:
    sender = store.create("agent", "mali", "tv")
    conversation = store.find(sender)
    assert conversation is not None
    return sender, conversation


def test_a_conversation_is_found_as_it_was_opened(store: ConversationStore) -> None:
    _, conversation = _opened(store)
    assert (conversation.door, conversation.country, conversation.offer) == ("agent", "mali", "tv")
    assert conversation.shown == Shown()


def test_the_file_is_its_owners_alone_and_survives_a_restart(
    store: ConversationStore, tmp_path: Path, clock: Clock
) -> None:
    sender, conversation = _opened(store)
    shown = Shown().after([Choice("Télé", "/tv")])
    store.keep_turn(conversation, shown, "1", [{"text": "é"}])
    files = list((tmp_path / "run").iterdir())
    assert {path.name for path in files} >= {"conversations.sqlite", "conversations.sqlite-wal"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    again = ConversationStore(tmp_path / "run" / "conversations.sqlite", IDLE, clock)
    found = again.find(sender)
    assert found is not None
    assert found.shown == shown
    assert again.reply_to(found, "1") == [{"text": "é"}]
    again.close()


def test_idle_time_counts_from_the_last_turn(store: ConversationStore, clock: Clock) -> None:
    sender, conversation = _opened(store)
    clock.now += IDLE - 1
    store.keep_turn(conversation, Shown(), None, [])
    clock.now += IDLE - 1
    store.touch(conversation)
    clock.now += IDLE
    assert store.find(sender) is not None
    assert store.to_erase() == []
    clock.now += 1
    assert store.find(sender) is None
    assert store.leaving(sender) is None
    assert [leaving.id for leaving in store.to_erase()] == [conversation.id]
    assert store.is_due(conversation.id)


def test_only_the_latest_replies_are_kept(store: ConversationStore) -> None:
    _, conversation = _opened(store)
    _, other = _opened(store)
    store.keep_turn(other, Shown(), "0", [{"text": "other"}])
    for number in range(KEPT_REPLIES + 1):
        store.keep_turn(conversation, Shown(), str(number), [{"text": str(number)}])
    assert store.reply_to(conversation, "0") is None
    assert store.reply_to(conversation, "1") == [{"text": "1"}]
    assert store.reply_to(other, "0") == [{"text": "other"}]


def test_an_erasure_that_was_begun_closes_the_conversation_until_it_is_finished(
    store: ConversationStore, clock: Clock
) -> None:
    sender, conversation = _opened(store)
    store.keep_turn(conversation, Shown(), "1", [{"text": "x"}])
    assert store.erasing_for() is None
    store.begin_erasure(conversation.id)
    clock.now += 7
    store.begin_erasure(conversation.id)
    assert store.erasing_for() == 7
    assert store.find(sender) is None
    assert store.reply_to(conversation, "1") is None
    leaving = store.leaving(sender)
    assert leaving is not None
    assert (leaving.rasa_id, leaving.door) == (conversation.rasa_id, "agent")
    store.finish_erasure(conversation.id)
    assert store.leaving(sender) is None
    assert store.to_erase() == []
    assert store.erasing_for() is None


@pytest.mark.parametrize("step", ["begin_erasure", "finish_erasure"])
def test_what_is_erased_is_in_no_file_any_more(store: ConversationStore, tmp_path: Path, step: str) -> None:
    _, conversation = _opened(store)
    _, other = _opened(store)
    trace = "une-phrase-de-la-reponse"
    for number in range(20):
        store.keep_turn(conversation, Shown().after([Choice(trace, trace)]), str(number), [{"text": trace * 50}])
        store.keep_turn(other, Shown(), str(number), [{"text": "autre"}])
    assert any(trace.encode() in path.read_bytes() for path in (tmp_path / "run").iterdir())
    getattr(store, step)(conversation.id)
    assert store.scrub()
    assert not any(trace.encode() in path.read_bytes() for path in (tmp_path / "run").iterdir())
    assert store.reply_to(other, "19") == [{"text": "autre"}]


@pytest.mark.parametrize("most_blank", [5_000, 40])
def test_erasing_some_conversations_leaves_no_copy_of_those_erased_later(
    store: ConversationStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_blank: int
) -> None:
    # SQLite moves rows together when others grow or go: what it leaves behind is not overwritten later.
    monkeypatch.setattr(gateway.conversations, "_MOST_BLANK", most_blank)
    draw = random.Random(1)
    open_now: list[tuple[str, Conversation]] = []
    erased: list[bytes] = []
    for number in range(120):
        _, opened = _opened(store)
        open_now.append((f"Trace{number}.", opened))
        for trace, conversation in draw.sample(open_now, min(len(open_now), 4)):
            shown = Shown().after([Choice(trace, trace)] * draw.randint(0, 6))
            reply = [{"text": trace * draw.choice((1, 20, 60))}]
            store.keep_turn(conversation, shown, str(draw.random()), reply)
        if len(open_now) > 40:
            for gone in draw.sample(open_now, 4):
                open_now.remove(gone)
                store.begin_erasure(gone[1].id)
                store.finish_erasure(gone[1].id)
                erased.append(gone[0].encode())
            assert store.scrub()
            content = b"".join(path.read_bytes() for path in (tmp_path / "run").iterdir())
            assert [trace for trace in erased if trace in content] == []
    assert len(erased) > 40


def test_a_file_of_an_earlier_version_is_read_and_what_it_had_shown_is_forgotten(tmp_path: Path, clock: Clock) -> None:
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
    store = ConversationStore(path, IDLE, clock)
    assert store.find("ouverte") is not None
    assert [leaving.rasa_id for leaving in store.to_erase()] == ["rasa-fermee"]
    assert store.scrub()
    assert not any(b"ancien" in file.read_bytes() for file in tmp_path.iterdir())
    store.close()


def test_scrubbing_says_when_somebody_still_reads(
    store: ConversationStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store._database.execute("PRAGMA busy_timeout = 50")
    reader = sqlite3.connect(tmp_path / "run" / "conversations.sqlite")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM conversations").fetchone()
    store.create("web", None, None)
    assert not store.scrub()
    reader.close()
    assert store.scrub()


def test_a_turn_that_cannot_be_kept_whole_is_not_kept_at_all(store: ConversationStore) -> None:
    sender, conversation = _opened(store)
    store.keep_turn(conversation, Shown(), "1", [])
    with pytest.raises(sqlite3.IntegrityError):
        store.keep_turn(conversation, Shown().after([Choice("a", "/a")]), "1", [])
    found = store.find(sender)
    assert found is not None
    assert found.shown == Shown()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "conversations.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        ConversationStore(tmp_path / "conversations.sqlite", IDLE)


def test_a_store_that_cannot_be_written_fails_its_check(store: ConversationStore) -> None:
    store.check()
    failing: Callable[[], None] = store.check
    store.close()
    with pytest.raises(sqlite3.Error):
        failing()
