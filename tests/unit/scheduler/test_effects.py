"""Firing, where the simulation's worlds are too large to see one thing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts import slots, streams
from contracts.conversation import ReplyReady
from contracts.reminders import ReminderCancelled, ReminderFired, ReminderSet
from contracts.streams import UserId
from services.scheduler.effects import MOST_TOGETHER, Claimed, Effects, Overdue
from taskflow.errors import SealedForEver
from taskflow.log.appending import FRESH, Because, Outcome, Write
from taskflow.log.snapshots import Folds
from tests.support.memory_log import START, MemoryLog

GONE, HERE = UserId(UUID(int=1)), UserId(UUID(int=2))


class Log(MemoryLog):
    """One user is forgotten between the reading of their text and the append."""

    async def append(
        self, writes: Sequence[Write], slot: UUID, because: Because = FRESH
    ) -> Outcome:
        if writes[0].user == GONE:
            raise SealedForEver("forgotten")
        return self.put(writes, slot, because)


class Due:
    def __init__(self, *claimed: Claimed) -> None:
        self._claimed = list(claimed)
        self.realigned: list[tuple[UUID, datetime, datetime | None]] = []

    async def realign(self, reminder: UUID, was: datetime, due: datetime | None) -> None:
        self.realigned.append((reminder, was, due))

    async def claim(self, limit: int, seconds: int) -> list[Claimed]:
        claimed, self._claimed = self._claimed, []
        return claimed

    async def until_next(self) -> float | None:
        return None

    async def overdue(self) -> list[Overdue]:
        return []


def is_set(log: MemoryLog, user: UserId) -> Claimed:
    told: dict[str, Any] = {"local_time": f"{START:%Y-%m-%dT%H:%M}", "zone": "UTC", "rrule": None}
    fact = ReminderSet(reminder=user, text="stretch", tzdata="", **told)
    log.put([Write(streams.reminder(user), [fact], user)], UUID(int=user.int + 10))
    return Claimed(user, user, START, START + timedelta(seconds=1))


@pytest.mark.parametrize("order", [(GONE, HERE), (HERE, GONE)])
async def test_a_user_forgotten_in_the_middle_of_firing_stops_nobody_elses(
    order: tuple[UserId, UserId],
) -> None:
    log = Log()
    effects = Effects(Due(*(is_set(log, user) for user in order)), log, Folds(log, None), 10)

    assert await effects.fire_due() == 2
    fired = [one.event.reminder for one in log.all() if isinstance(one.event, ReminderFired)]
    assert fired == [HERE]


async def test_a_row_made_by_other_rules_of_its_zone_is_set_right_not_claimed_for_ever() -> None:
    log = MemoryLog()
    claimed = is_set(log, HERE)
    stale = replace(claimed, due_at=claimed.due_at + timedelta(hours=1))
    due = Due(stale)

    await Effects(due, log, Folds(log, None), 10).fire_due()

    assert due.realigned == [(HERE, stale.due_at, claimed.due_at)]
    assert not any(isinstance(one.event, ReminderFired) for one in log.all())


def several(log: MemoryLog, user: UserId, count: int, late: timedelta) -> list[Claimed]:
    claimed: list[Claimed] = []
    for n in range(count):
        due = START + timedelta(minutes=n)
        local = f"{due:%Y-%m-%dT%H:%M:%S}"
        told: dict[str, Any] = {"local_time": local, "zone": "UTC", "rrule": None}
        reminder = UUID(int=user.int * 1_000 + n)
        fact = ReminderSet(reminder=reminder, text=f"thing {n}", tzdata="", **told)
        log.put([Write(streams.reminder(reminder), [fact], user)], UUID(int=reminder.int + 7))
        claimed.append(Claimed(reminder, user, due, START + late))
    log.pass_time(late)
    return claimed


def told(log: MemoryLog, user: UserId) -> list[ReplyReady]:
    return [one.event for one in log.stream(streams.conversation(user))]


async def test_after_a_downtime_a_person_hears_of_all_of_theirs_by_one_message() -> None:
    log = MemoryLog()
    hours = timedelta(hours=2)
    claimed = several(log, HERE, 3, hours) + several(log, GONE, 1, hours)
    await Effects(Due(*reversed(claimed)), log, Folds(log, None), 10).fire_due()

    (reply,) = told(log, HERE)
    first, *lines = reply.text.splitlines()
    assert first.startswith("⏰ While I could not write")
    assert [one.partition(": ")[2] for one in lines] == ["thing 0", "thing 1", "thing 2"]
    assert f"{START:%H:%M}" in lines[0]
    assert reply.buttons is None, "nobody would know which is answered"
    fired = [one for one in log.all() if isinstance(one.event, ReminderFired)]
    (said,) = log.stream(streams.conversation(HERE))
    here = [one for one in fired if one.user_id == HERE]
    assert {one.event.reply for one in here} == {said.event_id}
    assert {one.transaction_id for one in here} == {said.transaction_id}
    (alone,) = told(log, GONE)
    assert alone.text.startswith("⏰ thing 0\n_(This was meant for")


async def test_those_in_time_speak_each_for_themselves() -> None:
    log = MemoryLog()
    await Effects(
        Due(*several(log, HERE, 3, timedelta(minutes=3))), log, Folds(log, None), 10
    ).fire_due()
    assert [one.text for one in told(log, HERE)] == ["⏰ thing 0", "⏰ thing 1", "⏰ thing 2"]


async def test_very_many_are_told_by_a_few_messages() -> None:
    log = MemoryLog()
    claimed = several(log, HERE, 2 * MOST_TOGETHER + 1, timedelta(hours=3))
    await Effects(Due(*claimed), log, Folds(log, None), 100).fire_due()
    assert len(told(log, HERE)) == 3
    assert sum(isinstance(one.event, ReminderFired) for one in log.all()) == len(claimed)


class Overtaken(MemoryLog):
    """One of them is cancelled, or fired by another replica, just before the append."""

    first: Write | None = None

    async def append(
        self, writes: Sequence[Write], slot: UUID, because: Because = FRESH
    ) -> Outcome:
        before, self.first = self.first, None
        if before is not None:
            taken = slots.occurrence(before.events[0].reminder, START)
            self.put([before], taken if before.events[0].type == "reminder.fired" else UUID(int=4))
        return self.put(writes, slot, because)


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize("kind", [ReminderCancelled, ReminderFired])
async def test_what_was_cancelled_or_fired_meanwhile_is_not_among_them(kind: type, n: int) -> None:
    log = Overtaken()
    claimed = several(log, HERE, 3, timedelta(hours=2))
    gone = claimed[n]
    fact = (
        ReminderCancelled(reminder=gone.reminder)
        if kind is ReminderCancelled
        else ReminderFired(reminder=gone.reminder, due=gone.due_at, late_s=0)
    )
    log.first = Write(streams.reminder(gone.reminder), [fact], HERE)
    await Effects(Due(*claimed), log, Folds(log, None), 10).fire_due()
    (reply,) = told(log, HERE)
    assert f"thing {n}" not in reply.text
    assert len(reply.text.splitlines()) == 3
    fired = [one.event.reminder for one in log.all() if isinstance(one.event, ReminderFired)]
    assert len(fired) == len(set(fired)) == 3 - (kind is ReminderCancelled)
