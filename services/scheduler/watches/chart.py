"""A price's history as a small picture, for a phone."""

import asyncio
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from services.scheduler.watches.words import money

WIDTH, HEIGHT, DPI = 6.4, 4.0, 100
"""640 by 400 pixels: a WhatsApp preview, and some 20 kB."""
LONGEST_TITLE = 48
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - of the user's clock
_FORMATS = ("%H:%M", "%m-%d %H:%M", "%m-%d")
"""Of a day, of some days, of weeks. A picture holds no words: it speaks every language."""
AN_HOUR = 1 / 24
"""In days: the least that the picture spans."""


@dataclass(frozen=True, slots=True)
class Point:
    at: datetime
    """On the user's clock."""
    amount: Decimal


async def draw(
    title: str,
    currency: str | None,
    points: Sequence[Point],
    *,
    now: datetime,
    goal: Decimal | None,
) -> bytes:
    """A PNG. In a thread: the first one loads the library, which takes a second."""
    return await asyncio.to_thread(chart, title, currency, points, now=now, goal=goal)


def chart(
    title: str,
    currency: str | None,
    points: Sequence[Point],
    *,
    now: datetime,
    goal: Decimal | None,
) -> bytes:
    """Steps: a price holds until the next look that found another. `points` are in their order."""
    # Here, not above: a process that never draws spends neither the second nor the 40 MB.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.dates import AutoDateLocator, DateFormatter  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415

    zone = now.tzinfo
    at = [_day(point.at) for point in points]
    amounts = [float(point.amount) for point in points]
    end = max(_day(now), at[-1])
    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.step([*at, end], [*amounts, amounts[-1]], where="post", color="#128c7e", linewidth=2.2)
    axes.plot(at, amounts, "o", color="#128c7e", markersize=3.5)
    axes.plot([end], [amounts[-1]], "o", color="#128c7e", markersize=7)
    axes.annotate(
        _plain(money(points[-1].amount, currency)),
        (end, amounts[-1]),
        xytext=(-6, 9),
        textcoords="offset points",
        ha="right",
        fontsize=12,
        fontweight="bold",
        bbox={"boxstyle": "round,pad=0.15", "color": "white", "alpha": 0.8},
    )
    if goal is not None:
        axes.axhline(float(goal), color="#c0392b", linestyle="--", linewidth=1.3)
        axes.annotate(
            _plain(f"≤ {money(goal, currency)}"),
            (0.01, float(goal)),
            xycoords=("axes fraction", "data"),
            xytext=(0, 4),
            textcoords="offset points",
            color="#c0392b",
            fontsize=10,
        )
    marked = [*amounts, float(goal)] if goal is not None else amounts
    room = (max(marked) - min(marked)) * 0.15 or max(marked) * 0.1
    axes.set_ylim(max(0.0, min(marked) - room), max(marked) + room * 1.4)
    start = min(at[0], end - AN_HOUR)
    axes.set_xlim(start, end + (end - start) * 0.03)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_formatter(FuncFormatter(_on_axis(currency)))
    dates = AutoDateLocator(minticks=3, maxticks=6)
    axes.xaxis.set_major_locator(dates)
    axes.xaxis.set_major_formatter(DateFormatter(_FORMATS[(end - start > 1) + (end - start > 4)]))
    axes.grid(visible=True, alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(_plain(title), fontsize=13, loc="left")
    axes.set_xlabel(str(zone), fontsize=8, color="#777777", loc="right")
    written = io.BytesIO()
    figure.savefig(written, format="png")
    return written.getvalue()


def _day(at: datetime) -> float:
    """As matplotlib counts: days since 1970, on the user's clock."""
    return (at.replace(tzinfo=None) - _EPOCH) / timedelta(days=1)


def _on_axis(currency: str | None) -> Callable[[float, int | None], str]:
    def text(value: float, _place: int | None) -> str:
        return _plain(money(Decimal(f"{value:.2f}"), currency).removesuffix(".00"))

    return text


def _plain(title: str) -> str:
    """A dollar sign begins a formula in matplotlib."""
    short = title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"
    return short.replace("$", r"\$")
