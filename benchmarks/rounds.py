"""Callers in closed loops, and rounds in which a floor and ours take turns."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.figures import median, percentile


@dataclass(frozen=True, slots=True)
class Load:
    """What one round of calls did."""

    per_second: float
    p50_ms: float
    p99_ms: float


async def closed_loop(
    call: Callable[[int], Awaitable[object]], *, count: int, callers: int = 1, each: int = 1
) -> Load:
    """`count` calls, each caller's next one after its last; `each` units of work in a call."""
    numbers = iter(range(count))
    took: list[float] = []

    async def caller() -> None:
        for number in numbers:
            began = time.perf_counter()
            await call(number)
            took.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return Load(
        count * each / (time.perf_counter() - began), percentile(took, 50), percentile(took, 99)
    )


Way = Callable[[], Awaitable[Load]]


class Rounds:
    """The loads of ways that took turns; a figure is the median over its rounds."""

    def __init__(self, loads: Mapping[str, list[Load]]) -> None:
        self._loads = loads

    @classmethod
    async def of(cls, count: int, **ways: Way) -> "Rounds":
        loads: dict[str, list[Load]] = {name: [] for name in ways}
        for _ in range(count):
            for name, way in ways.items():
                loads[name].append(await way())
        return cls(loads)

    def per_second(self, way: str) -> float:
        return median([load.per_second for load in self._loads[way]])

    def p50_ms(self, way: str) -> float:
        return median([load.p50_ms for load in self._loads[way]])

    def p99_ms(self, way: str) -> float:
        return median([load.p99_ms for load in self._loads[way]])

    def told(self) -> dict[str, Any]:
        """Every round, for a figure's `more`."""
        return {
            way: [
                {
                    "per_second": round(load.per_second, 1),
                    "p50_ms": round(load.p50_ms, 3),
                    "p99_ms": round(load.p99_ms, 3),
                }
                for load in loads
            ]
            for way, loads in self._loads.items()
        }
