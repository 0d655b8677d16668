"""Reminders of people who have quiet hours, end them, and move; judged by their own clock."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis.stateful import precondition, rule

from contracts import slots, streams
from contracts.conversation import ReplyReady
from contracts.profile import ProfileLearned
from contracts.quiet_hours import QuietHoursEnded, QuietHoursSet
from contracts.recorded import Recorded
from contracts.reminders import ReminderFired
from taskflow.log.appending import Write
from tests.support.reminder_judge import LATE, Promise, ReminderJudge, has_waited
from tests.support.reminders import ADA, BOB, CHANGES, MOST_CALLS, Reminders
from tests.support.walks import NUMBER, one_of
from tests.support.wall_clock import instant

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Told:
    """What holds from a moment on."""

    at: datetime
    hours: tuple[str, str] | None
    zone: str


class QuietJudge(ReminderJudge):
    def __init__(self) -> None:
        super().__init__()
        self.told: dict[UUID | None, list[Told]] = defaultdict(list)
        self.zones: dict[UUID | None, str] = {}
        self.waited = 0
        self.together = 0

    def see(self, transaction: Sequence[Recorded[Any]]) -> None:
        for one in transaction:
            self._hears(one)
        fired = [one for one in transaction if isinstance(one.event, ReminderFired)]
        for one in fired:
            self._is_let_sleep(one)
        replies = [one.event for one in transaction if isinstance(one.event, ReplyReady)]
        self.waited += sum(map(has_waited, replies))
        self.together += len(fired) > 1 and any(map(has_waited, replies))
        super().see(transaction)

    def _hears(self, one: Recorded[Any]) -> None:
        books = self.told[one.user_id]
        match one.event:
            case QuietHoursSet(begin=begin, end=end, zone=zone):
                assert begin != end, "quiet hours of a whole day"
                here = self.zones.get(one.user_id, zone)
                books.append(Told(one.recorded_at, (begin, end), here))
            case QuietHoursEnded():
                books.append(Told(one.recorded_at, None, "UTC"))
            case ProfileLearned(kind="zone", value=zone):
                self.zones[one.user_id] = zone
                if books:
                    books.append(Told(one.recorded_at, books[-1].hours, zone))
            case _:
                pass

    def _is_let_sleep(self, one: Recorded[ReminderFired]) -> None:
        """Unless the hours changed while it was on its way."""
        fired, promise = one.event, self.promises[one.event.reminder]
        found_at = fired.due + timedelta(seconds=fired.late_s)
        told = [each for each in self.told[one.user_id] if each.at < found_at]
        is_settled = told == self.told[one.user_id]
        if is_settled and told and (fired.late_s >= LATE.total_seconds() or _is_frequent(promise)):
            assert not _is_quiet(told[-1], found_at), "it woke somebody who had not timed it"

    def may_wait(self, promise: Promise, now: datetime) -> bool:
        told = self.told[promise.user]
        return bool(told) and _is_quiet(told[-1], now)


def _is_frequent(promise: Promise) -> bool:
    return promise.rrule is not None and promise.rrule.startswith(("FREQ=HOURLY", "FREQ=MINUTELY"))


def _is_quiet(told: Told, at: datetime) -> bool:
    if told.hours is None:
        return False
    begin, end = map(time.fromisoformat, told.hours)
    today = at.astimezone(ZoneInfo(told.zone)).date()
    for day in (today - DAY, today):
        last = day if begin < end else day + DAY
        starts = instant(datetime.combine(day, begin), told.zone)
        if starts <= at < instant(datetime.combine(last, end), told.zone):
            return True
    return False


class QuietReminders(Reminders):
    quiet = True
    judge: QuietJudge

    def __init__(self) -> None:
        super().__init__()
        self.judge = QuietJudge()
        self.moves = 0

    @precondition(lambda self: self.judge.promises and self.count < MOST_CALLS)
    @rule(n=NUMBER, m=NUMBER)
    def quiet_hours_are_wished_for(self, n: int, m: int) -> None:
        here = self.log.now.astimezone(ZoneInfo(self.zone))
        begin, end = here - timedelta(minutes=m % 90), here + timedelta(minutes=30 + 17 * (n % 60))
        hours: dict[str, object] = {"begin": f"{begin:%H:%M}", "end": f"{end:%H:%M}"}
        self._call("set_quiet_hours", {"off": True} if m % 9 == 0 else hours, n)

    @precondition(lambda self: self.replicas and not self.count)
    @rule(n=NUMBER, m=NUMBER)
    def somebody_goes_to_bed(self, n: int, m: int) -> None:
        """With two series that go on, and something that they timed themselves."""
        self.quiet_hours_are_wished_for(2 * n, m)
        here = self.log.now.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        for rrule in ("FREQ=HOURLY;INTERVAL=1", "FREQ=MINUTELY;INTERVAL=20", None):
            at = here + timedelta(seconds=one_of([20, 90, 400], self.count + n))
            told: dict[str, object] = {
                "text": f"thing {self.count}",
                "at": at.isoformat(timespec="seconds"),
            }
            self._call("set_reminder", told | ({"rrule": rrule} if rrule else {}), 0)
        self.drain()

    @precondition(lambda self: self.due.waiting)
    @rule(n=NUMBER)
    def quiet_hours_come_to_their_end(self, n: int) -> None:
        waiting, _ = one_of(list(self.due.waiting.values()), n)
        self.set_clock(waiting.until + timedelta(seconds=n % 3))

    @precondition(lambda self: self.judge.promises and self.moves < 2)
    @rule(n=NUMBER)
    def somebody_moves(self, n: int) -> None:
        user = BOB if n % 2 and BOB not in self.forgotten else ADA
        self.moves += 1
        zone, _, _ = one_of(CHANGES, n // 2)
        source = UUID(int=2**80 + self.moves)
        learned = ProfileLearned(kind="zone", value=zone, said="I moved", source=source, rule="x")
        self.append([Write(streams.profile(user), [learned], user)], slots.learned(source))
        self.check()
