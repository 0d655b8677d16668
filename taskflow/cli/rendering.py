"""Events and states as people read them: one line each, ids shortened, sealed text covered."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from pydantic import BaseModel
from rich.text import Text

from contracts.event import Event
from contracts.personal import Sealed
from contracts.recorded import Recorded
from taskflow.foreign_text import for_terminal
from taskflow.time_travel.covering import COVERED, plain
from taskflow.time_travel.states import Changes
from taskflow.time_travel.unknown import SAYS, OpaqueEvent

LONGEST = 120
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def line(recorded: Recorded[Any], *, with_stream: bool = True, cover: str = COVERED) -> Text:
    rendered = Text()
    rendered.append(f"{recorded.recorded_at.astimezone():%H:%M:%S.%f}"[:-3] + " ", "dim")
    if with_stream:
        rendered.append(f"{short_stream(recorded.stream):<18} ", "cyan")
    rendered.append(f"{recorded.version:>4} ", "dim")
    rendered.append(f"{recorded.event.type:<20} ", "bold")
    event: Event = recorded.event
    if isinstance(event, OpaqueEvent):
        rendered.append(f"version {event.version}: {SAYS}", "yellow")
        return rendered
    for name in type(event).model_fields:
        value = getattr(event, name)
        if value is not None:
            rendered.append(f"{name}=", "dim")
            style = "magenta" if isinstance(value, Sealed) else ""
            rendered.append(f"{shown(value, cover)} ", style)
    return rendered


def shown(value: Any, cover: str = COVERED) -> str:
    match value:
        case Sealed():
            return cover
        case UUID():
            return str(value)[:8]
        case datetime():
            return value.isoformat(timespec="seconds")
        case str():
            return cut(json.dumps(value, ensure_ascii=False) if " " in value else value)
        case BaseModel() | dict() | list():
            return cut(brief(plain(value, cover)))
        case _:
            return cut(str(value))


def brief(value: Any) -> str:
    """A JSON value in one line, ids shortened."""
    match value:
        case None | "":
            return "nothing"
        case str():
            return _ID.sub(lambda id_: id_[0][:8], value)
        case dict():
            items = cast("Mapping[str, Any]", value).items()
            pairs = ", ".join(
                f"{name}: {brief(member)}" for name, member in items if member is not None
            )
            return f"{{{pairs}}}"
        case list():
            return f"[{', '.join(map(brief, cast('Sequence[Any]', value)))}]"
        case _:
            return json.dumps(value)


def cut(text: str, longest: int = LONGEST) -> str:
    """In one line, and safe for a terminal: whatever acts is written out."""
    text = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return for_terminal(text)


def change_lines(changes: Mapping[str, Changes]) -> list[Text]:
    """What an event changed, one line a path: before → after."""
    lines: list[Text] = []
    width = max(map(len, changes), default=0)
    for owner, paths in changes.items():
        for place, (path, before, after) in enumerate(paths):
            row = Text(" " * 18)
            row.append(f"{owner if place == 0 else '':<{width}}  ", "cyan")
            row.append(f"{path}: ", "dim")
            row.append(f"{cut(brief(before))} → ", "red")
            row.append(cut(brief(after)), "green")
            lines.append(row)
    return lines


def state_lines(states: Mapping[str, Any]) -> list[Text]:
    """States without what says nothing: empty, zero, unknown."""
    lines: list[Text] = []
    for owner, state in states.items():
        telling = {name: value for name, value in state.items() if value not in _SILENT}
        row = Text(f"  {owner:<9} ", "cyan")
        row.append("nothing yet" if not telling else "")
        lines.append(row)
        for name, value in telling.items():
            below = Text(f"    {name:<16} ", "dim")
            below.append(cut(brief(value), 2 * LONGEST))
            lines.append(below)
    return lines


_SILENT: tuple[Any, ...] = (None, "", [], {}, False, 0)


def short_stream(stream: str) -> str:
    kind, _, rest = stream.partition("-")
    return f"{kind}-{rest[:5]}" if rest else kind


def as_object(recorded: Recorded[Any], cover: str = COVERED) -> dict[str, Any]:
    event: Event = recorded.event
    fields: dict[str, Any] = {
        "stream": recorded.stream,
        "version": recorded.version,
        "type": event.type,
        "event_id": str(recorded.event_id),
        "at": recorded.recorded_at.isoformat(),
        "cause": str(recorded.cause) if recorded.cause else None,
        "correlation": str(recorded.correlation),
        "trace": recorded.trace,
        "payload": plain(event, cover),
    }
    return {**fields, "unknown": SAYS} if isinstance(event, OpaqueEvent) else fields


def as_json(recorded: Recorded[Any], cover: str = COVERED) -> str:
    return json.dumps(as_object(recorded, cover), ensure_ascii=False)
