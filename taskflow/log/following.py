"""Reading the log from one end to the other, as quickly as one process can."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import asyncpg

from contracts.event import UnknownEventType, decode_json
from contracts.recorded import Recorded, recorded
from taskflow.errors import UnknownEvent

REPLAY_PAGE = 2_000
"""Rows: about two megabytes; larger pages were no faster."""


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """How far a follower has read, in commit order."""

    transaction_id: int = 0
    position: int = 0

    @classmethod
    def of(cls, recorded: Recorded[Any]) -> "Cursor":
        return cls(recorded.transaction_id, recorded.position)


START = Cursor()


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events in commit order, up to the first that this release does not know."""

    events: list[Recorded[Any]]
    unknown: UnknownEvent | None = None

    def after(self, cursor: Cursor) -> Cursor:
        """Where one stands who stood there and has read this."""
        return Cursor.of(self.events[-1]) if self.events else cursor


Fetch = Callable[[Cursor, int], Awaitable[Sequence[asyncpg.Record]]]
"""Rows of the log behind a cursor, in commit order, with the columns of `decoded`."""


@contextmanager
def at_full_speed() -> Generator[None]:
    """For a process that does nothing but replay: the collector seldom comes by.

    By its own count it would look through every new event again and again, for more than half of
    the time; there is nothing to find, since events do not refer to themselves.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, 10, 10)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def decoded(records: Sequence[asyncpg.Record]) -> EventPage:
    """Straight from the rows to events: nothing in between is built or checked twice."""
    events: list[Recorded[Any]] = []
    add = events.append
    for (
        position,
        transaction_id,
        event_id,
        stream,
        version,
        type_,
        schema_version,
        user_id,
        payload,
        cause,
        correlation,
        trace,
        recorded_at,
    ) in records:
        try:
            event = decode_json(type_, schema_version, payload)
        except UnknownEventType as error:
            return EventPage(events, UnknownEvent(f"this release does not know {error}"))
        add(
            recorded(
                event,
                event_id,
                stream,
                version,
                position,
                transaction_id,
                user_id,
                cause,
                correlation,
                trace,
                recorded_at,
            )
        )
    return EventPage(events)


async def pages(
    fetch: Fetch, cursor: Cursor, limit: int = REPLAY_PAGE
) -> AsyncGenerator[EventPage]:
    """To the log's present end, or to an event that this release does not know.

    PostgreSQL makes the next page while this one is decoded and used.
    """
    ahead = asyncio.ensure_future(fetch(cursor, limit))
    try:
        while records := await ahead:
            last = records[-1]
            ahead = asyncio.ensure_future(fetch(Cursor(last[1], last[0]), limit))
            await asyncio.sleep(0)  # its query leaves now
            page = decoded(records)
            yield page
            if page.unknown:
                return
    finally:
        ahead.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await ahead
