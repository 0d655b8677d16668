"""Takeovers whose operator says nothing any more: the bot has the word again, by itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from contracts import streams
from contracts.conversation import UserForgotten
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.takeover import ConversationHandedBack, ConversationTakenOver, OperatorSaid
from services.agent.decider import FOLD
from services.agent.takeover import deciding
from taskflow import clock
from taskflow.log.appending import Appended, Because
from taskflow.log.event_log import Log
from taskflow.log.snapshots import Folds
from taskflow.process.repeating import repeated
from taskflow.projecting.projection import ProjectionContext, Statement

EVERY_SECONDS = 60.0

_TAKEN = """
insert into open_takeovers (user_id, takeover, spoke_at) values ($1, $2, $3)
on conflict (user_id) do update set takeover = excluded.takeover, spoke_at = excluded.spoke_at
"""
_SAID = "update open_takeovers set spoke_at = $2 where takeover = $1"
_OVER = "delete from open_takeovers where takeover = $1"
_FORGOTTEN = "delete from open_takeovers where user_id = $1"
_IDLE = "select user_id from open_takeovers where spoke_at <= $1 order by spoke_at limit 100"

log = structlog.get_logger()


class OpenTakeovers:
    name, version = "takeovers", 1
    tables = ("open_takeovers",)

    async def project(self, events: Sequence[Recorded[Any]]) -> list[Statement]:
        return [statement for recorded in events for statement in _changes(recorded)]


def takeovers(_context: ProjectionContext) -> OpenTakeovers:
    return OpenTakeovers()


def _changes(recorded: Recorded[Any]) -> list[Statement]:
    at = recorded.recorded_at
    match recorded.event:
        case ConversationTakenOver():
            return [(_TAKEN, (streams.user_of(recorded.stream), recorded.event_id, at))]
        case OperatorSaid(takeover=takeover):
            return [(_SAID, (takeover, at))]
        case ConversationHandedBack(takeover=takeover):
            return [(_OVER, (takeover,))]
        case UserForgotten():
            return [(_FORGOTTEN, (streams.user_of(recorded.stream),))]
        case _:
            return []


class Idle:
    def __init__(self, pool: asyncpg.Pool, event_log: Log, folds: Folds) -> None:
        self._pool, self._log, self._folds = pool, event_log, folds

    async def keep_handing_back(self) -> None:
        """For ever; of several replicas one does it, since a takeover's end has one slot."""
        await repeated(
            lambda: self.once(clock.utc_now()), EVERY_SECONDS, interrupted="takeovers.interrupted"
        )

    async def once(self, now: datetime) -> int:
        """How many conversations the bot has the word in again."""
        rows = await self._pool.fetch(_IDLE, now - deciding.IDLE)
        return sum([await self._hand_back(row["user_id"], now) for row in rows])

    async def _hand_back(self, user: UUID, now: datetime) -> bool:
        """Not while an answer is on its way: the next look does it."""
        stream = streams.conversation(UserId(user))
        state = (await self._folds.fold(stream, FOLD)).state
        decision = deciding.handed_back(state, "idle") if deciding.is_idle(state, now) else None
        if decision is None:
            return False
        write = decision.write(stream, UserId(user))
        done = await self._log.append([write], decision.slot, Because(state.taken))
        log.warning("takeover.ended", why="idle")
        return isinstance(done, Appended)
