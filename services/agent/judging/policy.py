"""What a model may do: each call of an answer is allowed, waits for the user's word, or is refused.

Pure. The rules are numbered as in docs/policy.md; nothing of what a model reads can change them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from contracts.event import Json
from contracts.tools import ToolOffered
from services.agent.judging import grounding, proposals

MAX_WRITES = 4
"""In one turn, without a word of the user's: more is a model that ran away with itself."""
MAX_PROPOSED = 5
"""In one turn: a person reads no longer list before they say yes."""
OWN_MESSAGES_BEFORE = 3
"""Of the user's, beside this turn's own: "tell me when it drops below 70" goes with a link
that they sent a moment ago."""

Why = Literal["untrusted", "ungrounded", "always", "many"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as the model made it."""

    tool: str
    arguments: Any


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known before an answer is judged."""

    said: Sequence[str] = ()
    """The user's own words: this turn's messages, and the last few before."""
    untrusted: bool = False
    """Whether other people's text came into this turn before the answer."""
    confirmed: frozenset[str] = frozenset()
    """Fingerprints that the user said yes to, and that were not used yet."""
    written: Sequence[str] = ()
    """Fingerprints of this turn's calls that change something, in order."""
    proposed: frozenset[str] = frozenset()
    """Fingerprints of this turn's proposals."""


@dataclass(frozen=True, slots=True)
class Allowed:
    pass


@dataclass(frozen=True, slots=True)
class Confirm:
    """It is shown to the user, and done when they say yes."""

    why: Why
    fingerprint: str
    error: str


@dataclass(frozen=True, slots=True)
class Refused:
    error: str


Verdict = Allowed | Confirm | Refused


@dataclass(slots=True)
class _Judging:
    """One answer's calls in order: what is allowed counts for those beside it (P6, P7, P8)."""

    offered: Mapping[str, ToolOffered]
    before: Standing
    used: list[str] = field(default_factory=list[str])
    asking: set[str] = field(default_factory=set[str])

    def judge(self, call: Asked) -> Verdict:
        offer = self.offered.get(call.tool)
        if offer is None:  # P1
            there_are = ", ".join(sorted(self.offered)) or "none"
            return Refused(f"There is no tool {call.tool}. There are: {there_are}.")
        if offer.effect == "read":  # P2
            return Allowed()
        if undeclared := _undeclared(call.arguments, offer):  # P9
            return Refused(f"{call.tool} takes no argument {undeclared!r}. Call it without.")
        mark = proposals.fingerprint(call.tool, call.arguments)
        if mark in self.before.confirmed and mark not in self.used:  # P7
            self.used.append(mark)
            return Allowed()
        if found := self._doubt(call, offer, mark):
            return self._asks(call, mark, *found)
        self.used.append(mark)
        return Allowed()

    def _doubt(self, call: Asked, offer: ToolOffered, mark: str) -> tuple[Why, str] | None:
        written = [*self.before.written, *self.used]
        if offer.effect == "confirm":  # P5
            return "always", f"{call.tool} is never done without it"
        if self.before.untrusted:  # P3
            return "untrusted", "text from outside came into this turn"
        if mark in written or len(written) >= MAX_WRITES:  # P6
            return "many", "enough was changed in this turn already"
        if loose := self._ungrounded(call.arguments, offer):  # P4
            return "ungrounded", f"{loose} is not what the user wrote"
        return None

    def _ungrounded(self, arguments: Json, offer: ToolOffered) -> str:
        said = self.before.said
        loose = [name for name in offer.grounded if not grounding.stands(arguments.get(name), said)]
        return ", ".join(loose)

    def _asks(self, call: Asked, mark: str, why: Why, because: str) -> Verdict:
        try:
            proposals.in_words(call.tool, call.arguments)
        except proposals.Unshowable as error:  # P8
            return Refused(f"Not done: {because}, and it cannot be shown to the user: {error}.")
        known = self.before.proposed | self.asking
        if mark not in known and len(known) >= MAX_PROPOSED:  # P8
            return Refused(f"Not done: {MAX_PROPOSED} actions wait for the user's yes already.")
        self.asking.add(mark)
        return Confirm(
            why,
            mark,
            f"Not done yet: it needs the user's yes, because {because}. The exact action is shown "
            "under your reply by rule. Do not call it again in this turn; say in a few words what "
            "you would do and that you wait for their yes.",
        )


def judge(
    calls: Sequence[Asked],
    offered: Mapping[str, ToolOffered],
    standing: Standing,
) -> list[Verdict]:
    """In the order of the calls. Calls side by side are judged by what was known before them."""
    judging = _Judging(offered, standing)
    return [judging.judge(call) for call in calls]


def _undeclared(arguments: Json, offer: ToolOffered) -> str | None:
    declared: Mapping[str, Any] | None = offer.parameters.get("properties")
    if declared is None or offer.parameters.get("additionalProperties"):
        return None
    return next((name for name in arguments if name not in declared), None)
