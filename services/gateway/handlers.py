"""Carries replies that are ready down their user's lane; hands the word of a forgetting on."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from contracts.conversation import MessageReceived, UserForgotten
from contracts.recorded import Recorded
from services.gateway import decider
from services.gateway.channels.erasing import Erasing
from services.gateway.channels.keeping import MediaKeeping
from services.gateway.channels.pacing import Pacing
from services.gateway.decider import Claim, Hold, Reconcile, WaitUntil, in_time, next_move
from services.gateway.effects import Effects
from services.gateway.lane import FOLD, Lane
from services.gateway.senders import goes_by
from taskflow import clock
from taskflow.bus import bus
from taskflow.bus.dead_letters import Attempts
from taskflow.bus.driving import Driving
from taskflow.errors import Retryable
from taskflow.log.deciding import Decide
from taskflow.log.folding import Folded
from taskflow.log.snapshots import Folds
from taskflow.process.service import Runtime

LONGEST_WAIT = 10.0
"""Seconds; a longer one is handed back to JetStream."""
LIST_EVERY = 2.0
CALLBACK_POLL = 0.1
"""Seconds."""
WORKERS = 200


class HandedBack(Retryable):
    """The lane has to wait longer than a delivery should be held."""

    code = "handed_back"


@dataclass(slots=True)
class LaneDriving:
    """Drives one delivery (see taskflow/bus/driving.py)."""

    folds: Folds
    effects: Effects
    pacing: Pacing
    attempts: Attempts
    senders: Sequence[str]
    """Of ours; the first is the default."""
    began: float = field(default_factory=clock.monotonic)
    listed_at: float = 0.0

    async def fold(self, stream: str, known: Folded[Lane] | None) -> Folded[Lane]:
        return await self.folds.fold(stream, FOLD, known)

    def driver(self, state: Lane) -> UUID | None:
        return state.driver

    def slot(self, state: Lane) -> UUID:
        return decider.current_slot(state)

    async def move(self, state: Lane, recorded: Recorded[Any]) -> Folded[Lane] | None:
        now, state = clock.utc_now(), goes_by(state, self.senders)
        move = next_move(state, now)
        if isinstance(move, Hold):
            move = in_time(await self.effects.otherwise(move), now)
        match move:
            case WaitUntil(at=at):
                await self._hand_back(state, (at - clock.utc_now()).total_seconds())
            case Claim() as claim:
                if after := await self.pacing.turn(claim.head.kind, state, now):
                    await self._hand_back(state, after)
                await self.effects.send(claim, recorded, state)
                self.began = clock.monotonic()
            case Hold() as hold:
                await self.effects.hold(hold, recorded, state)
            case Decide() as decided:
                await self.effects.record_at_gate(decided, recorded)
            case Reconcile() as unknown:
                await self._find_out(unknown, state, recorded)

    async def _find_out(self, unknown: Reconcile, state: Lane, recorded: Recorded[Any]) -> None:
        """Mostly a callback settles it within moments; the channel's list is asked now and then."""
        now = clock.monotonic()
        if now - self.began > LONGEST_WAIT:
            await self._hand_back(state, LONGEST_WAIT)
        if now - self.listed_at >= LIST_EVERY:
            self.listed_at = now
            await self.effects.reconcile(unknown, recorded, state)
        else:
            await asyncio.sleep(CALLBACK_POLL)

    async def _hand_back(self, state: Lane, seconds: float) -> None:
        """Waiting is no failed try."""
        await self.attempts.clear(self.slot(state))
        raise HandedBack("the lane waits", delay=max(seconds, 0.05))

    async def parking(self, state: Lane, error: Exception) -> Decide | None:
        return decider.parked(state, type(error).__name__)


def subscribe(
    runtime: Runtime,
    effects: Effects,
    pacing: Pacing,
    erasing: Erasing,
    keeping: MediaKeeping,
    *,
    senders: Sequence[str],
) -> None:
    async def drive(recorded: Recorded[Any], delivery: int) -> None:
        if isinstance(recorded.event, UserForgotten):
            await erasing.erase(recorded)
            return
        sending = LaneDriving(runtime.folds, effects, pacing, runtime.attempts, senders)
        driving = Driving(sending, runtime.attempts, runtime.dead_letters)
        if not isinstance(recorded.event, MessageReceived):
            await driving.drive(recorded, delivery)
            return
        # Neither waits for the other: what is held goes out while media come in.
        await _all_of(driving.drive(recorded, delivery), keeping.keep(recorded, delivery))

    bus.consume(runtime.broker, "gateway", drive, runtime.dead_letters, workers=WORKERS)


async def _all_of(*work: Coroutine[Any, Any, None]) -> None:
    """Each to its end; then the first error, one that comes again by itself before any other."""
    came = await asyncio.gather(*work, return_exceptions=True)
    errors = [error for error in came if error is not None]
    for error in sorted(errors, key=lambda error: not isinstance(error, Retryable)):
        raise error
