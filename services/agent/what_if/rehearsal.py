"""A log of which nothing is kept: facts up to a moment, and what a new run decides, in memory.

It holds no connection and no key, so a run that is given it can write nowhere.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.conversation import ModelAnswered
from contracts.recorded import Recorded
from services.agent.what_if.recording import Recording, Start
from taskflow.errors import ConcurrentAppend
from taskflow.log.appending import FRESH, Appended, Because, Exists, Outcome, Write
from taskflow.log.event_log import E
from taskflow.log.held_log import HeldLog, conflicts, standing


class Rehearsal(HeldLog):
    """The recorded facts before a turn's first answer; then its own, on the turn's own clock."""

    def __init__(self, recording: Recording, start: Start) -> None:
        first = start.recorded[0]
        self.now: datetime = start.before[-1].recorded_at
        self._position, self._transaction = first.position, first.transaction_id
        self._streams: dict[str, list[Recorded[Any]]] = {
            streams.conversation(recording.user): list(start.before),
            streams.profile(recording.user): _known_before(first, recording.profile),
            streams.TOOLS: _known_before(first, recording.tools),
        }
        self._by_id = {
            recorded.event_id: recorded for held in self._streams.values() for recorded in held
        }

    def pass_time(self, milliseconds: int) -> None:
        self.now += timedelta(milliseconds=milliseconds)

    async def append(
        self, writes: Sequence[Write], slot: UUID, because: Because = FRESH
    ) -> Outcome:
        """Into memory: what the model took to answer has then passed."""
        if slots.event_id(slot, 0) in self._by_id:
            return Exists(standing(slot, self._by_id.get))
        for write in writes:
            if conflicts(write, self._streams.get(write.stream, [])):
                raise ConcurrentAppend(write.stream, write.expected_version or 0)
        appended: list[Recorded[Any]] = []
        for write in writes:
            stream = self._streams.setdefault(write.stream, [])
            for event in write.events:
                if isinstance(event, ModelAnswered):
                    self.pass_time(event.took_ms)
                recorded: Recorded[Any] = Recorded(
                    event=event,
                    event_id=slots.event_id(slot, len(appended)),
                    stream=write.stream,
                    version=stream[-1].version + 1 if stream else 1,
                    position=self._position,
                    transaction_id=self._transaction,
                    user_id=write.user,
                    cause=because.cause,
                    correlation=because.correlation or slots.event_id(slot, 0),
                    trace=None,
                    recorded_at=self.now,
                )
                stream.append(recorded)
                self._by_id[recorded.event_id] = recorded
                appended.append(recorded)
        return Appended(appended)

    def held(self, stream: str) -> Sequence[Recorded[Any]]:
        return self._streams.get(stream, ())

    async def find(self, event_id: UUID) -> Recorded[Any] | None:
        return self._by_id.get(event_id)

    async def opened(self, recorded: Recorded[E]) -> Recorded[E]:
        """All of it was opened before."""
        return recorded


def _known_before(moment: Recorded[Any], events: Sequence[Recorded[Any]]) -> list[Recorded[Any]]:
    """In the order of the log."""
    upto = (moment.transaction_id, moment.position)
    return [recorded for recorded in events if (recorded.transaction_id, recorded.position) < upto]
