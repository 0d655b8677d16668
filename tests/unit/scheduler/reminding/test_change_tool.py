"""A reminder that is changed keeps its number and its life; its change can be undone once."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts import slots, streams
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.reminders import ReminderChanged, ReminderSet
from contracts.streams import UserId
from contracts.tools import ToolRequested
from services.scheduler.decider import FOLD, due_at
from services.scheduler.effects import Claimed, Effects
from services.scheduler.reminding.listing import Active, Spoken
from services.scheduler.tools import ReminderTools
from taskflow.log.appending import Write
from taskflow.log.snapshots import Folds
from taskflow.tooling import Call, Refused
from tests.support.memory_log import START, MemoryLog
from tests.unit.scheduler.test_effects import Due

ADA, BOB = UserId(UUID(int=7)), UserId(UUID(int=8))
REMINDER = UUID(int=5)
STREAM = streams.reminder(REMINDER)
HOUR = timedelta(hours=1)


class House:
    """One reminder, in an hour; its row is read from the log."""

    def __init__(self, rrule: str | None = None) -> None:
        self.log, self.count = MemoryLog(), 100
        self.folds = Folds(self.log, None)
        self.tools = ReminderTools(self, self.log, self.folds, self, lambda: self.log.now)
        local = f"{START + HOUR:%Y-%m-%dT%H:%M:%S}"
        told = {"local_time": local, "zone": "UTC", "rrule": rrule, "tzdata": ""}
        fact = ReminderSet(reminder=REMINDER, text="call the dentist", **told)
        self.log.put([Write(STREAM, [fact], ADA)], UUID(int=1))

    async def active(self, user: UserId) -> list[Active]:
        state = FOLD.over(self.log.stream(STREAM))
        due = due_at(state)
        is_here = user == ADA and due is not None
        return [Active(REMINDER, 1, due, state.zone, state.rrule)] if is_here and due else []

    async def spoken(self, _user: UserId) -> list[Spoken]:
        return []

    async def caught_up(self, _recorded: Recorded[Any]) -> None:
        """It is read from the log."""

    async def calls(self, tool: str, user: UserId = ADA, **arguments: Any) -> Json:
        self.count += 1
        request = ToolRequested(
            turn=UUID(int=1),
            step=self.count,
            tool=tool,
            owner="scheduler",
            vendor_call_id=None,
            arguments=arguments,
            zone="UTC",
            zone_known=True,
            deadline=self.log.now,
        )
        write = Write(streams.conversation(user), [request], user)
        recorded = self.log.put([write], UUID(int=self.count)).events[0]
        (found,) = [one for one in self.tools.all() if one.name == tool]
        done = await found.run(found.arguments.model_validate(arguments), Call(recorded, user))
        self.log.put(
            [Write(streams.conversation(user), [request], user), *done.facts],
            slots.outcome(recorded.event_id),
        )
        return done.result

    async def fires(self, due: datetime) -> str:
        self.log.pass_time(due - self.log.now)
        claimed = Claimed(REMINDER, ADA, due, due)
        await Effects(Due(claimed), self.log, self.folds, 1).fire_due()
        return self.log.stream(streams.conversation(ADA))[-1].event.text

    @property
    def due(self) -> datetime | None:
        return due_at(FOLD.over(self.log.stream(STREAM)))


async def test_it_speaks_at_the_new_time_in_the_new_words() -> None:
    house = House()
    told = await house.calls("change_reminder", which="dentist", text="the orthodontist")
    assert (told["number"], told["text"]) == (1, "the orthodontist")
    assert house.due == START + HOUR, "other words move nothing"
    told = await house.calls("change_reminder", which="1", by_minutes=30)
    assert house.due == START + HOUR + HOUR / 2
    assert told["at"] == f"{START + HOUR + HOUR / 2:%Y-%m-%dT%H:%M:%S}"

    assert await house.fires(START + HOUR + HOUR / 2) == "⏰ the orthodontist"
    assert house.due is None


async def test_a_day_that_is_left_out_is_passed_over_and_the_rest_stands() -> None:
    house = House("FREQ=DAILY")
    told = await house.calls("change_reminder", which="1", skip=True)
    assert told["skipped"] == f"{START:%Y-%m-%d}"
    assert house.due == START + HOUR + timedelta(days=1)
    assert await house.fires(START + HOUR + timedelta(days=1)) == "⏰ call the dentist"
    assert house.due == START + HOUR + timedelta(days=2)


async def test_what_was_due_when_its_words_changed_still_speaks() -> None:
    house = House("FREQ=DAILY")
    house.log.pass_time(HOUR + timedelta(seconds=1))
    await house.calls("change_reminder", which="1", text="brush")
    assert house.due == START + HOUR


async def test_an_undo_gives_back_the_words_the_time_and_the_day() -> None:
    house = House("FREQ=DAILY")
    skipped = await house.calls("change_reminder", which="1", skip=True)
    moved = await house.calls("change_reminder", which="1", time="20:00", text="brush")
    undone = await house.calls("change_reminder", which=moved["change"])
    assert undone["text"] == "call the dentist"
    assert house.due == START + HOUR + timedelta(days=1), "the day is left out still"
    with pytest.raises(Refused, match="since"):
        await house.calls("change_reminder", which=skipped["change"])
    again = await house.calls("change_reminder", which="1", skip=True, in_days=2)
    await house.calls("change_reminder", which=again["change"])
    assert house.due == START + HOUR + timedelta(days=1)


async def test_another_users_change_is_not_undone() -> None:
    house = House()
    moved = await house.calls("change_reminder", which="1", by_minutes=30)
    with pytest.raises(Refused, match="no reminders"):
        await house.calls("change_reminder", BOB, which=moved["change"])


async def test_a_change_of_one_that_has_spoken_is_not_undone() -> None:
    house = House()
    moved = await house.calls("change_reminder", which="1", by_minutes=1)
    await house.fires(START + HOUR + timedelta(minutes=1))
    with pytest.raises(Refused, match="since"):
        await house.calls("change_reminder", which=moved["change"])


async def test_a_time_that_has_passed_is_not_given_back() -> None:
    house = House()
    moved = await house.calls("change_reminder", which="1", in_days=2)
    house.log.pass_time(2 * HOUR)
    with pytest.raises(Refused, match="past"):
        await house.calls("change_reminder", which=moved["change"])


async def test_an_undo_of_setting_leaves_one_that_was_changed_since() -> None:
    house = House()
    await house.calls("change_reminder", which="1", text="brush")
    with pytest.raises(Refused, match="changed since"):
        await house.calls("cancel_reminder", which=str(REMINDER))
    (change,) = [one for one in house.log.all() if isinstance(one.event, ReminderChanged)]
    assert change.stream == STREAM
