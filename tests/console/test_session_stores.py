"""The sessions themselves, in a file and in Redis: what ends them, that they are forgotten, what is in no store."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.console.session_file import FileSessions
from gateway.console.sessions import SessionStore, digest
from gateway.console.started import KEPT_SECONDS, Begun, LocalStarted, Started
from gateway.shared.redis import Shared
from gateway.shared.sessions import SharedSessions
from gateway.shared.started import SharedStarted
from gateway.store_error import StoreError

IDLE, LONGEST = 1800.0, 36_000.0
BEGUN = Begun("secret", "nonce", "verifier", "/conseiller")


class Clock:
    """A time in seconds that a test moves."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Stores:
    """Stores of one kind; `later` lets so many seconds pass for them."""

    sessions: SessionStore
    started: Started
    later: Callable[[float], Awaitable[None]]


@asynccontextmanager
async def _emptied(url: str) -> AsyncIterator[Shared]:
    running = Shared(url)
    await running.client.flushall()
    yield running
    await running.close()


@pytest.fixture
async def shared(redis: str) -> AsyncIterator[Shared]:
    """An empty Redis."""
    async with _emptied(redis) as running:
        yield running


async def _later(shared: Shared, seconds: float) -> None:
    """What Redis does with its keys in so many seconds."""
    async for key in shared.client.scan_iter():
        milliseconds = round(seconds * 1000)
        if await shared.client.type(key) == "hash":
            await shared.client.hincrby(key, "ends", -milliseconds)
        await shared.client.pexpire(key, await shared.client.pttl(key) - milliseconds)


@pytest.fixture(params=["file", "shared"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path, redis: str) -> AsyncIterator[Stores]:
    """What one machine keeps, and what a cluster does."""
    if request.param == "shared":
        async with _emptied(redis) as shared:
            sessions = SharedSessions(shared, IDLE, LONGEST)
            yield Stores(sessions, SharedStarted(shared), lambda seconds: _later(shared, seconds))
        return
    clock = Clock()

    async def pass_by(seconds: float) -> None:
        clock.now += seconds

    here = FileSessions(tmp_path / "console.sqlite", IDLE, LONGEST, clock)
    yield Stores(here, LocalStarted(clock), pass_by)
    await here.close()


async def test_a_session_is_found_by_its_token_alone(stores: Stores) -> None:
    token = await stores.sessions.open("subject", ["editor", "agent"])
    found = await stores.sessions.find(token)
    assert found is not None
    assert (found.subject_hash, found.roles) == ("subject", frozenset({"agent", "editor"}))
    assert len(found.csrf) == 43
    assert found == await stores.sessions.find(token)
    for other in ("", token + "x", "é\ud800", digest(token).hex()):
        assert await stores.sessions.find(other) is None
    again = await stores.sessions.find(await stores.sessions.open("subject", ["agent"]))
    assert again is not None
    assert again.csrf != found.csrf


async def test_a_session_ends_when_nobody_uses_it(stores: Stores) -> None:
    token = await stores.sessions.open("subject", ["agent"])
    for _ in range(2):
        await stores.later(IDLE - 1)
        assert await stores.sessions.find(token)
    await stores.later(IDLE + 1)
    assert await stores.sessions.find(token) is None


async def test_a_session_ends_at_the_latest_after_the_longest_time(stores: Stores) -> None:
    token = await stores.sessions.open("subject", ["agent"])
    for _ in range(int(LONGEST / 1000) - 1):
        await stores.later(1000)
        assert await stores.sessions.find(token)
    await stores.later(999)
    assert await stores.sessions.find(token)
    await stores.later(2)
    assert await stores.sessions.find(token) is None


async def test_use_in_quick_succession_still_counts(stores: Stores) -> None:
    token = await stores.sessions.open("subject", ["agent"])
    for _ in range(100):
        await stores.later(IDLE / 50)
        assert await stores.sessions.find(token)


async def test_a_session_that_was_ended_is_not_found(stores: Stores) -> None:
    mine, others = await stores.sessions.open("me", []), await stores.sessions.open("me", [])
    await stores.sessions.end(mine)
    assert await stores.sessions.find(mine) is None
    assert await stores.sessions.find(others)


async def test_all_sessions_of_a_person_can_be_ended(stores: Stores) -> None:
    tokens = [await stores.sessions.open(subject, []) for subject in ("me", "me", "other")]
    await stores.sessions.end_all("me")
    assert [bool(await stores.sessions.find(token)) for token in tokens] == [False, False, True]


async def test_a_sign_in_that_was_begun_is_given_once_and_for_ten_minutes(stores: Stores) -> None:
    await stores.started.keep("one", BEGUN)
    await stores.started.keep("two", BEGUN)
    await stores.later(KEPT_SECONDS - 1)
    assert await stores.started.take("one") == BEGUN
    assert await stores.started.take("one") is None
    await stores.later(2)
    assert await stores.started.take("two") is None
    assert await stores.started.take("") is None


async def test_two_who_come_back_with_one_state_do_not_both_enter(stores: Stores) -> None:
    await stores.started.keep("one", BEGUN)
    taken = await asyncio.gather(*(stores.started.take("one") for _ in range(20)))
    assert [found for found in taken if found] == [BEGUN]


async def test_a_session_that_is_over_leaves_nothing_readable_in_the_file(tmp_path: Path) -> None:
    clock = Clock()
    store = FileSessions(tmp_path / "console.sqlite", IDLE, LONGEST, clock)
    ended, left, idle = [await store.open(f"subject of {name}", ["agent"]) for name in ("ended", "left", "idle")]
    await store.end(ended)
    await store.end_all("subject of left")
    clock.now += IDLE + 1
    here = await store.open("subject of here", ["agent"])
    await store.purge()
    content = b"".join(path.read_bytes() for path in tmp_path.glob("console.sqlite*"))
    for name in (b"ended", b"left", b"idle"):
        assert b"subject of " + name not in content
    assert b"subject of here" in content
    assert await store.find(here)
    assert [await store.find(token) for token in (ended, left, idle)] == [None] * 3
    await store.close()


async def test_blank_rows_go_when_there_are_many(tmp_path: Path) -> None:
    store = FileSessions(tmp_path / "console.sqlite", IDLE, LONGEST, Clock())
    kept = await store.open("kept", [])
    for _ in range(120):
        await store.end(await store.open("gone", []))
    await store.purge()
    database = sqlite3.connect(tmp_path / "console.sqlite")
    assert database.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
    database.close()
    assert await store.find(kept)
    await store.close()


async def test_a_clock_that_was_set_back_before_a_restart_keeps_no_session_longer(tmp_path: Path) -> None:
    clock = Clock()
    store = FileSessions(tmp_path / "console.sqlite", IDLE, LONGEST, clock)
    token = await store.open("subject", [])
    await store.close()
    clock.now -= 1_000_000
    store = FileSessions(tmp_path / "console.sqlite", IDLE, LONGEST, clock)
    assert await store.find(token)
    clock.now += IDLE + 1
    assert await store.find(token) is None
    await store.close()


@pytest.mark.parametrize("jump", [86_400, -86_400])
async def test_a_clock_that_jumps_ends_and_prolongs_no_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    store = FileSessions(tmp_path / "console.sqlite", 2.0, LONGEST)
    token = await store.open("subject", [])
    now = time.time
    monkeypatch.setattr("time.time", lambda: now() + jump)
    assert await store.find(token)
    await asyncio.sleep(2.1)
    assert await store.find(token) is None
    await store.close()


async def test_redis_forgets_a_session_by_itself_and_knows_no_name(shared: Shared) -> None:
    store = SharedSessions(shared, IDLE, LONGEST)
    token = await store.open("subject", ["agent"])
    [key] = [key async for key in shared.client.scan_iter()]
    assert token not in key
    assert IDLE - 5 < await shared.client.ttl(key) <= IDLE
    short = SharedSessions(shared, IDLE, 5)
    await short.open("other", [])
    [key] = [one async for one in shared.client.scan_iter() if one != key]
    assert await shared.client.ttl(key) <= 5


async def test_a_redis_that_is_away_is_said(tmp_path: Path) -> None:
    away = Shared(f"unix://{tmp_path}/nowhere")
    store = SharedSessions(away, IDLE, LONGEST)
    for call in (store.open("subject", []), store.find("x"), store.end("x"), store.end_all("x")):
        with pytest.raises(StoreError):
            await call
    await away.close()
