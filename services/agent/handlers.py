"""Carries the conversation's events to the decider; whoever is the driver makes the next move.

Requests for the agent's own tools go to those tools.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts.conversation import MessageReceived
from contracts.media import MediaKept
from contracts.recorded import Recorded
from contracts.tools import ToolFailed, ToolFinished, ToolRequested
from services.agent import decider
from services.agent.asking.hearing import Hearing
from services.agent.decider import (
    FOLD,
    AskModel,
    Conversation,
    WaitForBurst,
    WaitForMedia,
    next_move,
)
from services.agent.effects import Effects
from services.agent.leaving.parting import AwaitGoodbye, Forget
from taskflow import clock
from taskflow.bus import bus
from taskflow.bus.driving import Driving
from taskflow.errors import SealedForEver
from taskflow.log.deciding import Decide
from taskflow.log.event_log import Log
from taskflow.log.folding import Folded
from taskflow.log.snapshots import Folds
from taskflow.process.service import Runtime
from taskflow.telemetry.tracing import span
from taskflow.tooling import Tool, ToolCalls

GOODBYE_POLL = 0.2
"""Seconds between looks at whether a goodbye has left."""
MEDIA_POLL = timedelta(milliseconds=200)
"""Between looks at whether media have come."""


@dataclass(slots=True)
class TurnDriving:
    """Drives one delivery (see taskflow/bus/driving.py)."""

    folds: Folds
    effects: Effects
    quiet: timedelta
    patience: timedelta = timedelta()
    """How long media are waited for."""
    version: int = 0
    waited: timedelta = timedelta()
    """By this delivery, for a burst: bounded even when clocks disagree, and over once it worked."""
    awaited: timedelta = timedelta()
    """As `waited`, for media."""

    async def fold(self, stream: str, known: Folded[Conversation] | None) -> Folded[Conversation]:
        folded = await self.folds.fold(stream, FOLD, known)
        self.version = folded.version
        return folded

    def driver(self, state: Conversation) -> UUID | None:
        return state.driver

    def slot(self, state: Conversation) -> UUID:
        return decider.current_slot(state)

    async def move(
        self, state: Conversation, recorded: Recorded[Any]
    ) -> Folded[Conversation] | None:
        now = clock.utc_now()
        quiet = self.quiet if self.waited < decider.LONGEST_BURST else timedelta()
        patience = self.patience if self.awaited < self.patience else timedelta()
        match next_move(state, now, quiet, patience):
            case WaitForMedia(until=until):
                pause = min(until - now, MEDIA_POLL)
                self.awaited += pause
                with span("wait for media"):
                    await asyncio.sleep(pause.total_seconds())
                return None
            case WaitForBurst(until=until):
                pause = min(until - now, self.quiet)
                self.waited += pause
                with span("wait for burst"):
                    await asyncio.sleep(pause.total_seconds())
                return None
            case Decide() as decision:
                self.waited = decider.LONGEST_BURST
                outcome = await self.effects.conclude(state, decision, recorded)
            case AskModel() as asking:
                self.waited = decider.LONGEST_BURST
                with span("invoke_agent taskflow", attributes=_about(asking)):
                    outcome = await self.effects.ask_model(state, asking, recorded, self.version)
            case AwaitGoodbye():
                await asyncio.sleep(GOODBYE_POLL)
                return None
            case Forget():
                await self.effects.forget(recorded)
                return None
        known = Folded(state, self.version)
        left = self.folds.after(recorded.stream, FOLD, known, outcome)
        self.version = left.version if left else self.version
        return left

    async def parking(self, state: Conversation, error: Exception) -> Decide | None:
        """Who said that they leave is forgotten, however often it fails: that is never given up."""
        if state.leaving_since is not None:
            return None
        decision = decider.parked(state, type(error).__name__)
        events = await self.effects.with_receipts_if_readable(state, decision.events)
        return replace(decision, events=events)


def _about(asking: AskModel) -> dict[str, str | int]:
    return {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "taskflow",
        "taskflow.turn": str(asking.turn),
        "taskflow.step": asking.step,
    }


async def stop_if_asked(recorded: Recorded[Any], log: Log, folds: Folds, effects: Effects) -> None:
    """A "stop" ends the turn that was open when it came, whatever else it does."""
    if not isinstance(recorded.event, MessageReceived):
        return
    try:
        opened: Recorded[MessageReceived] = await log.opened(recorded)
    except SealedForEver:
        return
    said = opened.event
    is_theirs = said.pressed is None and not said.forwarded
    if said.word == "stop" or (is_theirs and decider.is_stop_word(said.text)):
        await _stop(recorded, folds, effects)


async def _stop(recorded: Recorded[Any], folds: Folds, effects: Effects) -> None:
    state = (await folds.fold(recorded.stream, FOLD)).state
    if not decider.stops(state, recorded.version):
        return
    turn = state.turn
    while turn is not None and state.turn == turn:
        await effects.record(decider.stopped(state, turn), recorded)
        state = (await folds.fold(recorded.stream, FOLD)).state


async def _is_done_beside(log: Log, request: Recorded[ToolRequested]) -> bool:
    """Whether its outcome stands in the append that asked for it; a release before left it open."""
    after = await log.read(request.stream, request.version)
    outcomes = [
        recorded.event
        for recorded in after
        if isinstance(recorded.event, ToolFinished | ToolFailed)
    ]
    return any(outcome.call == request.event_id for outcome in outcomes)


def subscribe(
    runtime: Runtime,
    effects: Effects,
    tools: Sequence[Tool[Any]],
    hearing: Hearing,
    *,
    quiet: timedelta,
    workers: int,
) -> None:
    calls = ToolCalls(runtime.log, tools)
    own = {tool.name for tool in tools}

    async def drive(recorded: Recorded[Any], delivery: int) -> None:
        if isinstance(recorded.event, ToolRequested):
            # One that this release does not know is failed at its deadline.
            if recorded.event.tool in own and not await _is_done_beside(runtime.log, recorded):
                running = Driving(calls.of(recorded), runtime.attempts, runtime.dead_letters)
                await running.drive(recorded, delivery)
            return
        if isinstance(recorded.event, MediaKept):
            said = await hearing.hear(recorded, delivery)
            if said is not None and decider.is_stop_word(said.event.text):
                await _stop(said, runtime.folds, effects)
            return
        await stop_if_asked(recorded, runtime.log, runtime.folds, effects)
        turns = TurnDriving(runtime.folds, effects, quiet, decider.LONGEST_MEDIA)
        driving = Driving(turns, runtime.attempts, runtime.dead_letters)
        await driving.drive(recorded, delivery)

    bus.consume(runtime.broker, "agent", drive, runtime.dead_letters, workers=workers)
