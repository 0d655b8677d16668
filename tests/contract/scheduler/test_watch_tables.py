"""What the tables of watches mean: run on the ones in memory and on the SQL."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import asyncpg
import pytest

from contracts.streams import UserId
from services.scheduler.watches import due as sql
from services.scheduler.watches.claims import DuePage, Watcher
from services.scheduler.watches.listing import Watched
from services.scheduler.watches.table import WatchTable
from taskflow import clock
from taskflow.postgres import database as db
from taskflow.projecting.projector import Statement
from tests.support.memory_watches import MemoryWatches

ADA, BOB = UserId(UUID(int=1)), UserId(UUID(int=2))
SHOE, KETTLE = UUID(int=101), UUID(int=102)
SECOND, QUARTER = timedelta(seconds=1), timedelta(minutes=15)


class Tables(Protocol):
    async def claim(self, limit: int, seconds: int) -> list[DuePage]: ...
    async def watchers(self, page: UUID) -> list[Watcher]: ...
    async def move(
        self, page: UUID, due: datetime, pause: timedelta, failures: int, *, read: bool
    ) -> bool: ...
    async def hold(self, page: UUID, due: datetime, seconds: int) -> None: ...
    async def drop(self, page: UUID, due: datetime, joined: int) -> None: ...
    async def until_next(self) -> float | None: ...
    async def active(self, user: UserId) -> list[Watched]: ...
    async def next_number(self, user: UserId) -> int: ...
    async def write(self, *statements: Statement) -> None: ...


class InMemory:
    def __init__(self) -> None:
        self._tables = MemoryWatches(clock.utc_now)

    def __getattr__(self, name: str):
        async def asked(*given: object, **named: object) -> object:
            return getattr(self._tables, name)(*given, **named)

        return asked

    async def write(self, *statements: Statement) -> None:
        for query, given in statements:
            self._tables.execute(query, given)


class InPostgres(WatchTable):
    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(pool)
        self.connections = pool

    async def write(self, *statements: Statement) -> None:
        async with self.connections.acquire() as connection, connection.transaction():
            for query, given in statements:
                await connection.execute(query, *given)


@pytest.fixture
async def in_postgres(database: str) -> AsyncGenerator[InPostgres]:
    async with db.pool(database, "tests") as pool:
        yield InPostgres(pool)


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.integration)])
def tables(request: pytest.FixtureRequest) -> Tables:
    return InMemory() if request.param == "memory" else request.getfixturevalue("in_postgres")


@pytest.fixture
def now() -> datetime:
    return clock.utc_now()


def is_set(n: int, page: UUID, at: datetime, user: UserId = ADA) -> list[Statement]:
    return [(sql._SET, (UUID(int=n), user, page)), (sql._JOINED, (page, at, QUARTER))]


def ids(found: Sequence[DuePage]) -> list[UUID]:
    return [one.page for one in found]


async def test_a_page_is_given_to_one_and_told_to_all_who_watch_it(
    tables: Tables, now: datetime
) -> None:
    await tables.write(*is_set(1, SHOE, now - 9 * SECOND), *is_set(2, SHOE, now - SECOND, BOB))
    await tables.write(*is_set(3, KETTLE, now + 60 * SECOND))

    (page,) = await tables.claim(9, 30)

    assert (page.page, page.due_at, page.failures) == (SHOE, now - 9 * SECOND, 0)
    assert (page.ever_read, page.joined) == (False, 2)
    assert timedelta() <= page.found_at - now < 30 * SECOND
    assert await tables.claim(9, 30) == []
    assert await tables.watchers(SHOE) == [Watcher(UUID(int=1), ADA), Watcher(UUID(int=2), BOB)]
    await tables.write((sql._STOPPED, (UUID(int=1),)))
    assert await tables.watchers(SHOE) == [Watcher(UUID(int=2), BOB)]


async def test_it_moves_on_once_by_whoever_still_finds_it_due(
    tables: Tables, now: datetime
) -> None:
    due = now - 9 * SECOND
    await tables.write(*is_set(1, SHOE, due))
    await tables.claim(9, 30)

    assert await tables.move(SHOE, due, -SECOND, 2, read=True)
    assert not await tables.move(SHOE, due, 60 * SECOND, 0, read=False)
    assert not await tables.move(KETTLE, due, 60 * SECOND, 0, read=False)
    (again,) = await tables.claim(9, 30)
    assert (again.failures, again.ever_read) == (2, True)
    assert again.due_at > due
    assert await tables.move(SHOE, again.due_at, 60 * SECOND, 0, read=False)
    assert await tables.claim(9, 30) == []
    assert 30 < (await tables.until_next() or 0) <= 60


async def test_a_claim_ends_and_a_held_page_stays_due(tables: Tables, now: datetime) -> None:
    due = now - SECOND
    await tables.write(*is_set(1, SHOE, due))
    assert ids(await tables.claim(9, -1)) == [SHOE]
    assert ids(await tables.claim(9, 30)) == [SHOE]
    assert await tables.until_next() is None

    await tables.hold(SHOE, now, 0)
    assert await tables.claim(9, 30) == [], "another due instant"
    await tables.hold(SHOE, due, -1)
    (again,) = await tables.claim(9, 30)
    assert again.due_at == due


async def test_a_new_watcher_brings_a_known_page_forward_but_not_too_near(
    tables: Tables, now: datetime
) -> None:
    await tables.write(*is_set(1, SHOE, now - SECOND))
    await tables.claim(9, 30)
    await tables.write(*is_set(2, SHOE, now))
    assert await tables.move(SHOE, now - SECOND, timedelta(hours=1), 0, read=True), (
        "a page that somebody looks at is left as it is"
    )
    await tables.write(*is_set(3, SHOE, now))
    assert 14 * 60 < (await tables.until_next() or 0) <= 15 * 60


async def test_numbers_are_the_users_own_and_never_used_again(
    tables: Tables, now: datetime
) -> None:
    await tables.write(*is_set(1, SHOE, now), *is_set(2, SHOE, now, BOB), *is_set(3, KETTLE, now))
    await tables.write(*is_set(1, SHOE, now), (sql._STOPPED, (UUID(int=3),)))

    assert await tables.active(ADA) == [Watched(UUID(int=1), 1)]
    assert await tables.active(BOB) == [Watched(UUID(int=2), 1)]
    assert (await tables.next_number(ADA), await tables.next_number(BOB)) == (3, 2)
    await tables.write((sql._FORGOTTEN, (ADA,)))
    assert await tables.active(ADA) == []
    assert await tables.watchers(SHOE) == [Watcher(UUID(int=2), BOB)]
    assert await tables.next_number(ADA) == 1


async def test_a_page_is_taken_away_unless_somebody_joined(tables: Tables, now: datetime) -> None:
    due = now - SECOND
    await tables.write(*is_set(1, SHOE, due), *is_set(2, KETTLE, due))
    found = {one.page: one for one in await tables.claim(9, 30)}
    await tables.write(*is_set(3, SHOE, now))

    for one in found.values():
        await tables.drop(one.page, one.due_at, one.joined)
    await tables.hold(SHOE, due, -1)
    await tables.hold(KETTLE, due, -1)

    assert ids(await tables.claim(9, 30)) == [SHOE]


@pytest.mark.integration
async def test_whoever_joins_while_a_page_is_taken_away_is_not_lost(
    in_postgres: InPostgres, now: datetime
) -> None:
    """The drop waits for the open transaction, and then sees that the page has a watcher more."""
    due = now - SECOND
    await in_postgres.write(*is_set(1, SHOE, due), (sql._STOPPED, (UUID(int=1),)))
    (page,) = await in_postgres.claim(9, 30)

    async with in_postgres.connections.acquire() as connection:
        async with connection.transaction():
            for query, given in is_set(2, SHOE, now):
                await connection.execute(query, *given)
            dropping = asyncio.create_task(in_postgres.drop(SHOE, due, page.joined))
            await asyncio.sleep(0.2)
            assert not dropping.done()
        await dropping

    await in_postgres.hold(SHOE, due, -1)
    assert ids(await in_postgres.claim(9, 30)) == [SHOE]
