"""A decider's specification: given facts, when it decides, then this.

conversation = Specification(FOLD)
conversation.given(message(), TurnStarted(number=0)).when(parked, "boom").then(TurnParked(...))
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from difflib import ndiff
from itertools import zip_longest
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel

from contracts.event import Event
from contracts.recorded import Recorded
from contracts.streams import UserId, conversation
from taskflow.log.appending import Appended, Write
from taskflow.log.deciding import Decide
from taskflow.log.folding import Fold
from tests.support.memory_log import MemoryLog

S = TypeVar("S", bound=BaseModel)
P = ParamSpec("P")

USER = UserId(UUID(int=7))
STREAM = conversation(USER)


class Story(Generic[S]):
    """One stream's facts, and what a fold's decider makes of them.

    What is decided as expected is recorded too: the story goes on.
    """

    def __init__(
        self, fold: Fold[S] | None = None, stream: str = STREAM, user: UserId = USER
    ) -> None:
        self.log = MemoryLog()
        self.fold, self.stream, self.user = fold, stream, user
        self._count = 0

    @property
    def events(self) -> list[Recorded[Any]]:
        return list(self.log.stream(self.stream))

    @property
    def state(self) -> S:
        assert self.fold is not None, "a story of facts alone"
        return self.fold.over(self.events)

    def tell(self, *facts: Event, slot: UUID | None = None) -> list[Recorded[Any]]:
        """By one append."""
        self._count += 1
        slot = slot or UUID(int=self._count)
        return self.log.put([Write(self.stream, facts, self.user)], slot).events

    def given(self, *facts: Event) -> Self:
        """Each by an append of its own."""
        for fact in facts:
            self.tell(fact)
        return self

    def when(
        self, decide: Callable[Concatenate[S, P], Any], *args: P.args, **more: P.kwargs
    ) -> "Decided":
        return Decided(self, decide(self.state, *args, **more))

    def record(self, decision: Decide) -> list[Recorded[Any]]:
        outcome = self.log.put([decision.write(self.stream, self.user)], decision.slot)
        assert isinstance(outcome, Appended), f"its slot is taken already by {outcome.events}"
        return outcome.events


@dataclass(frozen=True, slots=True)
class Some:
    """An event, or another move, of which only these fields matter."""

    kind: type[Any]
    matter: dict[str, Any]

    def __eq__(self, other: object) -> bool:
        return type(other) is self.kind and all(
            getattr(other, name) == value for name, value in self.matter.items()
        )

    __hash__ = None


def some(kind: type[Any], /, **matter: Any) -> Some:
    return Some(kind, matter)


@dataclass(frozen=True, slots=True)
class Decided:
    story: Story[Any]
    decided: Any

    def then(self, *expected: Any, slot: UUID | None = None) -> list[Recorded[Any]]:
        """Expects these events, or a move of another kind; of nothing named, that nothing is done.

        Returns the events as they were recorded.
        """
        __tracebackhide__ = True
        decision = self.decided if isinstance(self.decided, Decide) else None
        moves = [] if self.decided is None else [self.decided]
        found = [*decision.events] if decision else moves
        if [*expected] != found:
            raise AssertionError(difference(expected, found))
        taken = decision.slot if decision else None
        assert slot in {None, taken}, "the events are right, but stand in another slot"
        return self.story.record(decision) if decision else []


def difference(expected: Sequence[Any], found: Sequence[Any]) -> str:
    pairs = list(zip_longest(expected, found))
    wanted = [line for one, _ in pairs for line in _lines(one)]
    decided = [line for one, other in pairs for line in _lines(other, like=one)]
    told = [line for line in ndiff(wanted, decided) if not line.startswith("?")]
    return "\n".join(["expected (-), but decided (+):", *told])


def _lines(value: Any, like: Any = None) -> Iterator[str]:
    """A line a field: of an event that is compared by some of its fields, those."""
    match value:
        case None:
            return
        case Some(kind=kind, matter=named):
            name = kind.__name__
        case Event():
            name, named = type(value).__name__, dict(value)
        case _ if is_dataclass(value):
            named = {field.name: getattr(value, field.name) for field in fields(value)}
            name = type(value).__name__
        case _:
            name, named = repr(value), {}
    if isinstance(like, Some) and type(value) is like.kind:
        named = {field: named[field] for field in like.matter}
    yield name
    yield from (f"    {field} = {told!r}" for field, told in named.items())
