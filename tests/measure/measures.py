"""The measures, each over public data that nobody here wrote. To add one, add a line."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.measure import data, pages, places, strings, times, zones
from tests.measure.figures import Measure

MEASURES: dict[str, tuple[str | None, Callable[[Path], Measure]]] = {
    "pages": ("pages", pages.measure),
    "CPU of pages": ("pages", pages.cost),
    "price texts": ("price_strings", strings.measure),
    "times": ("datetime", times.measure),
    "zones of numbers": (None, lambda _: zones.measure()),
    "places": (None, lambda _: places.measure()),
}
"""By name: the data set's folder, None for what libraries hold, and what measures it, given the
folder of all sets."""
Skipped = tuple[str, str]
"""A measure's name, and why it was not taken."""


def measured() -> Iterator[Measure | Skipped]:
    for name, (folder, measure) in MEASURES.items():
        reason = data.lacking(folder) if folder else None
        yield (name, reason) if reason else measure(data.folder())


def show(every: Iterable[Measure | Skipped], console: Console) -> bool:
    """Whether all of them hold; what was skipped is said, and is no failure."""
    table = Table("Measure", "Of", "Is")
    holds, details = True, list[str]()
    for one in every:
        if not isinstance(one, Measure):
            table.add_row(one[0], "skipped", one[1])
            continue
        for what, figure in one.figures.items():
            table.add_row(one.name, what, figure)
        holds = holds and one.holds
        details += [f"{one.name}, {line}" for line in one.details]
        table.add_section()
    console.print(table)
    for line in details:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return holds
