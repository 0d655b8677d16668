"""What the owners of a stream held at each of its events. Pure; folds come by entry points."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from itertools import zip_longest
from typing import Any, cast

from pydantic import BaseModel

from contracts.recorded import Recorded
from taskflow.log.folding import Fold
from taskflow.time_travel import catalogue, facts
from taskflow.time_travel.covering import plain
from taskflow.time_travel.unknown import OpaqueEvent

FOLDS = "taskflow.folds"
"""Entry points `<kind of stream>.<owner>`, each a Fold."""
DERIVED = "taskflow.derived"
"""Entry points `<owner>.<name>`: what follows from a state of that owner, by its own rules."""

Changes = list[tuple[str, Any, Any]]
"""Path, before, after."""


@dataclass(frozen=True, slots=True)
class StateStep:
    recorded: Recorded[Any]
    changes: Mapping[str, Changes]
    """By owner; only those whose state moved."""


@cache
def folds() -> Mapping[str, Mapping[str, Fold[Any]]]:
    """By kind of stream, by owner."""
    found: dict[str, dict[str, Fold[Any]]] = {
        "profile": {"facts": facts.FOLD},
        "tools": {"catalogue": catalogue.FOLD},
    }
    for entry in sorted(entry_points(group=FOLDS), key=lambda entry: entry.name):
        kind, _, owner = entry.name.partition(".")
        found.setdefault(kind, {})[owner] = entry.load()
    return found


@cache
def _derived() -> Mapping[str, Mapping[str, Callable[[Any], Any]]]:
    found: dict[str, dict[str, Callable[[Any], Any]]] = {}
    for entry in sorted(entry_points(group=DERIVED), key=lambda entry: entry.name):
        owner, _, name = entry.name.partition(".")
        found.setdefault(owner, {})[name] = entry.load()
    return found


def folds_of(stream: str) -> Mapping[str, Fold[Any]]:
    return folds().get(stream.partition("-")[0], {})


def known(events: Sequence[Recorded[Any]]) -> list[Recorded[Any]]:
    """Up to the first event that this release does not know: from there on nobody can fold."""
    for count, recorded in enumerate(events):
        if isinstance(recorded.event, OpaqueEvent):
            return list(events[:count])
    return list(events)


def states(events: Sequence[Recorded[Any]]) -> dict[str, Any]:
    """Each owner's state after these events of one stream, as JSON; with what follows from it."""
    if not events:
        return {}
    by_owner: dict[str, Any] = {}
    for owner, fold in folds_of(events[0].stream).items():
        state = fold.over(known(events))
        derived = {name: plain(find(state)) for name, find in _derived().get(owner, {}).items()}
        by_owner[owner] = {**plain(state), **derived}
    return by_owner


def steps(events: Sequence[Recorded[Any]]) -> Iterator[StateStep]:
    """What each event changed in each state."""
    owners = folds_of(events[0].stream if events else "")
    held: dict[str, Any] = {owner: fold.state() for owner, fold in owners.items()}
    foldable = len(known(events))
    for count, recorded in enumerate(events):
        moved: dict[str, Changes] = {}
        for owner, fold in owners.items() if count < foldable else ():
            after = fold.evolve(held[owner], recorded)
            if changes := list(_changes(held[owner], after)):
                moved[owner] = changes
            held[owner] = after
        yield StateStep(recorded, moved)


def _changes(before: BaseModel, after: BaseModel) -> Iterator[tuple[str, Any, Any]]:
    """Most events leave most of a state as it is: the same object."""
    for name in type(after).model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if old is not new:
            yield from differences(plain(old), plain(new), name)


def differences(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two JSON values differ; a part that came or went is told whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        old, new = cast("dict[str, Any]", before), cast("dict[str, Any]", after)
        for name in {**old, **new}:
            below = f"{path}.{name}" if path else name
            yield from differences(old.get(name), new.get(name), below)
    elif isinstance(before, list) and isinstance(after, list):
        pairs = zip_longest(cast("list[Any]", before), cast("list[Any]", after))
        for place, (old, new) in enumerate(pairs):
            yield from differences(old, new, f"{path}[{place}]")
    elif before != after:
        yield path, before, after
