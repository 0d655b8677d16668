"""Nobody answered: it is said once more, once, and only where that was asked for."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts import buttons, slots, streams
from contracts.conversation import MessageReceived, ReplyReady
from contracts.event import Event
from contracts.reminders import ReminderCancelled, ReminderFollowedUp, ReminderSet
from contracts.replies import ReplyFailed
from services.scheduler.decider import FOLD, follow_up_at
from services.scheduler.effects import Claimed, Effects
from services.scheduler.reminding.following_up import TOO_LATE, FollowingUp, FollowUp
from taskflow.log.appending import Outcome, Write
from taskflow.log.snapshots import Folds
from tests.support.memory_log import START, MemoryLog
from tests.unit.scheduler.reminding.test_deliveries import (
    ADA,
    CLAIM,
    DELIVERED,
    HELD,
    PLACE,
    READ,
    REMINDER,
    REPLY,
    SENT,
    STREAM,
    WRITES,
)
from tests.unit.scheduler.test_effects import Due

LIFE = streams.reminder(REMINDER)
HOUR = timedelta(hours=1)
STOP = WRITES.model_copy(update={"word": "stop"})


class Table:
    def __init__(self) -> None:
        self.claimed: list[FollowUp] = []
        self.settled: list[UUID] = []

    async def follow_ups(self, limit: int, seconds: int) -> list[FollowUp]:
        return self.claimed

    async def settle(self, reminder: UUID, at: Any) -> None:
        self.settled.append(reminder)


class House:
    def __init__(self, minutes: int | None = 60, log: MemoryLog | None = None) -> None:
        self.log, self.count, self.table = log or MemoryLog(), 100, Table()
        self.folds = Folds(self.log, None)
        local = f"{START:%Y-%m-%dT%H:%M:%S}"
        told = {"local_time": local, "zone": "UTC", "rrule": "FREQ=DAILY", "tzdata": ""}
        fact = ReminderSet(reminder=REMINDER, text="pill", follow_up_minutes=minutes, **told)
        self.log.put([Write(LIFE, [fact], ADA)], UUID(int=1))

    async def fires(self) -> None:
        claimed = Claimed(REMINDER, ADA, START, START)
        await Effects(Due(claimed), self.log, self.folds, 1).fire_due()

    def happens(self, *events: Event, stream: str = STREAM) -> None:
        for event in events:
            self.count += 1
            self.log.put([Write(stream, [event], ADA)], UUID(int=self.count))

    async def follows_up(self, late: timedelta = timedelta()) -> list[str]:
        at = follow_up_at(FOLD.over(self.log.stream(LIFE)))
        if at is not None:
            self.log.pass_time(at + late - self.log.now)
            self.table.claimed = [FollowUp(REMINDER, at, at + late)]
        await FollowingUp(self.table, self.log, self.folds, 5).follow_up_due()
        return self.said()

    def said(self) -> list[str]:
        replies = [one.event for one in self.log.all() if isinstance(one.event, ReplyReady)]
        return [one.text for one in replies][1:]


async def after(*events: Event, minutes: int | None = 60) -> House:
    house = House(minutes)
    await house.fires()
    house.happens(*events)
    return house


AGAIN = "⏰ pill\n_(You have not answered, so I ask once more.)_"


@pytest.mark.parametrize("said", [[CLAIM, SENT], [CLAIM, SENT, DELIVERED, READ]])
async def test_what_was_said_and_not_answered_is_said_once_more(said: list[Event]) -> None:
    house = await after(*said)
    assert await house.follows_up() == [AGAIN]
    assert await house.follows_up() == [AGAIN], "once"
    (followed,) = [one for one in house.log.all() if isinstance(one.event, ReminderFollowedUp)]
    (reply,) = [one for one in house.log.all() if one.event_id == followed.event.reply]
    assert buttons.read(reply.event.buttons[0].payload).names == reply.event_id
    assert followed.transaction_id == reply.transaction_id


@pytest.mark.parametrize(
    "happened",
    [
        [],
        [CLAIM],
        [HELD],
        [CLAIM, ReplyFailed(**PLACE, code=63003, reason="")],
        [CLAIM, SENT, WRITES],
        [CLAIM, SENT, STOP],
        [WRITES, CLAIM, SENT],
    ],
)
async def test_who_answered_or_was_not_reached_is_not_asked_again(happened: list[Event]) -> None:
    house = await after(*happened)
    assert await house.follows_up() == []
    assert house.table.settled == [REMINDER]


async def test_it_is_asked_for_when_it_is_set() -> None:
    house = await after(CLAIM, SENT, minutes=None)
    assert follow_up_at(FOLD.over(house.log.stream(LIFE))) is None
    assert await house.follows_up() == []


async def test_never_after_it_was_cancelled() -> None:
    house = await after(CLAIM, SENT)
    at = follow_up_at(FOLD.over(house.log.stream(LIFE)))
    house.happens(ReminderCancelled(reminder=REMINDER), stream=LIFE)
    assert at is not None
    house.table.claimed = [FollowUp(REMINDER, at, at)]
    assert await house.follows_up() == []


async def test_after_a_long_downtime_nobody_is_asked_about_yesterday() -> None:
    house = await after(CLAIM, SENT)
    assert await house.follows_up(late=TOO_LATE + HOUR) == []
    assert house.table.settled == [REMINDER]


class Racing(MemoryLog):
    """A message comes between the look at the conversation and the append."""

    message: MessageReceived | None = None

    def put(self, writes: Any, slot: UUID, *more: Any) -> Outcome:
        message, self.message = self.message, None
        if message and slot == slots.follow_up(REMINDER, START):
            super().put([Write(STREAM, [message], ADA)], UUID(int=9_000))
        return super().put(writes, slot, *more)


async def test_an_answer_that_comes_meanwhile_counts() -> None:
    log = Racing()
    house = House(60, log)
    await house.fires()
    house.happens(CLAIM, SENT)
    log.message = WRITES
    assert await house.follows_up() == []
    assert house.table.settled == [], "it is decided again"
    assert await house.follows_up() == []
    assert house.table.settled == [REMINDER]
    assert REPLY
