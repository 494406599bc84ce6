"""The audit log that gateways share: one chain whoever writes, no reply held up, nothing lost while it is away."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from gateway.audit_entry import Given
from gateway.shared import audit as shared
from gateway.store_error import StoreError
from tests.conftest import ROOT
from tests.console.audit_logs import DAY, DAYS, GIVEN, Clock, Kept, emptied, kept
from tests.gateway.conftest import Gateway
from tests.gateway.peer import wait_for
from tests.postgres_server import postgres


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(database: str, clock: Clock) -> Iterator[Kept]:
    emptied(database)
    with kept("shared", database, clock) as running:
        yield running


def _given(number: int) -> Given:
    return replace(GIVEN, topics=(f"topic{number}",))


def _topics(log: Kept) -> list[str]:
    return [body["topics"][0] for _, body, _ in log.rows()]


def test_fifty_writers_of_two_processes_make_one_chain(log: Kept) -> None:
    command = [sys.executable, "-m", "tests.console.writes_audit", log.where, "25", "8"]
    processes = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
    assert [process.wait(120) for process in processes] == [0, 0]
    state = log.verify()
    assert (state.problem, state.first, state.last, state.rows) == (None, 1, 400, 400)


def test_rows_keep_their_order_and_go_together(log: Kept) -> None:
    async def many() -> None:
        for number in range(1200):
            log.audit.record(_given(number))
        await log.audit.flush()

    log.run(many())
    assert _topics(log) == [f"topic{number}" for number in range(1200)]
    assert log.verify().problem is None


def test_purging_while_others_write_breaks_nothing(log: Kept, clock: Clock) -> None:
    log.fill(20)
    clock.now += (DAYS + 1) * DAY

    async def both() -> None:
        for number in range(40):
            log.audit.record(_given(number))
            if number % 10 == 0:
                await log.audit.purge()
        await log.audit.flush()

    log.run(both())
    state = log.verify()
    assert (state.problem, state.first, state.rows) == (None, 21, 41)


def test_rows_wait_while_postgresql_is_away(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "postgres"
    with postgres(folder) as url, kept("shared", url, clock) as first:
        first.fill(3)
    with kept("shared", url, clock) as log:

        async def away() -> None:
            for number in range(5):
                log.audit.record(_given(number))
            with pytest.raises(StoreError):
                await log.audit.flush()

        log.run(away())
        assert log.audit.failing
        with pytest.raises(StoreError):
            log.verify()
        with postgres(folder):
            log.run(_until(lambda: not log.audit.failing))
            assert _topics(log)[3:] == [f"topic{number}" for number in range(5)]
            assert log.verify().problem is None


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.05)


def test_rows_beyond_those_that_may_wait_are_told_in_the_next_row(log: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "MOST_WAITING", 3)

    async def crowded() -> None:
        for number in range(5):
            log.audit.record(_given(number))
        assert log.audit.failing
        await log.audit.flush()
        log.audit.record(_given(5))
        await log.audit.flush()

    log.run(crowded())
    assert _topics(log) == ["topic0", "topic1", "topic2", "topic5"]
    assert [body.get("lost") for _, body, _ in log.rows()] == [None, None, None, 2]
    assert not log.audit.failing


def test_a_connection_that_ends_between_two_rows_loses_and_doubles_nothing(log: Kept) -> None:
    async def interrupted() -> None:
        for number in range(200):
            log.audit.record(_given(number))
            if number % 20 == 0:
                await asyncio.to_thread(_end_connections, log.where)
            await asyncio.sleep(0)
        await _until(lambda: not log.audit.failing)
        await log.audit.flush()

    log.run(interrupted())
    assert _topics(log) == [f"topic{number}" for number in range(200)]
    assert log.verify().problem is None


def _end_connections(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'assistant-audit'"
        )


def test_rows_that_were_committed_without_a_word_are_not_written_twice(log: Kept) -> None:
    """As when the connection breaks after COMMIT was sent: the writer tries the same rows again."""
    audit = log.audit
    assert isinstance(audit, shared.SharedAudit)

    async def twice() -> None:
        rows = [{"hour": "2027-01-15T08Z", "door": "web", "topics": [f"topic{number}"]} for number in range(3)]
        assert await audit._append(rows) == 3
        audit._waiting.extend([*rows, {"hour": "2027-01-15T08Z", "door": "web", "topics": ["topic3"]}])
        await audit._write()

    log.run(twice())
    assert _topics(log) == ["topic0", "topic1", "topic2", "topic3"]
    assert log.verify().problem is None


def test_a_gateway_that_halts_in_its_writing_holds_the_others_up_for_seconds_only(
    log: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "_LOCK_SECONDS", 1)
    log.fill(1)

    async def halted() -> None:
        connection = await shared._connected(log.where)
        async with connection.cursor() as cursor:
            await cursor.execute("BEGIN")
            await shared._locked_head(connection)
            # What holds the chain does nothing more.
            log.audit.record(_given(1))
            await log.audit.flush()
        await connection.close()

    log.run(halted())
    assert _topics(log) == ["rights", "topic1"]


def test_a_user_who_may_not_make_tables_writes_to_those_that_are_there(log: Kept, clock: Clock) -> None:
    log.fill(1)
    with psycopg.connect(log.where, autocommit=True) as database:
        database.execute("DROP ROLE IF EXISTS writer")
        database.execute("CREATE ROLE writer LOGIN")
        database.execute("GRANT SELECT, INSERT, DELETE ON audit_rows TO writer")
        database.execute("GRANT SELECT, UPDATE ON audit_anchor TO writer")
        database.execute("GRANT SELECT ON audit_answers, audit_topics TO writer")
    with kept("shared", log.where.replace("postgres@", "writer@"), clock) as other:
        other.fill(2)
        clock.now += (DAYS + 1) * DAY
        assert other.run(other.audit.purge()) == 3
        assert other.verify().problem is None
    emptied(log.where)


def test_no_reply_waits_for_a_postgresql_that_is_away(
    start: Callable[..., Gateway], base: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "postgres"
    with postgres(folder) as url:
        pass
    gateway = start(database_url=url)
    sender = gateway.open()
    assert gateway.say(sender, "bonjour").status_code == 200
    wait_for(lambda: any("journal des réponses" in line for line in gateway.client.get("/health").json()["warnings"]))
    with postgres(folder):
        wait_for(lambda: gateway.client.get("/health").json()["warnings"] == [], 30)
        with kept("shared", url, Clock()) as log:
            assert [body["door"] for _, body, _ in log.rows()] == ["web"]


def test_what_was_recorded_is_safe_although_more_keeps_coming(log: Kept) -> None:
    async def flooded() -> None:
        async def flood() -> None:
            while True:
                log.audit.record(_given(1))
                await asyncio.sleep(0.001)

        log.audit.record(_given(0))
        task = asyncio.create_task(flood())
        for _ in range(3):
            await log.audit.flush()
        task.cancel()
        await asyncio.wait([task])

    log.run(flooded())
    assert _topics(log)[0] == "topic0"
