"""A waterfall in the terminal: a tree on the left, bars on a common line of time on the right."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from taskflow.cli.console import SafeConsole
from taskflow.waterfall.bars import Bar, Link, Row, Waterfall

PIPED = 200
"""Columns where no terminal says how many."""
_EVENTS = "taskflow.events."
_EIGHTHS = " ▏▎▍▌▋▊▉"
_COLOURS = {
    "gateway": "cyan",
    "agent": "green",
    "tools": "magenta",
    "scheduler": "yellow",
    "operator": "red",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How many columns each has; in a narrow terminal only what is wrong is remarked, below."""

    names: int
    line: int
    remarks: int
    is_wide: bool

    @classmethod
    def of(cls, columns: int) -> "Layout":
        line = 28 if columns >= 150 else 12
        rest = max(columns - line - _FIGURES, 30)
        remarks = rest // 3 if columns >= 100 else 0
        return cls(rest - remarks, line, remarks, is_wide=columns >= 170)


_FIGURES = 31
"""Service, offset and length, with what lies between columns."""


def draw(found: Waterfall, source: str) -> None:
    console = SafeConsole()
    columns = console.width if console.is_terminal else PIPED
    SafeConsole(width=columns).print(drawing(found, source, columns))


def drawing(found: Waterfall, source: str, columns: int = PIPED) -> RenderableType:
    layout = Layout.of(columns)
    errors = sum(bar.error is not None for bar in found.bars)
    services = len({bar.service for bar in found.bars})
    things = "span" if found.source == "Jaeger" else "event"
    head = Text(f"trace {found.trace}", "bold")
    head.append(
        f"  {_many(len(found.bars), things)} of {_many(services, 'service')}, {_span(found.took)}, "
        f"from {found.start.astimezone():%Y-%m-%d %H:%M:%S}, told by {source}",
        "not bold",
    )
    if errors:
        head.append(f", {errors} failed", "red")
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column(things, no_wrap=True, max_width=layout.names)
    table.add_column("service", no_wrap=True, min_width=7)
    table.add_column("at", justify="right", no_wrap=True, min_width=8)
    table.add_column("took", justify="right", no_wrap=True, min_width=8)
    table.add_column("", no_wrap=True, width=layout.line)
    if layout.remarks:
        table.add_column("", overflow="fold")
    for row in found.rows():
        table.add_row(*_cells(row, found, layout))
    below = [] if layout.remarks else [_below(row) for row in found.rows() if _is_odd(row)]
    return Group(head, table, *below, *map(_elsewhere, found.elsewhere))


def _cells(row: Row, found: Waterfall, layout: Layout) -> Iterator[Text]:
    bar = row.bar
    name = Text("".join(_guides(row, layout)), "dim")
    short = bar.name if layout.is_wide else bar.name.replace(_EVENTS, "")
    name.append(short, "not dim red" if bar.error else "not dim")
    yield name
    yield Text(bar.service, _COLOURS.get(bar.service, ""))
    yield Text(_span(bar.start - found.start))
    yield Text(_span(bar.took))
    colour = "red" if bar.error else _COLOURS.get(bar.service, "")
    yield Text(_line(bar, found, layout.line), colour)
    if layout.remarks:
        yield _remarks(row)


def _guides(row: Row, layout: Layout) -> Iterator[str]:
    """A root stands free, whether it is alone or not."""
    wide = 3 if layout.is_wide else 2
    for is_last in row.ancestry[1:-1]:
        yield "   "[:wide] if is_last else "│  "[:wide]
    if len(row.ancestry) > 1:
        yield ("└─ " if row.ancestry[-1] else "├─ ")[:wide]


def _line(bar: Bar, found: Waterfall, width: int) -> str:
    """Never nothing: what took no time is a tick."""
    whole = found.took / timedelta(microseconds=1) or 1
    begin = (bar.start - found.start) / timedelta(microseconds=1) / whole * width
    end = (bar.end - found.start) / timedelta(microseconds=1) / whole * width
    first = min(int(begin), width - 1)
    full, rest = divmod(round((end - first) * 8), 8)
    full = min(full, width - first)
    drawn = "█" * full + (_EIGHTHS[rest] if rest and first + full < width else "")
    return " " * first + (drawn or "▏")


def _remarks(row: Row) -> Text:
    remarks = Text(", ".join(row.bar.notes), "dim")
    for said in [row.bar.error] if row.bar.error else []:
        remarks = Text(said, "red").append(f"{', ' if remarks else ''}{remarks.plain}", "dim")
    if row.is_orphan:
        remarks.append(
            f"{'; ' if remarks else ''}its parent {row.bar.parent} is not here", "yellow"
        )
    for link in row.bar.links:
        remarks.append(f"{'; ' if remarks else ''}{_link_text(link)}", "blue")
    return remarks


def _is_odd(row: Row) -> bool:
    return bool(row.bar.error or row.is_orphan or row.bar.links)


def _below(row: Row) -> Text:
    return Text(f"{row.bar.name.replace(_EVENTS, '')}: ").append_text(_remarks(row))


def _link_text(link: Link) -> str:
    span = f" span {link.span}" if link.span else ""
    return f"↗ {link.why} trace {link.trace}{span}"


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _elsewhere(link: Link) -> Text:
    return Text(f"→ {link.why}: taskflow trace {link.trace}", "blue")


def _span(took: timedelta) -> str:
    seconds = took.total_seconds()
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.3f} s"


def as_json(found: Waterfall) -> dict[str, Any]:
    return {
        "trace": found.trace,
        "source": found.source,
        "start": found.start.isoformat(),
        "took_ms": _ms(found.took),
        "bars": [_bar(row, found.start) for row in found.rows()],
        "elsewhere": [_link(link) for link in found.elsewhere],
    }


def _bar(row: Row, start: datetime) -> dict[str, Any]:
    bar = row.bar
    return {
        "id": bar.id,
        "parent": bar.parent,
        "orphan": row.is_orphan,
        "depth": len(row.ancestry) - 1,
        "name": bar.name,
        "service": bar.service,
        "kind": bar.kind,
        "offset_ms": _ms(bar.start - start),
        "took_ms": _ms(bar.took),
        "error": bar.error,
        "notes": list(bar.notes),
        "links": [_link(link) for link in bar.links],
        "attributes": dict(bar.attributes),
    }


def _link(link: Link) -> dict[str, Any]:
    return {"trace": link.trace, "span": link.span, "why": link.why}


def _ms(took: timedelta) -> float:
    return round(took / timedelta(milliseconds=1), 3)
