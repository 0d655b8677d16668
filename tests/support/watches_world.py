"""Watches on pages that move, replicas that look at them, and what happens to both; by seed.

The scheduler's and the tools' own code runs in each replica, from the claim of a page to the fact;
every exchange with the database and the bus is on its way, done, or on its way back, and there a
replica hangs or dies.
"""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch
from uuid import UUID

import nats.errors

from contracts import slots, streams
from contracts.readings import Reading
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.tools import ToolRequested
from contracts.watches import LookAsked, WatchSet
from services.scheduler.watches import effects
from services.scheduler.watches.claims import DuePage
from services.scheduler.watches.decider import Rhythm
from services.scheduler.watches.due import Watches
from services.scheduler.watches.pages import PageIds
from services.scheduler.watches.tools import Addresses
from taskflow.log.appending import FRESH, Because, Outcome, Write
from taskflow.postgres.database import DatabaseUnavailable
from taskflow.privacy.sealing import DataKey
from tests.support.memory_log import START, MemoryLog
from tests.support.memory_watches import MemoryWatches
from tests.support.reminders_world import timeless
from tests.support.stepping import SteppedLoop, Waiting, leave
from tests.support.watch_judge import WatchJudge, by_page
from tests.support.watch_replicas import Replica, Scheduler, Tools
from tests.support.watch_shop import ShopPage, a_page
from tests.support.watch_wires import Questions

LONGEST_SLEEP = 20.0
"""Replicas that look for work every second are all that one would compute."""
OF_THE_LOG = {"append", "read", "find", "active", "count"}
OF_THE_BUS = {"ask", "answer"}


@dataclass(frozen=True, slots=True)
class Size:
    watches: int
    pages: int
    users: int
    hours: float
    faults: float
    """Chance of one at each exchange."""
    stops: float = 0.05
    """Share of the watches that their users stop."""


SMALL = Size(watches=24, pages=6, users=5, hours=9, faults=0.01, stops=0.2)


class WatchesWorld:
    rhythm = Rhythm()
    begins = START

    def __init__(self, seed: int, size: Size = SMALL) -> None:
        self.size, self.chance = size, random.Random(seed)
        self.log = MemoryLog()
        self.end = START + timedelta(hours=size.hours)
        self.due = MemoryWatches(lambda: self.log.now)
        self.questions = Questions()
        self.keys = {UserId(UUID(int=n + 1)): DataKey(n.to_bytes(32)) for n in range(size.users)}
        self.forgotten: set[UUID] = set()
        self.pages = [a_page(n, self.chance, self.end) for n in range(size.pages)]
        self.by_url = {page.url: page for page in self.pages}
        ids = PageIds(b"a key of simulations, 32 bytes..")
        self.addresses = Addresses(_told_nothing, str, ids)
        self.ids = {ids.of(page.url, None): page for page in self.pages}
        self.id_of = {page.number: id_ for id_, page in self.ids.items()}
        self.judge = WatchJudge(self.ids)
        self.schedulers: list[Scheduler] = []
        self.toolboxes: list[Tools] = []
        self.rung: list[SteppedLoop] = []
        self.tries: Counter[UUID] = Counter()
        self.deliveries: Counter[UUID] = Counter()
        self.fetches: list[tuple[UUID, datetime, datetime]] = []
        self.moved: Counter[tuple[UUID, datetime]] = Counter()
        self.faults = 0
        self.spoilt = 0
        """Looks that a fault may have cost a second fetch."""
        self.broken: list[str] = []
        self.verdicts: list[AssertionError] = []
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._counter = itertools.count()

    # -- what a broken scheduler would do otherwise -----------------------------------------

    def put(self, writes: Sequence[Write], slot: UUID, because: Because) -> Outcome:
        return self.log.put(writes, slot, because)

    def claim(self, limit: int, seconds: int) -> list[DuePage]:
        return self.due.claim(limit, seconds)

    # -- a life ------------------------------------------------------------------------------

    def live(self) -> None:
        """From the first watch to the end of its days, and to rest."""
        with patch.object(effects, "LONGEST_SLEEP", LONGEST_SLEEP):
            self._live()

    def _live(self) -> None:
        self._set_watches()
        for _ in range(2):
            self._start(Scheduler)
            self._start(Tools)
        self._run(self.end)
        self._rest()
        self._judge()

    def _set_watches(self) -> None:
        """Within the hour before: their pages are due over the hour to come."""
        users = list(self.keys)
        for n in range(self.size.watches):
            self.log.now = START - timedelta(hours=1) + timedelta(hours=1) * n / self.size.watches
            page = self.pages[n % self.size.pages]
            told = self._a_watch(slots.watch_set(UUID(int=n)), page)
            user = users[n % len(users)]
            write = Write(streams.watch(told.watch), [told], user)
            recorded = self.log.put([write], slots.retry(told.watch)).events[0]
            if self.chance.random() < self.size.stops:
                at = START + timedelta(hours=self.size.hours) * self.chance.random()
                self.at(at, lambda one=recorded: self._stop(one))
        self.log.now = START
        statements = Watches(self.rhythm.shortest)
        leave()
        project = statements.project(self.log.all())
        try:
            project.send(None)
        except StopIteration as done:
            self.due.commit("watches", done.value, 0, len(self.log.all()))
        for n, page in enumerate(sorted(self.due.pages)):
            hour = timedelta(hours=1) * n / len(self.due.pages)
            self.due.move(page, self.due.pages[page].due, hour, 0, read=False)
        self.heed()

    def _a_watch(self, watch: UUID, page: ShopPage) -> WatchSet:
        goal = self.chance.choice(("below", "below", "drop", "back_in_stock"))
        below = (page.price * self.chance.choice((60, 80, 90, 120)) / 100).quantize(Decimal("0.01"))
        return WatchSet(
            watch=watch,
            page=self.id_of[page.number],
            url=page.url,
            product=None,
            goal=goal,
            below=below if goal == "below" else None,
            currency=None,
            drop_percent=Decimal(self.chance.choice((10, 25))) if goal == "drop" else None,
            until=None,
            zone="UTC",
        )

    def _stop(self, watch: Recorded[WatchSet]) -> None:
        """The user asks for it, by number, in a call of the model's."""
        user = UserId(UUID(int=watch.user_id.int)) if watch.user_id else None
        assert user is not None
        row = self.due.rows[watch.event.watch]
        request = ToolRequested(
            turn=UUID(int=1),
            step=1,
            tool="stop_watch",
            owner="scheduler",
            vendor_call_id=None,
            arguments={"which": f"#{row.number}"},
            zone="UTC",
            zone_known=True,
            deadline=self.log.now + timedelta(minutes=5),
        )
        slot = slots.retry(slots.retry(watch.event.watch))
        write = Write(streams.conversation(user), [request], user)
        self.deliver(self.log.put([write], slot).events[0])
        self.heed()

    def deliver(self, one: Recorded[Any]) -> None:
        awake = [replica for replica in self.schedulers if not replica.hangs]
        if not awake:
            self.after(timedelta(seconds=5), lambda: self.deliver(one))
            return
        self.deliveries[one.event_id] += 1
        self.chance.choice(awake).take(one, min(self.deliveries[one.event_id], 2))

    # -- time and exchanges -------------------------------------------------------------------

    def seconds(self) -> float:
        return (self.log.now - START).total_seconds()

    def at(self, when: datetime, what: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (when, next(self._counter), what))

    def after(self, delay: timedelta, what: Callable[[], None]) -> None:
        self.at(self.log.now + delay, what)

    def _run(self, until: datetime) -> None:
        while True:
            self._work()
            self._check()
            when = self._next()
            if when is None or when > until:
                self.log.now = until
                return
            # A microsecond more: loops count in floats.
            self.log.now = max(self.log.now, when) + timedelta(microseconds=2)
            while self._agenda and self._agenda[0][0] <= self.log.now:
                heapq.heappop(self._agenda)[2]()
            for replica in self._awake():
                replica.loop.run()

    def _next(self) -> datetime | None:
        timers = [
            START + timedelta(seconds=one.loop._timers[0][0])
            for one in self._awake()
            if one.loop._timers
        ]
        return min([*timers, *(entry[0] for entry in self._agenda[:1])], default=None)

    def _work(self) -> None:
        """Every exchange comes to its end, in any order; now and then one does not."""
        while True:
            while self.rung:
                self._ring(self.rung.pop())
            busy = [one for one in self._awake() if one.loop.waiting]
            if not busy:
                return
            replica = busy[self.chance.randrange(len(busy))]
            waiting = replica.loop.waiting
            one = waiting[self.chance.randrange(min(len(waiting), 4))]
            if self.chance.random() < self.size.faults:
                self._fault(replica, one)
            else:
                replica.loop.answer(one)

    def _ring(self, loop: SteppedLoop) -> None:
        for replica in self._awake():
            if replica.loop is loop:
                loop.run()

    def _fault(self, replica: Replica, one: Waiting) -> None:
        self.faults += 1
        kind = self.chance.choice(("dies", "hangs", "breaks", "breaks"))
        if kind == "breaks":
            self.spoilt += 1
            replica.loop.answer(one, _broken(one.what))
            return
        self.spoilt += replica.in_flight()
        if kind == "hangs":
            replica.hangs = True
            self.after(timedelta(seconds=self.chance.randrange(5, 400)), lambda: _goes_on(replica))
        else:
            self._kill(replica)
            again = timedelta(seconds=self.chance.randrange(1, 120))
            self.after(again, lambda: self._start(type(replica)))

    def _kill(self, replica: Replica) -> None:
        replica.loop.kill()
        if isinstance(replica, Scheduler):
            self.schedulers.remove(replica)
        elif isinstance(replica, Tools):
            self.toolboxes.remove(replica)
        self.questions.serving = [
            one for one in self.questions.serving if one[0] is not replica.loop
        ]
        for call in replica.calls:
            self.after(timedelta(seconds=31), lambda one=call: self.deliver(one))

    def is_hanging(self, loop: SteppedLoop) -> bool:
        """NATS goes on asking it: the answers come too late."""
        return any(one.hangs for one in self.toolboxes if one.loop is loop)

    def _start(self, kind: type[Replica]) -> None:
        replica = kind(self)
        if isinstance(replica, Scheduler):
            self.schedulers.append(replica)
        elif isinstance(replica, Tools):
            self.toolboxes.append(replica)

    def _awake(self) -> list[Replica]:
        return [one for one in (*self.schedulers, *self.toolboxes) if not one.hangs]

    def _rest(self) -> None:
        """Without another fault, what was due is looked at."""
        self.size = Size(**{**_fields(self.size), "faults": 0.0})
        for replica in (*self.schedulers, *self.toolboxes):
            replica.hangs = False
            replica.loop.run()
        self._run(self.log.now + timedelta(minutes=9))

    def _check(self) -> None:
        leave()
        for verdict in self.verdicts:
            raise verdict
        assert not self.broken, self.broken[0]
        for replica in (*self.schedulers, *self.toolboxes):
            assert not replica.loop.failed, f"unhandled: {replica.loop.failed[0]!r}"

    def _judge(self) -> None:
        self.judge.at_the_end(self.log.now)
        self.judge.looks_are_apart(by_page(self.fetches), self.rhythm.confirming.total_seconds())
        assert max(self.moved.values(), default=0) <= 1, "a due look was decided twice"
        late = [one for one in self.due.pages.values() if one.due < self.log.now]
        assert not [one for one in late if one.claimed_until < self.log.now], "nobody looked"
        looks = {(page, due) for page, due, _ in self.fetches}
        assert len(self.fetches) <= len(looks) + self.spoilt, "a page was fetched for each watcher"
        standing = {one for one, books in self.judge.books.items() if books.stopped is None}
        live = {one for one, row in self.due.rows.items() if not row.ended}
        assert live == standing, "the table and the log differ"

    # -- how it works underneath --------------------------------------------------------------

    def append(self, writes: Sequence[Write], slot: UUID, because: Because = FRESH) -> Outcome:
        outcome = self.put([timeless(write) for write in writes], slot, because)
        try:
            self.heed()
        except AssertionError as verdict:
            # Not for the code under test, which would take it for a failure of its own.
            self.verdicts.append(verdict)
        return outcome

    def heed(self) -> None:
        """What is new in the log, transaction by transaction."""
        new = self.log.after(self.judge.seen)
        for _, alike in itertools.groupby(new, key=lambda one: one.transaction_id):
            self.judge.see(list(alike))

    def move(
        self, page: UUID, due: datetime, pause: timedelta, failures: int, *, read: bool
    ) -> bool:
        done = self.due.move(page, due, pause, failures, read=read)
        self.moved[page, due] += done
        return done

    def fetched(self, url: str, user: UserId, asked: LookAsked) -> Reading:
        page = self.by_url[url]
        self.fetches.append((self.id_of[page.number], asked.due, self.log.now))
        # Its picture lies under the seal of whoever it was made for.
        return page.read(self.log.now, user)

    async def no_pictures(self, *_given: Any, **_more: Any) -> Any:
        raise AssertionError("nobody asked for a picture")


async def _told_nothing(*_given: Any) -> bool:
    return False


def _goes_on(replica: Replica) -> None:
    replica.hangs = False


def _broken(what: str) -> Exception:
    if what in OF_THE_LOG:
        return DatabaseUnavailable("no answer")
    return nats.errors.ConnectionClosedError() if what in OF_THE_BUS else ConnectionResetError("x")


def _fields(size: Size) -> dict[str, Any]:
    return {name: getattr(size, name) for name in Size.__dataclass_fields__}
