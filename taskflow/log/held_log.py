"""How a log answers whose events are at hand in memory: rehearsals, past moments, simulations."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from contracts import slots
from contracts.recorded import Recorded
from taskflow.log.appending import Write


class HeldLog:
    """The reading half of the log's contract; whoever extends it says what is held, and appends."""

    def held(self, stream: str) -> Sequence[Recorded[Any]]:
        """A stream's events, oldest first; none of one that has not begun."""
        raise NotImplementedError

    async def read(self, stream: str, after: int = 0) -> list[Recorded[Any]]:
        return [recorded for recorded in self.held(stream) if recorded.version > after]

    async def read_all(self, after: Mapping[str, int]) -> dict[str, list[Recorded[Any]]]:
        found = {stream: await self.read(stream, version) for stream, version in after.items()}
        return {stream: events for stream, events in found.items() if events}

    async def read_end(self, stream: str, upto: int, count: int) -> list[Recorded[Any]]:
        before = [recorded for recorded in self.held(stream) if recorded.version <= upto]
        return before[-count:] if count > 0 else []

    async def firsts(self, streams: Sequence[str]) -> dict[str, Recorded[Any]]:
        return {stream: held[0] for stream in streams if (held := self.held(stream))}


def standing(slot: UUID, get: Callable[[UUID], Recorded[Any] | None]) -> list[Recorded[Any]]:
    """The append that took this slot."""
    found: list[Recorded[Any]] = []
    while recorded := get(slots.event_id(slot, len(found))):
        found.append(recorded)
    return found


def conflicts(write: Write, held: Sequence[Recorded[Any]]) -> bool:
    """Whether a later fact makes the write wrong; `held` is its stream, oldest first."""
    known = write.expected_version
    if known is None or known == len(held):
        return False
    return not write.gates or any(recorded.event.type in write.gates for recorded in held[known:])
