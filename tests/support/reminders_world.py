"""The scheduler's replicas, each a process of its own, beside one database and one bus.

The scheduler's own code runs in them, from the delivery of a call to the firing; every exchange
with the database is on its way, done, or on its way back, and there a replica hangs or dies.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine

from contracts import slots
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.reminders import ReminderFired
from contracts.streams import UserId, conversation
from contracts.tools import ToolFinished, ToolRequested
from services.scheduler.due import DueReminders, OpenCalls
from services.scheduler.effects import Claimed, Effects, Overdue
from services.scheduler.quiet.tool import QuietTool
from services.scheduler.quiet.waiting import Waiting
from services.scheduler.reminding.listing import Active, Spoken
from services.scheduler.tools import ReminderTools
from services.scheduler.waking.waking import Waking
from taskflow.bus import bus
from taskflow.bus.driving import Driving
from taskflow.errors import Retryable, SealedForEver
from taskflow.log.appending import FRESH, Appended, Because, Outcome, Write
from taskflow.log.snapshots import Folds
from taskflow.privacy import sealing
from taskflow.projecting.projector import Projection
from taskflow.tooling import ToolCalls
from tests.support.memory_due import MemoryDue
from tests.support.memory_log import START, MemoryLog
from tests.support.reminder_judge import ReminderJudge
from tests.support.simulated_bus import Bus
from tests.support.stepping import SteppedLoop, leave
from tests.support.wires import Desk, ReadModel, Wire, keep_projecting

T = TypeVar("T")
CLAIM = 3
"""Few at once, so that replicas share the work."""


class Replica:
    """One process of the scheduler, wired as app.py wires it."""

    def __init__(self, world: "RemindersWorld") -> None:
        self.world = world
        self.loop = SteppedLoop(world.seconds)
        self.hangs = False
        self.deliveries: list[Recorded[Any]] = []
        wire = Wire(world, self.loop)
        folds = Folds(wire, None)
        due, calls = world.projections(folds)
        tools = ReminderTools(wire, wire, folds, ReadModel(wire, due.name), lambda: world.log.now)
        self.calls = ToolCalls(wire, [*tools.all(), QuietTool(wire).tool()])
        self.desk = Desk(wire)
        effects = Effects(wire, wire, folds, CLAIM)
        self.loop.start(effects.keep_firing(), self._ended)
        if world.quiet:
            waking = Waking(wire, wire, folds, CLAIM)
            self.loop.start(waking.keep_waking(), self._ended)
        if world.deadlines:
            self.loop.start(effects.keep_failing_overdue(), self._ended)
        for projection in (due, calls):
            self.loop.start(keep_projecting(wire, projection), self._ended)

    def take(self, one: Recorded[Any], delivery: int) -> None:
        self.deliveries.append(one)
        driving = Driving(self.calls.of(one), self.desk, self.desk)
        self.loop.start(driving.drive(one, delivery), lambda task: self._done(one, task))

    def kill(self) -> None:
        self.loop.kill()
        self.world.due.roll_back(self.loop)
        for one in self.deliveries:
            self.world.bus.give_back(one)

    def _done(self, one: Recorded[Any], task: Any) -> None:
        self.deliveries.remove(one)
        error = task.exception()
        if isinstance(error, Retryable):
            delay = bus.DELAYS[min(self.world.delivered[one.event_id], len(bus.DELAYS)) - 1]
            self.world.later.append((self.world.log.now + timedelta(seconds=delay), one))
        else:
            self.world.bus.ack(one)
            if error and not isinstance(error, SealedForEver):
                self.world.broken.append(f"a delivery failed: {error!r}")

    def _ended(self, task: Any) -> None:
        self.world.broken.append(f"a part of the scheduler ended: {task.exception()!r}")


class RemindersWorld(RuleBasedStateMachine):
    """How replicas work; what happens to them stands in reminders.py."""

    deadlines = True
    quiet = False
    """Whether people have quiet hours."""
    patient = False
    """Time stands still while somebody works."""

    def __init__(self) -> None:
        super().__init__()
        self.log = MemoryLog()
        self.due = MemoryDue(lambda: self.log.now)
        self.bus = Bus(self.log, (ToolRequested,))
        self.judge = ReminderJudge()
        self.replicas: list[Replica] = []
        self.late_commits: list[Callable[[], object]] = []
        self.forgotten: set[UUID] = set()
        self.tries: Counter[UUID] = Counter()
        self.attempts: Counter[tuple[UUID, datetime]] = Counter()
        """How often somebody tried to fire an occurrence."""
        self.delivered: Counter[UUID] = Counter()
        self.later: list[tuple[datetime, Recorded[Any]]] = []
        """Handed back by a handler that cannot do it yet."""
        self.broken: list[str] = []
        self.verdicts: list[AssertionError] = []
        self.count = 0

    # -- what a broken scheduler would do otherwise -----------------------------------------

    def put(self, writes: Sequence[Write], slot: UUID, because: Because) -> Outcome:
        return self.log.put(writes, slot, because)

    def claim(self, limit: int, seconds: int) -> list[Claimed]:
        return self.due.claim(limit, seconds)

    def wait(self, waiting: Waiting) -> None:
        self.due.wait(waiting)

    def overdue(self) -> list[Overdue]:
        return self.due.overdue()

    def active(self, user: UserId) -> list[Active]:
        return self.due.active(user)

    def spoken(self, user: UserId) -> list[Spoken]:
        return self.due.spoken(user)

    def projections(self, folds: Folds) -> tuple[Projection, Projection]:
        return DueReminders(folds), OpenCalls()

    def drain(self) -> None:
        """Every answer arrives, the oldest first."""
        for _ in range(3000):
            busy = [one.loop for one in self.awake() if one.loop.waiting]
            for loop in busy:
                for one in list(loop.waiting):
                    if one in loop.waiting:
                        loop.answer(one)
            while self.bus.queue and self.awake():
                self.deliver(0)
            self.check()
            if not busy:
                return
        raise AssertionError("it never comes to rest")

    def deliver(self, n: int) -> None:
        one = self.bus.deliver(n)
        self.delivered[one.event_id] += 1
        awake = self.awake()
        awake[n // 2 % len(awake)].take(one, self.delivered[one.event_id])

    # -- how it works underneath ------------------------------------------------------------

    def seconds(self) -> float:
        return (self.log.now - START).total_seconds()

    def append(self, writes: Sequence[Write], slot: UUID, because: Because = FRESH) -> Outcome:
        """One transaction; the judge sees it, and the relay publishes it."""
        for write in writes:
            personal = any(sealing.has_personal_fields(type(event)) for event in write.events)
            if write.user in self.forgotten and personal:
                raise SealedForEver(f"user {write.user} was forgotten")
        for write in writes:
            for event in write.events:
                if isinstance(event, ReminderFired):
                    self.attempts[event.reminder, event.due] += 1
        outcome = self.put([timeless(write) for write in writes], slot, because)
        try:
            self.heed()
        except AssertionError as verdict:
            # Not for the code under test, which would take it for a failure of its own.
            self.verdicts.append(verdict)
        return outcome

    def heed(self) -> None:
        """What is new in the log, transaction by transaction."""
        transaction: list[Recorded[Any]] = []
        for one in self.log.after(self.judge.seen):
            if transaction and one.transaction_id != transaction[0].transaction_id:
                self.judge.see(transaction)
                transaction = []
            transaction.append(one)
        if transaction:
            self.judge.see(transaction)
        self.bus.relay()

    def tell(self, user: UserId, event: Event, slot: UUID) -> bool:
        """What other services append."""
        outcome = self.append([Write(conversation(user), [event], user)], slot)
        self.check()
        return isinstance(outcome, Appended)

    def awake(self) -> list[Replica]:
        return [one for one in self.replicas if not one.hangs]

    def set_clock(self, to: datetime) -> None:
        if self.patient:
            self.drain()
        self.log.now = max(self.log.now, to)
        for when, one in list(self.later):
            if when <= self.log.now:
                self.later.remove((when, one))
                self.bus.give_back(one)
        for replica in self.awake():
            replica.loop.run()
        self.check()

    def check(self) -> None:
        """At the end of each rule."""
        leave()
        for verdict in self.verdicts:
            raise verdict
        assert not self.broken, self.broken[0]
        for replica in self.replicas:
            assert not replica.loop.failed, f"unhandled: {replica.loop.failed[0]!r}"

    def request(self, user: UserId, request: ToolRequested) -> None:
        self.count += 1
        self.tell(user, request, slots.step(UUID(int=self.count), 1))


def timeless(write: Write) -> Write:
    """How long a tool took is the one thing that real time would tell."""
    events = [
        event.model_copy(update={"took_ms": 0}) if isinstance(event, ToolFinished) else event
        for event in write.events
    ]
    return Write(write.stream, events, write.user, write.expected_version)
