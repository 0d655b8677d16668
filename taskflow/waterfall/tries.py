"""Where a decision took several deliveries, was given up, or is still to come. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts import slots
from contracts.conversation import ModelAnswered, ModelFailed, ReplyReady, TurnStarted
from contracts.recorded import Recorded
from contracts.replies import (
    ReplyAssumed,
    ReplyFailed,
    ReplyHeld,
    ReplyRefused,
    ReplySending,
    ReplySent,
)
from contracts.tools import ToolFailed, ToolFinished, ToolRequested


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the log does not say of an event, but the tables beside it."""

    event: UUID
    text: str


def places(events: Sequence[Recorded[Any]]) -> dict[UUID, UUID]:
    """By slot, whose tries are counted: the event that took it, or the one that waits for it."""
    waiting = {slot: recorded.event_id for recorded in events for slot in _next(recorded)}
    return waiting | {slot: recorded.event_id for recorded in events if (slot := _taken(recorded))}


def counted(counts: Mapping[tuple[str, UUID], int], events: Mapping[UUID, UUID]) -> list[Trouble]:
    """Of counts by service and slot. A count begins with the second delivery."""
    return [
        Trouble(events[slot], f"{service}: delivery {count + 1}")
        for (service, slot), count in sorted(counts.items())
        if slot in events
    ]


def by_event(troubles: Sequence[Trouble]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    for trouble in troubles:
        found.setdefault(trouble.event, []).append(trouble.text)
    return found


def _taken(recorded: Recorded[Any]) -> UUID | None:
    match recorded.event:
        case TurnStarted(number=ended):
            return slots.turn(recorded.stream, ended)
        case ModelAnswered(turn=turn, step=step) | ModelFailed(turn=turn, step=step):
            return slots.step(turn, step)
        case ToolFinished(call=call) | ToolFailed(call=call):
            return slots.outcome(call)
        case (
            ReplySending(reply=reply, part=part, attempt=attempt)
            | ReplyHeld(reply=reply, part=part, attempt=attempt)
        ):
            return slots.claim(reply, part, attempt)
        case ReplySent() | ReplyRefused() | ReplyAssumed() | ReplyFailed():
            return slots.send_outcome(
                recorded.event.reply, recorded.event.part, recorded.event.attempt
            )
        case _:
            return None


def _next(recorded: Recorded[Any]) -> Iterator[UUID]:
    match recorded.event:
        case TurnStarted():
            yield slots.step(recorded.event_id, 1)
        case ModelAnswered(turn=turn, step=step):
            yield slots.step(turn, step + 1)
        case ToolRequested():
            yield slots.outcome(recorded.event_id)
        case ReplyReady():
            yield slots.claim(recorded.event_id, 0, 1)
        case ReplySending(reply=reply, part=part, attempt=attempt):
            yield slots.send_outcome(reply, part, attempt)
        case ReplySent(reply=reply, part=part):
            yield slots.claim(reply, part + 1, 1)
        case (
            ReplyRefused(reply=reply, part=part, attempt=attempt)
            | ReplyHeld(reply=reply, part=part, attempt=attempt)
        ):
            yield slots.claim(reply, part, attempt + 1)
        case _:
            pass
