"""A snapshot in the database outlives a new version of the events behind it."""

from typing import ClassVar
from uuid import UUID

import pytest

from contracts import event as registry
from contracts import streams
from contracts.conversation import TurnStarted
from contracts.event import Json, event, upcasts
from contracts.streams import UserId
from services.agent.decider import FOLD
from taskflow.log.appending import Write
from taskflow.log.event_log import EventLog
from taskflow.log.folding import Fold
from taskflow.log.snapshots import SNAPSHOT_EVERY, Folds
from taskflow.postgres import database as db
from tests.support.events import reply

COUNT = SNAPSHOT_EVERY + 20
_KEPT = "select decider_version, version from snapshots where stream = $1"


async def test_old_rows_and_snapshots_are_read_by_the_next_release(
    database: str, event_log: EventLog, a_user: UserId, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = streams.conversation(a_user)
    for n in range(0, COUNT, 2):
        turn = (await _append(event_log, a_user, n, TurnStarted(number=n // 2))).event_id
        await _append(event_log, a_user, n + 1, reply(turn))
    async with db.pool(database, "tests") as pool:
        before = await Folds(event_log, pool).fold(stream, FOLD)
        assert tuple(await pool.fetchrow(_KEPT, stream)) == (FOLD.version, COUNT)

        others = {name: cls for name, cls in registry._events.items() if name != "turn.started"}
        monkeypatch.setattr(registry, "_events", others)
        monkeypatch.setattr(registry, "_upcasters", dict(registry._upcasters))

        @event
        class Grown(TurnStarted):
            version: ClassVar = TurnStarted.version + 1

            heard: int

        @upcasts(Grown, from_version=TurnStarted.version)
        def _heard_one(data: Json) -> Json:
            return {**data, "heard": 1}

        await _append(event_log, a_user, COUNT, Grown(number=COUNT // 2, heard=2))
        rows = await event_log.read(stream)
        assert [one.event.heard for one in rows if isinstance(one.event, Grown)] == [
            *[1] * (COUNT // 2),
            2,
        ]
        from_snapshot = await Folds(event_log, pool).fold(stream, FOLD)
        from_the_start = FOLD.over(rows)
        assert from_snapshot.state == from_the_start
        assert from_snapshot.state.ended == before.state.ended == COUNT // 2

        newer = Fold(FOLD.name, FOLD.version + 1, FOLD.state, FOLD.evolve)
        assert (await Folds(event_log, pool).fold(stream, newer)).state == from_the_start
        assert tuple(await pool.fetchrow(_KEPT, stream)) == (newer.version, COUNT + 1)


async def _append(log: EventLog, user: UserId, n: int, told: TurnStarted):
    write = Write(streams.conversation(user), [told], user)
    return (await log.append([write], UUID(int=n))).events[0]
