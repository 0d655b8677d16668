"""A recorded decision beside the one that today's code makes in its place."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal
from uuid import UUID

from contracts import slots
from contracts.event import Event, decode
from contracts.personal import Sealed
from contracts.recorded import Recorded
from taskflow.replay.history import History

EVENT_ID = "event_id"
TYPE = "type"
Why = Literal["erased", "forgotten", "outside", "newer", "zone rules", "retired"]
WHYS: Mapping[Why, str] = {
    "erased": "its user's text is erased",
    "forgotten": "it came after its user was forgotten",
    "outside": "it depends on what is not recorded",
    "newer": "a newer release wrote it",
    "zone rules": "its zone's rules are others by now",
    "retired": "rules that are retired decided it",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A field as it was recorded, and as it would be now."""

    field: str
    recorded: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Redecided:
    """What today's code decides where an event stands."""

    at: Recorded[Any]
    """The event; where nothing was recorded, the one that began its append."""
    recorded: Event | None
    decided: Event | None
    event_id: UUID | None
    """What its slot gives; None where the slot cannot be known."""
    fields: frozenset[str]
    """Those that can be compared."""
    partly: Why | None = None
    """Why there are others, where it is not the clock."""

    def changes(self) -> list[Change]:
        """Nothing where today's code decides the same."""
        changes: list[Change] = []
        if self.event_id is not None and self.event_id != self.at.event_id and self.recorded:
            changes.append(Change(EVENT_ID, self.at.event_id, self.event_id))
        if self.recorded is None or self.decided is None:
            if self.recorded is not self.decided:
                changes.append(Change(TYPE, _type(self.recorded), _type(self.decided)))
            return changes
        if self.recorded.type != self.decided.type:
            return [*changes, Change(TYPE, self.recorded.type, self.decided.type)]
        # Through the wire and back: what was recorded came that way.
        now = decode(self.decided.type, self.decided.version, self.decided.model_dump(mode="json"))
        return changes + [
            Change(name, then, today)
            for name in type(now).model_fields
            if name in self.fields
            and (then := getattr(self.recorded, name)) != (today := getattr(now, name))
        ]


@dataclass(frozen=True, slots=True)
class NotComparable:
    """What cannot be decided again."""

    at: Recorded[Any]
    why: Why


Verdict = Redecided | NotComparable


@dataclass(frozen=True, slots=True)
class Comparing:
    """Puts recorded appends beside decisions, for one history."""

    history: History

    def event(
        self,
        recorded: Recorded[Any],
        decided: Event | None,
        event_id: UUID | None,
        *,
        leaving_out: Collection[str] = (),
        partly: Why | None = None,
    ) -> Redecided:
        payload_fields = self.history.payload_fields.get(recorded.event_id, frozenset())
        event: Event = recorded.event
        sealed = {name for name in payload_fields if isinstance(getattr(event, name, None), Sealed)}
        return Redecided(
            recorded,
            event,
            decided,
            event_id,
            payload_fields - sealed - frozenset(leaving_out),
            "erased" if sealed else partly,
        )

    def append(
        self,
        slot: UUID,
        decided: Sequence[Event],
        *,
        leaving_out: Collection[str] = (),
    ) -> list[Redecided]:
        """The whole append of a slot."""
        standing = self.history.standing(slot)
        return [
            self.event(then, now, slots.event_id(slot, n), leaving_out=leaving_out)
            if then
            else Redecided(standing[0], None, now, None, frozenset())
            for n, (then, now) in enumerate(zip_longest(standing, decided))
        ]


def agreeing(candidates: Iterable[Sequence[Redecided]]) -> Sequence[Redecided]:
    """The first that agrees with what was recorded; else the first of all.

    Whoever decided may have read the log a moment before others wrote: each state in which the
    decision's place was open is one that it may have been made in.
    """
    first: Sequence[Redecided] | None = None
    for candidate in candidates:
        if not any(verdict.changes() for verdict in candidate):
            return candidate
        first = candidate if first is None else first
    return first or ()


def backwards(newest: int, is_open: Callable[[int], bool], most: int = 200) -> Iterator[int]:
    """Versions from the newest back, while the place of the decision was open."""
    for version in range(newest, max(-1, newest - most), -1):
        if not is_open(version):
            return
        yield version


def _type(event: Event | None) -> str | None:
    return event.type if event else None
