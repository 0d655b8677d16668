"""Reminders that fall due among a million pending ones: how late they fire."""

import asyncio
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks import processes, reminder_floor, servers
from benchmarks.figures import Figure, Target, median, percentile
from benchmarks.reminder_fill import Filling, far_away
from benchmarks.rounds import Load, Rounds
from services.scheduler.app import scheduler
from services.scheduler.settings import SchedulerSettings
from taskflow import clock
from taskflow.bus import topology
from taskflow.process.service import running
from taskflow.telemetry import logs, tracing

PENDING = 1_000_000
USERS = 1_000
PER_SECOND = 500
SECONDS = 20
FLOOR_SECONDS = 5
LEAD = timedelta(seconds=12)
"""For the set-up of a round and the scheduler's start."""
DONE_SECONDS = 60.0
_LATE = """
select extract(epoch from recorded_at - (payload->>'due')::timestamptz)::float8 as late_s
  from events where type = 'reminder.fired' and position > $1
"""
_STANDING = "select count(*) from due_reminders where due_at <= now()"
"""Fired, and not yet noted by the projection."""
_END = "select coalesce(max(position), 0) from events"


async def measure(*, quick: bool) -> list[Figure]:
    pending, seconds, rounds = (10_000, 3, 1) if quick else (PENDING, SECONDS, 3)
    with tempfile.TemporaryDirectory(prefix="taskflow-bench-") as home:
        async with (
            servers.database() as dsn,
            servers.bus() as (server, client),
            servers.event_log(dsn) as (_, vault),
        ):
            info = await client.jetstream().stream_info(topology.STREAM)
            assert info.created
            connection = await asyncpg.connect(dsn)
            users = await servers.users(vault, USERS)
            filling = Filling(connection, [(user, await vault.key(user)) for user in users])
            began = time.perf_counter()
            await filling.fill(far_away(pending))
            await connection.execute("vacuum analyze events, due_reminders")
            bench = _Bench(
                filling,
                servers.settings(dsn, server.url, Path(home)),
                info.created.isoformat(),
                time.perf_counter() - began,
            )
            loads = await Rounds.of(
                rounds,
                floor=lambda: bench.floor(FLOOR_SECONDS if not quick else seconds),
                ours=lambda: bench.ours(seconds),
            )
            await connection.close()
    return [_figure(of_100, pending, loads, bench) for of_100 in (50, 99)]


def _figure(of_100: int, pending: int, loads: Rounds, bench: "_Bench") -> Figure:
    def of(way: str) -> float:
        return (loads.p50_ms(way) if of_100 == 50 else loads.p99_ms(way)) / 1000

    return Figure(
        name=f"reminders.late_p{of_100}",
        what=f"{PER_SECOND}/s fall due among {pending:,} pending: recorded after due, p{of_100}",
        value=of("ours"),
        unit="s",
        more_is_better=False,
        floor=of("floor"),
        floor_is="raw claim of 500 and two bare rows each",
        target=Target(value=1) if of_100 == 99 else None,
        more={
            "rounds": loads.told(),
            "worst_s": bench.worst_s,
            "scheduler_cpu_ms_per_reminder": median(bench.cpu_ms),
            "fill_s": bench.fill_s,
        },
    )


class _Bench:
    def __init__(
        self, filling: Filling, given: dict[str, Any], stream_created: str, fill_s: float
    ) -> None:
        self._filling, self._given, self._created = filling, given, stream_created
        self.fill_s = fill_s
        self.cpu_ms: list[float] = []
        self.worst_s: list[float] = []

    async def floor(self, seconds: int) -> Load:
        return await self._round(seconds, reminder_floor.fire)

    async def ours(self, seconds: int) -> Load:
        return await self._round(seconds, _schedule, ours=True)

    async def _round(self, seconds: int, work: processes.Work, *, ours: bool = False) -> Load:
        connection = self._filling.connection
        end = await connection.fetchval(_END)
        first = (clock.utc_now() + LEAD).replace(microsecond=0)
        count = seconds * PER_SECOND
        await self._filling.fill([first + timedelta(seconds=n // PER_SECOND) for n in range(count)])
        if ours:
            await self._filling.read_so_far(self._created)
        with processes.child(work, self._given) as child:
            assert clock.utc_now() < first, "the round's set-up took longer than its lead"
            late = await self._fired(end, count, first + timedelta(seconds=seconds))
            await self._noted()
            cpu_s = await child.ask("cpu")
        if ours:
            self.cpu_ms.append(cpu_s * 1000 / count)
            self.worst_s.append(max(late))
        return Load(PER_SECOND, percentile(late, 50) * 1000, percentile(late, 99) * 1000)

    async def _noted(self) -> None:
        """The next round must find nothing of this one."""
        async with asyncio.timeout(DONE_SECONDS):
            while await self._filling.connection.fetchval(_STANDING):  # noqa: ASYNC110 - a row
                await asyncio.sleep(0.1)

    async def _fired(self, end: int, count: int, last: datetime) -> list[float]:
        """Looks only when all of it should be over: counting is work for the same server."""
        connection = self._filling.connection
        await asyncio.sleep((last - clock.utc_now()).total_seconds())
        async with asyncio.timeout(DONE_SECONDS):
            while True:
                found = await connection.fetch(_LATE, end)
                if len(found) >= count:
                    assert len(found) == count, f"{len(found)} fired of {count}"
                    return [row["late_s"] for row in found]
                await asyncio.sleep(0.5)


async def _schedule(given: dict[str, Any], line: processes.Line) -> None:
    """The scheduler as its process has it."""
    settings = SchedulerSettings.load(**given)
    logs.start("scheduler", settings.taskflow_home, settings.taskflow_log_level)
    tracing.start("scheduler", "bench", endpoint=None)
    async with running("scheduler", settings, lambda r: scheduler(r, settings)) as opened:
        await opened.client
        began = time.process_time()
        await line.say("ready")
        while await line.hear():
            await line.say(time.process_time() - began)
