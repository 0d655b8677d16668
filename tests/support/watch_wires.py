"""What one simulated replica sees of the log, the tables of watches, the vault and the bus."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import nats.errors

from contracts.recorded import Recorded
from contracts.streams import UserId
from services.scheduler.watches.claims import DuePage, Watcher
from services.scheduler.watches.listing import OpenCall, Watched
from taskflow.errors import Retryable, SealedForEver
from taskflow.privacy.sealing import DataKey
from taskflow.projecting.projector import Projection
from tests.support.stepping import SteppedLoop
from tests.support.wires import Wire

if TYPE_CHECKING:
    from tests.support.watches_world import WatchesWorld

PAGE = 500
POLL_SECONDS = 20.0


class WatchWire(Wire):
    """The log as reminders see it, and the tables of watches."""

    world: "WatchesWorld"

    def __init__(self, world: "WatchesWorld", loop: SteppedLoop) -> None:
        super().__init__(world, loop)
        self.holds: set[tuple[UUID, datetime]] = set()
        """Looks that this replica has taken up."""

    async def claim(self, limit: int, seconds: int) -> list[DuePage]:
        def claimed() -> list[DuePage]:
            pages = self.world.claim(limit, seconds)
            self.holds.update((one.page, one.due_at) for one in pages)
            return pages

        return await self.loop.io("claim", claimed)

    async def watchers(self, page: UUID) -> list[Watcher]:
        return await self.loop.io("watchers", lambda: self.world.due.watchers(page))

    async def move(
        self, page: UUID, due: datetime, pause: timedelta, failures: int, *, read: bool
    ) -> bool:
        self.holds.discard((page, due))
        return await self.loop.io(
            "move", lambda: self.world.move(page, due, pause, failures, read=read)
        )

    async def hold(self, page: UUID, due: datetime, seconds: int) -> None:
        self.holds.discard((page, due))
        await self.loop.io("hold", lambda: self.world.due.hold(page, due, seconds))

    async def drop(self, page: UUID, due: datetime, joined: int) -> None:
        self.holds.discard((page, due))
        await self.loop.io("drop", lambda: self.world.due.drop(page, due, joined))

    async def active(self, user: UserId) -> list[Watched]:
        return await self.loop.io("active", lambda: self.world.due.active(user))

    async def next_number(self, user: UserId) -> int:
        return self.world.due.next_number(user)

    async def open_calls(self, stream: str) -> list[OpenCall]:
        return []

    async def key(self, user: UserId) -> DataKey:
        if user in self.world.forgotten:
            raise SealedForEver(f"user {user} was forgotten")
        return self.world.keys[user]

    async def page(self, name: str) -> tuple[int, list[Recorded[Any]]]:
        def follow() -> tuple[int, list[Recorded[Any]]]:
            at = self.world.due.checkpoints.get(name, 0)
            return at, self.world.log.after(at)[:PAGE]

        return await self.loop.io("follow", follow)

    async def keep_projecting(self, what: Projection) -> None:
        """As Projector.run does; the checkpoint alone keeps runners apart here."""
        while True:
            try:
                at, page = await self.page(what.name)
                if page:
                    done, to = await what.project(page), page[-1].position
                    commit = partial(self.world.due.commit, what.name, done, at, to)
                    await self.loop.io("commit", commit)
            except (OSError, Retryable):
                page = []
            if len(page) < PAGE:
                await asyncio.sleep(POLL_SECONDS)


@dataclass(frozen=True, slots=True)
class Note:
    """A message of core NATS."""

    data: bytes
    reply: str
    headers: dict[str, str] | None = None


Take = Callable[[Any], Awaitable[None]]


@dataclass
class Questions:
    """Core NATS: who serves, and who waits for which answer."""

    serving: list[tuple[SteppedLoop, Take]] = field(default_factory=list)
    waiting: dict[str, tuple[SteppedLoop, asyncio.Future[Note]]] = field(default_factory=dict)
    count: int = 0


class SimulatedClient:
    """As much of a NATS client as taskflow/bus/asking.py needs, for one replica."""

    is_closed = False

    def __init__(self, world: "WatchesWorld", loop: SteppedLoop) -> None:
        self._world, self._loop = world, loop
        self.answering = 0
        """Questions that this replica has taken."""

    async def request(
        self, _subject: str, payload: bytes, timeout: float, headers: Any = None
    ) -> Note:
        answer: asyncio.Future[Note] = self._loop.create_future()
        await self._loop.io("ask", lambda: self._send(payload, answer, headers))
        try:
            async with asyncio.timeout(timeout):
                return await answer
        except TimeoutError as error:
            raise nats.errors.TimeoutError from error

    def _send(self, payload: bytes, answer: asyncio.Future[Note], headers: Any) -> None:
        questions = self._world.questions
        if not questions.serving:
            raise nats.errors.NoRespondersError
        questions.count += 1
        inbox = f"inbox.{questions.count}"
        questions.waiting[inbox] = (self._loop, answer)
        loop, take = questions.serving[self._world.chance.randrange(len(questions.serving))]
        self._world.spoilt += self._world.is_hanging(loop)
        loop.call_soon(lambda: loop.create_task(take(Note(payload, inbox, headers))))
        self._world.rung.append(loop)

    async def subscribe(self, _subject: str, _queue: str, take: Take) -> "SimulatedClient":
        self._world.questions.serving.append((self._loop, self._counted(take)))
        return self

    def _counted(self, take: Take) -> Take:
        async def counted(note: Any) -> None:
            self.answering += 1
            await take(note)

        return counted

    async def unsubscribe(self) -> None:
        questions = self._world.questions
        questions.serving = [one for one in questions.serving if one[0] is not self._loop]

    async def publish(self, inbox: str, data: bytes, headers: Any = None) -> None:
        self.answering -= 1
        await self._loop.io("answer", lambda: self._arrive(Note(data, inbox, headers)))

    def _arrive(self, note: Note) -> None:
        loop, answer = self._world.questions.waiting.pop(note.reply, (None, None))
        if loop is None or answer is None:
            return

        def settle() -> None:
            if not answer.done():
                answer.set_result(note)

        loop.call_soon(settle)
        self._world.rung.append(loop)
