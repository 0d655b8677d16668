"""What was measured, beside what is to be reached, as one table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, and what it must be."""

    name: str
    value: float
    least: float | None = None
    most: float | None = None
    of: str = ""
    """What it was counted over."""
    wrong: tuple[str, ...] = ()
    """What to look at: a line each."""

    @property
    def reached(self) -> bool:
        low = self.least is None or self.value >= self.least
        return low and (self.most is None or self.value <= self.most)

    def told(self) -> tuple[str, str, str]:
        reach = f"≥ {self.least:g}" if self.most is None else f"≤ {self.most:g}"
        return f"{self.value:.3f}".rstrip("0").rstrip("."), reach, "yes" if self.reached else "NO"


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure's figures, or why there are none."""

    name: str
    figures: Sequence[Figure] = ()
    skipped: str | None = None


def show(measured: Iterable[Measured], console: Console) -> bool:
    """Whether every figure is reached; what was skipped is said, and no failure."""
    table = Table("Measure", "Figure", "Is", "Reach", "Reached", "Over")
    holds, details = True, list[str]()
    for one in measured:
        if one.skipped:
            table.add_row(one.name, f"skipped: {one.skipped}")
        for figure in one.figures:
            table.add_row(one.name, figure.name, *figure.told(), figure.of)
            holds = holds and figure.reached
            details += [f"{one.name}, {figure.name}: {line}" for line in figure.wrong]
    console.print(table)
    for line in details:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return holds
