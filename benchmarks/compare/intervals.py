"""How sure a ratio is: the median of the rounds' ratios, and a bootstrap interval around it."""

import math
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.90
RESAMPLES = 10_000
LEAST_ROUNDS = 7
"""Of fewer, resampled medians are few different numbers, and the interval says little."""
_SEED = 20_261_129
"""The same ratios always give the same interval."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Of a ratio, new to old."""

    median: float
    low: float
    high: float

    def holds(self, ratio: float) -> bool:
        return self.low <= ratio <= self.high


def ratios(old: Sequence[float], new: Sequence[float]) -> list[float]:
    """Round by round, so that what slows a whole round cancels out. Raises ValueError."""
    if len(old) != len(new):
        raise ValueError(f"{len(old)} rounds of the old commit, {len(new)} of the new one")
    if not all(math.isfinite(value) and value > 0 for value in (*old, *new)):
        raise ValueError("a ratio needs positive numbers")
    return [after / before for before, after in zip(old, new, strict=True)]


def interval(of: Sequence[float]) -> Interval:
    """The percentile bootstrap (Efron 1979) of the median.

    The ratios are drawn RESAMPLES times with replacement, as many as there are; the middle
    LEVEL of those samples' medians is the interval. Raises ValueError for fewer than LEAST_ROUNDS.
    """
    if len(of) < LEAST_ROUNDS:
        raise ValueError(f"{len(of)} ratios are too few, {LEAST_ROUNDS} are needed")
    draw = random.Random(_SEED)
    medians = sorted(statistics.median(draw.choices(of, k=len(of))) for _ in range(RESAMPLES))
    outside = round(RESAMPLES * (1 - LEVEL) / 2)
    return Interval(statistics.median(of), medians[outside], medians[-1 - outside])
