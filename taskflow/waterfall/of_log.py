"""A trace as the log alone tells it: each event, what caused it, and how long it took. Pure.

What was done between two events is the later one's bar: from its cause, or from what its cause
had brought about before, until it was recorded.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.conversation import (
    ModelAnswered,
    ModelFailed,
    ReplyLooked,
    ReplyReady,
    TurnParked,
    TurnRetried,
    TurnStarted,
    UserForgotten,
    WishJudged,
)
from contracts.media import VoiceTranscribed
from contracts.recorded import Recorded
from contracts.reminders import ReminderFired
from contracts.replies import (
    ReplyDelivered,
    ReplyFailed,
    ReplyHeld,
    ReplyParked,
    ReplyRead,
    ReplyRefused,
    ReplySending,
    ReplySent,
    ReplyUndelivered,
)
from contracts.tools import ToolFailed, ToolFinished, ToolOffered, ToolRequested, ToolWithdrawn
from taskflow.time_travel.turns import turns
from taskflow.time_travel.why import UNPROMPTED, trace_id
from taskflow.waterfall.bars import Bar, Link

_FAMILIES = {
    "consent": "gateway",
    "message": "gateway",
    "reply": "gateway",
    "reminder": "scheduler",
    "watch": "scheduler",
}
"""Who appends which events; the others are the agent's."""


def bars(
    trace: str,
    events: Sequence[Recorded[Any]],
    troubles: Mapping[UUID, Sequence[str]] | None = None,
) -> list[Bar]:
    """Of the events of one user, in any order; empty where none is of this trace.

    `troubles` are remarks by event (taskflow/waterfall/tries.py).
    """
    ordered = sorted(events, key=lambda recorded: (recorded.transaction_id, recorded.position))
    by_id = {recorded.event_id: recorded for recorded in ordered}
    covered = _messages(ordered)
    mine = {recorded.event_id: recorded for recorded in ordered if trace_id(recorded) == trace}
    for recorded in ordered:
        if isinstance(recorded.event, _CALLBACKS) and recorded.event.reply in mine:
            mine[recorded.event_id] = recorded
    sent = {
        recorded.event.message_ref: id_
        for id_, recorded in mine.items()
        if isinstance(recorded.event, ReplySent)
    }
    last: dict[UUID | None, datetime] = {}
    found: list[Bar] = []
    for id_, recorded in sorted(
        mine.items(), key=lambda item: (item[1].recorded_at, item[1].position)
    ):
        cause = recorded.cause or sent.get(getattr(recorded.event, "message_ref", ""))
        parent = cause if cause in mine else None
        began = mine[parent].recorded_at if parent else recorded.recorded_at
        start = max(began, last.get(parent, began)) if parent else began
        last[parent] = recorded.recorded_at
        found.append(
            Bar(
                id=str(id_),
                parent=str(parent) if parent else None,
                name=recorded.event.type,
                service=_service(recorded, by_id),
                start=min(start, recorded.recorded_at),
                end=recorded.recorded_at,
                error=_error(recorded.event),
                notes=[*_notes(recorded.event), *(troubles or {}).get(id_, ())],
                links=list(_links(recorded, trace, by_id, covered.get(id_, ()))),
                attributes={
                    "event_id": str(id_),
                    "stream": recorded.stream,
                    "version": recorded.version,
                },
            )
        )
    return found


_SAID_BY = {
    "confirmation": "gateway",
    "notice": "gateway",
    "information": "gateway",
    "operator": "operator",
}
"""Kinds of replies that are not the agent's."""
_CALLBACKS = (ReplyDelivered, ReplyRead, ReplyUndelivered)
"""What Twilio tells later; with older releases and after long, in traces of their own."""


def elsewhere(trace: str, events: Sequence[Recorded[Any]]) -> list[Link]:
    """The other traces that came of this one: what it set went off, or its message was answered."""
    mine = {recorded.event_id for recorded in events if trace_id(recorded) == trace}
    covered = _messages(_in_order(events))
    found: dict[str, Link] = {}
    for recorded in _in_order(events):
        other = trace_id(recorded)
        if other is None or other == trace or other in found:
            continue
        if recorded.cause in mine or not mine.isdisjoint(covered.get(recorded.event_id, ())):
            found[other] = Link(other, None, f"led to {recorded.event.type}")
    return list(found.values())


def _messages(events: Sequence[Recorded[Any]]) -> dict[UUID, list[UUID]]:
    """Those that each turn answers."""
    return {
        id_: [message.event_id for message in turn.messages] for id_, turn in turns(events).items()
    }


def _in_order(events: Sequence[Recorded[Any]]) -> list[Recorded[Any]]:
    return sorted(events, key=lambda recorded: (recorded.transaction_id, recorded.position))


def _links(
    recorded: Recorded[Any],
    trace: str,
    by_id: Mapping[UUID, Recorded[Any]],
    messages: Sequence[UUID],
) -> Iterator[Link]:
    whys = [(recorded.cause, "caused by")] if recorded.cause else []
    for id_, why in (*whys, *((message, "also answers") for message in messages)):
        other = by_id.get(id_)
        if other and (theirs := trace_id(other)) and theirs != trace:
            yield Link(theirs, None, f"{why} {other.event.type}")


def _service(recorded: Recorded[Any], by_id: Mapping[UUID, Recorded[Any]]) -> str:
    match recorded.event:
        case ToolFinished(call=call) | ToolFailed(call=call):
            asked = by_id.get(call)
            return asked.event.owner if asked else "tools"
        case ToolOffered(owner=owner) | ToolWithdrawn(owner=owner):
            return owner
        case ReplyReady(kind=kind):
            return "scheduler" if kind in UNPROMPTED else _SAID_BY.get(kind, "agent")
        case TurnRetried() | UserForgotten():
            return "operator"
        case event:
            return _FAMILIES.get(event.type.partition(".")[0], "agent")


def _error(event: Any) -> str | None:
    match event:
        case ToolFailed(code=code):
            return code
        case ModelFailed(reason=reason):
            return reason
        case ReplyRefused() | ReplyFailed() | ReplyUndelivered():
            code = getattr(event, "code", None)
            return f"error {code}" if code else event.type.partition(".")[2]
        case ReplyParked() | TurnParked():
            return "parked"
        case _:
            return None


def _notes(event: Any) -> Iterator[str]:
    if isinstance(event, ReplySending):
        yield f"part {event.part + 1} of {event.parts}, attempt {event.attempt}"
    elif isinstance(event, ReplySent):
        yield f"{event.message_ref}, known by {event.known_by}"
    elif isinstance(event, ReplyHeld):
        yield "waits for the user's next message"
    elif isinstance(event, WishJudged):
        yield f"{event.tool}, by {event.by}"
    else:
        yield from _notes_of_a_turn(event)


def _notes_of_a_turn(event: Any) -> Iterator[str]:
    match event:
        case ModelAnswered(usage=usage):
            yield f"{event.model}, {usage.input} tokens in, {usage.output} out"
            yield f"{event.finish_reason}, took {event.took_ms} ms"
        case ReplyLooked(usage=usage) | VoiceTranscribed(usage=usage):
            yield f"{event.model}, {usage.input} tokens in, {usage.output} out"
        case ModelFailed(attempts=attempts):
            yield f"{attempts} attempts"
        case ToolRequested():
            yield event.key()
        case ToolFinished(took_ms=took_ms, repeats=repeats):
            yield f"took {took_ms} ms"
            if repeats:
                yield "as an earlier call had found"
        case TurnStarted(number=number):
            yield f"turn {number + 1}"
        case ReplyReady(kind=kind):
            yield kind
        case ReminderFired(late_s=late):
            yield f"{late:.1f} s late"
        case _:
            pass
