"""A tool: a pydantic model of its arguments, an async function, a docstring that the model reads.

It says here what others must know of it; no other module knows a tool by its name.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from contracts.declarations import Argument, Effect, Undo, Wording, placeholders
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.tools import ToolOffered, ToolRequested
from taskflow.errors import TaskFlowError
from taskflow.log.appending import Write
from taskflow.tooling.schema import schema_of

A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks, and where the answer belongs."""

    request: Recorded[ToolRequested]
    user: UserId

    @property
    def written_at(self) -> datetime:
        """When the words that ask for it were written: times are counted from there."""
        return self.request.event.written_at or self.request.recorded_at


@dataclass(frozen=True, slots=True)
class Done:
    """A tool's result: a JSON object the model reads, and the tool's own facts, stored with it."""

    result: Json
    facts: Sequence[Write] = ()
    picture: UUID | None = None
    """In the media store; it goes out with the turn's reply."""
    document: UUID | None = None
    """In the media store; it goes out with the reply that tells this change by its receipt."""
    passing: bool = False
    """True: a moment later it may be otherwise, so another call looks again for itself."""


class Refused(TaskFlowError):
    """The tool will not or cannot do that; the text is for the model to tell the user."""

    code = "refused"


@dataclass(frozen=True, slots=True)
class Tool(Generic[A]):
    """Raises ValueError where what it says of itself does not fit."""

    arguments: type[A]
    run: Callable[[A, Call], Awaitable[Done]]
    """Named as the model knows it; raises Refused, or VendorUnavailable."""
    name: str
    effect: Effect
    timeout_s: float
    cost: float = 0.0
    """US dollars a call, about."""
    untrusted: bool = False
    """Its results hold other people's text."""
    inside: bool = False
    """It asks nobody outside the house: its look-ups are not counted, nor searched for what the
    user keeps to themselves."""
    finds_addresses: bool = False
    """Addresses in its results may be opened, and watched, by this and other tools."""
    declared: Sequence[Argument] = ()
    """What arguments want of the user's words, and how they are shown, in that order; one that is
    not here is shown by its name after them, and rests on nobody's words."""
    proposal: str | None = None
    """What the user is asked: "set a reminder"; None: the tool's name."""
    receipt: Wording | None = None
    """How the user is told what was done; None: the call, word for word."""
    not_done: str | None = None
    """What the user is told where the model said that it was done, and it was not."""
    changes: str | None = None
    """The thing that it changes, in a word: "reminder"."""
    undone_by: Undo | None = None
    cache_s: float = 0.0
    """How long the answer of a `read` may be told again (see Answers)."""
    shares: bool = False
    """Also to another user: only where arguments are impersonal."""
    looks_anew: bool = False
    """Whether a replay of an old turn may run it: a `read` of the outer world that keeps nothing.
    One that reads what the user has here would tell the past of its own future."""

    def __post_init__(self) -> None:
        self._check(
            self.arguments.model_fields, (argument.name for argument in self.declared), "argument"
        )
        for shown in (argument.shown for argument in self.declared if argument.shown is not None):
            self._check({"value"}, placeholders(shown), "placeholder")
        if self.receipt is not None:
            known = {value.name for value in self.receipt.values}
            for phrase in chain.from_iterable(self.receipt.parts):
                self._check(known, placeholders(phrase), "value")
        if self.looks_anew and self.effect != "read":
            raise ValueError(f"tool {self.name}: a replay changes nothing, so it may only read")

    def _check(self, known: Iterable[str], named: Iterable[str], what: str) -> None:
        there_are = set(known)
        if unknown := next((name for name in named if name not in there_are), None):
            raise ValueError(
                f"tool {self.name} has no {what} {unknown!r}; it has: {sorted(there_are)}"
            )

    def offered(self, owner: str) -> ToolOffered:
        return ToolOffered(
            tool=self.name,
            owner=owner,
            description=inspect.getdoc(self.run) or "",
            parameters=schema_of(self.arguments),
            effect=self.effect,
            timeout_s=self.timeout_s,
            cost=self.cost,
            untrusted=self.untrusted,
            declared=list(self.declared),
            proposal=self.proposal,
            receipt=self.receipt,
            not_done=self.not_done,
            changes=self.changes,
            undone_by=self.undone_by,
            finds_addresses=self.finds_addresses,
            inside=self.inside,
        )
