"""A trace as bars on one line of time, each below what it is a part of. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Link:
    """To a span of another trace, or to the trace as a whole."""

    trace: str
    span: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Bar:
    id: str
    parent: str | None
    """None: it begins the trace."""
    name: str
    service: str
    start: datetime
    end: datetime
    kind: str | None = None
    """Of a span: server, client, producer, consumer or internal."""
    error: str | None = None
    notes: Sequence[str] = ()
    """What a reader wants to know at once; ids, counts and codes only."""
    links: Sequence[Link] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def took(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Row:
    bar: Bar
    ancestry: tuple[bool, ...]
    """For each level above it and its own: is it the last one there."""
    is_orphan: bool
    """It names a parent that is not there."""


@dataclass(frozen=True, slots=True)
class Waterfall:
    trace: str
    source: str
    """Where it was read: `Jaeger` or `log`."""
    bars: Sequence[Bar]
    elsewhere: Sequence[Link] = ()
    """Other traces that came of this one."""

    @property
    def start(self) -> datetime:
        return min(bar.start for bar in self.bars)

    @property
    def took(self) -> timedelta:
        return max(bar.end for bar in self.bars) - self.start

    def rows(self) -> list[Row]:
        """Parents before their children, in order of time."""
        known = {bar.id for bar in self.bars}
        below: dict[str | None, list[Bar]] = {}
        for bar in sorted(self.bars, key=lambda bar: bar.start):
            below.setdefault(bar.parent if bar.parent in known else None, []).append(bar)
        return list(_rows(below, None, (), known))


def _rows(
    below: Mapping[str | None, Sequence[Bar]],
    parent: str | None,
    ancestry: tuple[bool, ...],
    known: set[str],
) -> Iterator[Row]:
    bars = below.get(parent, ())
    for bar in bars:
        here = (*ancestry, bar is bars[-1])
        yield Row(bar, here, bar.parent is not None and bar.parent not in known)
        yield from _rows(below, bar.id, here, known)
