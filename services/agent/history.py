"""The conversation as the model reads it, built from facts: nothing of it is stored twice.

Pure: it takes opened events and returns the wire's contents.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.conversation import (
    MessageReceived,
    ModelAnswered,
    ReplyReady,
    TurnParked,
    TurnRetried,
    TurnStarted,
)
from contracts.event import Json
from contracts.personal import Sealed
from contracts.recorded import Recorded
from contracts.tools import ToolFailed, ToolFinished, ToolRequested

MAX_TURNS = 30
"""Older turns are left out of the request; the log keeps them."""

REPAIR = (
    "(from TaskFlow, not from the user) Your last answer could not be used: it was empty or a "
    "malformed call. Answer again: in plain text, or with calls that fit their declarations."
)
_KINDS = {"image": "an image", "audio": "a voice note", "video": "a video"}


@dataclass(slots=True)
class _Step:
    answer: ModelAnswered
    calls: list[Recorded[ToolRequested]] = field(default_factory=list)


@dataclass(slots=True)
class _Turn:
    turn: UUID | None
    """None: something we said of our own accord, a reminder."""
    messages: list[Recorded[MessageReceived]]
    started_at: datetime
    steps: dict[int, _Step] = field(default_factory=dict)
    said: str | None = None


@dataclass(slots=True)
class _Reading:
    """Walks a conversation's events in order, as the decider does, but for the texts."""

    pending: list[Recorded[MessageReceived]] = field(default_factory=list)
    messages: dict[UUID, Recorded[MessageReceived]] = field(default_factory=dict)
    turns: list[_Turn] = field(default_factory=list)
    outcomes: dict[UUID, Json] = field(default_factory=dict)

    def read(self, recorded: Recorded[Any]) -> None:
        match recorded.event:
            case MessageReceived() | TurnParked() | TurnRetried():
                self._queue(recorded)
            case TurnStarted():
                turn = _Turn(recorded.event_id, self.pending, recorded.recorded_at)
                self.turns.append(turn)
                self.pending = []
            case ModelAnswered() as answer:
                if turn := self._turn(answer.turn):
                    turn.steps[answer.step] = _Step(answer)
            case ToolRequested() as request:
                turn = self._turn(request.turn)
                if turn and request.step in turn.steps:
                    turn.steps[request.step].calls.append(recorded)
            case ToolFinished() as finished:
                self.outcomes[finished.call] = {"result": finished.result}
            case ToolFailed() as failed:
                self.outcomes[failed.call] = {"error": failed.error, "code": failed.code}
            case ReplyReady() as reply:
                self._say(recorded, reply)
            case _:
                pass

    def _queue(self, recorded: Recorded[Any]) -> None:
        """Parked messages wait no longer; retried ones wait again, first."""
        match recorded.event:
            case TurnParked(messages=given):
                self.pending = [one for one in self.pending if one.event_id not in given]
            case TurnRetried(messages=given):
                again = [self.messages[one] for one in given if one in self.messages]
                self.pending = [*again, *self.pending]
            case _:
                self.pending.append(recorded)
                self.messages[recorded.event_id] = recorded

    def _say(self, recorded: Recorded[Any], reply: ReplyReady) -> None:
        if reply.turn is None:
            self.turns.append(_Turn(None, [], recorded.recorded_at, said=reply.text))
        elif turn := self._turn(reply.turn):
            turn.said = reply.text

    def _turn(self, turn_id: UUID) -> _Turn | None:
        return next((turn for turn in reversed(self.turns) if turn.turn == turn_id), None)


def contents(
    events: Sequence[Recorded[Any]], turn: UUID, model: str, zone: str, *, zone_known: bool
) -> list[Json]:
    """The request's contents for the open turn's next step, older turns first."""
    reading = _Reading()
    for recorded in events:
        reading.read(recorded)
    told: list[Json] = []
    for past in reading.turns[-MAX_TURNS:]:
        current = past.turn == turn
        now = now_line(past.started_at, zone, known=zone_known) if current else None
        told += _told(past, reading.outcomes, model, now)
        if current:
            break
    while told and told[0]["role"] == "model":
        told.pop(0)
    return told


def _told(turn: _Turn, outcomes: dict[UUID, Json], model: str, now: str | None) -> list[Json]:
    """`now` marks the open turn: its answers stand verbatim, and its last is not yet said."""
    told: list[Json] = []
    if turn.messages:
        said = [{"text": words(message.event)} for message in turn.messages]
        told.append({"role": "user", "parts": [{"text": now}, *said] if now else said})
    for step in turn.steps.values():
        answer = step.answer
        if not step.calls:
            if now:
                told.append({"role": "user", "parts": [{"text": REPAIR}]})
            continue
        if answer.content is None or any(call.event_id not in outcomes for call in step.calls):
            break
        keep = now is not None or answer.model == model
        told.append(answer.content if keep else _unsigned(answer.content))
        parts = [_response(call, outcomes[call.event_id]) for call in step.calls]
        told.append({"role": "user", "parts": parts})
    if turn.said:
        told.append({"role": "model", "parts": [{"text": turn.said}]})
    return told


def _response(call: Recorded[ToolRequested], outcome: Json) -> Json:
    response: Json = {"name": call.event.tool, "response": outcome}
    if call.event.vendor_call_id:
        response["id"] = call.event.vendor_call_id
    return {"functionResponse": response}


def _unsigned(content: Json) -> Json:
    """Another model's thought signatures are refused; older turns do without."""
    parts = [
        {key: value for key, value in part.items() if key != "thoughtSignature"}
        for part in content.get("parts", [])
    ]
    return {**content, "parts": parts}


def words(message: MessageReceived) -> str:
    """A message as the model reads it."""
    if isinstance(message.text, Sealed):
        raise TypeError("history is built from opened events")
    if not message.media:
        return message.text or "(an empty message)"
    kinds = {item.content_type.partition("/")[0] for item in message.media}
    what = ", ".join(sorted(_KINDS.get(kind, "a file") for kind in kinds))
    note = f"(the user sent {what}, which you cannot open)"
    return f"{note}\n{message.text}" if message.text else note


def now_line(at: datetime, zone: str, *, known: bool) -> str:
    """The turn's time on the user's clock: the same in every step, and in every replay."""
    local = at.astimezone(ZoneInfo(zone))
    guessed = "" if known else " (guessed from the number's country)"
    return f"Now: {local:%Y-%m-%dT%H:%M:%S} {local:%A}, {zone}{guessed}"
