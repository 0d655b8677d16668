"""What views share: pages cut at tombstones, texts that stay sealed, columns for one statement."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import orjson

from contracts import streams
from contracts.conversation import UserForgotten
from contracts.personal import Sealed
from contracts.recorded import Recorded
from taskflow.projecting.projection import Statement

Events = Sequence[Recorded[Any]]


class View:
    """A projection that people read; each says what a run of events changes."""

    name: str
    version: int
    tables: tuple[str, ...]
    forgets: Sequence[str]
    """Queries of one parameter, the user's id: whoever was forgotten stands in no view."""

    def changes(self, events: Events) -> Iterable[Statement]:
        raise NotImplementedError

    async def project(self, events: Events) -> list[Statement]:
        """Of each run of events, and between them what deletes who was forgotten."""
        statements: list[Statement] = []
        run: list[Recorded[Any]] = []
        for recorded in events:
            if isinstance(recorded.event, UserForgotten):
                statements += self.changes(run)
                user = streams.user_of(recorded.stream)
                statements += [(query, (user,)) for query in self.forgets]
                run = []
            else:
                run.append(recorded)
        return [*statements, *self.changes(run)]


def columns(query: str, rows: Iterable[Sequence[Any]]) -> list[Statement]:
    """One statement for all of the rows, an array for each column; none without rows."""
    arrays = [list(column) for column in zip(*rows, strict=True)]
    return [(query, arrays)] if arrays else []


def still_sealed(value: Any) -> str | None:
    """As the log holds it. A text that is not sealed is left out: views hold none that is read."""
    match value:
        case Sealed(ciphertext=ciphertext):
            return orjson.dumps({"sealed": ciphertext}).decode()
        case _:
            return None


def owner(recorded: Recorded[Any]) -> UUID:
    """Whose conversation or profile this is."""
    if recorded.user_id is not None:
        return recorded.user_id
    return UUID(recorded.stream.removeprefix(streams.CONVERSATION).removeprefix(streams.PROFILE))
