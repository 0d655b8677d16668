"""A log in memory that keeps to the contract of the real one; for deciders' simulations."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts import slots
from contracts.event import decode
from contracts.recorded import Recorded
from taskflow.errors import ConcurrentAppend
from taskflow.log.appending import FRESH, MAX_EVENTS, Appended, Because, Exists, Outcome, Write
from taskflow.log.held_log import HeldLog, conflicts, standing

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class MemoryLog(HeldLog):
    def __init__(self) -> None:
        self.now = START
        self._all: list[Recorded[Any]] = []
        self._by_id: dict[UUID, Recorded[Any]] = {}
        self._streams: dict[str, list[Recorded[Any]]] = {}

    def pass_time(self, by: timedelta) -> None:
        self.now += by

    def all(self) -> list[Recorded[Any]]:
        return list(self._all)

    def after(self, position: int) -> list[Recorded[Any]]:
        return self._all[position:]

    def stream(self, stream: str) -> list[Recorded[Any]]:
        return self._streams.get(stream, [])

    def held(self, stream: str) -> Sequence[Recorded[Any]]:
        return self.stream(stream)

    def get(self, event_id: UUID) -> Recorded[Any] | None:
        return self._by_id.get(event_id)

    async def append(
        self, writes: Sequence[Write], slot: UUID, because: Because = FRESH
    ) -> Outcome:
        return self.put(writes, slot, because)

    def put(self, writes: Sequence[Write], slot: UUID, because: Because = FRESH) -> Outcome:
        count = sum(len(write.events) for write in writes)
        if not 0 < count <= MAX_EVENTS:
            raise ValueError(f"an append holds 1 to {MAX_EVENTS} events, not {count}")
        if slots.event_id(slot, 0) in self._by_id:
            return Exists(standing(slot, self.get))
        for write in writes:
            if conflicts(write, self._streams.get(write.stream, [])):
                raise ConcurrentAppend(write.stream, write.expected_version or 0)
        appended: list[Recorded[Any]] = []
        transaction = self._all[-1].transaction_id + 1 if self._all else 1
        for write in writes:
            for event in write.events:
                stream = self._streams.setdefault(write.stream, [])
                event_id = slots.event_id(slot, len(appended))
                recorded = Recorded(
                    # Through the wire and back, as in the real one.
                    event=decode(event.type, event.version, event.model_dump(mode="json")),
                    event_id=event_id,
                    stream=write.stream,
                    version=len(stream) + 1,
                    position=len(self._all) + 1,
                    transaction_id=transaction,
                    user_id=write.user,
                    cause=because.cause,
                    correlation=because.correlation or slots.event_id(slot, 0),
                    trace=None,
                    recorded_at=self.now,
                )
                stream.append(recorded)
                self._all.append(recorded)
                self._by_id[event_id] = recorded
                appended.append(recorded)
        return Appended(appended)

    async def find(self, event_id: UUID) -> Recorded[Any] | None:
        return self.get(event_id)

    async def opened(self, recorded: Recorded[Any]) -> Recorded[Any]:
        return recorded
