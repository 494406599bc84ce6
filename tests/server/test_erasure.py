"""`DELETE /webhooks/erasure/<sender>` on a real server: 204 means that nothing is left."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from rasa.core.channels.channel import register
from rasa.core.run import create_http_input_channels
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Sanic

from server.erasure import ErasureChannel
from server.tracker_store import ErasableTrackerStore
from tests.conftest import ROOT, free_port

SENDER = "8f2c51aa9b"
# Sanic rewrites its own code when a server starts: one server a process.
pytestmark = pytest.mark.asyncio(loop_scope="module")


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
async def address() -> AsyncIterator[str]:
    """Where a server with the channels of credentials.yml listens."""
    port = free_port()
    app = Sanic(f"erasure_{port}", configure_logging=False)
    channels = create_http_input_channels(None, str(ROOT / "credentials.yml"))
    register([channel for channel in channels if isinstance(channel, ErasureChannel)], app, "/webhooks/")
    server = await app.create_server(host="127.0.0.1", port=port, return_asyncio_server=True, access_log=False)
    assert server is not None
    await server.startup()
    await server.start_serving()
    yield f"http://127.0.0.1:{port}/webhooks/erasure"
    server.close()
    await server.wait_closed()


async def delete(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.delete(url) as answer:
        return answer.status, await answer.text()


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
