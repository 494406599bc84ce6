"""The two channels of credentials.yml on a real server: messages, and `DELETE /webhooks/erasure/<sender>`.

A reply is given for a turn that was kept, and for no other; 204 for an erasure means that nothing is left. Both ask for
the token.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from rasa.core.channels.channel import UserMessage, register
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.run import create_http_input_channels
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Sanic

from server.stores import ConversationStore
from server.tracker_store import ErasableTrackerStore
from server.turns import TurnTakenError
from tests.conftest import ROOT, free_port

SENDER = "8f2c51aa9b"
SAID = {"sender": SENDER, "message": "Bonjour", "metadata": {"door": "web"}}
TOKEN = "clé"
AUTHORIZED = {"Authorization": "Bearer clé"}
# Sanic rewrites its own code when a server starts: one server a process.
pytestmark = pytest.mark.asyncio(loop_scope="module")


class Turns:
    """In the place of Rasa's agent: what is done with a message and what it has loaded, which a test decides."""

    handle_message: Callable[[UserMessage], Any]
    has_model = True
    tracker_store: ConversationStore
    lock_store: Any = InMemoryLockStore()

    def is_ready(self) -> bool:
        return self.has_model


TURNS = Turns()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tracker.sqlite"


@pytest_asyncio.fixture(loop_scope="module")
async def store(path: Path) -> ErasableTrackerStore:
    """A store that holds one conversation."""
    store = ErasableTrackerStore(Domain.empty(), db=str(path))
    await store.save(DialogueStateTracker.from_events(SENDER, [UserUttered("Je m'appelle Aminata Secrete")]))
    return store


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def channels() -> AsyncIterator[str]:
    """Where a server with the channels of credentials.yml listens."""
    port = free_port()
    app = Sanic(f"channels_{port}", configure_logging=False)
    app.ctx.agent = TURNS
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RASA_TOKEN", TOKEN)
        register(create_http_input_channels(None, str(ROOT / "credentials.yml")), app, "/webhooks/")
    server = await app.create_server(host="127.0.0.1", port=port, return_asyncio_server=True, access_log=False)
    assert server is not None
    await server.startup()
    await server.start_serving()
    yield f"http://127.0.0.1:{port}/webhooks"
    server.close()
    await server.wait_closed()


@pytest.fixture
def address(channels: str) -> str:
    """Where erasures are asked for."""
    return f"{channels}/erasure"


async def post(channels: str, seconds: float = 10, headers: dict[str, str] = AUTHORIZED) -> tuple[int, Any]:
    timeout = aiohttp.ClientTimeout(total=seconds)
    url = f"{channels}/rest/webhook"
    session = aiohttp.ClientSession(timeout=timeout, headers=headers)
    async with session, session.post(url, json=SAID) as answer:
        return answer.status, await answer.json()


async def delete(url: str, headers: dict[str, str] = AUTHORIZED) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.delete(url, headers=headers) as answer:
        return answer.status, await answer.text()


async def ready(channels: str) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as session, session.get(f"{channels}/rest/ready") as answer:
        return answer.status, await answer.json()


async def test_an_erased_conversation_is_gone(address: str, store: ErasableTrackerStore, path: Path) -> None:
    assert await delete(f"{address}/{SENDER}") == (204, "")
    assert await store.retrieve(SENDER) is None
    assert b"Aminata" not in b"".join(file.read_bytes() for file in path.parent.iterdir())


async def test_an_unknown_conversation_is_gone_already(address: str, store: ErasableTrackerStore) -> None:
    assert await delete(f"{address}/nobody") == (204, "")
    assert await store.retrieve(SENDER) is not None


async def test_nothing_else_is_answered(address: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{address}/{SENDER}") as answer:
        assert answer.status == 405
    assert (await delete(address))[0] == 404


async def test_an_erasure_that_leaves_something_says_so_and_may_be_asked_again(
    address: str, store: ErasableTrackerStore, path: Path
) -> None:
    # Another process in the middle of reading keeps what it reads in the write-ahead log.
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM tracker_events").fetchall()
    status, body = await delete(f"{address}/{SENDER}")
    assert (status, body) == (503, '{"error":"OperationalError"}')
    reader.close()
    assert await delete(f"{address}/{SENDER}") == (204, "")
    assert await store.retrieve(SENDER) is None
    assert b"Aminata" not in b"".join(file.read_bytes() for file in path.parent.iterdir())


async def test_a_turn_that_was_kept_is_answered_with_its_messages(channels: str) -> None:
    async def take(message: UserMessage) -> None:
        assert (message.sender_id, message.text, message.metadata) == (SENDER, "Bonjour", {"door": "web"})
        await message.output_channel.send_text_message(SENDER, "Bonjour.")

    TURNS.handle_message = take
    assert await post(channels) == (200, [{"recipient_id": SENDER, "text": "Bonjour."}])


async def test_a_turn_that_fails_after_it_spoke_is_an_error_and_is_forgotten(channels: str, path: Path) -> None:
    store = ErasableTrackerStore(Domain.empty(), db=str(path))

    async def take(message: UserMessage) -> None:
        await store.save(DialogueStateTracker.from_events(SENDER, [UserUttered("Bonjour")]))
        tracker = await store.retrieve(SENDER)
        assert tracker is not None
        tracker.update(UserUttered("Je m'appelle Aminata Secrete"))
        await message.output_channel.send_text_message(SENDER, "Bonjour.")
        raise RuntimeError("Aminata Secrete")

    TURNS.handle_message = take
    assert await post(channels) == (503, {"error": "RuntimeError"})
    found = await store.retrieve(SENDER)
    assert found is not None
    assert [event.text for event in found.events] == ["Bonjour"]


async def test_a_turn_that_nobody_waits_for_is_forgotten(channels: str, path: Path) -> None:
    store = ErasableTrackerStore(Domain.empty(), db=str(path))
    await store.save(DialogueStateTracker.from_events(SENDER, [UserUttered("Bonjour")]))
    ended = asyncio.Event()

    async def take(message: UserMessage) -> None:
        tracker = await store.retrieve(SENDER)
        assert tracker is not None
        tracker.update(UserUttered("Encore"))
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    TURNS.handle_message = take
    with pytest.raises(asyncio.TimeoutError):
        await post(channels, 0.3)
    await asyncio.wait_for(ended.wait(), 10)
    await asyncio.sleep(0)
    found = await store.retrieve(SENDER)
    assert found is not None
    assert [event.text for event in found.events] == ["Bonjour"]


async def test_a_turn_that_was_taken_already_is_answered_with_what_was_said_then(channels: str) -> None:
    buttons = [{"title": "Suite", "payload": "/affirm"}]
    events = [BotUttered("Trois ans.\n\nOu quatre.", {"custom": {"status": "answered"}, "buttons": buttons})]

    async def first(message: UserMessage) -> None:
        for event in events:
            await message.output_channel.send_response(SENDER, event.message())

    async def again(message: UserMessage) -> None:
        raise TurnTakenError(events)

    TURNS.handle_message = first
    answered = await post(channels)
    TURNS.handle_message = again
    assert await post(channels) == answered
    assert answered == (
        200,
        [
            {"recipient_id": SENDER, "text": "Trois ans.\n\nOu quatre.", "buttons": buttons},
            {"recipient_id": SENDER, "custom": {"status": "answered"}},
        ],
    )


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer"}, {"Authorization": "Bearer cle"}, {"Authorization": f"Basic {TOKEN}"}],
)
async def test_without_the_token_nothing_is_taken_or_erased(
    channels: str, address: str, store: ErasableTrackerStore, headers: dict[str, str]
) -> None:
    async def take(message: UserMessage) -> None:
        raise AssertionError("the message was taken")

    TURNS.handle_message = take
    assert await post(channels, headers=headers) == (401, {"error": "Unauthorized"})
    assert (await delete(f"{address}/{SENDER}", headers))[0] == 401
    assert await store.retrieve(SENDER) is not None


async def test_a_server_is_ready_when_its_model_its_store_and_its_locks_are_there(
    channels: str, store: ErasableTrackerStore
) -> None:
    class Locks:
        is_away = False

        async def check(self) -> None:
            if self.is_away:
                raise OSError

    TURNS.tracker_store, TURNS.lock_store = store, Locks()
    assert await ready(channels) == (200, {"ready": True, "missing": []})
    TURNS.lock_store.is_away = True
    assert await ready(channels) == (503, {"ready": False, "missing": ["locks"]})
    store._connection.close()
    assert await ready(channels) == (503, {"ready": False, "missing": ["store", "locks"]})
    TURNS.has_model = False
    assert await ready(channels) == (503, {"ready": False, "missing": ["model"]})
    TURNS.has_model = True
    await store.stop()
