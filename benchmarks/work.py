"""What one turn makes everybody do: statements, transactions, rows, messages, log lines, spans.

Counted where they are done, over a run whose replies had three status callbacks each, less what
the same seconds cost at rest: PostgreSQL's pg_stat_statements and pg_stat_database, NATS's monitor,
the services' log files, and the spans that reach the collector.
"""

import asyncio
import json
import time
import urllib.request
from dataclasses import dataclass
from typing import Any

import asyncpg

from benchmarks.figures import Figure
from benchmarks.floor import turns as floor
from benchmarks.stack import House, done, house
from benchmarks.turns import IN_FLIGHT

CALM = 15
"""Turns a second, offered."""
USERS = 100
FLUSHED_SECONDS = 11.0
"""An idle backend tells pg_stat_database what it did after at most ten (pgstat.c)."""
REST_SECONDS = 20.0
_STATEMENTS = """
select coalesce(sum(s.calls), 0)::bigint as statements,
       coalesce(sum(s.rows) filter (
         where s.query ilike '%from events%' and s.query ilike '%pg_snapshot_xmin%'), 0)::bigint
         as rows_followed
  from bench.pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname = $1
"""
_TRANSACTIONS = "select xact_commit + xact_rollback from pg_stat_database where datname = $1"
WHAT = {
    "events": "events appended",
    "statements": "SQL statements",
    "transactions": "SQL transactions",
    "rows_followed": "event rows that followers read",
    "stored": "messages stored in JetStream",
    "delivered": "messages delivered from it",
    "nats": "messages to NATS from all clients, acks and requests included",
    "log_lines": "log lines",
    "spans": "spans exported",
}
Counts = dict[str, float]


@dataclass(frozen=True, slots=True)
class Way:
    """Where a turn is driven and its counts are kept."""

    base: str
    dsn: str
    facts: str
    """Its table of events."""
    floor: bool


async def measure(*, quick: bool) -> list[Figure]:
    with house(count_statements=True) as opened:
        await opened.prepare()
        opened.start()
        gateway = opened.stack.gateway
        opened.turns(gateway, USERS, users=USERS, in_flight=IN_FLIGHT).run()
        base, dsn = await floor.start_facts(opened)
        opened.turns(base, USERS, users=USERS, in_flight=IN_FLIGHT).run()
        ways = {
            "taskflow": Way(gateway, opened.postgres.dsn, "events", floor=False),
            "facts": Way(base, dsn, "facts", floor=True),
        }
        work = await Work.of(opened, ways)
        turns = 60 if quick else 450
        return [
            *await work.figures("saturated", f"{IN_FLIGHT} at once", turns, in_flight=IN_FLIGHT),
            *await work.figures("calm", f"{CALM} a second", turns, rate=float(CALM)),
        ]


class Work:
    def __init__(self, opened: House, ways: dict[str, Way]) -> None:
        self.house, self.ways = opened, ways
        self.at_rest: dict[str, Counts] = {}
        """Each way's counts a second without a message."""

    @classmethod
    async def of(cls, opened: House, ways: dict[str, Way]) -> "Work":
        work = cls(opened, ways)
        await opened.caught_up()
        await asyncio.sleep(FLUSHED_SECONDS)
        began = time.monotonic()
        before = {name: await work._counted(way) for name, way in ways.items()}
        await asyncio.sleep(REST_SECONDS)
        for name, way in ways.items():
            grown = _less(await work._counted(way), before[name])
            seconds = time.monotonic() - began
            work.at_rest[name] = {what: n / seconds for what, n in grown.items()}
        return work

    async def figures(self, how: str, said: str, turns: int, **plan: float) -> list[Figure]:
        counts = {name: await self._per_turn(name, turns, **plan) for name in self.ways}
        return [
            Figure(
                f"work.{what}_{how}",
                f"{of}, a turn, {said}",
                counts["taskflow"][what],
                "a turn",
                more_is_better=False,
                floor=counts["facts"][what],
                floor_is=floor.FACTS_ARE,
                more={"at_rest_a_second": {name: self.at_rest[name][what] for name in self.ways}},
            )
            for what, of in WHAT.items()
        ]

    async def _per_turn(self, name: str, turns: int, **plan: float) -> Counts:
        way, began = self.ways[name], time.monotonic()
        before = await self._counted(way)
        seen = self.house.turns(way.base, turns, **{"users": USERS, **plan}).run()
        await self.house.caught_up()
        await asyncio.sleep(FLUSHED_SECONDS)
        grown = _less(await self._counted(way), before)
        if (replied := len(done(seen.replied))) < turns:
            raise RuntimeError(f"{name}: {replied} of {turns} turns had a reply")
        seconds = time.monotonic() - began
        return {
            what: round(max(0.0, n - self.at_rest[name][what] * seconds) / turns, 1)
            for what, n in grown.items()
        }

    async def _counted(self, way: Way) -> Counts:
        counts = {**await self._in_postgres(way), **self._in_nats(way)}
        if way.floor:
            return {**counts, "log_lines": 0, "spans": 0}
        return {**counts, "log_lines": self._log_lines(), "spans": self.house.stats()["spans"]}

    async def _in_postgres(self, way: Way) -> Counts:
        """By a connection to another database: its own statements are not counted."""
        name = way.dsn.partition("?")[0].rpartition("/")[2]
        counter = await asyncpg.connect(self.house.postgres.dsn_of("postgres", "/postgres"))
        inside = await asyncpg.connect(way.dsn)
        try:
            await counter.execute("create schema if not exists bench")
            await counter.execute("create extension if not exists pg_stat_statements schema bench")
            row = await counter.fetchrow(_STATEMENTS, name)
            transactions = await counter.fetchval(_TRANSACTIONS, name)
            events = await inside.fetchval(f"select max(position) from {way.facts}")
        finally:
            await inside.close()
            await counter.close()
        return {**row, "transactions": transactions, "events": events}

    def _in_nats(self, way: Way) -> Counts:
        streams = [
            stream
            for account in self._monitor("/jsz?streams=1&consumers=1")["account_details"]
            for stream in account["stream_detail"]
            if (stream["name"] == floor.FACTS_STREAM) == way.floor
        ]
        consumers = [each for stream in streams for each in stream.get("consumer_detail") or []]
        return {
            "stored": sum(stream["state"]["last_seq"] for stream in streams),
            "delivered": sum(each["delivered"]["consumer_seq"] for each in consumers),
            "nats": self._monitor("/varz")["in_msgs"],
        }

    def _log_lines(self) -> int:
        files = (self.house.stack.home / "logs").glob("*.jsonl*")
        return sum(file.read_bytes().count(b"\n") for file in files)

    def _monitor(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.house.bus.monitor_url}{path}", timeout=30) as answer:
            return json.loads(answer.read())


def _less(after: Counts, before: Counts) -> Counts:
    return {name: after[name] - before[name] for name in after}
