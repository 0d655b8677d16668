"""Replicas that share a bucket: by the database's clock alone."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from itertools import pairwise

import asyncpg
import pytest

from taskflow.limits.buckets import Bucket, ComeBack, Token
from taskflow.limits.rates import Rate
from taskflow.postgres import database as db
from taskflow.postgres.database import DatabaseUnavailable

pytestmark = pytest.mark.integration

RATE = Rate.per_second(200, burst_s=0.05)
SLOW = Rate(timedelta(minutes=1), 2)


@pytest.fixture
async def pools(database: str) -> AsyncGenerator[list[asyncpg.Pool]]:
    """Of three replicas of the gateway, with a gateway's rights."""
    async with AsyncExitStack() as stack:
        as_gateway = f"{database}{'&' if '?' in database else '?'}role=taskflow_gateway"
        yield [
            await stack.enter_async_context(db.pool(as_gateway, f"replica {n}")) for n in range(3)
        ]


async def _now(pool: asyncpg.Pool) -> datetime:
    return await pool.fetchval("select clock_timestamp()")


async def test_three_replicas_together_never_exceed_the_rate(pools: list[asyncpg.Pool]) -> None:
    went: list[datetime] = []

    async def one(bucket: Bucket, *, urgent: bool) -> None:
        while isinstance(turn := await bucket.take(urgent=urgent), ComeBack):
            await asyncio.sleep(turn.after)
        at = await _now(bucket.pool)
        went.append(at + timedelta(seconds=turn.after))

    buckets = [Bucket(pool, "sender", RATE) for pool in pools]
    began = await _now(pools[0])
    await asyncio.gather(*(one(buckets[n % 3], urgent=n % 2 == 0) for n in range(240)))

    # The bucket's word came before the clock was read: nothing went sooner than it says here.
    went.sort()
    for n, at in enumerate(went):
        assert n + 1 <= RATE.burst + (at - began) / RATE.every + 1
    taken = await pools[0].fetchval("select full_at from token_buckets where key = 'sender'")
    assert taken >= began + 240 * RATE.every


async def test_who_asks_together_is_asked_for_by_one_statement(pools: list[asyncpg.Pool]) -> None:
    bucket = Bucket(pools[0], "sender", Rate.per_second(1000, burst_s=1))
    made = 0
    fetchrow = pools[0].fetchrow

    class Counting:
        async def fetchrow(self, *args: object) -> object:
            nonlocal made
            made += 1
            return await fetchrow(*args)

    bucket.pool = Counting()
    turns = await asyncio.gather(*(bucket.take(urgent=True) for _ in range(100)))

    assert turns == [Token(0.0)] * 100
    assert made == 1


async def test_the_urgent_of_one_replica_go_before_the_patient_of_another(
    pools: list[asyncpg.Pool],
) -> None:
    bulk, answers = (Bucket(pool, "sender", SLOW) for pool in pools[:2])
    taken = [await bulk.take(urgent=False) for _ in range(2)]
    assert taken == [Token(0.0)] * 2
    sent_away = [await bulk.take(urgent=False) for _ in range(3)]
    assert all(isinstance(one, ComeBack) for one in sent_away)
    # One behind another, whichever replica asked.
    apart = [after.after - before.after for before, after in pairwise(sent_away)]
    assert all(30 < one <= 60 for one in apart)

    fast = Rate.per_second(10, burst_s=0.1)
    bulk, answers = (Bucket(pool, "another sender", fast) for pool in pools[:2])
    bulk_first = await bulk.take(urgent=False)
    promised = [await answers.take(urgent=True) for _ in range(5)]
    assert bulk_first == Token(0.0)
    assert all(isinstance(one, Token) for one in promised)
    assert isinstance(await bulk.take(urgent=False), ComeBack)


async def test_the_urgent_borrow_no_further_than_their_workers_may_wait(
    pools: list[asyncpg.Pool],
) -> None:
    bucket = Bucket(pools[0], "sender", Rate.per_second(1, burst_s=1))
    turns = await asyncio.gather(*(bucket.take(urgent=True) for _ in range(30)))

    tokens = [one.after for one in turns if isinstance(one, Token)]
    away = [one.after for one in turns if isinstance(one, ComeBack)]
    assert len(tokens) == 11
    assert max(tokens) <= 10
    assert away == pytest.approx([n + 1 for n in range(19)], abs=0.5)


async def test_under_a_flood_of_the_urgent_the_patient_get_one_in_ten(
    pools: list[asyncpg.Pool],
) -> None:
    flood, bulk = (Bucket(pool, "sender", Rate.per_second(100, burst_s=0.1)) for pool in pools[:2])
    await asyncio.gather(*(flood.take(urgent=True) for _ in range(2_000)))
    given = 0
    began = await _now(pools[0])
    while given < 5:
        turn = await bulk.take(urgent=False)
        given += isinstance(turn, Token)
        await asyncio.gather(*(flood.take(urgent=True) for _ in range(20)))
    assert await _now(pools[0]) - began >= timedelta(seconds=0.4)


async def test_a_clock_that_was_set_back_stops_nobody_for_long(pools: list[asyncpg.Pool]) -> None:
    bucket = Bucket(pools[0], "sender", Rate.per_second(10, burst_s=1))
    await bucket.take(urgent=True)
    await pools[0].execute(
        "update token_buckets set full_at = now() + interval '1 day', "
        "share_at = now() + interval '1 day', line_at = now() + interval '1 day'"
    )
    assert isinstance(await bucket.take(urgent=True), ComeBack)
    row = await pools[0].fetchrow(
        "select full_at - now() as owed, share_at - now() as share from token_buckets"
    )
    assert row["owed"] < timedelta(seconds=12)
    assert row["share"] < timedelta(seconds=2)


async def test_without_postgresql_there_is_no_token_and_then_there_is(database: str) -> None:
    async with db.pool("postgresql://nobody@127.0.0.1:1/none", "tests") as away:
        bucket = Bucket(away, "sender", RATE)
        results = await asyncio.gather(
            *(bucket.take(urgent=True) for _ in range(3)), return_exceptions=True
        )
    assert [type(one) for one in results] == [DatabaseUnavailable] * 3
    async with db.pool(database, "tests") as pool:
        bucket.pool = pool
        assert await bucket.take(urgent=True) == Token(0.0)


async def test_whoever_does_not_wait_any_more_costs_no_token(pools: list[asyncpg.Pool]) -> None:
    bucket = Bucket(pools[0], "sender", SLOW)
    waiting = [asyncio.create_task(bucket.take(urgent=False)) for _ in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    assert await waiting[1] == Token(0.0)
    assert await bucket.take(urgent=False) == Token(0.0)
