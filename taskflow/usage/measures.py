"""What events say in numbers: a fold that keeps only what is open, and yields measurements.

It decides nothing and reads nothing else; given the same events it yields the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from contracts.conversation import (
    HistorySummarized,
    MessageReceived,
    ModelAnswered,
    ModelFailed,
    ReplyLooked,
    ReplyReady,
    TurnParked,
    TurnRetried,
    TurnStarted,
    TurnStopped,
    TurnSuperseded,
    Usage,
    UserForgotten,
    WishJudged,
)
from contracts.media import VoiceTranscribed
from contracts.recorded import Recorded
from contracts.reminders import ReminderFired
from contracts.replies import (
    ReplyAssumed,
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
from contracts.takeover import ConversationTakenOver
from contracts.tools import ToolFailed, ToolFinished, ToolOffered
from contracts.watches import WatchAlerted
from taskflow.telemetry import metrics
from taskflow.telemetry.instruments import OTHER, Counter, Histogram
from taskflow.usage.prices import prices

OPEN_AT_MOST = 10_000
"""Of each kind; of more, the oldest is not measured."""
UNDER_WAY = timedelta(seconds=15)
"""A POST has its outcome within 10 s, and its record soon after; later, nobody knows it."""
MEASURED = frozenset(
    cls.type
    for cls in (
        *(HistorySummarized, MessageReceived, ModelAnswered, ModelFailed, ReplyReady, TurnParked),
        *(
            TurnRetried,
            TurnStarted,
            TurnStopped,
            TurnSuperseded,
            UserForgotten,
            ReminderFired,
            ReplyAssumed,
        ),
        *(ReplyDelivered, ReplyFailed, ReplyHeld, ReplyParked, ReplyRead, ReplyRefused),
        ReplySending,
        *(ReplySent, ReplyUndelivered, ToolFailed, ToolFinished, ToolOffered, WatchAlerted),
        ReplyLooked,
        VoiceTranscribed,
        WishJudged,
        ConversationTakenOver,
    )
)
"""Types of events; all others say nothing here."""

K = TypeVar("K")
V = TypeVar("V")


class Measurement(NamedTuple):
    of: Counter | Histogram
    value: float = 1
    labels: dict[str, str] = {}  # noqa: RUF012 - never changed

    def take(self) -> None:
        match self.of:
            case Counter() as counter:
                counter.add(self.value, self.labels)
            case Histogram() as histogram:
                histogram.record(self.value, self.labels)


@dataclass(slots=True)
class _Turn:
    since: datetime | None
    """When the oldest of its messages came; None: before our time."""
    model_ms: int = 0
    parked: bool = False


_Claim = tuple[str, UUID, int]
"""Stream, reply and part: a part has one attempt at a time."""


@dataclass(slots=True)
class Measures:
    tools: set[str] = field(default_factory=set[str])
    """Ever offered: a name that only a model knows makes no series."""
    _waiting: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """By conversation, since when messages wait for a turn."""
    _turns: dict[UUID, _Turn] = field(default_factory=dict[UUID, _Turn])
    _replies: dict[UUID, _Turn] = field(default_factory=dict[UUID, _Turn])
    """Those that closed a turn and are not sent."""
    _claims: dict[_Claim, datetime] = field(default_factory=dict[_Claim, datetime])

    def unknown_sends(self, now: datetime) -> int:
        """Attempts that were claimed and whose outcome stands nowhere."""
        return sum(now - at > UNDER_WAY for at in list(self._claims.values()))

    def of(self, recorded: Recorded[Any]) -> Iterator[Measurement]:
        """What this event, as the next in the log, measures."""
        match recorded.event:
            case MessageReceived():
                yield Measurement(metrics.MESSAGES)
                self._waits(recorded)
            case TurnRetried():
                self._waits(recorded)
            case TurnStarted():
                _keep(
                    self._turns, recorded.event_id, _Turn(self._waiting.pop(recorded.stream, None))
                )
            case ReplyReady(turn=turn, kind=kind) if turn is not None:
                yield from self._replied(
                    turn, "answered" if kind == "answer" else "apology", recorded
                )
            case TurnStopped(turn=turn):
                self._turns.pop(turn, None)
                yield _ended("stopped")
            case TurnSuperseded(turn=UUID() as turn) | ConversationTakenOver(turn=UUID() as turn):
                gone = self._turns.pop(turn, None)
                if gone is not None and gone.since is not None:
                    _keep(self._waiting, recorded.stream, gone.since)
                is_taken = isinstance(recorded.event, ConversationTakenOver)
                yield _ended("taken_over" if is_taken else "superseded")
            case TurnParked(turn=turn):
                self._park(turn, recorded.stream)
                yield _ended("parked")
            case UserForgotten():
                self._forget(recorded.stream)
            case _:
                yield from self._of_model(recorded.event)
                yield from self._of_reply(recorded)
                yield from self._of_task(recorded.event)

    def _of_model(self, event: Any) -> Iterator[Measurement]:
        match event:
            case ModelAnswered(turn=turn, model=model) as answer:
                if turn in self._turns:
                    self._turns[turn].model_ms += answer.took_ms
                yield from _called(model, answer.finish_reason, answer.usage)
            case HistorySummarized(model=model, usage=usage):
                yield from _called(model, "summary", usage)
            case ReplyLooked(turn=turn, model=model, usage=usage, took_ms=took_ms):
                if turn in self._turns:
                    self._turns[turn].model_ms += took_ms
                yield from _called(model, "look", usage)
            case WishJudged(turn=turn, model=str() as model, usage=usage, took_ms=took_ms):
                if turn in self._turns:
                    self._turns[turn].model_ms += took_ms
                yield from _called(model, "witness", usage)
            case VoiceTranscribed(model=model, usage=usage):
                yield from _called(model, "voice", usage)
            case ModelFailed(reason=reason):
                yield Measurement(metrics.MODEL_FAILURES, 1, {"reason": reason})
            case _:
                pass

    def _of_reply(self, recorded: Recorded[Any]) -> Iterator[Measurement]:
        match recorded.event:
            case ReplySending(reply=reply, part=part):
                _keep(self._claims, (recorded.stream, reply, part), recorded.recorded_at)
            case ReplySent(reply=reply, part=part):
                yield from self._sent(recorded, reply, part)
            case ReplyRefused(reply=reply, part=part, code=code):
                yield self._tried(recorded.stream, reply, part, "later", code)
            case ReplyAssumed(reply=reply, part=part):
                yield self._tried(recorded.stream, reply, part, "unknown")
            case ReplyFailed(reply=reply, part=part, code=code):
                yield self._tried(recorded.stream, reply, part, "refused", code)
                self._replies.pop(reply, None)
            case ReplyParked(reply=reply):
                self._replies.pop(reply, None)
            case ReplyHeld(reply=reply):
                self._replies.pop(reply, None)  # how long a person is away is no time of ours
                yield _delivered("held")
            case ReplyDelivered() | ReplyRead():
                yield _delivered(recorded.event.type.removeprefix("reply."))
            case ReplyUndelivered(status=status):
                yield _delivered(status)
            case _:
                pass

    def _of_task(self, event: Any) -> Iterator[Measurement]:
        match event:
            case ToolOffered(tool=tool):
                self.tools.add(tool)
            case ToolFinished(tool=tool, took_ms=took_ms):
                yield Measurement(metrics.TOOL_CALLS, 1, self._tool(tool, outcome="finished"))
                yield Measurement(metrics.TOOL_DURATION, took_ms / 1000, self._tool(tool))
            case ToolFailed(tool=tool, code=code):
                yield Measurement(metrics.TOOL_CALLS, 1, self._tool(tool, outcome=code))
            case ReminderFired(late_s=late):
                yield Measurement(metrics.REMINDERS_FIRED)
                yield Measurement(metrics.REMINDER_LATENESS, max(0.0, late))
            case WatchAlerted():
                yield Measurement(metrics.WATCH_ALERTS)
            case _:
                pass

    def _waits(self, recorded: Recorded[Any]) -> None:
        """But for a word that was answered at the door."""
        if recorded.stream not in self._waiting and getattr(recorded.event, "word", None) is None:
            _keep(self._waiting, recorded.stream, recorded.recorded_at)

    def _replied(self, turn: UUID, outcome: str, reply: Recorded[Any]) -> Iterator[Measurement]:
        """The apology beside a parking ends no second turn."""
        ended = self._turns.pop(turn, _Turn(None))
        _keep(self._replies, reply.event_id, ended)
        if not ended.parked:
            yield _ended(outcome)

    def _park(self, turn: UUID | None, stream: str) -> None:
        if turn is None:
            self._waiting.pop(stream, None)
        elif turn in self._turns:
            self._turns[turn].parked = True
        else:
            _keep(self._turns, turn, _Turn(None, parked=True))

    def _sent(self, recorded: Recorded[Any], reply: UUID, part: int) -> Iterator[Measurement]:
        yield self._tried(recorded.stream, reply, part, "accepted")
        yield _delivered("sent")
        turn = self._replies.pop(reply, None)
        if turn is not None and turn.since is not None:
            took = max(0.0, (recorded.recorded_at - turn.since).total_seconds())
            alone = max(0.0, took - turn.model_ms / 1000)
            yield Measurement(metrics.RESPONSE_DURATION, took, {"model_time": "with"})
            yield Measurement(metrics.RESPONSE_DURATION, alone, {"model_time": "without"})

    def _tried(
        self, stream: str, reply: UUID, part: int, outcome: str, code: int | None = None
    ) -> Measurement:
        self._claims.pop((stream, reply, part), None)
        code_text = "none" if code is None else str(code)
        return Measurement(metrics.SENDS, 1, {"outcome": outcome, "code": code_text})

    def _tool(self, tool: str, **more: str) -> dict[str, str]:
        return {"tool": tool if tool in self.tools else OTHER, **more}

    def _forget(self, stream: str) -> None:
        self._waiting.pop(stream, None)
        for claim in [key for key in self._claims if key[0] == stream]:
            del self._claims[claim]


def _keep(kept: dict[K, V], key: K, value: V) -> None:
    kept[key] = value
    if len(kept) > OPEN_AT_MOST:
        del kept[next(iter(kept))]


def _ended(outcome: str) -> Measurement:
    return Measurement(metrics.TURNS, 1, {"outcome": outcome})


def _delivered(status: str) -> Measurement:
    return Measurement(metrics.DELIVERED, 1, {"status": status})


def _called(model: str, finish_reason: str, usage: Usage) -> Iterator[Measurement]:
    of = {"model": model}
    yield Measurement(metrics.MODEL_CALLS, 1, {**of, "finish_reason": finish_reason})
    for kind in ("input", "output", "thoughts", "cached"):
        yield Measurement(metrics.MODEL_TOKENS, getattr(usage, kind), {**of, "type": kind})
    cost = prices().exact(model, usage)
    if cost is None:
        yield Measurement(metrics.MODEL_UNPRICED, 1, of)
    else:
        yield Measurement(metrics.MODEL_COST, float(cost), of)
