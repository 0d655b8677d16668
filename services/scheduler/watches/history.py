"""How a watched price went, as the model reads it."""

import itertools
from collections.abc import Sequence

from contracts.event import Json
from services.scheduler.watches.chart import Point
from services.scheduler.watches.listing import ListedWatch, plain
from services.scheduler.watches.words import money

POINTS_TOLD = 60
"""The newest prices in words; the picture shows all."""


def history_result(
    listed_watch: ListedWatch, currency: str | None, points: Sequence[Point]
) -> Json:
    """Of one price at least, the oldest first; changes alone."""
    lowest = min(points, key=lambda point: point.amount)
    highest = max(points, key=lambda point: point.amount)
    changed = [
        next(alike) for _, alike in itertools.groupby(points, key=lambda point: point.amount)
    ]
    since = f"{points[0].at.day} {points[0].at:%B}"
    summary = f"**{listed_watch.name}**: {money(points[-1].amount, currency)} now"
    if lowest.amount != highest.amount:
        summary += (
            f"; between {money(lowest.amount, currency)} ({lowest.at.day} {lowest.at:%b}) "
            f"and {money(highest.amount, currency)} ({highest.at.day} {highest.at:%b})"
        )
    return {
        "title": listed_watch.name,
        "currency": currency,
        "points": [_point_fields(point) for point in changed[-POINTS_TOLD:]],
        "lowest": _point_fields(lowest),
        "highest": _point_fields(highest),
        "now": plain(points[-1].amount),
        "picture": True,
        "summary": f"{summary}, since {since}.",
    }


def _point_fields(point: Point) -> Json:
    return {"at": f"{point.at:%Y-%m-%d %H:%M}", "price": plain(point.amount)}
