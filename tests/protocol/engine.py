"""Explores every state of a model, breadth first, and finds the shortest way into a bad one.

Safety is looked at in every state. Liveness: from each state a settled one must be reachable
without another fault, message, reminder or "stop", so that a later message never hides a hang; and
no chain of moves without such an event may go round for ever.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

LIMIT = "too many states"


@dataclass(frozen=True, slots=True)
class Found:
    """What an exploration came to."""

    violation: str | None
    states: int
    depth: int
    trace: Sequence[str]
    """The shortest way into the violation."""


class Model:
    """A state is a hashable tuple; a step is (label, does it come from outside, next state)."""

    def init(self) -> Any:
        raise NotImplementedError

    def steps(self, state: Any) -> Iterable[tuple[str, bool, Any]]:
        raise NotImplementedError

    def unsafe(self, state: Any) -> str | None:
        """What is wrong in this state."""
        raise NotImplementedError

    def settled(self, state: Any) -> bool:
        """Whether nobody waits for anything."""
        raise NotImplementedError

    def why(self, state: Any) -> str:
        """What hangs, where no settled state can be reached."""
        raise NotImplementedError

    def replay(self, labels: Iterable[str]) -> Any:
        state = self.init()
        for wanted in labels:
            state = next(after for label, _, after in self.steps(state) if label == wanted)
        return state


class _Graph:
    """States by number; of the edges only those that nobody outside must cause."""

    def __init__(self, first: Any) -> None:
        self.index = {first: 0}
        self.states = [first]
        self.parent, self.how = array("q", [-1]), [""]
        self.depth = array("H", [0])
        self.sources, self.targets = array("q"), array("q")
        self.good: list[int] = []

    def enter(self, state: Any, label: str, parent: int) -> int:
        number = self.index.get(state)
        if number is None:
            number = self.index[state] = len(self.states)
            self.states.append(state)
            self.parent.append(parent)
            self.how.append(label)
            self.depth.append(self.depth[parent] + 1)
        return number

    def trace(self, number: int) -> list[str]:
        labels: list[str] = []
        while number > 0:
            labels.append(self.how[number])
            number = self.parent[number]
        return labels[::-1]

    def found(self, violation: str | None, number: int) -> Found:
        return Found(violation, len(self.states), self.depth[number], self.trace(number))


def explore(model: Model, limit: int = 12_000_000) -> Found:
    graph = _Graph(model.init())
    number = 0
    while number < len(graph.states):
        state = graph.states[number]
        if violation := model.unsafe(state):
            return graph.found(violation, number)
        if model.settled(state):
            graph.good.append(number)
        for label, is_outside, after in model.steps(state):
            target = graph.enter(after, label, number)
            if not is_outside:
                graph.sources.append(number)
                graph.targets.append(target)
        graph.states[number] = None  # its key in the index is enough
        number += 1
        if number >= limit:
            return graph.found(LIMIT, number - 1)
    if (hung := _first_hung(graph)) is not None:
        return graph.found(f"hang: {model.why(model.replay(graph.trace(hung)))}", hung)
    if (round_ := _first_round(graph)) is not None:
        return graph.found("livelock: handlers can go round for ever", round_)
    return Found(None, len(graph.states), max(graph.depth), [])


def _first_hung(graph: _Graph) -> int | None:
    """The nearest state from which no settled one can be reached."""
    into = _Edges(len(graph.states), graph.targets, graph.sources)
    reaches = bytearray(len(graph.states))
    todo = list(graph.good)
    for number in todo:
        reaches[number] = 1
    while todo:
        for before in into.of(todo.pop()):
            if not reaches[before]:
                reaches[before] = 1
                todo.append(before)
    return next((number for number, does in enumerate(reaches) if not does), None)


def _first_round(graph: _Graph) -> int | None:
    """The nearest state on a cycle, or behind one (Kahn)."""
    total = len(graph.states)
    out = _Edges(total, graph.sources, graph.targets)
    left = array("q", bytes(8 * total))
    for source, target in zip(graph.sources, graph.targets, strict=True):
        left[target] += source != target
    todo = [number for number in range(total) if not left[number]]
    done = 0
    while todo:
        source = todo.pop()
        done += 1
        for target in out.of(source):
            if source != target:
                left[target] -= 1
                if not left[target]:
                    todo.append(target)
    return None if done == total else next(number for number in range(total) if left[number])


class _Edges:
    """Of each state, where its edges lead: two flat arrays, since there are millions."""

    def __init__(self, total: int, ends: Sequence[int], others: Sequence[int]) -> None:
        self._start = array("q", bytes(8 * (total + 1)))
        for end in ends:
            self._start[end + 1] += 1
        for number in range(total):
            self._start[number + 1] += self._start[number]
        place = array("q", self._start)
        self._others = array("q", bytes(8 * len(ends)))
        for end, other in zip(ends, others, strict=True):
            self._others[place[end]] = other
            place[end] += 1

    def of(self, number: int) -> Iterator[int]:
        yield from self._others[self._start[number] : self._start[number + 1]]
