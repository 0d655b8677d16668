"""One number, and what it must be."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.measure.figures import Measure


@dataclass(frozen=True, slots=True)
class Reach:
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

    def told(self) -> str:
        """As "0.985 (98 of 99 prices), at least 0.97"."""
        bound = f"at least {self.least:g}" if self.most is None else f"at most {self.most:g}"
        value = f"{self.value:.3f}".rstrip("0").rstrip(".") if self.value % 1 else f"{self.value:g}"
        return f"{value} ({self.of}), {bound}{'' if self.reached else ': NOT REACHED'}"


def of_figures(name: str, figures: Sequence[Reach]) -> Measure:
    return Measure(
        name,
        {one.name: one.told() for one in figures},
        holds=all(one.reached for one in figures),
        details=tuple(f"{one.name}: {line}" for one in figures for line in one.wrong),
    )
