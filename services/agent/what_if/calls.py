"""Where a new run's tool calls get their answers: from the recording, else honestly from nowhere.

Nothing that changes anything is ever run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from contracts.recorded import Recorded
from contracts.tools import NOBODY, ToolFailed, ToolFinished, ToolOffered, ToolRequested
from services.agent.judging import proposals

Source = Literal["recorded", "approximate", "live", "missing", "not done"]
"""`recorded`: the same call; `approximate`: the turn's only call of that tool, with other
arguments; `missing`: never recorded; `not done`: never recorded, and it would change something."""

MISSING = (
    "Not recorded in this replay: this call was not made in the turn that is gone through again, "
    "so nobody knows its result. Say plainly that it could not be looked up."
)
NOT_DONE = (
    "Not recorded in this replay: a replay changes nothing, and this was not done in the turn "
    "that is gone through again. Say plainly that it was not done."
)


@dataclass(frozen=True, slots=True)
class RecordedOutcome:
    """A call's outcome; None where the look-up is to be made anew."""

    event: ToolFinished | ToolFailed | None
    source: Source

    @property
    def took_ms(self) -> int:
        return self.event.took_ms if isinstance(self.event, ToolFinished) else 0


@dataclass(frozen=True, slots=True)
class _Known:
    request: ToolRequested
    event: ToolFinished | ToolFailed

    @property
    def fingerprint(self) -> str:
        return proposals.fingerprint(self.request.tool, self.request.arguments)


@dataclass(slots=True)
class RecordedAnswers:
    """To the calls of one turn, by what was recorded in it."""

    recorded: Sequence[Recorded[Any]]
    live: frozenset[str] = frozenset()
    """Tools that may look anew."""
    _known: list[_Known] = field(init=False)

    def __post_init__(self) -> None:
        requests = {
            recorded.event_id: recorded.event
            for recorded in self.recorded
            if isinstance(recorded.event, ToolRequested) and recorded.event.owner != NOBODY
        }
        self._known = [
            _Known(requests[recorded.event.call], recorded.event)
            for recorded in self.recorded
            if isinstance(recorded.event, ToolFinished | ToolFailed)
            and recorded.event.call in requests
        ]

    def find(
        self, request: Recorded[ToolRequested], offered: Mapping[str, ToolOffered]
    ) -> RecordedOutcome:
        tool = request.event.tool
        mark = proposals.fingerprint(tool, request.event.arguments)
        alike = [call for call in self._known if call.request.tool == tool]
        for known in alike:
            if known.fingerprint == mark:
                return _again(known, request, "recorded")
        offer = offered.get(tool)
        reads = offer is not None and offer.effect == "read"
        if reads and tool in self.live:
            return RecordedOutcome(None, "live")
        if len(alike) == 1:
            return _again(alike[0], request, "approximate")
        return _unknown(request, MISSING, "missing") if reads else _not_done(request)


def _again(known: _Known, request: Recorded[ToolRequested], source: Source) -> RecordedOutcome:
    return RecordedOutcome(known.event.model_copy(update={"call": request.event_id}), source)


def _not_done(request: Recorded[ToolRequested]) -> RecordedOutcome:
    return _unknown(request, NOT_DONE, "not done")


def _unknown(request: Recorded[ToolRequested], error: str, source: Source) -> RecordedOutcome:
    call = request.event
    failed = ToolFailed(call=request.event_id, tool=call.tool, code="unavailable", error=error)
    return RecordedOutcome(failed, source)
