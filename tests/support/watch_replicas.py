"""Processes of the scheduler and of the tools, wired as their app.py wires them."""

from contextvars import ContextVar
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from contracts.readings import Reading
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.watches import LookAsked
from services.scheduler.watches.due import Watches
from services.scheduler.watches.effects import Watching
from services.scheduler.watches.listing import WatchListing
from services.scheduler.watches.looks import AskedLooks
from services.scheduler.watches.tools import WatchTools
from services.tools.browsing.watch_looks import WatchLooks, keep_looking
from taskflow.bus.driving import Driving
from taskflow.errors import Retryable
from taskflow.log.snapshots import Folds
from taskflow.tooling import ToolCalls
from tests.support.stepping import SteppedLoop
from tests.support.watch_wires import SimulatedClient, WatchWire
from tests.support.wires import Desk, ReadModel

if TYPE_CHECKING:
    from tests.support.watches_world import WatchesWorld

AT_ONCE = 32
_asked: ContextVar[LookAsked] = ContextVar("asked")


class Replica:
    """One process; either service."""

    def __init__(self, world: "WatchesWorld") -> None:
        self.world = world
        self.loop = SteppedLoop(world.seconds)
        self.wire = WatchWire(world, self.loop)
        self.client = SimulatedClient(world, self.loop)
        self.hangs = False
        self.calls: list[Recorded[Any]] = []

    def joined(self) -> Any:
        client = self.loop.create_future()
        client.set_result(self.client)
        return client

    def ended(self, task: Any) -> None:
        self.world.broken.append(f"a part of a replica ended: {task.exception()!r}")

    def in_flight(self) -> int:
        """Looks that may have to be made again when it dies or hangs."""
        return len(self.wire.holds) + self.client.answering


class Scheduler(Replica):
    def __init__(self, world: "WatchesWorld") -> None:
        super().__init__(world)
        wire, folds = self.wire, Folds(self.wire, None)
        watching = Watching(
            wire,
            AskedLooks(self.joined(), wire),
            wire,
            folds,
            rhythm=world.rhythm,
            at_once=AT_ONCE,
        )
        projection = Watches(world.rhythm.shortest)
        tools = WatchTools(
            WatchListing(wire, wire, wire, folds),
            wire,
            ReadModel(wire, projection.name),
            world.addresses,
            world.no_pictures,
            draw=world.no_pictures,
            rhythm=world.rhythm,
            now=lambda: world.log.now,
        )
        self.tools = ToolCalls(wire, tools.all())
        self.desk = Desk(wire)
        self.loop.start(watching.keep_looking(), self.ended)
        self.loop.start(wire.keep_projecting(projection), self.ended)

    def take(self, one: Recorded[Any], delivery: int) -> None:
        self.calls.append(one)
        driving = Driving(self.tools.of(one), self.desk, self.desk)
        self.loop.start(driving.drive(one, delivery), lambda task: self._done(one, task))

    def _done(self, one: Recorded[Any], task: Any) -> None:
        self.calls.remove(one)
        error = task.exception()
        if isinstance(error, Retryable):
            self.world.after(timedelta(seconds=2), lambda: self.world.deliver(one))
        elif error:
            self.world.broken.append(f"a delivery failed: {error!r}")


class Noted(WatchLooks):
    """Tells the world which look a fetch was for."""

    async def answer(self, question: bytes) -> bytes:
        _asked.set(LookAsked.model_validate_json(question))
        return await super().answer(question)


class Tools(Replica):
    def __init__(self, world: "WatchesWorld") -> None:
        super().__init__(world)
        looks = Noted(self.wire, self.wire, Looker(world, self))
        self.loop.start(keep_looking(self.joined(), looks), self.ended)


class Looker:
    """Takes its time, and reads what stands there when it has."""

    def __init__(self, world: "WatchesWorld", replica: Replica) -> None:
        self._world, self._replica = world, replica

    async def look(
        self, url: str, product: str | None, *, user: UserId, for_watch: bool
    ) -> Reading:
        assert for_watch, "robots.txt is honoured for watches"
        await self._replica.loop.io("fetch", lambda: None)
        return self._world.fetched(url, user, _asked.get())
