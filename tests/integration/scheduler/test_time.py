"""Reminders and deadlines on real PostgreSQL: raced, missed, and cut off in the middle."""

import asyncio
import random
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from contracts import slots, streams
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.tools import ToolFailed, ToolFinished, ToolRequested
from services.scheduler.table import ANSWER_FIRST
from taskflow import clock
from taskflow.log.appending import Exists, Write
from taskflow.log.event_log import Cursor
from taskflow.postgres.database import Connection
from taskflow.projecting import projector
from taskflow.projecting.projector import Projection
from tests.integration.scheduler.conftest import House
from tests.support.asking import Asking
from tests.support.eventually import eventually

pytestmark = pytest.mark.integration

_OF_THE_SCHEDULER = """
select pid from pg_stat_activity
 where datname = current_database() and pid <> pg_backend_pid()
   and application_name in ('taskflow-scheduler', 'taskflow-scheduler-append',
                            'taskflow-due-reminders')
"""
_TOGETHER = """
select f.event_id from events f
 where f.type = 'reminder.fired' and 1 = (
   select count(*) from events r
    where r.type = 'reply.ready' and r.transaction_id = f.transaction_id
      and r.cause = f.cause)
"""

OPEN = {
    "a turn": (
        (
            "insert into moves (stream, service, driver, since) "
            "values ($1, 'agent', gen_random_uuid(), now())"
        ),
        "delete from moves where stream = $1",
    ),
    "a call": (
        (
            "insert into open_calls (call, stream, tool, deadline) "
            "values (gen_random_uuid(), $1, 'search_web', now() + interval '1 hour')"
        ),
        "delete from open_calls where stream = $1",
    ),
}
"""What stands while an answer is worked on, and what ends it."""


def soon(seconds: float) -> datetime:
    """A whole second, at least so far away."""
    return (clock.utc_now() + timedelta(seconds=seconds + 1)).replace(microsecond=0)


async def all_fired_once(house: House, reminders: list[UUID], users: list[UserId]) -> None:
    wanted = Counter(streams.reminder(one) for one in reminders)

    async def done() -> bool:
        return await house.fired() == wanted and await house.is_quiet()

    await eventually(done, 30, every=0.1)
    assert len(await house.spoken(*users)) == len(reminders)
    assert len(await house.owner.fetch(_TOGETHER)) == len(reminders)


@pytest.mark.long
async def test_three_replicas_fire_hundreds_at_once_once_each(house: House) -> None:
    users = await house.users(10)
    due = soon(2)
    reminders = await asyncio.gather(*(house.remind(users[n % 10], due) for n in range(300)))

    async with house.replicas(3):
        await all_fired_once(house, reminders, users)

    early = "select count(*) from events where type = 'reminder.fired' and recorded_at < $1"
    assert await house.owner.fetchval(early, due) == 0
    assert all("meant for" not in said for said in await house.spoken(*users))


async def test_after_a_downtime_each_speaks_once_and_says_that_it_is_late(house: House) -> None:
    ada, bob = await house.users(2)
    missed = (clock.utc_now() - timedelta(days=3, minutes=10)).replace(microsecond=0)
    once = await house.remind(ada, missed)
    daily = await house.remind(bob, missed, rrule="FREQ=DAILY")
    await house.it_was_set_earlier(daily, timedelta(days=4))

    async with house.replicas(2):
        await all_fired_once(house, [once, daily], [ada, bob])

    for said in await house.spoken(ada, bob):
        assert f"meant for {missed:%A %d %B, %H:%M}" in said
    following = await house.owner.fetchval(
        "select due_at from due_reminders where reminder = $1", daily
    )
    assert following == missed + timedelta(days=4)


@pytest.mark.parametrize("by", ["a turn", "a call"])
async def test_a_reminder_waits_for_the_answer_that_its_user_waits_for(
    house: House, by: str
) -> None:
    ada, bob = await house.users(2)
    is_open, is_over = OPEN[by]
    await house.owner.execute(is_open, streams.conversation(ada))
    hers, his = await house.remind(ada, soon(0)), await house.remind(bob, soon(0))

    async with house.replicas(2):
        await eventually(lambda: house.has_fired(his), 20)
        assert not await house.has_fired(hers)
        await house.owner.execute(is_over, streams.conversation(ada))
        await all_fired_once(house, [hers, his], [ada, bob])

    assert all("meant for" not in said for said in await house.spoken(ada, bob))


async def test_no_answer_holds_a_reminder_back_for_long(house: House) -> None:
    (ada,) = await house.users(1)
    await house.owner.execute(OPEN["a turn"][0], streams.conversation(ada))
    reminder = await house.remind(ada, clock.utc_now().replace(microsecond=0) - ANSWER_FIRST)

    async with house.replicas(1):
        await all_fired_once(house, [reminder], [ada])


async def test_cancelling_and_firing_race_and_one_of_them_wins(house: House) -> None:
    """From well before to well after its time, each in the same second as many others."""
    users = await house.users(12)
    due = soon(3)
    reminders = [await house.remind(user, due, text=f"thing {n}") for n, user in enumerate(users)]
    reminders += [await house.remind(user, due, text=f"more {n}") for n, user in enumerate(users)]

    async def cancel(n: int, user: UserId) -> Recorded[ToolRequested]:
        wait = (due - clock.utc_now()).total_seconds() - 0.3 + n * 0.05
        await asyncio.sleep(max(0.0, wait if n else wait - 1.5))
        return await house.calls.ask(user, "cancel_reminder", which="thing")

    async with house.replicas(2):
        calls = await asyncio.gather(*(cancel(n, user) for n, user in enumerate(users)))
        outcomes = [await eventually(lambda c=call: house.calls.outcomes(c), 20) for call in calls]
        await eventually(house.is_quiet, 20)

    lives = [await house.log.read(streams.reminder(one)) for one in reminders]
    told = [tuple(one.event.type for one in life[1:]) for life in lives]
    assert set(told) <= {("reminder.fired",), ("reminder.cancelled",)}
    assert told[0] == ("reminder.cancelled",), "a second and a half is early enough"
    assert set(told[12:]) == {("reminder.fired",)}, "the others were not to be cancelled"
    for life, (outcome,) in zip(told, outcomes, strict=False):
        cancelled = isinstance(outcome, ToolFinished)
        assert life == (("reminder.cancelled",) if cancelled else ("reminder.fired",))
    assert len(await house.spoken(*users)) == told.count(("reminder.fired",))


async def test_a_call_that_outlived_its_deadline_fails_once_for_ever(house: House) -> None:
    (ada,) = await house.users(1)
    calls = Asking(house.log, "tools")
    async with house.replicas(2):
        call = await calls.ask(ada, "search_web", lasts=0.3, query="x")
        waits = await calls.ask(ada, "search_web", lasts=60, query="x")
        (failed,) = await eventually(lambda: calls.outcomes(call))
        late = ToolFinished(call=call.event_id, tool="search_web", result={}, took_ms=1)
        write = Write(call.stream, [late], ada)
        outcome = await house.log.append([write], slots.outcome(call.event_id))
        open_calls = "select call from open_calls"
        await eventually(lambda: _is(house.owner, open_calls, [waits.event_id]))

    assert isinstance(failed, ToolFailed)
    assert failed.code == "timeout"
    assert isinstance(outcome, Exists)
    assert await calls.outcomes(call) == [failed]
    assert await calls.outcomes(waits) == []


async def _is(connection: asyncpg.Connection, query: str, wanted: list[UUID]) -> bool:
    return [row[0] for row in await connection.fetch(query)] == wanted


@pytest.mark.long
async def test_connections_cut_in_the_middle_of_firing_double_and_lose_nothing(
    house: House,
) -> None:
    users = await house.users(10)
    due = soon(2)
    reminders = await asyncio.gather(*(house.remind(users[n % 10], due) for n in range(200)))
    chance = random.Random(7)
    cut = 0

    async with house.replicas(2):
        await asyncio.sleep((due - clock.utc_now()).total_seconds())
        while len(await house.fired()) < 150:
            backends = [row["pid"] for row in await house.owner.fetch(_OF_THE_SCHEDULER)]
            for pid in chance.sample(sorted(backends), len(backends) // 2):
                cut += await house.owner.fetchval("select pg_terminate_backend($1)", pid)
            await asyncio.sleep(chance.uniform(0.02, 0.2))
        await all_fired_once(house, reminders, users)

    assert cut > 0


async def test_a_connection_cut_under_a_tool_is_tried_again_and_not_parked(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by the simulation: the wait for the read model let the driver's own error through."""
    (ada,) = await house.users(1)
    await house.remind(ada, soon(60))
    where = projector.where
    cuts = iter([True])

    async def cut_once(connection: Connection, what: Projection) -> Cursor:
        if what.name == "due-reminders" and next(cuts, False):
            raise asyncpg.ConnectionDoesNotExistError("connection was closed")
        return await where(connection, what)

    async with house.replicas(1):
        await eventually(lambda: house.owner.fetchval("select count(*) from due_reminders"))
        monkeypatch.setattr(projector, "where", cut_once)
        call = await house.calls.ask(ada, "cancel_reminder", which="1")
        (outcome,) = await eventually(lambda: house.calls.outcomes(call), 20)

    assert next(cuts, None) is None, "it was cut"
    assert isinstance(outcome, ToolFinished)
    assert await house.owner.fetchval("select count(*) from dead_letters") == 0
