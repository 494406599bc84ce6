"""What a store of calls promises, in a file and in Redis: where each stands, one at a time, forgotten at its end."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from gateway import sqlite_file
from gateway.errors import GatewayError
from gateway.ivr.actions import Collect, Say
from gateway.ivr.call_file import FileCalls
from gateway.ivr.state import State, View
from gateway.ivr.store import Call, digest
from tests.gateway.stores_of import Kept, kept

__all__ = ["kept"]

ACTIONS = (Say("Bienvenue, « é »."), Collect("12*", 5000))
NEXT = State(view=View.ANSWER, topics=("rights.access",), noinput=1)
SENDER = "S" * 32


async def _step(kept: Kept, call: str) -> Call | None:
    async with kept.calls.hold(digest(call)) as found:
        return found


async def test_a_call_is_found_as_it_was_left(kept: Kept) -> None:
    call = await kept.calls.create(State(), ACTIONS)
    begun = await _step(kept, call)
    assert begun is not None
    assert (begun.step, begun.state, begun.actions, begun.sender) == (1, State(), ACTIONS, None)
    await kept.later(5)
    async with kept.calls.hold(digest(call)) as held:
        assert held is not None
        assert 5 <= held.seconds < 60
        await kept.calls.keep_sender(held, SENDER)
        assert await kept.calls.advance(held, NEXT, ACTIONS[:1]) == 2
    gone_on = await _step(kept, call)
    assert gone_on is not None
    assert (gone_on.step, gone_on.state, gone_on.actions, gone_on.sender) == (2, NEXT, ACTIONS[:1], SENDER)
    assert await _step(kept, "another") is None
    assert await _step(kept, "\ud800") is None


async def test_a_call_is_held_by_one_at_a_time(kept: Kept) -> None:
    call = await kept.calls.create(State(), ACTIONS)

    async def advance() -> None:
        async with kept.calls.hold(digest(call)) as held:
            assert held is not None
            await asyncio.sleep(0.002)
            await kept.calls.advance(held, NEXT, ACTIONS)

    async with asyncio.timeout(10):
        await asyncio.gather(*(advance() for _ in range(10)))
    left = await _step(kept, call)
    assert left is not None
    assert left.step == 11


async def test_a_call_that_is_erased_gives_its_conversation_once_and_does_not_come_back(kept: Kept) -> None:
    call = await kept.calls.create(State(), ACTIONS)
    other = await kept.calls.create(State(), ACTIONS)
    async with kept.calls.hold(digest(call)) as held:
        assert held is not None
        await kept.calls.keep_sender(held, SENDER)
        assert await kept.calls.erase(held.id) == SENDER
        assert await kept.calls.erase(held.id) is None
        await kept.calls.keep_sender(held, SENDER)
        await kept.calls.advance(held, NEXT, ACTIONS)
    assert await _step(kept, call) is None
    assert await kept.calls.erase(digest(call)) is None
    assert await kept.calls.erase(digest(other)) is None
    assert await kept.calls.scrub()


async def test_calls_that_began_long_ago_are_found(kept: Kept) -> None:
    old = await kept.calls.create(State(), ACTIONS)
    await kept.later(400)
    await kept.calls.create(State(), ACTIONS)
    await kept.later(30)
    assert await kept.calls.older_than(420) == [digest(old)]
    await kept.calls.erase(digest(old))
    assert await kept.calls.older_than(420) == []


@pytest.mark.parametrize("most_blank", [5_000, 10])
async def test_what_is_erased_is_in_the_file_no_more_also_when_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_blank: int
) -> None:
    monkeypatch.setattr(sqlite_file, "MOST_BLANK", most_blank)
    calls = FileCalls(tmp_path / "calls.sqlite")
    open_now: list[tuple[str, str]] = []
    erased: list[bytes] = []
    for number in range(60):
        open_now.append((f"Trace{number}.", await calls.create(State(), ACTIONS)))
        for trace, call in open_now[-4:]:
            async with calls.hold(digest(call)) as held:
                assert held is not None
                await calls.keep_sender(held, f"Sender{trace}")
                await calls.advance(held, State(said=(trace,) * (number % 7 + 1)), (Say(trace * (number % 50 + 1)),))
        if len(open_now) > 20:
            for trace, call in (open_now.pop(0), open_now.pop(number % 5)):
                assert await calls.erase(digest(call)) == f"Sender{trace}"
                erased.append(trace.encode())
            assert await calls.scrub()
            content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
            assert [trace for trace in erased if trace in content] == []
    assert len(erased) > 20
    await calls.close()


async def test_a_clock_that_was_set_back_before_a_restart_keeps_no_call_longer(tmp_path: Path) -> None:
    now = [1_000_000.0]
    calls = FileCalls(tmp_path / "calls.sqlite", lambda: now[0])
    call = await calls.create(State(), ACTIONS)
    await calls.close()
    now[0] -= 86_400
    calls = FileCalls(tmp_path / "calls.sqlite", lambda: now[0])
    now[0] += 421
    assert await calls.older_than(420) == [digest(call)]
    await calls.close()


async def test_calls_of_an_earlier_version_are_forgotten(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "calls.sqlite", isolation_level=None)
    old.executescript(
        "CREATE TABLE calls (id BLOB PRIMARY KEY, started_at REAL NOT NULL, step INTEGER NOT NULL, state TEXT NOT NULL,"
        "actions TEXT NOT NULL, sender TEXT); CREATE INDEX calls_started_at ON calls (started_at);"
        "INSERT INTO calls VALUES (x'00', 1.0, 1, '{}', 'une-ancienne-phrase', NULL);"
    )
    old.close()
    calls = FileCalls(tmp_path / "calls.sqlite")
    assert await calls.older_than(0) == []
    call = await calls.create(State(), ACTIONS)
    async with calls.hold(digest(call)) as held:
        assert held is not None
    assert await calls.scrub()
    assert not any(b"ancienne" in file.read_bytes() for file in tmp_path.iterdir())
    await calls.close()


async def test_a_call_that_others_hold_is_given_up_in_time(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.locks.QUEUE_SECONDS", 0.1)
    call = await kept.calls.create(State(), ACTIONS)
    async with kept.calls.hold(digest(call)):
        with pytest.raises(GatewayError):
            async with kept.calls.hold(digest(call)):
                pass
