"""A stream's state, recomputed from its facts. Pure: deciders build on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from contracts.recorded import Recorded

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Fold(Generic[S]):
    """A decider's state and how facts move it. `version` rises with any change of either.

    States hold ids and counts, never personal text: snapshots are not sealed.
    """

    name: str
    version: int
    state: type[S]
    evolve: Callable[[S, Recorded[Any]], S]

    def over(self, events: Sequence[Recorded[Any]], state: S | None = None) -> S:
        state = self.state() if state is None else state
        for recorded in events:
            state = self.evolve(state, recorded)
        return state


@dataclass(frozen=True, slots=True)
class Folded(Generic[S]):
    state: S
    version: int
    """Of the last event in it."""
