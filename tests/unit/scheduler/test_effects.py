"""Firing, where the simulation's worlds are too large to see one thing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts import streams
from contracts.reminders import ReminderFired, ReminderSet
from contracts.streams import UserId
from services.scheduler.effects import Claimed, Effects, Overdue
from taskflow.errors import SealedForEver
from taskflow.log.appending import FRESH, Because, Outcome, Write
from taskflow.log.folds import Folds
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
    stale = replace(claimed, due=claimed.due + timedelta(hours=1))
    due = Due(stale)

    await Effects(due, log, Folds(log, None), 10).fire_due()

    assert due.realigned == [(HERE, stale.due, claimed.due)]
    assert not any(isinstance(one.event, ReminderFired) for one in log.all())
