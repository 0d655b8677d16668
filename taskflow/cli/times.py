"""Moments as people write them, in commands' options."""

import re
from datetime import UTC, datetime, timedelta

from taskflow import clock
from taskflow.errors import Configuration

_AGO = re.compile(r"(?P<count>\d{1,9})\s*(?P<unit>s|m|h|d|w)[a-z]*\s+ago", re.IGNORECASE)
_SPAN = re.compile(r"(?P<count>\d{1,9})\s*(?P<unit>s|m|h|d|w)[a-z]*", re.IGNORECASE)
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def moment(text: str, option: str = "--at") -> datetime:
    """An instant in UTC: ISO 8601, wall time on this machine's clock, or a span such as "10m ago".

    A day alone is its beginning. Raises Configuration for anything else.
    """
    wanted = text.strip()
    try:
        if wanted.lower() == "now":
            return clock.utc_now()
        if ago := _AGO.fullmatch(wanted):
            seconds = int(ago["count"]) * _SECONDS[ago["unit"].lower()]
            return clock.utc_now() - timedelta(seconds=seconds)
        return datetime.fromisoformat(wanted).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise Configuration(
            f"{option} wants a time such as 2026-11-24T15:00+01:00, '2026-11-24 15:00' "
            f"or '10m ago', not {text!r}"
        ) from None


def span(text: str, option: str) -> float:
    """Seconds, of a span such as 10m. Raises Configuration for anything else."""
    if (found := _SPAN.fullmatch(text.strip())) and int(found["count"]):
        return float(int(found["count"]) * _SECONDS[found["unit"].lower()])
    raise Configuration(f"{option} wants a span such as 90s, 10m or 2h, not {text!r}")
