"""Two real Rasa servers on one PostgreSQL and one Redis, as deploy/endpoints.yml has them: each turn is kept once."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
import psycopg
import pytest
import pytest_asyncio

from policies_kb.build import build
from tests.conftest import ROOT, free_port
from tests.redis_server import redis_server

TOKEN = "a token of this test"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
MODEL = "models/assistant.tar.gz"
START_SECONDS = 240.0
TALK = ("Bonjour", "Combien de temps gardez-vous mes données ?", "au mali", "à qui les transmettez-vous ?")


@dataclass(frozen=True)
class Server:
    """A Rasa server: its address, and its process."""

    url: str
    process: "subprocess.Popen[bytes]"


@dataclass(frozen=True)
class Answer:
    """Of a server: the status, the headers, the messages."""

    status: int
    timing: str
    messages: Any


@pytest.fixture(scope="module")
def database(postgres_url: str) -> str:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA servers")
    return f"{postgres_url}&options={quote('-csearch_path=servers')}"


@pytest.fixture(scope="module")
def servers(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    """Two servers that are ready, and the action server that both ask."""
    run_dir = tmp_path_factory.mktemp("servers")
    build(run_dir / "kb.sqlite")
    actions = free_port()
    with ExitStack() as running:
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "RUN_DIR": str(run_dir),
            "ACTIONS_PORT": str(actions),
            "RASA_TOKEN": TOKEN,
            "RASA_ENDPOINTS": "deploy/endpoints.yml",
            "RASA_DRAIN_SECONDS": "2",
            "DATABASE_URL": database,
            "REDIS_URL": running.enter_context(redis_server(run_dir / "redis")),
            # Nothing listens there: events wait.
            "AMQP_URL": "amqp://127.0.0.1:1/",
            "RASA_TELEMETRY_ENABLED": "false",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }

        def start(module: str, *arguments: str, **more: str) -> "subprocess.Popen[bytes]":
            with (run_dir / f"{module}{len(list(run_dir.iterdir()))}.log").open("wb") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", module, *arguments], cwd=ROOT, env=environment | more, stdout=log, stderr=log
                )
            running.callback(_end, process)
            return process

        start("supervisor.actions_server")
        ports = [free_port() for _ in range(2)]
        started = [
            Server(f"http://127.0.0.1:{port}", start("supervisor.rasa_server", MODEL, RASA_PORT=str(port)))
            for port in ports
        ]
        try:
            asyncio.run(_await_ready(started, f"http://127.0.0.1:{actions}/health"))
        except TimeoutError as error:
            logs = "\n".join(path.read_text("utf-8") for path in run_dir.glob("*.log"))
            raise AssertionError(f"{error}:\n{logs}") from None
        yield started


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


async def _await_ready(servers: list[Server], actions: str) -> None:
    until = time.monotonic() + START_SECONDS
    async with aiohttp.ClientSession() as session:
        while not await answers(session, actions):
            if time.monotonic() > until:
                raise TimeoutError("the action server did not start")
            await asyncio.sleep(0.2)
        for server in servers:
            while await ready(session, server) != (200, []):
                if server.process.poll() is not None or time.monotonic() > until:
                    raise TimeoutError(f"{server.url} did not start")
                await asyncio.sleep(0.2)


async def answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def ready(session: aiohttp.ClientSession, server: Server) -> tuple[int, list[str]]:
    """The status, and what is missing; 0 when nobody listens."""
    try:
        async with session.get(f"{server.url}/webhooks/rest/ready") as answer:
            return answer.status, (await answer.json())["missing"]
    except aiohttp.ClientError:
        return 0, []


@pytest_asyncio.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers=AUTHORIZED) as opened:
        yield opened


async def say(
    session: aiohttp.ClientSession, server: Server, sender: str, message: str, turn: str | None = None
) -> Answer:
    metadata = {"door": "web", "country": None, "offer": None, "turn": turn}
    body = {"sender": sender, "message": message, "metadata": metadata}
    async with session.post(f"{server.url}/webhooks/rest/webhook", json=body) as answer:
        messages = await answer.json()
        if answer.status == 200:
            for each in messages:
                del each["recipient_id"]
        return Answer(answer.status, answer.headers.get("Server-Timing", ""), messages)


async def heard(session: aiohttp.ClientSession, server: Server, sender: str) -> list[str]:
    """What the server knows that the person said."""
    async with session.get(f"{server.url}/conversations/{sender}/tracker", params={"token": TOKEN}) as answer:
        return [event["text"] for event in (await answer.json())["events"] or [] if event["event"] == "user"]


async def test_a_conversation_goes_on_at_whichever_server(
    servers: list[Server], session: aiohttp.ClientSession
) -> None:
    alone = [await say(session, servers[0], "alone", text) for text in TALK]
    mixed = [await say(session, servers[number % 2], "mixed", text) for number, text in enumerate(TALK)]
    assert [answer.status for answer in mixed] == [200] * len(TALK)
    assert [answer.messages for answer in mixed] == [answer.messages for answer in alone]
    assert mixed[2].messages[-1]["custom"]["country"] == "mali"


async def test_a_message_that_is_sent_again_is_answered_as_before_and_taken_once(
    servers: list[Server], session: aiohttp.ClientSession
) -> None:
    first = await say(session, servers[0], "again", TALK[1], "turn one")
    for server in (servers[0], servers[1]):
        assert (await say(session, server, "again", TALK[1], "turn one")).messages == first.messages
    await say(session, servers[1], "again", TALK[2], "turn two")
    assert (await say(session, servers[0], "again", TALK[1], "turn one")).messages == first.messages
    assert await heard(session, servers[0], "again") == [TALK[1], TALK[2]]


async def test_a_message_that_is_sent_again_while_it_is_in_hand_waits_for_the_answer(
    servers: list[Server], session: aiohttp.ClientSession
) -> None:
    tries = [say(session, servers[number % 2], "at-once", TALK[1], "turn one") for number in range(6)]
    answers = await asyncio.gather(*tries)
    assert [answer.status for answer in answers] == [200] * 6
    assert all(answer.messages == answers[0].messages for answer in answers)
    assert await heard(session, servers[0], "at-once") == [TALK[1]]


async def test_fifty_messages_at_once_to_one_conversation_on_two_servers_are_each_taken_once(
    servers: list[Server], session: aiohttp.ClientSession
) -> None:
    texts = [f"{TALK[1]} {number}" for number in range(50)]
    answers = await asyncio.gather(
        *(say(session, servers[number % 2], "crowd", text, str(number)) for number, text in enumerate(texts))
    )
    assert [answer.status for answer in answers] == [200] * 50
    assert all(answer.messages for answer in answers)
    for server in servers:
        assert sorted(await heard(session, server, "crowd")) == sorted(texts)


async def test_an_answer_says_how_long_its_parts_took(servers: list[Server], session: aiohttp.ClientSession) -> None:
    answer = await say(session, servers[0], "timed", TALK[1])
    parts = dict(part.split(";dur=") for part in answer.timing.split(", "))
    assert list(parts) == ["parse", "act", "keep"]
    assert all(float(milliseconds) > 0 for milliseconds in parts.values())


async def test_a_conversation_is_erased_at_any_server_for_all(
    servers: list[Server], session: aiohttp.ClientSession
) -> None:
    await say(session, servers[0], "leaving", TALK[1])
    async with session.delete(f"{servers[1].url}/webhooks/erasure/leaving") as answer:
        assert answer.status == 204
    for server in servers:
        assert (await say(session, server, "leaving", TALK[2])).status == 503


async def test_without_the_token_nothing_is_said_or_erased(servers: list[Server]) -> None:
    async with aiohttp.ClientSession() as stranger:
        assert (await say(stranger, servers[0], "stranger", TALK[1])).status == 401
        async with stranger.delete(f"{servers[0].url}/webhooks/erasure/stranger") as answer:
            assert answer.status == 401


async def test_what_waits_to_be_told_holds_no_word_and_nobody(
    servers: list[Server], session: aiohttp.ClientSession, database: str
) -> None:
    await say(session, servers[0], "told-of", "je m'appelle Secrete, qui reçoit mes données ?")
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        rows = await (await connection.execute("SELECT key || body FROM event_outbox")).fetchall()
    told = "\n".join(row[0] for row in rows)
    assert '"intent": "recipients"' in told
    assert "Secrete" not in told
    assert "told-of" not in told


async def test_a_server_that_is_killed_and_one_that_is_stopped_lose_and_double_nothing(
    servers: list[Server], session: aiohttp.ClientSession
) -> None:
    """The last of these tests: it ends both servers."""
    killed, stopped = servers
    tries = [asyncio.create_task(say(session, killed, f"killed{number}", TALK[1], "turn")) for number in range(8)]
    # As soon as one is answered, the others are at all stages.
    await asyncio.wait(tries, return_when=asyncio.FIRST_COMPLETED)
    killed.process.kill()
    killed.process.wait()
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert any(isinstance(outcome, aiohttp.ClientError) for outcome in outcomes)
    again = await asyncio.gather(*(say(session, stopped, f"killed{number}", TALK[1], "turn") for number in range(8)))
    assert [answer.status for answer in again] == [200] * 8
    for number in range(8):
        assert await heard(session, stopped, f"killed{number}") == [TALK[1]]

    tries = [asyncio.create_task(say(session, stopped, f"stopped{number}", TALK[1], "turn")) for number in range(8)]
    await asyncio.sleep(0.02)
    stopped.process.send_signal(signal.SIGTERM)
    answers = await asyncio.gather(*tries)
    assert [answer.status for answer in answers] == [200] * 8
    # Not ready any more, and still answering for a while: with connections that end.
    assert await ready(session, stopped) == (503, ["stopping"])
    assert (await say(session, stopped, "late", TALK[1])).status == 200
    assert await asyncio.to_thread(stopped.process.wait, 30) == 0
