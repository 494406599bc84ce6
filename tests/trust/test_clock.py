"""A clock that is set while the assistant runs ends no conversation and keeps none longer."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.conversation_file import FileConversations
from tests.gateway.conftest import Gateway, peer, settings, start
from tests.gateway.peer import Peer, wait_for

__all__ = ["peer", "settings", "start"]

DAY = 86_400.0


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set the machine's clock, as this process sees it, by so many seconds."""
    real = time.time
    return lambda seconds: monkeypatch.setattr(time, "time", lambda: real() + seconds)


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_a_clock_that_jumps_ends_no_conversation(
    start: Callable[..., Gateway], set_clock: Callable[[float], None], jump: float
) -> None:
    gateway = start(idle_seconds=600)
    sender = gateway.open()
    set_clock(jump)
    assert gateway.say(sender, "bonjour").status_code == 200
    other = gateway.open()
    set_clock(0)
    assert gateway.say(other, "bonjour").status_code == 200
    assert gateway.erase(sender).status_code == 204


def test_a_clock_that_is_set_back_keeps_no_conversation_longer(
    start: Callable[..., Gateway], peer: Peer, set_clock: Callable[[float], None]
) -> None:
    gateway = start(idle_seconds=2)
    gateway.say(gateway.open(), "bonjour")
    set_clock(-DAY)
    wait_for(lambda: len(peer.erased) == 1, 10)


async def test_a_clock_that_was_set_back_before_a_restart_keeps_no_conversation_longer(tmp_path: Path) -> None:
    now = [1_000_000.0]
    path = tmp_path / "conversations.sqlite"
    store = FileConversations(path, 100, lambda: now[0])
    sender = await store.create("web", None, None)
    await store.close()
    now[0] -= DAY
    store = FileConversations(path, 100, lambda: now[0])
    assert await store.find(sender)
    now[0] += 101
    assert len(await store.to_erase()) == 1
    await store.close()
