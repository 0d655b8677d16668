"""What a projection is, and how a release names those it has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, Protocol

from contracts.recorded import Recorded
from taskflow.errors import Configuration
from taskflow.log.event_log import EventLog
from taskflow.log.snapshots import Folds
from taskflow.privacy.vault import Vault

GROUP = "taskflow.projections"
"""Package entry points: a name each, and the `Factory` behind it."""

Statement = tuple[str, Sequence[Any]]
"""A query and its parameters."""


class Projection(Protocol):
    """A named, versioned fold. It causes no effects, and reads nothing but the log.

    `version` rises with any change of what it makes of an event. What it makes of events does not
    depend on where a page ends.
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> int: ...

    @property
    def tables(self) -> tuple[str, ...]:
        """Its own: nobody else writes them, and a rebuild takes their place."""
        ...

    async def project(self, events: Sequence[Recorded[Any]]) -> list[Statement]:
        """What these events change in the projection's tables; the same when asked again."""
        ...


@dataclass(frozen=True, slots=True)
class ProjectionContext:
    """What projections are made from."""

    log: EventLog
    folds: Folds
    vault: Vault


Factory = Callable[[ProjectionContext], Projection]


def names() -> list[str]:
    return sorted(entry.name for entry in entry_points(group=GROUP))


def registered(name: str, context: ProjectionContext) -> Projection:
    """Raises Configuration for a name that nothing has."""
    for entry in entry_points(group=GROUP, name=name):
        return entry.load()(context)
    raise Configuration(f"there is no projection {name!r}; there are {', '.join(names())}")
