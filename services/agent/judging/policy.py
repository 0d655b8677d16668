"""What a model may do: each call of an answer is allowed, waits for the user's word, or is refused.

Pure. The rules are numbered as in docs/policy.md; nothing of what a model reads can change them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from contracts.conversation import FIRST_RULES, RULES
from contracts.event import Json
from contracts.tools import ToolOffered
from services.agent.judging import addresses, grounding, private, proposals
from services.agent.judging.addresses import Known
from services.agent.judging.private import PrivateFact

MAX_WRITES = 4
"""In one turn, without a word of the user's: more is a model that ran away with itself."""
MAX_PROPOSED = 5
"""In one turn: a person reads no longer list before they say yes."""
OWN_MESSAGES_BEFORE = 3
"""Of the user's, beside this turn's own: "tell me when it drops below 70" goes with a link
that they sent a moment ago."""

MAX_SEARCHES = 8
"""In one turn: calls that ask somebody outside the house."""
MAX_SENT = 2_000
"""Characters of what one such call tells them: as long as a long address."""
INSIDE = frozenset({"agent", "scheduler"})
"""Owners whose `read` tools look into the user's own things."""

Why = Literal["untrusted", "ungrounded", "always", "many", "zone"]


CHOICE = "which"
"""The argument by which tools choose one of a list."""
CLOCK, ZONE = "at", "zone"
"""The arguments by which tools take a time on the user's clock, and the zone of another clock."""
_STRANGE = (
    "an address in it stands neither in the user's messages nor in results. "
    "Use addresses as they stand there, or ask the user for the link."
)


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
    rules: int = RULES
    """That decide the turn: what follows is looked at from the second on."""
    now: Sequence[str] = ()
    """This turn's messages alone."""
    outside: bool = False
    """Whether strangers' text stands anywhere in what the model was shown."""
    known: Known = field(default_factory=Known)
    """Addresses that stand in the conversation."""
    private: Sequence[PrivateFact] = ()
    """What the user told of themselves, and no search is told unasked."""
    searches: int = 0
    """Calls of this turn that asked somebody outside."""
    zone_guess: str | None = None
    """The user's zone, where it is a guess among several that they were not asked about yet."""


@dataclass(frozen=True, slots=True)
class Allowed:
    pass


@dataclass(frozen=True, slots=True)
class Confirm:
    """It is shown to the user, and done when they say yes."""

    why: Why
    fingerprint: str
    error: str
    zone: str | None = None
    """The guess of the user's zone that is shown beside it."""


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
    searches: int = 0

    def judge(self, call: Asked) -> Verdict:
        offer = self.offered.get(call.tool)
        if offer is None:  # P1
            there_are = ", ".join(sorted(self.offered)) or "none"
            return Refused(f"There is no tool {call.tool}. There are: {there_are}.")
        return self._looks(call, offer) if offer.effect == "read" else self._writes(call, offer)

    def _writes(self, call: Asked, offer: ToolOffered) -> Verdict:
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
        if self._guessed_zone(call.arguments):  # P21
            return "zone", "their time zone is only guessed"
        return None

    def _guessed_zone(self, arguments: Json) -> str | None:
        """Where a time on the user's clock stands on a guess that they were not asked about."""
        guess = self.before.zone_guess
        on_their_clock = arguments.get(CLOCK) is not None
        return guess if on_their_clock and arguments.get(ZONE) in (None, guess) else None

    def _looks(self, call: Asked, offer: ToolOffered) -> Verdict:
        """What only reads changes nothing, but it may tell somebody (P18, P19)."""
        if not self._is_new() or offer.owner in INSIDE:
            return Allowed()
        if self.before.searches + self.searches >= MAX_SEARCHES:
            return Refused(
                f"Not done: {MAX_SEARCHES} look-ups a turn are the most, and they are used up. "
                "Answer with what you have, and say what is left open."
            )
        if sum(map(len, addresses.texts(call.arguments))) > MAX_SENT:
            return Refused("Not done: that is too long. Ask in a few words.")
        mark = proposals.fingerprint(call.tool, call.arguments)
        if mark in self.before.confirmed and mark not in self.used:
            self.used.append(mark)
        elif told := private.told(
            call.arguments, self.before.private, self.before.now, self.before.known
        ):
            return self._asks(
                call,
                mark,
                "ungrounded",
                f"it would tell others {told}, which the user did not write",
            )
        self.searches += 1
        return Allowed()

    def _is_new(self) -> bool:
        return self.before.rules != FIRST_RULES

    def _ungrounded(self, arguments: Json, offer: ToolOffered) -> str:
        """The arguments that are not the user's own words.

        Where strangers' text is in view these are all that were given and are not declared to be
        words of the user's: a time, a zone, a repetition (P16).
        """
        loose = [
            name for name in offer.grounded if not self._stands(arguments.get(name), name, offer)
        ]
        if self._is_new() and self.before.outside:
            loose += [
                name
                for name, value in arguments.items()
                if name not in offer.grounded and not _is_default(value, name, offer)
            ]
        return ", ".join(loose)

    def _stands(self, value: Any, name: str, offer: ToolOffered) -> bool:
        said = self.before.said
        if not self._is_new():
            return grounding.stands(value, said)
        if isinstance(value, str) and name == CHOICE:
            now, outside = self.before.now, self.before.outside
            return grounding.names(value, said, now, offer.tool, outside=outside)
        return grounding.stands_as_written(value, said)

    def _asks(self, call: Asked, mark: str, why: Why, because: str) -> Verdict:
        if self._is_new() and addresses.strange(call.arguments, self.before.known):  # P17
            return Refused(f"Not done: {_STRANGE}")
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
            self._guessed_zone(call.arguments),
        )


def judge(
    calls: Sequence[Asked],
    offered: Mapping[str, ToolOffered],
    standing: Standing,
) -> list[Verdict]:
    """In the order of the calls. Calls side by side are judged by what was known before them."""
    judging = _Judging(offered, standing)
    return [judging.judge(call) for call in calls]


def _is_default(value: Any, name: str, offer: ToolOffered) -> bool:
    declared: Mapping[str, Mapping[str, Any]] = offer.parameters.get("properties") or {}
    return value is None or value == (declared.get(name) or {}).get("default")


def _undeclared(arguments: Json, offer: ToolOffered) -> str | None:
    declared: Mapping[str, Any] | None = offer.parameters.get("properties")
    if declared is None or offer.parameters.get("additionalProperties"):
        return None
    return next((name for name in arguments if name not in declared), None)
