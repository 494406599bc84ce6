"""Conversations end: by themselves, when asked, and also when Rasa cannot at once."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.datastructures import URL

from gateway.conversation_file import FileConversations
from gateway.conversations import Leaving
from gateway.erasure import OVERDUE_SECONDS, Eraser
from gateway.locks import LocalLocks
from gateway.metrics import Metrics
from gateway.rasa_client import RasaClient
from gateway.settings import Settings
from tests.gateway.conftest import Gateway, assert_error
from tests.gateway.peer import Peer, wait_for


def test_an_idle_conversation_is_erased_everywhere(start: Callable[..., Gateway], peer: Peer) -> None:
    gateway = start(idle_seconds=1)
    sender = gateway.open()
    gateway.say(sender, "bonjour")
    wait_for(lambda: peer.erased == [peer.turns[0]["sender"]])
    assert_error(gateway.say(sender, "bonjour"), 404, "conversation_unknown")


def test_an_erasure_that_fails_closes_the_conversation_and_is_tried_again(
    start: Callable[..., Gateway], peer: Peer
) -> None:
    gateway = start(idle_seconds=2)
    sender = gateway.open()
    peer.erasure_status = 500
    answer = gateway.erase(sender)
    assert_error(answer, 503, "erasure_pending")
    assert answer.headers["retry-after"].isdigit()
    assert_error(gateway.say(sender, "bonjour"), 404, "conversation_unknown")
    wait_for(lambda: len(peer.erased) >= 2)
    peer.erasure_status = 204
    wait_for(lambda: gateway.erase(sender).status_code == 404)


def test_erasing_again_after_a_failure_finishes_it(gateway: Gateway, peer: Peer) -> None:
    sender = gateway.open()
    peer.erasure_status = 503
    assert gateway.erase(sender).status_code == 503
    peer.erasure_status = 204
    assert gateway.erase(sender).status_code == 204


class _World:
    """An eraser and its store, on a clock that a test moves."""

    def __init__(self, peer: Peer, folder: Path) -> None:
        self.now = 1000.0
        self.store = FileConversations(folder / "conversations.sqlite", 100, lambda: self.now)
        self.rasa = RasaClient(Settings(rasa_port=peer.port), Metrics())
        self.locks = LocalLocks()
        self.eraser = Eraser(self.store, self.rasa, self.locks, 100)

    async def close(self) -> None:
        await self.rasa.close()
        await self.store.close()


async def test_one_conversation_that_rasa_fails_on_does_not_keep_the_others(peer: Peer, tmp_path: Path) -> None:
    world = _World(peer, tmp_path)
    for _ in range(3):
        await world.store.create("web", None, None)
    world.now += 101
    peer.erasure_status = 500
    await world.eraser.round()
    assert len(peer.erased) == 3
    peer.erasure_status = 204
    await world.eraser.round()
    assert await world.store.to_erase() == []
    await world.close()


async def test_a_rasa_that_is_away_is_asked_once_a_round(peer: Peer, tmp_path: Path) -> None:
    world = _World(peer, tmp_path)
    for _ in range(3):
        await world.store.create("web", None, None)
    world.now += 101
    peer.close()
    await world.eraser.round()
    assert len(await world.store.to_erase()) == 3
    assert await world.eraser.overdue() is False
    world.now += OVERDUE_SECONDS + 1
    assert await world.eraser.overdue() is True
    await world.close()


async def test_rounds_that_cannot_write_are_seen_until_one_can(peer: Peer, tmp_path: Path) -> None:
    world = _World(peer, tmp_path)
    world.store._database.execute("PRAGMA busy_timeout = 50")
    world.eraser = Eraser(world.store, world.rasa, world.locks, 0.04, lambda: world.now)
    await world.store.create("web", None, None)
    world.now += 101
    assert await world.eraser.overdue() is None
    other = sqlite3.connect(tmp_path / "conversations.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    running = asyncio.create_task(world.eraser.run())
    async with asyncio.timeout(5):
        while await world.eraser.overdue() is None:
            await asyncio.sleep(0.01)
        world.now += OVERDUE_SECONDS + 1
        assert await world.eraser.overdue() is True
        other.close()
        while await world.eraser.overdue() is not None:
            await asyncio.sleep(0.01)
    running.cancel()
    assert len(peer.erased) == 1
    await world.close()


async def test_a_round_forgets_the_addresses_that_were_asked_for(peer: Peer, tmp_path: Path) -> None:
    world = _World(peer, tmp_path)
    assert "Aminata" in URL("http://127.0.0.1/ivr/call/1?text1=je+suis+Aminata+Secrete").query
    assert urlsplit.cache_info().currsize  # type: ignore[attr-defined]  # typeshed does not know it
    await world.eraser.round()
    assert urlsplit.cache_info().currsize == 0  # type: ignore[attr-defined]  # as above
    await world.close()


async def test_a_turn_that_came_in_time_keeps_its_conversation(peer: Peer, tmp_path: Path) -> None:
    world = _World(peer, tmp_path)
    sender = await world.store.create("web", None, None)
    conversation = await world.store.find(sender)
    assert conversation is not None
    world.now += 101
    async with world.locks.hold(conversation.id):
        rounding = asyncio.create_task(world.eraser.round())
        await asyncio.sleep(0.05)
        await world.store.touch(conversation)
    await rounding
    assert peer.erased == []
    assert await world.store.find(sender) is not None
    await world.close()


async def test_a_round_that_breaks_is_followed_by_others(
    peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = _World(peer, tmp_path)
    monkeypatch.setattr(world.eraser, "_round_seconds", 0.01)
    sender = await world.store.create("web", None, None)
    world.now += 101
    whole = world.store.to_erase
    rounds = iter([True, False])

    async def once_broken() -> list[Leaving]:
        return [] if next(rounds, False) and 1 / 0 else await whole()

    monkeypatch.setattr(world.store, "to_erase", once_broken)
    running = asyncio.create_task(world.eraser.run())
    async with asyncio.timeout(5):
        while not peer.erased or await whole():
            await asyncio.sleep(0.01)
    running.cancel()
    assert next(rounds, "both were run") == "both were run"
    assert await world.store.leaving(sender) is None
    await world.close()
