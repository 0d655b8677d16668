"""What was recorded of one user, opened; and the log as it was at any moment of it, in memory.

Nothing can be written here: what is appended to a past moment is kept aside, for comparing.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.event import Event
from contracts.personal import Sealed, personal_fields
from contracts.recorded import Recorded
from contracts.streams import UserId
from taskflow.errors import SealedForEver
from taskflow.log.appending import FRESH, MAX_EVENTS, Appended, Because, Exists, Outcome, Write
from taskflow.log.held_log import HeldLog, standing


@dataclass(frozen=True, slots=True)
class History:
    """All events of one user, each stream in order, and the catalogue of tools."""

    user: UserId | None
    streams: Mapping[str, Sequence[Recorded[Any]]]
    payload_fields: Mapping[UUID, frozenset[str]]
    """By event, the fields that its payload had: an older version knew fewer."""
    _by_id: dict[UUID, Recorded[Any]] = field(default_factory=dict[UUID, Recorded[Any]])

    def __post_init__(self) -> None:
        for events in self.streams.values():
            self._by_id.update((recorded.event_id, recorded) for recorded in events)

    def of_kind(self, prefix: str) -> Iterator[tuple[str, Sequence[Recorded[Any]]]]:
        """Streams and their events, by the beginning of their names."""
        for stream, events in self.streams.items():
            if stream.startswith(prefix):
                yield stream, events

    def find(self, event_id: UUID | None) -> Recorded[Any] | None:
        return self._by_id.get(event_id) if event_id else None

    def standing(self, slot: UUID) -> list[Recorded[Any]]:
        """The append that took this slot."""
        return standing(slot, self._by_id.get)


def is_erased(recorded: Recorded[Any]) -> bool:
    """Whether any of its text cannot be read."""
    event: Event = recorded.event
    return any(isinstance(getattr(event, name), Sealed) for name in personal_fields(type(event)))


class LogThen(HeldLog):
    """A history as it was just before a position; keeps to the log's contract.

    `catalogue` may lie before it: whoever decided had read the tools on offer a moment earlier.
    """

    def __init__(self, history: History, position: int, catalogue: int | None = None) -> None:
        self._history, self._position = history, position
        self._catalogue = position if catalogue is None else catalogue
        self.appended: dict[UUID, list[Write]] = {}

    def decided(self, slot: UUID) -> list[Event]:
        """What was appended there, of all streams."""
        return [event for write in self.appended.get(slot, ()) for event in write.events]

    async def append(
        self, writes: Sequence[Write], slot: UUID, because: Because = FRESH
    ) -> Outcome:
        self.appended[slot] = list(writes)
        if standing := self._history.standing(slot):
            return Exists(standing)
        events = [(write, event) for write in writes for event in write.events][:MAX_EVENTS]
        return Appended(
            [self._as_if(*written, slot, n, because) for n, written in enumerate(events)]
        )

    def _as_if(
        self, write: Write, event: Event, slot: UUID, n: int, because: Because
    ) -> Recorded[Any]:
        past = self.held(write.stream)
        return Recorded(
            event=event,
            event_id=slots.event_id(slot, n),
            stream=write.stream,
            version=len(past) + 1 + n,
            position=self._position,
            transaction_id=0,
            user_id=write.user,
            cause=because.cause,
            correlation=because.correlation or slot,
            trace=None,
            recorded_at=past[-1].recorded_at
            if past
            else self._history.streams[next(iter(self._history.streams))][0].recorded_at,
        )

    def held(self, stream: str) -> Sequence[Recorded[Any]]:
        events = self._history.streams.get(stream, ())
        upto = self._catalogue if stream == streams.TOOLS else self._position
        return events[: bisect_left(events, upto, key=lambda recorded: recorded.position)]

    async def find(self, event_id: UUID) -> Recorded[Any] | None:
        found = self._history.find(event_id)
        return found if found and found.position < self._position else None

    async def opened(self, recorded: Recorded[Any]) -> Recorded[Any]:
        if is_erased(recorded):
            raise SealedForEver(f"event {recorded.event_id} cannot be read any more")
        return recorded
