"""What the rounds came to: for machines a document, for people a table."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from benchmarks.compare.intervals import LEVEL, RESAMPLES, Interval, interval, ratios
from benchmarks.compare.rounds import CALM, IN_FLIGHT, LONG_TURNS, LONG_USERS, Measured
from benchmarks.figures import median

HEADLINE = "cpu"
UNITS = {"cpu": "ms", "turns_per_s": "/s", "p50": "ms", "p99": "ms"}
WHAT = {
    "cpu": "CPU a turn",
    "turns_per_s": "turns a second",
    "p50": "a turn takes, p50",
    "p99": "a turn takes, p99",
    "": "all turns",
    "short": f"short histories, {IN_FLIGHT} at once",
    "long": f"{LONG_TURNS} turns and more, {LONG_USERS} at once",
    "calm": f"short histories, {CALM} a second",
}
PHASES = ("", "short", "long", "calm")
PARTS = "cpu_of."


@dataclass(frozen=True, slots=True)
class Compared:
    name: str
    old: list[float]
    new: list[float]
    ratio: Interval
    """Of new to old."""

    @property
    def what(self) -> str:
        kind, _, phase = self.name.partition(".")
        return f"{WHAT[kind]}: {WHAT[phase]}"


def compared(measured: dict[str, Measured]) -> list[Compared]:
    """CPU first, as it is told to the person."""
    old, new = measured["old"].values, measured["new"].values
    whole = [f"{kind}.{phase}".rstrip(".") for kind in UNITS for phase in PHASES]
    names = [name for name in whole if name in old]
    return [
        Compared(name, old[name], new[name], interval(ratios(old[name], new[name])))
        for name in names
    ]


def by_process(measured: dict[str, Measured]) -> dict[str, dict[str, float]]:
    """Medians of CPU ms a turn; a process that only one commit has stands with that alone."""
    return {
        which: {
            name.removeprefix(PARTS): round(median(values), 2)
            for name, values in one.values.items()
            if name.startswith(PARTS)
        }
        for which, one in measured.items()
    }


def document(
    commits: dict[str, str], measured: dict[str, Measured], bound: float | None
) -> dict[str, object]:
    found = compared(measured)
    return {
        **commits,
        "rounds": len(found[0].old),
        "interval": f"{LEVEL:.0%}, percentile bootstrap of the median, {RESAMPLES} resamples",
        "bound": bound,
        "within_bound": within(found, bound),
        "measures": {one.name: {"what": one.what, **asdict(one)} for one in found},
        "cpu_ms_per_turn": by_process(measured),
    }


def within(found: Sequence[Compared], bound: float | None) -> bool | None:
    """Whether CPU a turn, over all turns, is surely no more than that; None without a bound."""
    if bound is None:
        return None
    return next(one.ratio.high for one in found if one.name == HEADLINE) <= bound


def show(
    commits: dict[str, str], measured: dict[str, Measured], bound: float | None, console: Console
) -> None:
    found = compared(measured)
    table = Table("", commits["old"][:9], commits["new"][:9], "ratio", f"{LEVEL:.0%}", box=None)
    for one in found:
        unit = UNITS[one.name.partition(".")[0]]
        table.add_row(
            one.what,
            f"{median(one.old):.1f} {unit}",
            f"{median(one.new):.1f} {unit}",
            f"{one.ratio.median:.3f}",
            f"{one.ratio.low:.3f} to {one.ratio.high:.3f}",
        )
    console.print(table)
    for which, parts in by_process(measured).items():
        told = ", ".join(f"{name} {ms:.1f}" for name, ms in sorted(parts.items()))
        console.print(f"CPU ms a turn, {which}: {told}")
    if bound is not None:
        says = "within" if within(found, bound) else "NOT within"
        console.print(f"CPU a turn, all turns: upper end of the interval {says} {bound:g}")
