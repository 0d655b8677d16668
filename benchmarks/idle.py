"""What the whole stack takes while nobody writes."""

import asyncio
import time

import psutil

from benchmarks.figures import Figure, Target
from benchmarks.stack import House, house


async def measure(*, quick: bool) -> list[Figure]:
    seconds = 10 if quick else 30
    with house() as opened:
        await opened.prepare()
        servers = await _window(opened, seconds)
        servers_mb = _memory(opened)
        opened.start()
        # One turn each of a few users: connections and caches are as after a quiet night.
        opened.turns(opened.stack.gateway, 20, in_flight=5).run()
        await opened.caught_up()
        ours = await _window(opened, seconds)
        ours_mb = _memory(opened)
    bare = "PostgreSQL and NATS alone"
    return [
        Figure(
            "idle.cpu",
            f"four services, PostgreSQL and NATS, {seconds} s without a message",
            sum(ours.values()),
            "% of a core",
            more_is_better=False,
            floor=sum(servers.values()),
            floor_is=bare,
            target=Target(value=5),
            more={"by_process": ours, "floor_by_process": servers},
        ),
        Figure(
            "idle.memory",
            "the same in all; shared pages counted once (PSS)",
            sum(ours_mb.values()),
            "MB",
            more_is_better=False,
            floor=sum(servers_mb.values()),
            floor_is=bare,
            target=Target(value=700),
            more={"by_process": ours_mb},
        ),
    ]


async def _window(opened: House, seconds: float) -> dict[str, float]:
    """CPU by process, in percent of one core."""
    before, began = opened.cpu(), time.monotonic()
    await asyncio.sleep(seconds)
    after, took = opened.cpu(), time.monotonic() - began
    return {name: round(100 * (after[name] - before[name]) / took, 2) for name in after}


def _memory(opened: House) -> dict[str, float]:
    return {
        name: round(sum(_pss_mb(process) for process in processes), 1)
        for name, processes in opened.pids().items()
    }


def _pss_mb(process: psutil.Process) -> float:
    """Of what several processes share, each has its part; RSS where that may not be read."""
    try:
        return process.memory_full_info().pss / 2**20
    except psutil.AccessDenied:
        return process.memory_info().rss / 2**20
    except psutil.NoSuchProcess:
        return 0.0
