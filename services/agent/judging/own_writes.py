"""The agent's own tools: what they do is decided with the answer that calls them, and beside it.

Such a call needs no delivery of its own: its request, its outcome and the facts that it leads to
stand in the answer's batch. Who keeps the facts says here what each call comes to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, cast
from uuid import UUID

from contracts import slots
from contracts.event import Event, Json
from contracts.tools import ToolOffered
from services.agent.judging import policy, proposals
from services.agent.judging.evidence import wishes
from services.agent.judging.evidence.wishes import Wish
from services.agent.judging.verdicts import Allowed, Asked, Standing, Verdict, WitnessWanted

FORGET_ME = "forget_me"
"""The one call whose question ends the turn: what stands beside it is not done."""


@dataclass(frozen=True, slots=True)
class OwnCall:
    """A call that may be carried out."""

    call: UUID
    """Id of its request."""
    tool: str
    arguments: Json
    said: Sequence[str] = ()
    """The user's own words that ask for it, as the model names them."""
    typed: Sequence[str] = ()
    """The sentences that those stand in, as the user typed them; none where they do not stand."""


@dataclass(frozen=True, slots=True)
class OwnDone:
    result: Json
    facts: Sequence[Event] = ()
    """Of the user's profile."""


@dataclass(frozen=True, slots=True)
class OwnRefused:
    code: Literal["invalid_arguments", "refused"]
    error: str


OwnOutcome = OwnDone | OwnRefused


@dataclass(frozen=True, slots=True)
class OwnOutcomes:
    """Of one answer's calls, in their order."""

    outcomes: Sequence[OwnOutcome] = ()
    zone: str | None = None
    """The user's zone with what these calls noted; None where they told none."""


class OwnWrites(Protocol):
    """Pure: the same calls come to the same, however often they are asked for."""

    @property
    def names(self) -> frozenset[str]: ...

    def is_loose(self, call: OwnCall) -> bool:
        """Whether its value is none that code finds in its user's words: the witness is asked."""
        ...

    def done(self, calls: Sequence[OwnCall]) -> OwnOutcomes: ...


class NoOwnWrites:
    """Where nothing is kept: every call goes to its service."""

    names: frozenset[str] = frozenset()

    def is_loose(self, call: OwnCall) -> bool:
        del call
        return False

    def done(self, calls: Sequence[OwnCall]) -> OwnOutcomes:
        del calls
        return OwnOutcomes()


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer's calls beside what becomes of each."""

    verdicts: Sequence[Verdict]
    own: Mapping[int, OwnOutcome]
    """By the call's place, counted from 1: what the agent's own tools came to."""
    zone: str | None
    """The user's, with what those calls noted."""


def wanted(
    slot: UUID,
    calls: Sequence[Asked],
    offered: Mapping[str, ToolOffered],
    standing: Standing,
    own: OwnWrites,
) -> list[WitnessWanted]:
    """The calls that the witness is to be asked about."""
    ours = _own_calls(slot, calls, standing, own)
    return policy.wanted(calls, offered, _with_loose(ours, standing, own))


def judged(
    slot: UUID,
    calls: Sequence[Asked],
    offered: Mapping[str, ToolOffered],
    standing: Standing,
    own: OwnWrites,
) -> Judged:
    """`slot` is the step's: the request at place n has the id `slots.event_id(slot, n)`."""
    ours = _own_calls(slot, calls, standing, own)
    standing = _with_loose(ours, standing, own)
    judgement = _judged(ours, calls, offered, standing, own)
    if judgement.zone and standing.zone_guess:  # Told in this very answer: nothing is a guess.
        return _judged(ours, calls, offered, replace(standing, zone_guess=None), own)
    return judgement


def _judged(
    ours: Mapping[int, OwnCall],
    calls: Sequence[Asked],
    offered: Mapping[str, ToolOffered],
    standing: Standing,
    own: OwnWrites,
) -> Judged:
    verdicts = policy.judge(calls, offered, standing)
    allowed = {
        place: call for place, call in ours.items() if isinstance(verdicts[place - 1], Allowed)
    }
    done = own.done(list(allowed.values()))
    return Judged(verdicts, dict(zip(allowed, done.outcomes, strict=True)), done.zone)


def _own_calls(
    slot: UUID, calls: Sequence[Asked], standing: Standing, own: OwnWrites
) -> dict[int, OwnCall]:
    """By place, counted from 1."""
    ours: dict[int, OwnCall] = {}
    for place, call in enumerate(calls, start=1):
        if call.tool in own.names:
            found = wishes.wish(call.said, standing.typed)
            typed = found.texts if isinstance(found, Wish) else ()
            request = slots.event_id(slot, place)
            ours[place] = OwnCall(request, call.tool, call.arguments, _spans(call.said), typed)
    return ours


def _with_loose(ours: Mapping[int, OwnCall], standing: Standing, own: OwnWrites) -> Standing:
    loose = (
        proposals.fingerprint(our.tool, our.arguments) for our in ours.values() if own.is_loose(our)
    )
    return replace(standing, loose=frozenset(loose))


def _spans(said: Any) -> list[str]:
    listed: list[Any] = cast("list[Any]", said) if isinstance(said, list) else [said]
    return [span for span in listed if isinstance(span, str) and span]
