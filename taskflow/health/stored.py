"""What PostgreSQL knows of how all stands."""

from collections.abc import Sequence

import asyncpg
import orjson

from taskflow.health.facts import DatabaseReading, OpenMoves, Presence, RelayLag
from taskflow.health.heartbeats import AWAY_SECONDS
from taskflow.postgres.database import Connection

COUNTED = 10_000
"""Events behind are counted up to here: a reading costs the same, however far one is behind."""
LATELY_SECONDS = 300.0
"""So long an instance that ended without a word is told of, beside those that live."""
STARTING_SECONDS = 5.0
"""What an instance says it lacks counts from this age on: before, it is on its way to NATS."""

_INSTANCES = f"""
select service, version, seen_s, seen_s < {AWAY_SECONDS} as live, age_s, told
  from (select *, extract(epoch from now() - seen_at)::float8 as seen_s,
               extract(epoch from now() - started_at)::float8 as age_s
          from service_instances) as seen
 order by service, age_s desc
"""
_BEHIND = f"""
       (select count(*) from (select from events e
         where (e.transaction_id, e.position) > (f.transaction_id, f.position)
         limit {COUNTED}) as ahead) as events,
       coalesce((select extract(epoch from now() - e.recorded_at) from events e
         where (e.transaction_id, e.position) > (f.transaction_id, f.position)
         order by e.transaction_id, e.position limit 1), 0)::float8 as oldest_s
"""
_RELAY = f"select {_BEHIND} from relay_cursor f"
# Of a projection in two versions the newer stands in the tables.
_PROJECTIONS = f"""
select f.name, {_BEHIND} from projection_checkpoints f
 where version = (select max(version) from projection_checkpoints n where n.name = f.name)
 order by f.name
"""
_LETTERS = """
select service, count(*) as count from dead_letters where settled_at is null group by service
"""
_MOVES = """
select service, count(*) as count,
       extract(epoch from now() - min(since))::float8 as oldest_s from moves group by service
"""
_SHREDS = """
select coalesce(extract(epoch from clock_timestamp() - min(since)), 0)::float8 from vault_shreds
"""
_TAKEOVERS = """
select coalesce(extract(epoch from now() - min(spoke_at)), 0)::float8 from open_takeovers
"""
# A few hundred events hold a message, or the view of users knows of an older one.
_LAST = """
select extract(epoch from now() - greatest(
         (select max(recorded_at) from
           (select type, recorded_at from events order by position desc limit 500) as latest
           where type = 'message.received'),
         (select last_message_at from users order by last_message_at desc limit 1)))::float8
       as message_s,
       extract(epoch from now() -
         (select recorded_at from events order by position desc limit 1))::float8 as event_s
"""


async def stored(connection: Connection) -> DatabaseReading:
    relay = await connection.fetchrow(_RELAY)
    last = await connection.fetchrow(_LAST)
    assert relay is not None, "the cursor is there from the first migration on"
    assert last is not None, "a select without a from has one row"
    return DatabaseReading(
        services=_presences(await connection.fetch(_INSTANCES)),
        relay=RelayLag(**relay),
        projections={
            row["name"]: RelayLag(row["events"], row["oldest_s"])
            for row in await connection.fetch(_PROJECTIONS)
        },
        dead_letters={row["service"]: row["count"] for row in await connection.fetch(_LETTERS)},
        moves={
            row["service"]: OpenMoves(row["count"], row["oldest_s"])
            for row in await connection.fetch(_MOVES)
        },
        shreds_oldest_s=await connection.fetchval(_SHREDS),
        last_message_s=last["message_s"],
        last_event_s=last["event_s"],
        takeover_idle_s=await connection.fetchval(_TAKEOVERS),
    )


def _presences(rows: Sequence[asyncpg.Record]) -> dict[str, Presence]:
    services = dict.fromkeys(row["service"] for row in rows)
    return {name: _presence([row for row in rows if row["service"] == name]) for name in services}


def _presence(rows: Sequence[asyncpg.Record]) -> Presence:
    live = [row for row in rows if row["live"]]
    settled = [row for row in live if row["age_s"] - row["seen_s"] > STARTING_SECONDS]
    return Presence(
        instances=len(live),
        lost=sum(not row["live"] and row["seen_s"] < LATELY_SECONDS for row in rows),
        versions=tuple(sorted({row["version"] for row in live})),
        seen_s=min(row["seen_s"] for row in rows),
        age_s=max((row["age_s"] for row in live), default=None),
        lacks=tuple(sorted({name for row in settled for name in _lacking(row["told"])})),
    )


def _lacking(self_report: str) -> list[str]:
    """What an instance needs and cannot reach, by its own word."""
    return [
        name
        for name, fact in orjson.loads(self_report).items()
        if fact["needed"] and not fact["ok"]
    ]
