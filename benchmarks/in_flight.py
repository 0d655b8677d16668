"""Turns that wait for a slow model: how many one agent process holds, and what that costs."""

import asyncio
import time

from benchmarks.figures import Figure, Target, median
from benchmarks.floor import turns as floor
from benchmarks.load import Seen
from benchmarks.stack import House, Load, done, house, in_ms, rss_mb

MODEL_SECONDS = 2.0
OPEN = 1_000
OFFERED = 60
"""Turns a second: about 120 open at any moment."""
ROUNDS = 3
FILL_SECONDS = 120.0
"""The agent gives a turn 90 seconds of work."""
FILL_RATE = 40
"""Messages a second; the gateway refuses none then."""


async def measure(*, quick: bool) -> list[Figure]:
    with house() as opened:
        await opened.prepare()
        opened.start(MODEL_TIMEOUT=f"PT{FILL_SECONDS:.0f}S")
        bases = {"floor": await floor.start(opened), "taskflow": opened.stack.gateway}
        for base in bases.values():
            opened.turns(base, 100, in_flight=10).run()
        held = {
            of: await _hold(opened, of, base, 100 if quick else OPEN) for of, base in bases.items()
        }
        beyond = await _beyond(opened, bases, 120 if quick else 600)
    return [_of_memory(held), *beyond]


async def _hold(opened: House, of: str, base: str, count: int) -> dict[str, float]:
    """The vendor holds every answer until so many are open; the agent's memory then."""
    agent = opened.pids(of=of)["agent" if of == "taskflow" else floor.AGENT][0]
    idle = rss_mb(agent)
    opened.set_vendor(hold_until=count, delay=MODEL_SECONDS)
    load = opened.turns(base, count, rate=FILL_RATE, first_user=1_000_000, patience=FILL_SECONDS)
    load.begin()
    give_up_at = time.monotonic() + FILL_SECONDS
    peak = 0
    while peak < count and time.monotonic() < give_up_at:
        await asyncio.sleep(0.1)
        peak = opened.stats()["peak"]
    held = rss_mb(agent)
    seen = await _end_of(load)
    opened.set_vendor()
    await opened.caught_up()
    return {
        "open": peak,
        "rss_mb": held,
        "rss_mb_idle": idle,
        "rss_mb_after": rss_mb(agent),
        "answered": len(done(seen.replied)),
        "accepted": seen.statuses.get("200", 0),
    }


async def _end_of(load: Load) -> Seen:
    return await asyncio.to_thread(load.seen)


def _of_memory(held: dict[str, dict[str, float]]) -> Figure:
    ours = held["taskflow"]
    return Figure(
        "in_flight.rss",
        f"memory of one agent process while {ours['open']:.0f} model calls are open at once",
        ours["rss_mb"],
        "MB",
        more_is_better=False,
        floor=held["floor"]["rss_mb"],
        floor_is=floor.IS,
        target=Target(value=250),
        more=held,
    )


async def _beyond(opened: House, bases: dict[str, str], count: int) -> list[Figure]:
    """Turn times beyond the model's, while a hundred turns and more are open."""
    rounds: dict[str, list[dict[str, float]]] = {of: [] for of in bases}
    peaks: list[int] = []
    for _ in range(ROUNDS):
        for of, base in bases.items():
            opened.set_vendor(delay=MODEL_SECONDS)
            seen = opened.turns(base, count, rate=OFFERED, first_user=2_000_000).run()
            beyond = [took - MODEL_SECONDS for took in done(seen.replied)]
            rounds[of].append({**in_ms(beyond), "answered": len(beyond)})
            peaks += [opened.stats()["peak"]] if of == "taskflow" else []
            await opened.caught_up()
    return [
        Figure(
            f"in_flight.beyond_{p}",
            f"turn time beyond a model that takes {MODEL_SECONDS:g} s, {p}, at {OFFERED}/s",
            median([one[p] for one in rounds["taskflow"]]),
            "ms",
            more_is_better=False,
            floor=median([one[p] for one in rounds["floor"]]),
            floor_is=floor.IS,
            more={"rounds": rounds, "open_at_the_peak": peaks} if p == "p50" else {},
        )
        for p in ("p50", "p99")
    ]
