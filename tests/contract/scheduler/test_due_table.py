"""What the scheduler's tables mean: run on the ones in memory and on the SQL."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import asyncpg
import pytest

from contracts import streams
from contracts.streams import UserId
from services.scheduler import due as sql
from services.scheduler.effects import Claimed, Overdue
from services.scheduler.quiet.waiting import Waited, Waiting
from services.scheduler.reminding.listing import Active, Spoken
from services.scheduler.table import DueTable
from taskflow import clock
from taskflow.postgres import database as db
from taskflow.projecting.projector import Statement
from tests.support.memory_due import MemoryDue

ADA, BOB = UserId(UUID(int=1)), UserId(UUID(int=2))
SECOND = timedelta(seconds=1)


class Tables(Protocol):
    async def claim(self, limit: int, seconds: int) -> list[Claimed]: ...
    async def until_next(self) -> float | None: ...
    async def overdue(self) -> list[Overdue]: ...
    async def active(self, user: UserId) -> list[Active]: ...
    async def spoken(self, user: UserId) -> list[Spoken]: ...
    async def wait(self, waiting: Waiting) -> None: ...
    async def waited(self, limit: int, seconds: int) -> list[Waited]: ...
    async def done(self, waiting: Waiting) -> None: ...
    async def write(self, *statements: Statement) -> None: ...
    def writing(self, *statements: Statement) -> AbstractAsyncContextManager[None]: ...


class InMemory:
    def __init__(self) -> None:
        self._due = MemoryDue(clock.utc_now)

    async def claim(self, limit: int, seconds: int) -> list[Claimed]:
        return self._due.claim(limit, seconds)

    async def until_next(self) -> float | None:
        return self._due.until_next()

    async def overdue(self) -> list[Overdue]:
        return self._due.overdue()

    async def active(self, user: UserId) -> list[Active]:
        return self._due.active(user)

    async def spoken(self, user: UserId) -> list[Spoken]:
        return self._due.spoken(user)

    async def wait(self, waiting: Waiting) -> None:
        self._due.wait(waiting)

    async def waited(self, limit: int, seconds: int) -> list[Waited]:
        return self._due.waited(limit, seconds)

    async def done(self, waiting: Waiting) -> None:
        self._due.done(waiting)

    async def write(self, *statements: Statement) -> None:
        async with self.writing(*statements):
            pass

    @asynccontextmanager
    async def writing(self, *statements: Statement) -> AsyncIterator[None]:
        at = self._due.checkpoints.get("x", 0)
        assert self._due.begin(statements, self)
        yield
        self._due.commit("x", statements, at, at + 1, self)


class InPostgres(DueTable):
    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(pool)
        self._connections = pool

    async def write(self, *statements: Statement) -> None:
        async with self.writing(*statements):
            pass

    @asynccontextmanager
    async def writing(self, *statements: Statement) -> AsyncIterator[None]:
        async with self._connections.acquire() as connection, connection.transaction():
            for query, parameters in statements:
                await connection.execute(query, *parameters)
            yield


@pytest.fixture
async def in_postgres(database: str) -> AsyncGenerator[Tables]:
    async with db.pool(database, "tests") as pool:
        yield InPostgres(pool)


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.integration)])
def tables(request: pytest.FixtureRequest) -> Tables:
    return InMemory() if request.param == "memory" else request.getfixturevalue("in_postgres")


def is_set(n: int, due: datetime | None, user: UserId = ADA) -> Statement:
    return (sql._SET, (UUID(int=n), user, "2027-01-01T09:00:00", "UTC", None, due))


def is_moved(
    n: int,
    due: datetime | None,
    at: datetime | None = None,
    follows: datetime | None = None,
) -> Statement:
    return (sql._MOVED, (UUID(int=n), due, at or clock.utc_now(), follows))


def ids(found: Sequence[Claimed | Active]) -> list[int]:
    return [one.reminder.int for one in found]


@pytest.fixture
def now() -> datetime:
    return clock.utc_now()


async def test_what_is_due_is_given_to_one(tables: Tables, now: datetime) -> None:
    await tables.write(is_set(1, now - SECOND), is_set(2, now - 5 * SECOND), is_set(3, None))
    await tables.write(is_set(4, now + 60 * SECOND), is_set(5, now - 3 * SECOND))

    assert set(ids(await tables.claim(2, 30))) == {2, 5}
    (last,) = await tables.claim(9, 30)
    assert (last.reminder, last.user_id, last.due_at) == (UUID(int=1), ADA, now - SECOND)
    assert timedelta() <= last.found_at - now < 30 * SECOND
    assert await tables.claim(9, 30) == []


async def test_a_claim_ends_by_itself_or_when_its_reminder_moves(
    tables: Tables, now: datetime
) -> None:
    await tables.write(is_set(1, now - SECOND), is_set(2, now - SECOND))
    assert len(await tables.claim(9, -1)) == 2
    assert len(await tables.claim(9, 30)) == 2
    await tables.write(is_moved(1, now - SECOND / 2), is_moved(7, now))

    assert ids(await tables.claim(9, 30)) == [1]


async def test_rows_of_an_open_transaction_are_left_out_not_waited_for(
    tables: Tables, now: datetime
) -> None:
    await tables.write(is_set(1, now - SECOND), is_set(2, now - SECOND))

    async with tables.writing(is_moved(1, now + 60 * SECOND)):
        assert ids(await tables.claim(9, 30)) == [2]
    assert await tables.claim(9, 30) == []


async def test_the_next_one_is_the_first_that_nobody_holds(tables: Tables, now: datetime) -> None:
    assert await tables.until_next() is None
    await tables.write(is_set(1, now + 60 * SECOND), is_set(2, now - SECOND))

    assert (await tables.until_next() or 0) < 0
    await tables.claim(9, 30)
    assert 30 < (await tables.until_next() or 0) <= 60


async def test_active_ones_are_the_users_own_in_their_order(tables: Tables, now: datetime) -> None:
    later = now + 60 * SECOND
    await tables.write(is_set(1, later), is_set(2, now, BOB), is_set(3, now), is_set(4, later))
    await tables.write(is_set(1, now), (sql._DONE, (UUID(int=3),)))

    listed = await tables.active(ADA)
    assert [(one.reminder.int, one.number, one.due_at) for one in listed] == [
        (1, 1, later),
        (4, 3, later),
    ]
    await tables.write((sql._FORGOTTEN, (ADA,)))
    assert await tables.active(ADA) == []
    assert await tables.spoken(ADA) == []
    assert ids(await tables.active(BOB)) == [2]


async def test_a_call_is_overdue_after_its_deadline_until_it_is_settled(
    tables: Tables, now: datetime
) -> None:
    def called(n: int, user: UserId, deadline: datetime) -> Statement:
        return (sql._CALLED, (UUID(int=n), streams.conversation(user), "t", deadline))

    await tables.write(called(1, ADA, now - SECOND), called(2, ADA, now + 60 * SECOND))
    await tables.write(called(1, BOB, now + 60 * SECOND), called(3, BOB, now - SECOND))

    late = sorted(await tables.overdue(), key=lambda one: one.call)
    assert late == [
        Overdue(UUID(int=1), streams.conversation(ADA), "t"),
        Overdue(UUID(int=3), streams.conversation(BOB), "t"),
    ]
    await tables.write((sql._SETTLED, (UUID(int=1),)))
    await tables.write((sql._ABANDONED, (streams.conversation(BOB),)))
    assert await tables.overdue() == []


async def test_of_those_that_spoke_for_the_last_time_the_latest_are_told_for_some_days(
    tables: Tables, now: datetime
) -> None:
    day = timedelta(days=1)
    await tables.write(*(is_set(n, now) for n in range(1, 6)), is_set(6, now, BOB))
    await tables.write(is_moved(1, None, now - 8 * day), is_moved(2, None, now - 2 * day))
    await tables.write(is_moved(3, None, now - day), is_moved(4, now + day, now))
    await tables.write(is_moved(6, None, now))

    assert [(one.reminder.int, one.number) for one in await tables.spoken(ADA)] == [(3, 3), (2, 2)]


async def test_of_whom_one_is_late_all_that_are_late_are_given(
    tables: Tables, now: datetime
) -> None:
    hour = timedelta(hours=1)
    await tables.write(is_set(1, now - 3 * hour), is_set(2, now - hour), is_set(3, now - SECOND))
    await tables.write(is_set(4, now - 2 * hour, BOB), is_set(5, now - hour))

    assert set(ids(await tables.claim(1, 30))) == {1, 2, 5}
    assert ids(await tables.claim(1, 30)) == [4]
    assert ids(await tables.claim(1, 30)) == [3]
    assert await tables.claim(9, 30) == []


def waits(n: int, at: datetime, until: datetime, user: UserId = ADA) -> Waiting:
    return Waiting("reminder", UUID(int=n), user, at, until)


def numbers(found: Sequence[Waited]) -> list[int]:
    return sorted(one.waiting.id.int for one in found)


async def test_what_waits_for_the_end_of_quiet_hours_is_given_to_nobody(
    tables: Tables, now: datetime
) -> None:
    hour = timedelta(hours=1)
    await tables.write(is_set(1, now - hour), is_set(2, now - SECOND), is_set(3, now - SECOND))
    await tables.wait(waits(1, now - hour, now + hour))
    await tables.wait(waits(2, now - SECOND, now + hour))
    await tables.wait(waits(3, now - hour, now + hour))

    assert ids(await tables.claim(9, 30)) == [3], "of another instant it does not wait"
    assert await tables.until_next() is None
    assert await tables.waited(9, 30) == []


async def test_of_whom_something_has_waited_long_enough_all_is_given_at_once(
    tables: Tables, now: datetime
) -> None:
    hour = timedelta(hours=1)
    first, other = waits(1, now, now - SECOND), waits(2, now, now - 2 * SECOND, BOB)
    for one in (first, other, waits(3, now, now - SECOND), waits(4, now, now + hour)):
        await tables.wait(one)

    assert numbers(await tables.waited(1, 30)) == [2]
    (found, third) = sorted(await tables.waited(1, 30), key=lambda one: one.waiting.id)
    assert (found.waiting, third.waiting.id.int) == (first, 3)
    assert timedelta() <= found.found_at - now < 30 * SECOND
    assert await tables.waited(9, 30) == []

    await tables.done(other)
    await tables.wait(waits(1, now, now - hour))
    await tables.done(first)
    assert numbers(await tables.waited(9, 30)) == [1], "put off meanwhile, it is not done"


async def test_other_quiet_hours_have_all_of_it_decided_anew(tables: Tables, now: datetime) -> None:
    hour = timedelta(hours=1)
    await tables.wait(waits(1, now, now + hour))
    await tables.wait(waits(2, now, now + hour, BOB))
    await tables.write((sql._WOKEN, (ADA,)))
    assert numbers(await tables.waited(9, -1)) == [1]
    await tables.write((sql._WAITS_NO_MORE, (ADA,)), (sql._WOKEN, (BOB,)))
    assert numbers(await tables.waited(9, 30)) == [2]
