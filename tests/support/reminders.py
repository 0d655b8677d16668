"""Everything that may happen to the scheduler, in any order."""

import contextlib
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis.stateful import precondition, rule

from contracts import slots
from contracts.conversation import UserForgotten
from contracts.streams import UserId
from contracts.tools import ToolRequested
from taskflow.errors import ConcurrentAppend, SealedForEver
from taskflow.postgres.database import DatabaseUnavailable
from tests.support.reminders_world import RemindersWorld, Replica
from tests.support.stepping import SteppedLoop, Waiting
from tests.support.walks import NUMBER, one_of

STEPS = 100
WORK = ("work_goes_on", "the_bus_delivers", "an_instant_comes_near")
FAULTS = (
    "a_replica_dies",
    "a_replica_hangs",
    "a_connection_breaks",
    "an_append_goes_unanswered",
    "the_bus_delivers_again",
    "the_bus_loses_a_delivery",
    "a_read_model_is_built_anew",
    "a_user_is_forgotten",
)
ADA, BOB = UserId(UUID(int=7)), UserId(UUID(int=8))
MOST_REPLICAS, MOST_CALLS, MOST_QUEUED = 3, 12, 3
CALL_SECONDS = (25, 600)
CLAIM_ENDS, A_MOMENT = timedelta(seconds=31), timedelta(seconds=1.5)
CHANGES = [
    ("Europe/Berlin", datetime(2027, 3, 28), 2),
    ("Europe/Berlin", datetime(2026, 10, 25), 2),
    ("America/New_York", datetime(2027, 3, 14), 2),
    ("America/New_York", datetime(2026, 11, 1), 1),
    ("Australia/Lord_Howe", datetime(2027, 4, 4), 1),
    ("Australia/Lord_Howe", datetime(2026, 10, 4), 2),
    ("Asia/Kolkata", datetime(2027, 1, 1), 0),
]
"""Zones, the day on which their clocks change, and the hour."""
RULES = [
    None,
    None,
    "FREQ=DAILY",
    "FREQ=HOURLY;INTERVAL=1",
    "FREQ=MINUTELY;INTERVAL=20",
    "FREQ=DAILY;COUNT=2",
    "FREQ=WEEKLY;BYDAY=SA,SU,MO",
    "FREQ=HOURLY;INTERVAL=7;COUNT=4",
]
JUMPS = [
    timedelta(milliseconds=200),
    timedelta(seconds=1),
    timedelta(seconds=1),
    timedelta(seconds=2),
    timedelta(seconds=5),
    timedelta(seconds=31),
    timedelta(minutes=6),
    timedelta(hours=3),
    timedelta(days=2),
]


class Reminders(RemindersWorld):
    zone, day, hour = CHANGES[0]
    names = ("due-reminders", "open-calls")

    # -- what people and the clock do -------------------------------------------------------

    @precondition(lambda self: not self.replicas and not self.count)
    @rule(n=NUMBER)
    def a_world_begins(self, n: int) -> None:
        self.zone, self.day, self.hour = one_of(CHANGES, n)
        eve = self.day.replace(tzinfo=ZoneInfo(self.zone)) - timedelta(hours=n % 11)
        self.log.now = eve.astimezone(UTC)
        for _ in range(1 + n % 2):
            self._start()

    @precondition(lambda self: self.replicas and self.count < MOST_CALLS)
    @rule(n=NUMBER, m=NUMBER)
    def a_reminder_is_asked_for(self, n: int, m: int) -> None:
        arguments = {
            "text": f"thing {self.count}",
            "at": self._time(n).isoformat(timespec="minutes" if m % 2 else "seconds"),
            "rrule": one_of(RULES, m),
        }
        self._call("set_reminder", {key: one for key, one in arguments.items() if one}, n)

    @precondition(lambda self: self.judge.promises and self.count < MOST_CALLS)
    @rule(n=NUMBER)
    def a_reminder_is_to_be_cancelled(self, n: int) -> None:
        promise = one_of(list(self.judge.promises.values()), n // 2)
        which = f"#{promise.number}" if n % 2 else promise.text
        self._call("cancel_reminder", {"which": which}, 0 if promise.user == ADA else 1)

    @precondition(lambda self: self.judge.promises and self.count < MOST_CALLS)
    @rule(n=NUMBER, m=NUMBER)
    def a_reminder_is_to_be_changed(self, n: int, m: int) -> None:
        promise = one_of(list(self.judge.promises.values()), n // 2)
        asked: dict[str, object] = one_of(
            [
                {"text": f"other {self.count}"},
                {"by_minutes": 1 + m},
                {"time": f"{m % 24:02}:{m % 60:02}"},
            ],
            m,
        )
        self._call("change_reminder", {"which": f"#{promise.number}"} | asked, n)

    @precondition(lambda self: self.replicas and self.count < MOST_CALLS)
    @rule(n=NUMBER)
    def a_list_is_asked_for(self, n: int) -> None:
        self._call("list_reminders", {}, n)

    @precondition(lambda self: BOB not in self.forgotten and self.judge.promises)
    @rule(n=NUMBER)
    def a_user_is_forgotten(self, n: int) -> None:
        if n % 4 == 0:
            self.forgotten.add(BOB)

    @precondition(lambda self: BOB in self.forgotten - self.judge.forgotten)
    @rule()
    def forgetting_is_recorded(self) -> None:
        self.tell(BOB, UserForgotten(), slots.forgotten(BOB))

    @precondition(lambda self: self.replicas)
    @rule(n=NUMBER)
    def time_passes(self, n: int) -> None:
        self.set_clock(self.log.now + one_of(JUMPS, n))

    @precondition(lambda self: self.judge.next_dues())
    @rule(n=NUMBER)
    def an_instant_comes_near(self, n: int) -> None:
        due = one_of(self.judge.next_dues()[:2], n)
        near = one_of([timedelta(), timedelta(milliseconds=-1), timedelta(seconds=1)], n // 2)
        self.set_clock(due + near)

    # -- what breaks ------------------------------------------------------------------------

    @precondition(lambda self: self.count and len(self.replicas) < MOST_REPLICAS)
    @rule()
    def a_replica_starts(self) -> None:
        self._start()

    @precondition(lambda self: self.replicas)
    @rule(n=NUMBER)
    def a_replica_dies(self, n: int) -> None:
        self._kill(one_of(self.replicas, n))

    @precondition(lambda self: self.awake())
    @rule(n=NUMBER)
    def a_replica_hangs(self, n: int) -> None:
        one_of(self.awake(), n).hangs = True

    @precondition(lambda self: len(self.awake()) < len(self.replicas))
    @rule(n=NUMBER)
    def a_replica_goes_on(self, n: int) -> None:
        replica = one_of([one for one in self.replicas if one.hangs], n)
        replica.hangs = False
        if n % 2:
            self.set_clock(self.log.now)

    @precondition(lambda self: any(one.loop.waiting for one in self.awake()))
    @rule(n=NUMBER)
    def a_connection_breaks(self, n: int) -> None:
        replica = one_of([one for one in self.awake() if one.loop.waiting], n)
        waiting = one_of(replica.loop.waiting, n // 3)
        lost = ConnectionResetError("lost")
        unknown = DatabaseUnavailable("no answer")
        of_log = waiting.what in {"append", "read", "find", "count", "active", "spoken"}
        replica.loop.answer(waiting, unknown if of_log else lost)
        self.check()

    @precondition(lambda self: self._unsent())
    @rule(n=NUMBER)
    def an_append_goes_unanswered(self, n: int) -> None:
        """Given up by its process; the database may still do it, much later."""
        loop, waiting = one_of(self._unsent(), n)
        assert waiting.effect is not None
        self.late_commits.append(waiting.effect)
        loop.answer(waiting, DatabaseUnavailable("no answer in time"))
        self.check()

    @precondition(lambda self: self.late_commits)
    @rule(n=NUMBER)
    def a_late_commit_lands(self, n: int) -> None:
        with contextlib.suppress(ConcurrentAppend, SealedForEver):
            self.late_commits.pop(n % len(self.late_commits))()
        self.check()

    @precondition(lambda self: self.bus.queue and self.awake())
    @rule(n=NUMBER)
    def the_bus_delivers(self, n: int) -> None:
        self.deliver(n)
        self.check()

    @precondition(lambda self: self.judge.requests and len(self.bus.queue) < MOST_QUEUED)
    @rule(n=NUMBER)
    def the_bus_delivers_again(self, n: int) -> None:
        self.bus.publish_again(n)

    @precondition(lambda self: self.bus.queue)
    @rule(n=NUMBER)
    def the_bus_loses_a_delivery(self, n: int) -> None:
        self.bus.lose(n)

    @precondition(lambda self: self.judge.promises)
    @rule(n=NUMBER)
    def a_read_model_is_built_anew(self, n: int) -> None:
        self.due.start_anew(one_of(self.names, n))

    # -- what replicas do -------------------------------------------------------------------

    @precondition(lambda self: any(one.loop.waiting for one in self.awake()))
    @rule(n=NUMBER)
    def work_goes_on(self, n: int) -> None:
        """Some answers arrive, in any order."""
        for turn in range(3 + n % 15):
            busy = [one.loop for one in self.awake() if one.loop.waiting]
            if not busy:
                break
            loop = one_of(busy, n + turn)
            loop.answer(one_of(loop.waiting, n // 2 + 3 * turn))
        self.check()

    def settle(self) -> None:
        """Without another fault everything that is due is done, from anywhere."""
        if self.forgotten and not self.judge.forgotten:
            self.forgetting_is_recorded()
        while self.late_commits:
            self.a_late_commit_lands(0)
        for replica in self.replicas:
            replica.hangs = False
        if not self.replicas:
            self._start()
        for _ in range(20):
            self.drain()
            if self.is_at_rest():
                return
            pause = CLAIM_ENDS if self.is_owing() else A_MOMENT
            deadlines = [one.deadline + A_MOMENT for one in self.due.calls.values()]
            self.set_clock(max([self.log.now + pause, *deadlines]))
        raise AssertionError("it never settles")

    def is_owing(self) -> bool:
        """Somebody died with it, or handed it back; or a deadline must pass."""
        now = self.log.now
        due = any(
            row.due and row.due <= now and not self.due.waits(one)
            for one, row in self.due.rows.items()
        )
        return due or bool(self.due.calls or self.later)

    def is_at_rest(self) -> bool:
        end = len(self.log.all())
        read = all(self.due.checkpoints.get(name, 0) == end for name in self.names)
        return read and not self.is_owing()

    def teardown(self) -> None:
        if not self.count:
            return
        self.settle()
        self.judge.at_the_end(self.log.now)
        standing = {one for one, p in self.judge.promises.items() if p.user not in self.forgotten}
        table = {one: row.due for one, row in self.due.rows.items()}
        promised = {
            one: None if self.judge.promises[one].over else self.judge.promises[one].next
            for one in standing
        }
        assert table == promised, "the table and the promises differ"

    def _unsent(self) -> list[tuple[SteppedLoop, Waiting]]:
        return [
            (one.loop, waiting)
            for one in self.awake()
            for waiting in one.loop.waiting
            if waiting.what == "append" and waiting.effect
        ]

    def _start(self) -> None:
        self.replicas.append(Replica(self))
        self.check()

    def _kill(self, replica: Replica) -> None:
        self.replicas.remove(replica)
        replica.kill()

    def _time(self, n: int) -> datetime:
        """Soon, or about when the clocks change."""
        here = self.log.now.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        if n % 3:
            return here + timedelta(seconds=(1, 20, 90, 400, 4000, 90_000)[n % 6] + n)
        return self.day + timedelta(hours=self.hour, minutes=n // 3 * 10 - 60)

    def _call(self, tool: str, arguments: dict[str, object], n: int) -> None:
        user = BOB if n % 2 and BOB not in self.forgotten else ADA
        request = ToolRequested(
            turn=UUID(int=1),
            step=1,
            tool=tool,
            owner="scheduler",
            vendor_call_id=None,
            arguments=arguments,
            zone=self.zone,
            zone_known=True,
            deadline=self.log.now + timedelta(seconds=one_of(CALL_SECONDS, self.count)),
        )
        self.request(user, request)
