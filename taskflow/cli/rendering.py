"""Events as people read them: one line each, ids shortened, sealed text covered."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from rich.text import Text

from contracts.event import Event
from contracts.personal import Sealed
from contracts.recorded import Recorded

COVERED = "▒▒▒"
LONGEST = 120


def line(recorded: Recorded[Any], *, with_stream: bool = True) -> Text:
    told = Text()
    told.append(f"{recorded.recorded_at.astimezone():%H:%M:%S.%f}"[:-3] + " ", "dim")
    if with_stream:
        told.append(f"{short_stream(recorded.stream):<18} ", "cyan")
    told.append(f"{recorded.version:>4} ", "dim")
    told.append(f"{recorded.event.type:<20} ", "bold")
    event: Event = recorded.event
    for name in type(event).model_fields:
        value = getattr(event, name)
        if value is not None:
            told.append(f"{name}=", "dim")
            told.append(f"{shown(value)} ", "magenta" if isinstance(value, Sealed) else "")
    return told


def shown(value: Any) -> str:
    match value:
        case Sealed():
            return COVERED
        case UUID():
            return str(value)[:8]
        case datetime():
            return value.isoformat(timespec="seconds")
        case str():
            return _cut(json.dumps(value, ensure_ascii=False) if " " in value else value)
        case _:
            return _cut(str(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def short_stream(stream: str) -> str:
    kind, _, rest = stream.partition("-")
    return f"{kind}-{rest[:5]}" if rest else kind


def as_json(recorded: Recorded[Any]) -> str:
    return json.dumps(
        {
            "stream": recorded.stream,
            "version": recorded.version,
            "type": recorded.event.type,
            "event_id": str(recorded.event_id),
            "at": recorded.recorded_at.isoformat(),
            "cause": str(recorded.cause) if recorded.cause else None,
            "correlation": str(recorded.correlation),
            "trace": recorded.trace,
            "payload": recorded.event.model_dump(mode="json"),
        },
        ensure_ascii=False,
    )
