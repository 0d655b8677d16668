"""What a benchmark says: a figure beside its floor, measured in the same run."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """What the figure has to reach; `ratio` a share of the floor, `value` in its unit."""

    value: float | None = None
    ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    """Dotted: what, and which of its figures, such as "append.grouped"."""
    what: str
    """One line for the table."""
    value: float
    unit: str
    more_is_better: bool = True
    floor: float | None = None
    """The same work by raw clients, in the same run and unit."""
    floor_is: str = ""
    target: Target | None = None
    more: dict[str, Any] = field(default_factory=dict[str, Any])
    """Rounds, percentiles, CPU: whatever explains the value."""

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None

    @property
    def reached(self) -> bool | None:
        """None without a target."""
        if self.target is None:
            return None
        pairs = [(self.value, self.target.value), (self.ratio, self.target.ratio)]
        return all(
            have is not None and (have >= want if self.more_is_better else have <= want)
            for have, want in pairs
            if want is not None
        )


def to_json(figure: Figure) -> dict[str, Any]:
    return {**asdict(figure), "ratio": figure.ratio, "reached": figure.reached}


def from_json(said: dict[str, Any]) -> Figure:
    known = {name: value for name, value in said.items() if name not in {"ratio", "reached"}}
    target = known.pop("target")
    return Figure(**known, target=Target(**target) if target else None)


def save(figures: Sequence[Figure], to: Path) -> None:
    to.write_text(json.dumps([to_json(figure) for figure in figures], indent=1) + "\n")


def load(file: Path) -> list[Figure]:
    return [from_json(said) for said in json.loads(file.read_text())]


def percentile(values: Sequence[float], of_100: float) -> float:
    """The value below which so many of a hundred lie; the nearest that was measured."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * of_100 / 100))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
