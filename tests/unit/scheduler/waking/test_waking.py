"""The morning after quiet hours: one message of all that waited, decided anew."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from contracts import buttons, slots, streams
from contracts.conversation import MessageReceived, ReplyReady
from contracts.event import Event
from contracts.quiet_hours import QuietHoursEnded, QuietHoursSet
from contracts.readings import Evidence, Reading
from contracts.recorded import Recorded
from contracts.reminders import (
    ReminderCancelled,
    ReminderFired,
    ReminderFollowedUp,
    ReminderSet,
)
from contracts.replies import ReplySending, ReplySent
from contracts.streams import UserId
from contracts.watches import WatchAlerted, WatchSet, WatchStopped
from services.scheduler.decider import FOLD, due_at, follow_up_at
from services.scheduler.effects import Claimed, Effects
from services.scheduler.quiet.waiting import Waited, Waiting
from services.scheduler.reminding.following_up import TOO_LATE, FollowingUp, FollowUp
from services.scheduler.review import review
from services.scheduler.waking.waking import MOST_TOGETHER, Waking
from services.scheduler.watches.claims import DuePage, Watcher
from services.scheduler.watches.decider import Rhythm
from services.scheduler.watches.effects import Watching
from taskflow.errors import SealedForEver
from taskflow.log.appending import FRESH, Because, Outcome, Write
from taskflow.log.snapshots import Folds
from taskflow.replay.history import History
from taskflow.replay.verdicts import Redecided
from tests.support.memory_log import MemoryLog

ADA = UserId(UUID(int=7))
HERE = streams.conversation(ADA)
WATCH = UUID(int=900)
EVENING = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
NIGHT = QuietHoursSet(begin="22:00", end="07:00", zone="UTC")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HOURLY = "FREQ=HOURLY"
HEADER = "🌙 This waited for the end of your quiet hours:"
SHOP = "https://shop.example/lamp"


class Log(MemoryLog):
    is_forgotten = False

    async def append(
        self, writes: Sequence[Write], slot: UUID, because: Because = FRESH
    ) -> Outcome:
        if self.is_forgotten:
            raise SealedForEver("forgotten")
        return self.put(writes, slot, because)


class House:
    """The scheduler of one user who sleeps, and its tables."""

    def __init__(self, *told: Event) -> None:
        self.log, self.count = Log(), 1_000
        self.log.now = EVENING
        self.folds = Folds(self.log, None)
        self.rows: dict[tuple[str, UUID], Waiting] = {}
        self.claimed: list[Claimed] = []
        self.due_follow_ups: list[FollowUp] = []
        self.reading = Reading.model_construct()
        self.pause = timedelta()
        for event in told or (NIGHT,):
            self.happens(streams.profile(ADA), event)

    def happens(self, stream: str, *events: Event) -> list[Recorded[Any]]:
        self.count += 1
        return self.log.put([Write(stream, events, ADA)], UUID(int=self.count)).events

    def promises(self, n: int, due: datetime, rrule: str | None = None, **more: Any) -> UUID:
        local = f"{due:%Y-%m-%dT%H:%M:%S}"
        told: dict[str, Any] = {"local_time": local, "zone": "UTC", "rrule": rrule, "tzdata": ""}
        reminder = UUID(int=n)
        fact = ReminderSet(reminder=reminder, text=f"thing {n}", **told, **more)
        self.happens(streams.reminder(reminder), fact)
        return reminder

    # -- its tables --------------------------------------------------------------------------

    async def claim(self, limit: int, seconds: int) -> list[Claimed]:
        return self.claimed

    async def realign(self, *given: Any) -> None:
        raise AssertionError("rows are right here")

    async def follow_ups(self, limit: int, seconds: int) -> list[FollowUp]:
        return self.due_follow_ups

    async def settle(self, *given: Any) -> None:
        self.due_follow_ups = []

    async def watchers(self, page: UUID) -> list[Watcher]:
        return [Watcher(WATCH, ADA)]

    async def look(self, watch_set: Recorded[WatchSet], due: datetime) -> Reading:
        return self.reading

    async def move(
        self, page: UUID, due: datetime, pause: timedelta, *given: Any, **more: Any
    ) -> bool:
        self.pause = pause
        return True

    async def hold(self, *given: Any) -> None:
        """Its last watch has just ended."""

    async def wait(self, waiting: Waiting) -> None:
        self.rows[waiting.kind, waiting.id] = waiting

    async def waited(self, limit: int, seconds: int) -> list[Waited]:
        now = self.log.now
        return [Waited(one, now) for one in self.rows.values() if one.until <= now]

    async def done(self, waiting: Waiting) -> None:
        del self.rows[waiting.kind, waiting.id]

    # -- what it does ------------------------------------------------------------------------

    async def fires(self, *reminders: UUID, late: timedelta = timedelta()) -> None:
        states = [FOLD.over(self.log.stream(streams.reminder(one))) for one in reminders]
        dues = [due for state in states if (due := due_at(state))]
        self.log.now = max(self.log.now, *dues) + late
        self.claimed = [
            Claimed(one, ADA, due, self.log.now) for one, due in zip(reminders, dues, strict=True)
        ]
        await Effects(self, self.log, self.folds, 50).fire_due()

    async def follows_up(self, reminder: UUID) -> None:
        at = follow_up_at(FOLD.over(self.log.stream(streams.reminder(reminder))))
        assert at is not None
        self.log.now = max(self.log.now, at)
        self.due_follow_ups = [FollowUp(reminder, at, self.log.now)]
        await FollowingUp(self, self.log, self.folds, 5).follow_up_due()

    async def sends(self) -> None:
        reply = self.log.stream(HERE)[-1].event_id
        place: dict[str, Any] = {"reply": reply, "part": 0, "attempt": 1}
        self.happens(HERE, ReplySending(**place, parts=1, token=UUID(int=1)))
        self.happens(HERE, ReplySent(**place, message_ref="SM1", known_by="response"))

    async def looks(self, amount: str | None, outcome: str = "priced") -> None:
        self.log.pass_time(5 * MINUTE)
        evidence = Evidence(at=self.log.now, read_by="http")
        self.reading = Reading(
            outcome=outcome,  # type: ignore[arg-type]
            title="Lamp",
            amount=Decimal(amount) if amount else None,
            currency="EUR" if amount else None,
            evidence=evidence,
        )
        watching = Watching(self, self, self.log, self.folds, rhythm=Rhythm(), at_once=1)
        page = DuePage(UUID(int=1), self.log.now, self.log.now, 0, ever_read=True, joined=1)
        await watching.look(page)

    async def wakes(self, at: datetime = MORNING) -> list[str]:
        self.log.now = max(self.log.now, at)
        before = len(self.said())
        await Waking(self, self.log, self.folds, 5).wake_due()
        return self.said()[before:]

    def said(self) -> list[str]:
        return [
            one.event.text for one in self.log.stream(HERE) if isinstance(one.event, ReplyReady)
        ]

    def of(self, kind: type[Any]) -> list[Recorded[Any]]:
        return [one for one in self.log.all() if isinstance(one.event, kind)]

    async def reviewed(self) -> None:
        """Today's code decides the same again; what the script itself put there aside."""
        told = {one.event_id: frozenset(type(one.event).model_fields) for one in self.log.all()}
        history = History(
            ADA, {one.stream: self.log.stream(one.stream) for one in self.log.all()}, told
        )
        verdicts = [one async for one in review(history)]
        told_kinds = (ReminderFired, ReminderFollowedUp, WatchAlerted, ReplyReady)
        judged = [
            one
            for one in verdicts
            if isinstance(one, Redecided) and isinstance(one.at.event, told_kinds)
        ]
        assert judged
        assert [one for one in judged if one.changes()] == []


def a_watch(house: House, **more: Any) -> None:
    told: dict[str, Any] = {
        "goal": "below",
        "below": Decimal(70),
        "drop_percent": None,
        "until": None,
        "zone": "UTC",
        "currency": "EUR",
        "product": None,
    }
    fact = WatchSet(watch=WATCH, page=UUID(int=1), url=SHOP, **told | more)
    house.happens(streams.watch(WATCH), fact)


async def test_all_that_waited_is_one_message() -> None:
    house = House()
    pill = house.promises(1, EVENING, follow_up_minutes=60)
    drink = house.promises(2, EVENING + 2 * HOUR, HOURLY)
    tea = house.promises(3, EVENING + HOUR)
    a_watch(house)
    await house.fires(pill)
    await house.sends()
    await house.looks("80")
    await house.follows_up(pill)
    await house.fires(drink)
    await house.fires(tea, late=10 * MINUTE)
    for amount in ("69", "69", "69"):
        await house.looks(amount)
    assert len(house.said()) == 1, "the night is quiet"

    (told,) = await house.wakes()
    assert told.splitlines()[:4] == [
        HEADER,
        "⏰ Monday 23 November, 21:30: thing 1 _(You have not answered, so I ask once more.)_",
        "⏰ Monday 23 November, 22:30: thing 3",
        "⏰ Monday 23 November, 23:30: thing 2",
    ]
    assert "📉 **Lamp** is now €69.00 (it was €80.00), below your €70.00." in told
    assert not house.rows
    facts = [house.of(kind)[-1] for kind in (ReminderFired, ReminderFollowedUp, WatchAlerted)]
    reply = house.log.stream(HERE)[-1]
    assert {one.event.reply for one in facts} == {reply.event_id}
    assert {one.transaction_id for one in facts} == {reply.transaction_id}
    assert reply.event.buttons is None
    assert await house.wakes() == []
    await house.reviewed()


async def test_what_the_user_timed_comes_at_its_time() -> None:
    house = House()
    alarm = house.promises(1, datetime(2026, 11, 24, 5, 0, tzinfo=UTC))
    daily = house.promises(2, datetime(2026, 11, 24, 5, 30, tzinfo=UTC), "FREQ=DAILY")
    await house.fires(alarm)
    await house.fires(daily)
    assert house.said() == ["⏰ thing 1", "⏰ thing 2"]
    assert not house.rows
    await house.reviewed()


async def test_a_series_comes_once_and_goes_on() -> None:
    house = House()
    drink = house.promises(1, EVENING + HOUR, HOURLY)
    await house.fires(drink)
    (told,) = await house.wakes()
    assert told == (
        "⏰ thing 1\n"
        "_(This was meant for Monday 23 November, 22:30, and waited for the end of your quiet "
        "hours.)_"
    )
    reply = house.log.stream(HERE)[-1]
    assert buttons.read(reply.event.buttons[0].payload).names == reply.event_id
    state = FOLD.over(house.log.stream(streams.reminder(drink)))
    assert due_at(state) == MORNING + 30 * MINUTE
    await house.reviewed()


async def test_a_series_that_is_followed_up_says_the_newest_alone() -> None:
    house = House()
    drink = house.promises(1, EVENING, HOURLY, follow_up_minutes=40)
    await house.fires(drink)
    await house.sends()
    await house.follows_up(drink)
    await house.fires(drink)
    assert len(house.rows) == 2
    (told,) = await house.wakes()
    assert told.startswith("⏰ thing 1\n_(This was meant for Monday 23 November, 22:30")
    assert not house.rows
    await house.reviewed()


async def test_without_quiet_hours_nothing_waits() -> None:
    house = House(NIGHT, QuietHoursEnded())
    await house.fires(house.promises(1, EVENING + HOUR, HOURLY))
    assert house.said() == ["⏰ thing 1"]


async def test_what_was_cancelled_or_answered_meanwhile_is_not_said() -> None:
    house = House()
    pill = house.promises(1, EVENING, follow_up_minutes=60)
    drink = house.promises(2, EVENING + HOUR, HOURLY)
    await house.fires(pill)
    await house.sends()
    await house.follows_up(pill)
    await house.fires(drink)
    assert set(house.rows) == {("follow_up", pill), ("reminder", drink)}

    house.happens(streams.reminder(drink), ReminderCancelled(reminder=drink))
    writes = MessageReceived(message_ref="SM2", channel="whatsapp", kind="text", text="hi")
    house.happens(HERE, writes)
    assert await house.wakes() == []
    assert not house.rows


async def test_who_writes_just_as_they_are_asked_again_is_not() -> None:
    house = House()
    pill = house.promises(1, EVENING, follow_up_minutes=60)
    await house.fires(pill)
    await house.sends()
    await house.follows_up(pill)
    put, writes = (
        house.log.put,
        MessageReceived(message_ref="SM2", channel="whatsapp", kind="text", text="hi"),
    )

    def a_message_comes_first(*given: Any) -> Outcome:
        house.log.put = put  # type: ignore[method-assign]
        house.happens(HERE, writes)
        return put(*given)

    house.log.put = a_message_comes_first  # type: ignore[method-assign]
    assert await house.wakes() == []


async def test_a_price_that_went_up_again_is_no_news() -> None:
    house = House()
    house.log.now = EVENING + HOUR
    a_watch(house)
    for amount in ("80", "69", "69"):
        await house.looks(amount)
    assert ("watch", WATCH) in house.rows
    await house.looks("75")
    assert await house.wakes() == []
    await house.looks("69")
    await house.looks("69")
    assert len(house.of(WatchAlerted)) == 1, "it is awake now"
    await house.reviewed()


async def test_a_watch_that_ends_in_the_night_still_tells_what_it_saw() -> None:
    house = House()
    house.log.now = EVENING + HOUR
    a_watch(house, until=EVENING.date())
    for amount in ("80", "69", "69"):
        await house.looks(amount)
    house.log.now = EVENING + 4 * HOUR
    await house.looks("69")
    assert house.of(WatchStopped) == []
    (told,) = await house.wakes()
    assert "Lamp" in told
    await house.looks("69")
    assert len(house.of(WatchStopped)) == 1
    await house.reviewed()


async def test_a_page_is_not_told_lost_in_the_night_and_is_looked_at_when_it_ends() -> None:
    house = House()
    house.log.now = EVENING + HOUR
    a_watch(house)
    await house.looks(None, "blocked")
    await house.looks(None, "blocked")
    assert house.said() == []
    assert house.log.now + house.pause <= MORNING
    house.log.now = MORNING
    await house.looks(None, "blocked")
    assert len(house.said()) == 1


async def test_other_quiet_hours_by_then_put_it_off() -> None:
    house = House()
    await house.fires(house.promises(1, EVENING + HOUR, HOURLY))
    later = NIGHT.model_copy(update={"end": "09:00"})
    house.happens(streams.profile(ADA), later)
    assert await house.wakes() == []
    (told,) = await house.wakes(MORNING + 2 * HOUR)
    assert told.startswith("⏰ thing 1")


async def test_a_follow_up_that_comes_hours_after_their_end_is_dropped() -> None:
    house = House()
    pill = house.promises(1, EVENING, follow_up_minutes=60)
    await house.fires(pill)
    await house.sends()
    await house.follows_up(pill)
    assert await house.wakes(MORNING + TOO_LATE + MINUTE) == []
    assert not house.rows


async def test_many_come_in_messages_of_a_dozen() -> None:
    house = House()
    those = [house.promises(n, EVENING + HOUR + n * MINUTE, HOURLY) for n in range(1, 16)]
    for one in those:
        await house.fires(one)
    told = await house.wakes()
    assert [text.count("⏰") for text in told] == [MOST_TOGETHER, 3]
    await house.reviewed()


async def test_somebody_who_is_forgotten_meanwhile_hears_nothing() -> None:
    house = House()
    await house.fires(house.promises(1, EVENING + HOUR, HOURLY))
    house.log.is_forgotten = True
    assert await house.wakes() == []
    assert not house.rows


@pytest.mark.parametrize("first", ["fired", "cancelled"])
async def test_who_comes_second_tells_nothing_twice(first: str) -> None:
    house = House()
    drink = house.promises(1, EVENING + HOUR, HOURLY)
    await house.fires(drink)
    waiting = house.rows["reminder", drink]
    if first == "fired":
        assert len(await house.wakes()) == 1
    else:
        house.happens(streams.reminder(drink), ReminderCancelled(reminder=drink))
    house.rows["reminder", drink] = waiting
    assert await house.wakes() == []


def test_the_slot_is_the_first_ones() -> None:
    assert slots.waited("reminder-1", 3) != slots.waited("reminder-1", 4)
