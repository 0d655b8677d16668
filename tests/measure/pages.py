"""How well prices of whole pages are read, and at what cost."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from services.tools.pages.page import PageReading
from tests.measure.figures import Measure
from tests.measure.reach import Reach, of_figures
from tests.measure.saved_pages import Saved, as_seen, saved

PRECISION, RECALL = 0.97, 0.85
PRECISION_AS_SEEN, RECALL_AS_SEEN = 0.95, 0.60
TIMES = 5
"""As much CPU as parsing the page alone."""
_TRIES = 5


def measure(data: Path) -> Measure:
    """`data` is the folder of all data sets."""
    return of_figures("pages", _figures(data))


def cost(data: Path) -> Measure:
    """Beside what it costs to parse the same pages, in one run."""
    return of_figures("CPU of pages", [_cost(list(saved(data / "pages")))])


def _figures(data: Path) -> list[Reach]:
    every = list(saved(data / "pages"))
    whole = [(one, one.read()) for one in every]
    as_people = [(one, one.read(as_seen(one.html))) for one in every]
    return [
        *_prices(whole, "", PRECISION, RECALL),
        *_prices(as_people, ", without structured data", PRECISION_AS_SEEN, RECALL_AS_SEEN),
        _sold_out(whole, ""),
        _sold_out(as_people, ", without structured data"),
    ]


def _prices(
    read: Sequence[tuple[Saved, PageReading]], of: str, precision: float, recall: float
) -> list[Reach]:
    given = [(page, said) for page, said in read if said.amount is not None]
    right = [(page, said) for page, said in given if is_right(page, said)]
    wrong = tuple(
        f"{page.id} says {said.currency} {said.amount} ({said.source}),"
        f" not {page.currency} {page.amount}"
        for page, said in given
        if not is_right(page, said)
    )
    priced = sum(1 for page, _ in read if page.amount is not None)
    return [
        Reach(
            f"precision{of}",
            len(right) / max(1, len(given)),
            least=precision,
            of=f"{len(right)} of {len(given)} prices",
            wrong=wrong,
        ),
        Reach(
            f"recall{of}",
            len(right) / max(1, priced),
            least=recall,
            of=f"{len(right)} of {priced} priced pages",
        ),
    ]


def is_right(page: Saved, said: PageReading) -> bool:
    return said.amount == page.amount and said.currency == page.currency


def _sold_out(read: Sequence[tuple[Saved, PageReading]], of: str) -> Reach:
    there = [(page, said) for page, said in read if page.stock == "in"]
    wrong = tuple(
        f"{page.id} can be had"
        for page, said in there
        if said.outcome == "out_of_stock" or said.in_stock is False
    )
    over = f"{len(there)} pages in stock"
    return Reach(f"falsely sold out{of}", len(wrong), most=0, of=over, wrong=wrong)


def _cost(every: Sequence[Saved]) -> Reach:
    """At the 95th percentile of the pages."""
    every[0].read()
    times = sorted(
        (_cpu(one.read) / _cpu(lambda html=one.html: LexborHTMLParser(html)), one.id)
        for one in every
    )
    at, slowest = times[int(len(times) * 0.95)][0], times[-1]
    return Reach(
        "CPU of reading / of parsing, 95th percentile",
        at,
        most=TIMES,
        of=f"{len(times)} pages; median {times[len(times) // 2][0]:.1f}, most {slowest[0]:.1f}",
    )


def _cpu(work: Callable[[], object]) -> float:
    """Seconds of this thread's CPU; the quickest of some, for others use the machine too."""
    best = float("inf")
    for _ in range(_TRIES):
        began = time.thread_time()
        work()
        best = min(best, time.thread_time() - began)
    return best
