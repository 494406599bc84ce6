"""How often a password may be tried, counted by one gateway and by several."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from gateway.buckets import LocalBuckets
from gateway.console.attempts import ACCOUNT, ADDRESS, Attempts
from gateway.errors import GatewayError
from gateway.shared.buckets import SharedBuckets
from gateway.shared.redis import Shared
from gateway.store_error import StoreError

# The attempts as two gateways count them, and what lets so many seconds pass for them.
Counted = tuple[Attempts, Attempts, Callable[[float], Awaitable[None]]]


def _shared(shared: Shared) -> Attempts:
    return Attempts(lambda name, rate: SharedBuckets(shared, name, rate))


@pytest.fixture(params=["local", "shared"])
async def counted(request: pytest.FixtureRequest, redis: str) -> AsyncIterator[Counted]:
    """The attempts of one machine (twice the same), and of two gateways of a cluster."""
    if request.param == "local":
        now = [0.0]

        async def pass_by(seconds: float) -> None:
            now[0] += seconds

        here = Attempts(lambda _, rate: LocalBuckets(rate, lambda: now[0]))
        yield here, here, pass_by
        return
    first, second = Shared(redis), Shared(redis)
    await first.client.flushall()

    async def earlier(seconds: float) -> None:
        async for key in first.client.scan_iter():
            await first.client.hincrby(key, "at", -round(seconds * 1000))

    yield _shared(first), _shared(second), earlier
    await first.close()
    await second.close()


async def test_the_lock_opens_by_itself(counted: Counted) -> None:
    one, other, later = counted
    for _ in range(int(ACCOUNT.burst)):
        await one.take("agent", "address")
    with pytest.raises(GatewayError) as refused:
        await other.take("agent", "address")
    assert 0 < int((refused.value.headers or {})["Retry-After"]) <= 60
    await later(61)
    await other.take("agent", "address")


async def test_an_address_that_tries_many_names_is_locked(counted: Counted) -> None:
    one, other, _ = counted
    for number in range(int(ADDRESS.burst)):
        await one.take(f"name{number}", "address")
    with pytest.raises(GatewayError):
        await other.take("another", "address")
    await other.take("another", "elsewhere")


async def test_a_right_try_is_given_back(counted: Counted) -> None:
    one, other, _ = counted
    for _ in range(3 * int(ADDRESS.burst)):
        await one.take("agent", "address")
        await other.give_back("agent", "address")


async def test_no_name_and_no_address_is_in_redis(redis: str) -> None:
    shared = Shared(redis)
    await _shared(shared).take("somebody", "192.0.2.1")
    keys = " ".join([key async for key in shared.client.scan_iter()])
    assert keys
    assert "somebody" not in keys
    assert "192.0.2" not in keys
    await shared.close()


async def test_nobody_may_try_while_tries_cannot_be_counted(tmp_path: Path) -> None:
    away = Shared(f"unix://{tmp_path}/nowhere")
    with pytest.raises(StoreError):
        await _shared(away).take("agent", "address")
    await away.close()
