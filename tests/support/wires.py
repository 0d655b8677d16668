"""What one simulated replica sees of the database: any exchange may hang, break or end unknown."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from contracts import streams
from contracts.recorded import Recorded
from contracts.streams import UserId
from services.scheduler.effects import Claimed, Overdue
from services.scheduler.quiet.waiting import Waited, Waiting
from services.scheduler.reminding.listing import Active, Spoken
from taskflow.bus.dead_letters import DeadLetters
from taskflow.bus.driving import TriedTooOften
from taskflow.errors import Retryable, SealedForEver
from taskflow.log.appending import FRESH, Appended, Because, Outcome, Write
from taskflow.log.deciding import Decide
from taskflow.postgres.database import DatabaseUnavailable
from taskflow.privacy import sealing
from taskflow.projecting.projector import Projection, Statement
from tests.support.stepping import SteppedLoop

if TYPE_CHECKING:
    from tests.support.reminders_world import RemindersWorld

PAGE = 4
POLL_SECONDS = 0.25


class Wire:
    """The log and the read models, from one replica."""

    def __init__(self, world: "RemindersWorld", loop: SteppedLoop) -> None:
        self.world, self.loop = world, loop

    # -- the log (taskflow/log/event_log.py) ----------------------------------------------------

    async def append(
        self, writes: Sequence[Write], slot: UUID, because: Because = FRESH
    ) -> Outcome:
        return await self.loop.io("append", lambda: self.world.append(writes, slot, because))

    async def read(self, stream: str, after: int = 0) -> list[Recorded[Any]]:
        return await self.loop.io("read", lambda: self.world.log.stream(stream)[after:])

    async def read_all(self, after: Mapping[str, int]) -> dict[str, list[Recorded[Any]]]:
        def found() -> dict[str, list[Recorded[Any]]]:
            streams = {one: self.world.log.stream(one)[start:] for one, start in after.items()}
            return {one: events for one, events in streams.items() if events}

        return await self.loop.io("read", found)

    async def firsts(self, streams: Sequence[str]) -> dict[str, Recorded[Any]]:
        """Of what never changes."""
        return {one: self.world.log.stream(one)[0] for one in streams}

    async def read_end(self, stream: str, upto: int, count: int) -> list[Recorded[Any]]:
        """Of what never changes."""
        return self.world.log.stream(stream)[max(0, upto - count) : upto]

    async def find(self, event_id: UUID) -> Recorded[Any] | None:
        return await self.loop.io("find", lambda: self.world.log.get(event_id))

    async def opened(self, recorded: Recorded[Any]) -> Recorded[Any]:
        if recorded.user_id in self.world.forgotten and sealing.has_personal_fields(
            type(recorded.event)
        ):
            raise SealedForEver(f"user {recorded.user_id} was forgotten")
        return recorded

    # -- the read models (services/scheduler/table.py) --------------------------------------

    async def claim(self, limit: int, seconds: int) -> list[Claimed]:
        return await self.loop.io("claim", lambda: self.world.claim(limit, seconds))

    async def realign(self, reminder: UUID, was: datetime, due: datetime | None) -> None:
        await self.loop.io("realign", lambda: self.world.due.realign(reminder, was, due))

    async def until_next(self) -> float | None:
        return self.world.due.until_next()

    async def overdue(self) -> list[Overdue]:
        return await self.loop.io("overdue", self.world.overdue)

    async def active(self, user: UserId) -> list[Active]:
        return await self.loop.io("active", lambda: self.world.active(user))

    async def spoken(self, user: UserId) -> list[Spoken]:
        return await self.loop.io("spoken", lambda: self.world.spoken(user))

    async def wait(self, waiting: Waiting) -> None:
        await self.loop.io("wait", lambda: self.world.wait(waiting))

    async def waited(self, limit: int, seconds: int) -> list[Waited]:
        return await self.loop.io("waited", lambda: self.world.due.waited(limit, seconds))

    async def done(self, waiting: Waiting) -> None:
        await self.loop.io("done", lambda: self.world.due.done(waiting))

    # -- how projections write (taskflow/projecting/projector.py) ---

    async def page(self, name: str) -> tuple[int, list[Recorded[Any]]]:
        def follow() -> tuple[int, list[Recorded[Any]]]:
            at = self.world.due.checkpoints.get(name, 0)
            return at, self.world.log.after(at)[:PAGE]

        return await self.loop.io("follow", follow)

    async def store(self, name: str, statements: Sequence[Statement], at: int, to: int) -> None:
        begun = await self.loop.io("begin", lambda: self.world.due.begin(statements, self.loop))
        if not begun:
            raise Retryable("another transaction holds a row")
        try:
            await self.loop.io(
                "commit", lambda: self.world.due.commit(name, statements, at, to, self.loop)
            )
        except BaseException:
            self.world.due.roll_back(self.loop)
            raise


async def keep_projecting(wire: Wire, what: Projection) -> None:
    """As Projector.run does, less its lock: the checkpoint alone keeps runners apart here."""
    while True:
        try:
            at, page = await wire.page(what.name)
            if page:
                await wire.store(what.name, await what.project(page), at, page[-1].position)
        except (OSError, Retryable):
            page = []
        if not page:
            await asyncio.sleep(POLL_SECONDS)


class ReadModel:
    """Whether a projection holds an event (Projector.caught_up)."""

    def __init__(self, wire: Wire, name: str) -> None:
        self._wire, self._name = wire, name

    async def caught_up(self, recorded: Recorded[Any]) -> None:
        checkpoints = self._wire.world.due.checkpoints
        try:
            held = await self._wire.loop.io("where", lambda: checkpoints.get(self._name, 0))
        except OSError as error:
            raise DatabaseUnavailable("the checkpoint did not answer") from error
        if held < recorded.position:
            raise Retryable(f"projection {self._name} lags behind")


class Desk:
    """Counts tries and parks, as taskflow/bus/dead_letters.py does."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def count(self, slot: UUID) -> int:
        def counted() -> int:
            self._wire.world.tries[slot] += 1
            return self._wire.world.tries[slot]

        return await self._wire.loop.io("count", counted)

    async def clear(self, slot: UUID) -> None:
        del self._wire.world.tries[slot]

    async def park(
        self,
        recorded: Recorded[Any],
        error: Exception,
        attempts: int,
        parking: Decide,
    ) -> bool:
        expected = isinstance(error, TriedTooOften | SealedForEver)
        assert expected, f"a tool raised: {error!r}"
        write = parking.write(recorded.stream, streams.user_of(recorded.stream))
        outcome = await self._wire.append([write], parking.slot, Because.of(recorded))
        return isinstance(outcome, Appended)

    add = DeadLetters.add
