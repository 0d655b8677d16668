"""Whether a reminder reached its user: what the model is told of the last occurrence."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts import slots, streams
from contracts.conversation import MessageReceived, ReplyReady
from contracts.event import Event, Json
from contracts.recorded import Recorded
from contracts.reminders import ReminderSet
from contracts.replies import (
    WINDOW_SHUT,
    ReplyAssumed,
    ReplyDelivered,
    ReplyFailed,
    ReplyHeld,
    ReplyParked,
    ReplyRead,
    ReplySending,
    ReplySent,
    ReplyUndelivered,
)
from contracts.streams import UserId
from contracts.tools import ToolRequested
from services.scheduler.effects import Claimed, Effects
from services.scheduler.reminding import deliveries
from services.scheduler.reminding.listing import Active, Spoken
from services.scheduler.tools import ReminderTools
from taskflow.log.appending import Write
from taskflow.log.snapshots import Folds
from taskflow.tooling import Call
from tests.support.memory_log import START, MemoryLog
from tests.unit.scheduler.test_effects import Due

ADA = UserId(UUID(int=7))
REMINDER = UUID(int=5)
STREAM = streams.conversation(ADA)
REPLY = slots.event_id(slots.occurrence(REMINDER, START), 1)
PLACE: dict[str, Any] = {"reply": REPLY, "part": 0, "attempt": 1}
PHONE: dict[str, Any] = {"reply": REPLY, "part": 0, "message_ref": "SM1"}
CLAIM = ReplySending(**PLACE, parts=1, token=UUID(int=1))
TEMPLATE = CLAIM.model_copy(update={"template": "HX1"})
SENT = ReplySent(**PLACE, message_ref="SM1", known_by="response")
HELD = ReplyHeld(**PLACE, why="window")
READ = ReplyRead(**PHONE)
DELIVERED = ReplyDelivered(**PHONE)
SHUT = ReplyUndelivered(**PHONE, status="failed", code=WINDOW_SHUT, attempt=1)
WRITES = MessageReceived(message_ref="SM2", channel="whatsapp", kind="text", text="hi")
ASKS = ToolRequested(
    turn=UUID(int=1),
    step=1,
    tool="list_reminders",
    owner="scheduler",
    vendor_call_id=None,
    arguments={},
    zone="UTC",
    zone_known=True,
    deadline=START,
)


class Rows:
    """The read model: one reminder, which has spoken."""

    def __init__(self, rrule: str | None) -> None:
        self.rrule = rrule

    async def active(self, _user: UserId) -> list[Active]:
        due = START + timedelta(days=1)
        return [Active(REMINDER, 1, due, "UTC", self.rrule)] if self.rrule else []

    async def spoken(self, _user: UserId) -> list[Spoken]:
        return [] if self.rrule else [Spoken(REMINDER, 1)]

    async def caught_up(self, _recorded: Recorded[Any]) -> None:
        """It is written here."""


class House:
    def __init__(self, rrule: str | None = None) -> None:
        self.log, self.count = MemoryLog(), 100
        self.folds = Folds(self.log, None)
        rows = Rows(rrule)
        self.tools = ReminderTools(rows, self.log, self.folds, rows, lambda: self.log.now)
        local = f"{START:%Y-%m-%dT%H:%M:%S}"
        told = {"local_time": local, "zone": "UTC", "rrule": rrule, "tzdata": ""}
        fact = ReminderSet(reminder=REMINDER, text="call mom", **told)
        self.log.put([Write(streams.reminder(REMINDER), [fact], ADA)], UUID(int=1))

    async def fires(self) -> None:
        claimed = Claimed(REMINDER, ADA, START, START + timedelta(seconds=1))
        await Effects(Due(claimed), self.log, self.folds, 1).fire_due()

    def happens(self, *events: Event) -> list[Recorded[Any]]:
        for event in events:
            self.count += 1
            self.log.pass_time(timedelta(minutes=1))
            self.log.put([Write(STREAM, [event], ADA)], UUID(int=self.count))
        return self.log.all()

    async def listed(self) -> Json:
        recorded = self.happens(ASKS)[-1]
        (tool,) = [one for one in self.tools.all() if one.name == "list_reminders"]
        return (await tool.run(tool.arguments(), Call(recorded, ADA))).result


async def last_of(*events: Event) -> Json:
    house = House()
    await house.fires()
    house.happens(*events)
    (told,) = (await house.listed())["spoken"]
    return told["last"]


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ([], "not sent yet"),
        ([CLAIM], "unknown: on its way, and nobody has told that it was taken"),
        ([CLAIM, SENT], "sent; the phone has not told that it came"),
        ([CLAIM, SENT, DELIVERED], "delivered to the phone"),
        ([CLAIM, SENT, DELIVERED, READ], "delivered and read"),
        ([CLAIM, ReplyAssumed(**PLACE, assumed="gone")], deliveries._OUTCOMES["assumed gone"]),
        ([CLAIM, ReplyFailed(**PLACE, code=63003, reason="")], deliveries._OUTCOMES["failed"]),
        ([ReplyParked(reply=REPLY, error="OSError")], deliveries._OUTCOMES["parked"]),
        ([HELD], deliveries._OUTCOMES["held"]),
        ([CLAIM, SENT, SHUT, HELD], deliveries._OUTCOMES["held"]),
        (
            [CLAIM, SENT, SHUT.model_copy(update={"code": 63005})],
            deliveries._OUTCOMES["undelivered"],
        ),
    ],
)
async def test_that_a_reminder_fired_is_not_that_it_came(
    events: Sequence[Event], outcome: str
) -> None:
    assert (await last_of(*events))["outcome"] == outcome


async def test_a_notice_by_template_says_so_and_when_it_came() -> None:
    told = await last_of(TEMPLATE, SENT, DELIVERED)
    assert told["as"] == "a short notice, by a template"
    assert told["due"] == f"{START:%Y-%m-%d %H:%M}"
    assert told["at"] == f"{START + timedelta(minutes=3):%Y-%m-%d %H:%M}"
    assert "as" not in await last_of(CLAIM, SENT, DELIVERED)


async def test_one_that_was_held_is_found_though_much_was_said_before_it_went() -> None:
    told = await last_of(HELD, *[WRITES] * (2 * deliveries.PAGE), CLAIM, SENT, DELIVERED)
    assert told["outcome"] == "delivered to the phone"


async def test_one_that_comes_again_tells_of_its_last_time_beside_its_next() -> None:
    house = House("FREQ=DAILY")
    assert "last" not in (await house.listed())["reminders"][0], "it has not spoken yet"
    await house.fires()
    house.happens(CLAIM, SENT, READ)
    listed = await house.listed()
    assert listed["spoken"] == []
    (told,) = listed["reminders"]
    assert (told["number"], told["text"]) == (1, "call mom")
    assert told["last"]["outcome"] == "delivered and read"


async def test_another_users_reply_is_not_told_of() -> None:
    log = MemoryLog()
    ready = ReplyReady(turn=None, kind="reminder", text="x")
    bob = UserId(UUID(int=8))
    (recorded,) = log.put([Write(streams.conversation(bob), [ready], bob)], UUID(int=3)).events
    (asks,) = log.put([Write(STREAM, [ASKS], ADA)], UUID(int=4)).events
    said = deliveries.Said(START, recorded.event_id)
    assert await deliveries.Deliveries(log).for_model(said, "UTC", asks) == {
        "due": f"{START:%Y-%m-%d %H:%M}"
    }
