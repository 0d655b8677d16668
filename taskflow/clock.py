"""The one place where time and fresh ids enter the house; deciders get both with their events."""

import time
from datetime import UTC, datetime
from uuid import UUID, uuid4  # noqa: TID251 - the one place


def utc_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the one place


def monotonic() -> float:
    """Seconds from an arbitrary start; for measuring intervals, unaffected by clock steps."""
    return time.monotonic()


def new_id() -> UUID:
    return uuid4()
