"""How a delivery moves its stream: fold, ask whether it is the driver, move, fold again.

Who acts is a pure function of the log, so redeliveries, late acks and replicas do no harm.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import structlog
from pydantic import BaseModel

from contracts.recorded import Recorded
from taskflow.bus.dead_letters import MAX_ATTEMPTS, Attempts, DeadLetters
from taskflow.errors import BehindTheLog, Retryable, TaskFlowError
from taskflow.log.deciding import Decide
from taskflow.log.folding import Folded

S = TypeVar("S", bound=BaseModel)
S_inv = TypeVar("S_inv", bound=BaseModel)

log = structlog.get_logger()


class Driven(Protocol[S_inv]):
    """What a service does with the deliveries of its streams."""

    async def fold(self, stream: str, known: Folded[S_inv] | None) -> Folded[S_inv]: ...

    def driver(self, state: S_inv) -> UUID | None:
        """The event whose delivery must move next."""
        ...

    def slot(self, state: S_inv) -> UUID:
        """The place of the next decision; tries at it are counted."""
        ...

    async def move(self, state: S_inv, recorded: Recorded[Any]) -> Folded[S_inv] | None:
        """Makes one move, by appending to the current slot.

        Returns the state that it left, where nothing else came in between; None: read it.
        """
        ...

    async def parking(self, state: S_inv, error: Exception) -> Decide | None:
        """How to give up; None while that must not be (a claimed send is settled first)."""
        ...


class TriedTooOften(TaskFlowError):
    """The last error is that of the try before; its class is in the logs of each try."""

    code = "tried_too_often"


@dataclass(slots=True)
class Driving(Generic[S]):
    work: Driven[S]
    attempts: Attempts
    dead_letters: DeadLetters

    async def drive(self, recorded: Recorded[Any], delivery: int) -> None:
        """Returns when there is nothing left for this event to do. `delivery` counts from 1."""
        known: Folded[S] | None = None
        moved: Folded[S] | None = None
        counted: UUID | None = None
        tries = 1
        while True:
            known = moved or await self.work.fold(recorded.stream, known)
            moved = None
            if known.version < recorded.version:
                raise BehindTheLog(f"{recorded.stream} does not hold version {recorded.version}")
            state = known.state
            if self.work.driver(state) != recorded.event_id:
                return
            slot = self.work.slot(state)
            if delivery > 1 and counted != slot:
                tries, counted = await self.attempts.count(slot), slot
                if tries > MAX_ATTEMPTS and await self._park(
                    state, recorded, TriedTooOften(f"{tries - 1} tries failed"), tries - 1
                ):
                    continue
            try:
                moved = await self.work.move(state, recorded)
            except Retryable:
                raise
            except asyncio.CancelledError:
                await self._hand_back(slot)
                raise
            except Exception as error:
                log.exception("driver.failed", stream=recorded.stream, driver=recorded.event.type)
                if not await self._park(state, recorded, error, tries):
                    raise Retryable("given up after the open attempt is settled") from error

    async def _park(self, state: S, recorded: Recorded[Any], error: Exception, tries: int) -> bool:
        """False when parking must wait. A taken slot is a reload."""
        parking = await self.work.parking(state, error)
        if parking is None:
            return False
        parked = await self.dead_letters.park(recorded, error, tries, parking)
        if parked:
            log.error("driver.parked", stream=recorded.stream, driver=recorded.event.type)
        return True

    async def _hand_back(self, slot: UUID) -> None:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1):
                await self.attempts.clear(slot)
