"""How long a piece of work on a text takes, beside a plain pass over the same text."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log

KB = 1024
SIZES = (1 * KB, 4 * KB, 16 * KB, 64 * KB)
LARGE = 1024 * KB
GROWTH = 1.2
"""The exponent: a text n times as long may take n^1.2 times as long."""
NOISE = 0.004
"""Seconds of CPU: growth is judged once a text takes so long."""
FEW = 20
"""Plain passes: what takes fewer at its size is quick, and how it grows is mostly noise."""
AGAIN = 4
"""Times that a suspicious case is measured anew; the quickest counts."""

Work = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Slow:
    size: int
    seconds: float
    times: float
    """As long as a plain pass over the text."""
    growth: float | None

    def __str__(self) -> str:
        grows = "" if self.growth is None else f", grows as n^{self.growth:.2f}"
        took = f"{self.size} characters: {self.seconds * 1000:.1f} ms"
        return f"{took}, {self.times:.0f} plain passes{grows}"


def cpu(work: Work, text: str, tries: int = 1) -> float:
    """Seconds of this thread's CPU; of several tries the quickest."""
    best = float("inf")
    for _ in range(tries):
        began = time.thread_time()
        work(text)
        best = min(best, time.thread_time() - began)
    return best


def plain(text: str, tries: int = 3) -> float:
    """A pass over the text that looks at every character."""
    return cpu(lambda given: sum(map(ord, given)), text, tries)


def too_slow(
    work: Work,
    make: Callable[[int], str],
    sizes: Sequence[int],
    most_times: float,
    *,
    growth: bool = True,
) -> Slow | None:
    """What is wrong with this work on this kind of text, if anything.

    `make` makes a text of so many characters; each size is measured once, and anew where it
    exceeds what is allowed. Smaller sizes come first, and the first that is too slow ends it.
    `growth` says whether its growth is judged, or only the number of plain passes.
    """
    took: list[tuple[int, float]] = []
    for size in sizes:
        text = make(size)
        seconds = cpu(work, text)
        if _judged(text, seconds, took if growth else [], most_times):
            seconds = min(seconds, cpu(work, text, AGAIN))
            # What was quick by chance must not make the next look slow.
            took = [(len(one), cpu(work, one, AGAIN)) for one in map(make, [n for n, _ in took])]
            if slow := _judged(text, seconds, took if growth else [], most_times):
                return slow
        took.append((len(text), seconds))
    return None


def _judged(
    text: str, seconds: float, before: Sequence[tuple[int, float]], most_times: float
) -> Slow | None:
    if seconds < NOISE:
        return None
    times = seconds / max(plain(text, 1), 1e-7)
    growth = max(_growths(len(text), seconds, before), default=None)
    if times > most_times:
        # The quickest plain pass of several: one that was held up makes us look quick.
        times = seconds / max(plain(text), 1e-7)
    grows = growth is not None and growth > GROWTH and times > FEW
    return Slow(len(text), seconds, times, growth) if grows or times > most_times else None


def _growths(size: int, seconds: float, before: Sequence[tuple[int, float]]) -> Iterator[float]:
    """Against the smaller sizes that took long enough to be told from nothing.

    A ratio of at least four: over a shorter span noise is a large part of an exponent.
    """
    for smaller, took in before:
        if size >= 3.9 * smaller and took > NOISE / 8:
            yield log(seconds / took) / log(size / smaller)
