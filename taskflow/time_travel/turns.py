"""Turns as they were: the messages they answered, each step's answer, calls, outcomes. Pure.

Who decides turns tells them, once for the whole house: the agent's walk comes by entry point.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.metadata import entry_points
from typing import Any
from uuid import UUID

from contracts.conversation import (
    MessageReceived,
    ModelAnswered,
    ModelFailed,
    ReplyCaught,
    TurnStarted,
    WishJudged,
)
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.tools import ActionProposed, ToolFailed, ToolFinished, ToolRequested

WALK = "taskflow.turns"
"""Entry point: a function of opened or sealed events, in their order, to every turn they hold."""


@dataclass(slots=True)
class CallStory:
    request: Recorded[ToolRequested]
    outcome: Recorded[Any] | None = None
    """None while it is open."""

    def came_to(self) -> Json | None:
        """The result, or the error with its code, of opened events; None while it is open."""
        match self.outcome.event if self.outcome else None:
            case ToolFinished(result=result):
                return {"result": result}
            case ToolFailed(error=error, code=code):
                return {"error": error, "code": code}
            case _:
                return None


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

    def sent_back(self) -> Recorded[ReplyCaught] | None:
        """Set where the answer was sent back to the model."""
        back = [caught for caught in self.caught if caught.event.corrected == "by_model"]
        return back[-1] if back else None


@dataclass(slots=True)
class TurnStory:
    started: Recorded[TurnStarted] | None
    """None: something we said of our own accord, such as a reminder."""
    version: int
    """Of the event that began it."""
    started_at: datetime
    messages: list[Recorded[MessageReceived]]
    """What it answers, oldest first."""
    steps: dict[int, StepStory] = field(default_factory=dict[int, StepStory])
    begun: list[StepStory] = field(default_factory=list[StepStory])
    """Of turns that gave way to it, for the same messages."""
    media: dict[UUID, list[Recorded[Any]]] = field(default_factory=dict[UUID, list[Recorded[Any]]])
    """By message, what became of what came with it, and what was heard in it."""
    beside: list[Recorded[Any]] = field(default_factory=list[Recorded[Any]])
    """What was decided in it besides: that its user wants to be forgotten, and whatever comes."""
    undoes: bool = False
    """Whether code took changes back in it, at the user's word."""
    said: str | None = None
    by_person: bool = False
    """Whether an operator said it."""
    beside_person: bool = False
    """Whether it went out while an operator had the word."""
    is_cut: bool = False
    """Whether an operator took over before all of it went."""
    reply: UUID | None = None
    """The one that closed it."""
    ended: Recorded[Any] | None = None
    """The reply, the parking, the stop or the operator that closed it."""
    gave_way: bool = False
    """Whether another turn answers its messages."""

    @property
    def turn(self) -> UUID | None:
        return self.started.event_id if self.started else None

    @property
    def is_open(self) -> bool:
        return self.started is not None and self.ended is None

    def step(self, number: int) -> StepStory:
        return self.steps.setdefault(number, StepStory(number))

    def answered(self) -> Iterator[tuple[StepStory, ModelAnswered]]:
        """The steps in which the model answered, each with its answer."""
        return ((step, step.answer.event) for step in self.steps.values() if step.answer)

    def first(self) -> int:
        """The version of the oldest event in it."""
        return min([self.version, *(message.version for message in self.messages)])


def turns(events: Iterable[Recorded[Any]]) -> dict[UUID, TurnStory]:
    """Every turn of a conversation, by its id, also those that gave way."""
    stories = _walk()(list(events))
    return {story.turn: story for story in stories if story.turn is not None}


@cache
def _walk() -> Callable[[Sequence[Recorded[Any]]], Sequence[TurnStory]]:
    (entry,) = entry_points(group=WALK)
    return entry.load()
