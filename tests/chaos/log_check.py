"""Whether the log holds what it acknowledged, and is whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from contracts.recorded import Recorded
from taskflow.log import event_log
from taskflow.log.event_log import EventLog
from tests.chaos.load import Intent
from tests.chaos.verdict import Finding, Verdict

_ALL_UPTO = """
select coalesce(max(position), 0) as position, count(*) as count,
       coalesce(bit_xor(hashtextextended(events::text, 0)), 0) as digest
  from events where position <= $1
"""
_END = "select coalesce(max(position), 0) from events"
_IDS = "select event_id from events where event_id = any($1::uuid[])"
_GAPS = """
select stream from events group by stream having max(version) <> count(*) or min(version) <> 1
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """All of the log up to a position: it may never change again."""

    position: int = 0
    count: int = 0
    digest: int = 0


@dataclass(frozen=True, slots=True)
class Acknowledged:
    event_id: UUID
    stream: str
    version: int
    cycle: int

    def finding(self, what: str, cycle: int) -> Finding:
        return Finding(what, cycle, self.event_id, self.stream, self.version)


class LogCheck:
    """Knows all that was acknowledged since the first cycle."""

    def __init__(self, verdict: Verdict) -> None:
        self._verdict = verdict
        self._acknowledged: dict[UUID, Acknowledged] = {}
        self._standing = Standing()

    async def check(self, dsn: str, log: EventLog, intents: Iterable[Intent], cycle: int) -> None:
        """After a restart. `intents` are the last cycle's; earlier ones are checked as a whole."""
        connection = await asyncpg.connect(dsn)
        try:
            await self._check_earlier(connection, cycle)
            found = await _found(log, [id_ for intent in intents for id_ in intent.ids])
            for intent in intents:
                await self._check_one(log, intent, found, cycle)
            gaps = [row["stream"] for row in await connection.fetch(_GAPS)]
            self._verdict.add_wrong(Finding(f"versions of {gap} have a gap", cycle) for gap in gaps)
        finally:
            await connection.close()

    async def stand(self, dsn: str) -> None:
        """From here on, what the log now holds is also checked as a whole."""
        connection = await asyncpg.connect(dsn)
        try:
            end = await connection.fetchval(_END)
            row = await connection.fetchrow(_ALL_UPTO, end)
            self._standing = Standing(**dict(row))
        finally:
            await connection.close()

    def acknowledge(self, events: Iterable[Recorded[Any]], cycle: int) -> None:
        for one in events:
            self._acknowledged[one.event_id] = Acknowledged(
                one.event_id, one.stream, one.version, cycle
            )
        self._verdict.acknowledged = len(self._acknowledged)

    async def _check_earlier(self, connection: asyncpg.Connection, cycle: int) -> None:
        row = await connection.fetchrow(_ALL_UPTO, self._standing.position)
        if Standing(**dict(row)) == self._standing:
            return
        earlier = [one for one in self._acknowledged.values() if one.cycle < cycle]
        rows = await connection.fetch(_IDS, [one.event_id for one in earlier])
        there = {row["event_id"] for row in rows}
        missing = [one for one in earlier if one.event_id not in there]
        self._verdict.add_lost(
            one.finding("an earlier cycle's event is gone", cycle) for one in missing
        )
        if not missing:
            self._verdict.add_wrong([Finding("the log before this cycle has changed", cycle)])

    async def _check_one(
        self, log: EventLog, intent: Intent, all_found: dict[UUID, Recorded[Any]], cycle: int
    ) -> None:
        """All of an append or nothing; all if it was acknowledged, and as it was."""
        ids = intent.ids
        found = {id_: all_found[id_] for id_ in ids if id_ in all_found}
        acknowledged = {one.event_id: one for one in intent.acknowledged}
        missing = [one for id_, one in acknowledged.items() if id_ not in found]
        self._verdict.add_lost(
            Finding("acknowledged, and gone", cycle, one.event_id, one.stream, one.version)
            for one in missing
        )
        if found and len(found) < len(ids) and not missing:
            self._verdict.add_wrong([Finding(f"half of the append {intent.slot}", cycle)])
        events = [event for write in intent.writes for event in write.events]
        for id_, event in zip(ids, events, strict=True):
            if one := found.get(id_):
                said = acknowledged.get(id_)
                whole = (await log.opened(one)).event == event
                same = said is None or _place(one) == _place(said)
                if not (whole and same):
                    what = "payload changed" if same else "version changed"
                    self._verdict.add_wrong([Finding(what, cycle, id_, one.stream, one.version)])


async def _found(log: EventLog, ids: list[UUID]) -> dict[UUID, Recorded[Any]]:
    return {one.event_id: one for one in await log._fetch(event_log._BY_ID, ids)}


def _place(one: Recorded[Any]) -> tuple[object, ...]:
    return one.stream, one.version, one.position, one.transaction_id, one.recorded_at
