"""Turns as they were: the messages they answered, each step's answer, calls, outcomes. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from contracts.conversation import (
    MessageReceived,
    ModelAnswered,
    ModelFailed,
    ReplyCaught,
    ReplyReady,
    TurnParked,
    TurnRetried,
    TurnStarted,
    TurnStopped,
    TurnSuperseded,
    UserForgotten,
    WishJudged,
)
from contracts.media import MediaKept, MediaRefused, VoiceTranscribed
from contracts.recorded import Recorded
from contracts.takeover import ConversationTakenOver
from contracts.tools import ActionProposed, ToolFailed, ToolFinished, ToolRequested


@dataclass(slots=True)
class CallStory:
    request: Recorded[ToolRequested]
    outcome: Recorded[Any] | None = None
    """None while it is open."""


@dataclass(slots=True)
class StepStory:
    number: int
    answer: Recorded[ModelAnswered] | None = None
    failed: Recorded[ModelFailed] | None = None
    caught: list[Recorded[ReplyCaught]] = field(default_factory=list[Recorded[ReplyCaught]])
    proposed: list[Recorded[ActionProposed]] = field(default_factory=list[Recorded[ActionProposed]])
    calls: list[CallStory] = field(default_factory=list[CallStory])
    wishes: dict[UUID, Recorded[WishJudged]] = field(
        default_factory=dict[UUID, Recorded[WishJudged]]
    )
    """By call, the user's words that allowed it, or did not."""


@dataclass(slots=True)
class TurnStory:
    started: Recorded[TurnStarted]
    messages: list[UUID]
    """What it answers, oldest first."""
    steps: dict[int, StepStory] = field(default_factory=dict[int, StepStory])
    media: dict[UUID, list[Recorded[Any]]] = field(default_factory=dict[UUID, list[Recorded[Any]]])
    """By message, what became of what came with it, and what was heard in it."""
    beside: list[Recorded[Any]] = field(default_factory=list[Recorded[Any]])
    """What was decided in it besides: that its user wants to be forgotten, and whatever comes."""
    ended: Recorded[Any] | None = None
    """The reply, the parking, the stop or the operator that closed it."""

    def step(self, number: int) -> StepStory:
        return self.steps.setdefault(number, StepStory(number))


def turns(events: Iterable[Recorded[Any]]) -> dict[UUID, TurnStory]:
    """Every turn of a conversation, by its id."""
    found: dict[UUID, TurnStory] = {}
    calls: dict[UUID, CallStory] = {}
    pending: list[UUID] = []
    media: dict[UUID, list[Recorded[Any]]] = {}
    for recorded in events:
        match recorded.event:
            case MessageReceived():
                pending.append(recorded.event_id)
            case TurnStarted():
                found[recorded.event_id] = TurnStory(recorded, pending, media=media)
                pending = []
            case MediaKept(message=id_) | MediaRefused(message=id_) | VoiceTranscribed(message=id_):
                media.setdefault(id_, []).append(recorded)
            case TurnParked(turn=None, messages=given):
                pending = [one for one in pending if one not in given]
            case TurnRetried(messages=given):
                pending = [*given, *pending]
            case UserForgotten():
                pending = []
            case ToolFinished(call=id_) | ToolFailed(call=id_) if id_ in calls:
                calls[id_].outcome = calls[id_].outcome or recorded
            case event if (id_ := _turn_of(event)) in found:
                _learn(found[id_], recorded, calls)
            case _:
                pass
    return found


def _turn_of(event: Any) -> UUID:
    """One that nobody ever began, where the event names none."""
    turn = getattr(event, "turn", None)
    return turn if isinstance(turn, UUID) else UUID(int=0)


def _learn(turn: TurnStory, recorded: Recorded[Any], calls: dict[UUID, CallStory]) -> None:
    match recorded.event:
        case ModelAnswered(step=number):
            turn.step(number).answer = recorded
        case ModelFailed(step=number):
            turn.step(number).failed = recorded
        case ReplyCaught(step=number):
            turn.step(number).caught.append(recorded)
        case ActionProposed(step=number):
            turn.step(number).proposed.append(recorded)
        case WishJudged(step=number, call=id_):
            turn.step(number).wishes[id_] = recorded
        case ToolRequested(step=number):
            call = CallStory(recorded)
            calls[recorded.event_id] = call
            turn.step(number).calls.append(call)
        case (
            ReplyReady() | TurnParked() | TurnStopped() | TurnSuperseded() | ConversationTakenOver()
        ):
            turn.ended = turn.ended or recorded
        case _:
            turn.beside.append(recorded)
