"""What is done to each house in a round, and what is measured of it."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.compare.checkouts import Checkout
from benchmarks.compare.house import InstantVendors, OutsideHouse
from benchmarks.stack import done, in_ms
from tests.support.servers import memory

IN_FLIGHT = 32
"""Turns at once when saturated."""
CALM = 10
"""Turns a second, offered."""
LONG_USERS, LONG_TURNS = 16, 40
"""People with a history, and how many turns it has before the first round."""
WARM = 32
CALLBACKS = 3
"""Of each reply."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Phase:
    """Turns of one kind: how many of the round's, and how they are offered."""

    name: str
    share: float
    plan: dict[str, Any]


PHASES = (
    Phase("short", 0.5, {"users": 100, "first_user": 1_000, "in_flight": IN_FLIGHT}),
    Phase("long", 0.3, {"users": LONG_USERS, "first_user": 0, "in_flight": LONG_USERS}),
    Phase("calm", 0.2, {"users": 100, "first_user": 1_000, "rate": float(CALM)}),
)


@dataclass(slots=True)
class Measured:
    """Of one commit: each measure's value in each round, in order."""

    values: dict[str, list[float]] = field(default_factory=dict[str, list[float]])

    def add(self, name: str, value: float) -> None:
        self.values.setdefault(name, []).append(value)


def order(number: int) -> tuple[str, str]:
    """Who goes first takes turns: old new, new old, and so on."""
    return ("old", "new") if number % 2 == 0 else ("new", "old")


async def run(
    old: Checkout, new: Checkout, *, rounds: int, turns: int, say: Say
) -> dict[str, Measured]:
    """Both commits' measures. Each round starts its houses afresh, on what they held before."""
    measured = {"old": Measured(), "new": Measured()}
    with _houses(old, new) as houses:
        say(f"{LONG_USERS} histories of {LONG_TURNS} turns in each house")
        async with _running(houses):
            for house in houses.values():
                plan = {"users": LONG_USERS, "in_flight": LONG_USERS, "seed": "histories"}
                await _turns(house, LONG_USERS * LONG_TURNS, **plan)
        for number in range(rounds):
            async with _running(houses):
                await _round(houses, number, turns, measured)
            spent = {name: f"{one.values['cpu'][-1]:.1f}" for name, one in measured.items()}
            say(f"round {number + 1} of {rounds}, CPU ms a turn: {spent}")
    return measured


@contextmanager
def _houses(old: Checkout, new: Checkout) -> Generator[dict[str, OutsideHouse]]:
    with ExitStack() as stack:
        vendors = InstantVendors()
        stack.callback(vendors.stop)
        houses: dict[str, OutsideHouse] = {}
        for name, checkout in (("old", old), ("new", new)):
            home = stack.enter_context(
                tempfile.TemporaryDirectory(prefix=f"taskflow-{name}-", dir=memory())
            )
            houses[name] = OutsideHouse(name, checkout, Path(home), vendors)
            stack.callback(houses[name].stop)
        yield houses


@asynccontextmanager
async def _running(houses: dict[str, OutsideHouse]) -> AsyncGenerator[None]:
    await asyncio.gather(*(house.start() for house in houses.values()))
    try:
        yield
    finally:
        for house in houses.values():
            house.stop()


async def _round(
    houses: dict[str, OutsideHouse], number: int, turns: int, into: dict[str, Measured]
) -> None:
    """Phase by phase in either house, so that both meet the same moments of the machine."""
    spent: dict[str, list[dict[str, float]]] = {name: [] for name in houses}
    for house in houses.values():
        for phase in PHASES[:2]:
            await _turns(house, WARM, **{**phase.plan, "seed": f"{number} warm {phase.name}"})
        await house.tidy()
        await house.rest()
    for place, phase in enumerate(PHASES):
        for name in order(number + place):
            spent[name].append(await _phase(houses[name], phase, number, turns, into[name]))
    for name, phases in spent.items():
        of_process = {
            process: sum(each.get(process, 0.0) for each in phases) / turns
            for process in {process for each in phases for process in each}
        }
        into[name].add("cpu", sum(of_process.values()))
        for process, ms in of_process.items():
            into[name].add(f"cpu_of.{process}", ms)


async def _phase(
    house: OutsideHouse, phase: Phase, number: int, turns: int, into: Measured
) -> dict[str, float]:
    """CPU ms by process; texts are the same for both houses."""
    count = round(turns * phase.share)
    before = house.cpu()
    plan = {**phase.plan, "seed": f"{number} {phase.name}"}
    seconds, times = await _turns(house, count, **plan)
    spent = _spent(before, house.cpu())
    into.add(f"cpu.{phase.name}", sum(spent.values()) / count)
    if "rate" not in phase.plan:
        into.add(f"turns_per_s.{phase.name}", count / seconds)
    for percent, ms in times.items():
        into.add(f"{percent}.{phase.name}", ms)
    return spent


async def _turns(house: OutsideHouse, count: int, **plan: Any) -> tuple[float, dict[str, float]]:
    """Seconds and percentiles; all have their reply and three taken callbacks, and it rests."""
    before = house.vendors.stats()
    load = await asyncio.to_thread(house.load, count, **plan)
    try:
        seen = await asyncio.to_thread(load.run)
    except asyncio.CancelledError:
        load.program.kill()  # or the thread waits for its end, and Ctrl-C for the thread
        raise
    await house.rest()
    after = house.vendors.stats()
    if missing := count - len(done(seen.replied)):
        raise RuntimeError(
            f"{house.name}: {missing} of {count} turns had no reply; {seen.statuses}"
        )
    if (told := after["callbacks"] - before["callbacks"]) < CALLBACKS * count:
        raise RuntimeError(f"{house.name} took {told} callbacks of {CALLBACKS * count}")
    return seen.seconds, in_ms(seen.replied)


def _spent(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {name: (after[name] - before.get(name, 0.0)) * 1000 for name in after}
