"""Appending to the log: the database's function, and the whole of it with group commit."""

from collections.abc import Sequence
from typing import Any

from benchmarks import rows, servers
from benchmarks.figures import Figure, Target
from benchmarks.rounds import Load, Rounds, closed_loop
from contracts import slots, streams
from contracts.streams import UserId
from taskflow import clock
from taskflow.log.appending import Write
from taskflow.log.event_log import EventLog
from taskflow.log.group_commit import APPEND, EventRow, append_now
from taskflow.postgres import database
from taskflow.postgres.database import Connection

BATCHES = {1: 3_000, 32: 600, 128: 200}
"""Events in a statement, and statements in a round."""
CALLERS = {1: 2_000, 32: 16_000, 256: 24_000}
"""At once, and their appends in a round."""
LARGEST_FLOOR = 128
"""Events: more callers than that share a statement's floor with these, as they do a commit."""
FLOOR = "bare unnest insert"


async def measure(*, quick: bool) -> list[Figure]:
    less, rounds = (10, 1) if quick else (1, 3)
    async with (
        servers.database() as dsn,
        servers.event_log(dsn) as (log, vault),
    ):
        users = await servers.users(vault, max(CALLERS))
        others = [UserId(clock.new_id()) for _ in users]
        connection = await database.connect(dsn, "bench-floor")
        bench = _Bench(connection, log, users, others)
        await bench.bare(128, 20)
        await bench.whole(32, 1_000)
        figures = [
            await _function(bench, size, count // less, rounds) for size, count in BATCHES.items()
        ]
        for callers, count in CALLERS.items():
            figures += await _whole(bench, callers, count // less, rounds)
        await connection.close()
        return figures


async def _function(bench: "_Bench", size: int, count: int, rounds: int) -> Figure:
    loads = await Rounds.of(
        rounds,
        floor=lambda: bench.bare(size, count),
        statement=lambda: bench.statement(size, count),
        ours=lambda: bench.function(size, count),
    )
    return Figure(
        name=f"append.function_{size}",
        what=f"append_events by append_now, {size} events a batch, one after the other",
        value=loads.per_second("ours"),
        unit="events/s",
        floor=loads.per_second("floor"),
        floor_is=FLOOR,
        target=Target(ratio=0.75) if size == 32 else None,
        more={
            "rounds": loads.told(),
            "statement_alone_ratio": loads.per_second("statement") / loads.per_second("floor"),
        },
    )


async def _whole(bench: "_Bench", callers: int, count: int, rounds: int) -> list[Figure]:
    size = min(callers, LARGEST_FLOOR)
    loads = await Rounds.of(
        rounds,
        floor=lambda: bench.bare(size, count // size),
        ours=lambda: bench.whole(callers, count),
    )
    who = "one after the other" if callers == 1 else f"{callers} callers at once"
    what = f"EventLog.append, sealed, one event each, {who}"
    more = {"rounds": loads.told(), "floor_batch": size}
    return [
        Figure(
            name=f"append.callers_{callers}",
            what=what,
            value=loads.per_second("ours"),
            unit="events/s",
            floor=loads.per_second("floor"),
            floor_is=f"{FLOOR} of {size}",
            target=Target(value=8_000) if callers == 32 else None,
            more={**more, "p50_ms": loads.p50_ms("ours"), "p99_ms": loads.p99_ms("ours")},
        ),
        Figure(
            name=f"append.callers_{callers}_p99",
            what=f"{what}: p99 of one append",
            value=loads.p99_ms("ours"),
            unit="ms",
            more_is_better=False,
            floor=loads.p99_ms("floor"),
            floor_is=f"p99 of one {FLOOR} of {size}",
            target=Target(value=10) if callers == 32 else None,
            more={"p50_ms": loads.p50_ms("ours"), "floor_p50_ms": loads.p50_ms("floor")},
        ),
    ]


class _Bench:
    """The floor's conversations and ours lie in one table, and each has its own users."""

    def __init__(
        self,
        connection: Connection,
        log: EventLog,
        users: Sequence[UserId],
        others: Sequence[UserId],
    ) -> None:
        self._connection, self._log = connection, log
        self._users, self._others = users, others
        self._versions = rows.Versions()

    async def bare(self, size: int, count: int) -> Load:
        batches = [
            self._versions.columns([rows.ready(user) for user in self._others[:size]])
            for _ in range(count)
        ]
        return await closed_loop(
            lambda n: rows.insert(self._connection, batches[n]), count=count, each=size
        )

    async def statement(self, size: int, count: int) -> Load:
        """What PostgreSQL needs of it: parameters ready, answers left as they came."""
        batches = [
            _parameters([rows.ready(user) for user in self._users[:size]]) for _ in range(count)
        ]
        return await closed_loop(
            lambda n: self._connection.fetch(APPEND, *batches[n]), count=count, each=size
        )

    async def function(self, size: int, count: int) -> Load:
        batches = [[[rows.ready(user)] for user in self._users[:size]] for _ in range(count)]
        return await closed_loop(
            lambda n: append_now(self._connection, batches[n]), count=count, each=size
        )

    async def whole(self, callers: int, count: int) -> Load:
        async def append(n: int) -> None:
            user = self._users[n % callers]
            sid = f"SM{clock.new_id().hex}"
            write = Write(streams.conversation(user), [rows.message(sid)], user)
            await self._log.append([write], slots.message(sid))

        return await closed_loop(append, count=count, callers=callers)


def _parameters(appends: Sequence[EventRow]) -> list[list[Any]]:
    return [
        list(column)
        for column in zip(
            *(
                (
                    number,
                    row.place,
                    -1,
                    row.event_id,
                    row.stream,
                    row.type,
                    row.schema_version,
                    row.user_id,
                    row.payload,
                    row.cause,
                    row.correlation,
                    row.trace,
                )
                for number, row in enumerate(appends)
            ),
            strict=True,
        )
    ]
