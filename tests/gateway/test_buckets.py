"""What token buckets promise, in memory and in Redis."""

import asyncio

from gateway.buckets import Rate
from tests.gateway.stores_of import Kept, kept

__all__ = ["kept"]


async def test_a_bucket_gives_its_burst_then_its_rate(kept: Kept) -> None:
    buckets = kept.buckets("a", Rate(burst=2, per_second=0.01))
    assert [await buckets.take("a") for _ in range(3)] == [0, 0, 100]
    assert await buckets.take("b") == 0
    await kept.later(51)
    assert 40 <= await buckets.take("a") <= 50
    await kept.later(50)
    assert await buckets.take("a") == 0
    await kept.later(100_000)
    assert [await buckets.take("a") for _ in range(3)] == [0, 0, 100]


async def test_a_token_that_is_given_back_can_be_taken_again(kept: Kept) -> None:
    buckets = kept.buckets("a", Rate(burst=1, per_second=0.01))
    await buckets.give_back("nobody")
    assert await buckets.take("a") == 0
    await buckets.give_back("a")
    await buckets.give_back("a")
    assert [await buckets.take("a") for _ in range(2)] == [0, 100]


async def test_many_at_once_get_no_more_than_there_are(kept: Kept) -> None:
    buckets = kept.buckets("a", Rate(burst=10, per_second=0.001))
    taken = await asyncio.gather(*(buckets.take("a") for _ in range(40)))
    assert taken.count(0) == 10


async def test_buckets_of_two_names_are_two(kept: Kept) -> None:
    first, second = (kept.buckets(name, Rate(burst=1, per_second=0.01)) for name in ("a", "b"))
    assert await first.take("x") == 0
    assert await second.take("x") == 0
