"""Quiet hours on real servers: what nobody timed waits for their end, and is one message."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from contracts import slots, streams
from contracts.conversation import UserForgotten
from contracts.quiet_hours import QuietHoursSet
from contracts.recorded import Recorded
from contracts.streams import UserId
from taskflow import clock
from taskflow.log.appending import Write
from tests.integration.scheduler.conftest import House
from tests.integration.scheduler.test_reminders import asked, has_spoken
from tests.support.eventually import eventually

pytestmark = pytest.mark.integration

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


async def said(house: House, user: UserId, count: int) -> list[Recorded[Any]]:
    """Empty until there are so many."""
    conversation = await house.log.read(streams.conversation(user))
    replies = [one for one in conversation if one.event.type == "reply.ready"]
    return [await house.log.opened(one) for one in replies] if len(replies) >= count else []


async def sleeps(house: House, user: UserId) -> None:
    """From an hour ago until in two hours."""
    now = clock.utc_now()
    hours = {"begin": f"{now - HOUR:%H:%M}", "end": f"{now + 2 * HOUR:%H:%M}"}
    write = Write(streams.profile(user), [QuietHoursSet(**hours, zone="UTC")], user)
    await house.log.append([write], slots.retry(clock.new_id()))


def waits(house: House, count: int) -> Callable[[], Awaitable[bool]]:
    return lambda: house.owner.fetchval("select count(*) = $1 from waiting", count)


async def test_only_what_was_timed_comes_until_quiet_hours_end(house: House) -> None:
    (ada,) = await house.users(1)
    now = clock.utc_now().replace(microsecond=0)
    await sleeps(house, ada)
    await has_spoken(house, ada)
    late = await house.remind(ada, now - 10 * MINUTE, "late")
    series = await house.remind(ada, now - MINUTE, "water", rrule="FREQ=HOURLY")
    async with house.replicas(2):
        await eventually(waits(house, 3), 20)
        timed = await house.remind(ada, clock.utc_now().replace(microsecond=0), "timed")
        first = await eventually(lambda: said(house, ada, 2), 20)
        assert [one.event.text for one in first] == ["⏰ take a pill", "⏰ timed"]

        ended = await asked(house, ada, "set_quiet_hours", off=True)
        assert ended["quiet_hours"] is None
        *_, morning = await eventually(lambda: said(house, ada, 3), 20)
        await eventually(waits(house, 0), 20)

    head, *lines = morning.event.text.splitlines()
    assert head == "🌙 This waited for the end of your quiet hours:"
    told = sorted(line.partition(": ")[2].partition(" _(")[0] for line in lines)
    assert told == ["late", "take a pill", "water"]
    assert len(await said(house, ada, 3)) == 3
    for reminder in (late, series, timed):
        events = await house.log.read(streams.reminder(reminder))
        assert [one.event.type for one in events] == ["reminder.set", "reminder.fired"]


async def test_who_is_forgotten_leaves_nothing_that_waits(house: House) -> None:
    (ada,) = await house.users(1)
    await sleeps(house, ada)
    await house.remind(ada, clock.utc_now().replace(microsecond=0) - 10 * MINUTE, "late")
    async with house.replicas(1):
        await eventually(waits(house, 1), 20)
        write = Write(streams.conversation(ada), [UserForgotten()], ada)
        await house.log.append([write], slots.forgotten(ada))
        await eventually(waits(house, 0), 20)
    assert await said(house, ada, 1) == []
