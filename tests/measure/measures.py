"""The measures, each over one public data set. To add one, add a line."""

from collections.abc import Callable, Iterator, Sequence

from tests.measure import pages
from tests.measure.data import lacking
from tests.measure.table import Figure, Measured

MEASURES: dict[str, tuple[str, Callable[[], Sequence[Figure]]]] = {
    "pages": ("pages", pages.figures),
}
"""By name: the data set's folder, and what counts its figures."""


def measured() -> Iterator[Measured]:
    for name, (folder, figures) in MEASURES.items():
        reason = lacking(folder)
        yield Measured(name, skipped=reason) if reason else Measured(name, figures())
