"""How far a stream had come: by its versions, or by the clock."""

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any

from contracts.recorded import Recorded
from taskflow.errors import Configuration


def upto(
    events: Sequence[Recorded[Any]],
    now: datetime,
    *,
    at: datetime | None = None,
    version: int | None = None,
) -> list[Recorded[Any]]:
    """The beginning of a stream, as it stood then. Raises Configuration where nothing stood."""
    stream, first, last = events[0].stream, events[0], events[-1]
    match at, version:
        case None, None:
            return list(events)
        case None, int(wanted):
            if not 1 <= wanted <= last.version:
                raise Configuration(
                    f"{stream} has versions 1 to {last.version}; there is no version {wanted}"
                )
            return [recorded for recorded in events if recorded.version <= wanted]
        case datetime() as moment, None:
            past_only(moment, now)
            if moment < first.recorded_at:
                began, asked = local_text(first.recorded_at), local_text(moment)
                raise Configuration(f"{stream} began at {began}; nothing stood at {asked}")
            return list(takewhile(lambda recorded: recorded.recorded_at <= moment, events))
        case _:
            raise Configuration("give --at or --version, not both")


def past_only(at: datetime, now: datetime) -> None:
    """The log knows no future. Raises Configuration."""
    if at > now:
        raise Configuration(f"{local_text(at)} lies ahead; it is {local_text(now)} now")


def local_text(moment: datetime) -> str:
    """On this machine's clock."""
    return moment.astimezone().isoformat(sep=" ", timespec="seconds")
