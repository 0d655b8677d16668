"""What a model may do: each call of an answer is allowed, waits for the user's word, or is refused.

Pure. The rules are numbered as in docs/policy.md; nothing of what a model reads can change them.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.declarations import Argument, Evidence
from contracts.event import Json
from contracts.tools import ToolOffered
from services.agent.judging import addresses, private, proposals
from services.agent.judging.evidence import arguments, wishes
from services.agent.judging.evidence.wishes import Unfounded, Wish
from services.agent.judging.verdicts import (
    Allowed,
    Asked,
    Confirm,
    Grounds,
    Judgement,
    RefusedCall,
    Standing,
    Verdict,
    Why,
    WitnessWanted,
)

MAX_WRITES = 4
"""In one turn, without a word of the user's: more is a model that ran away with itself."""
MAX_PROPOSED = 5
"""In one turn: a person reads no longer list before they say yes."""
MAX_SEARCHES = 8
"""In one turn: calls that ask somebody outside the house."""
MAX_SENT = 2_000
"""Characters of what one such call tells them: as long as a long address."""
OWN: Mapping[Evidence, Callable[[Any, Sequence[str], Sequence[str]], bool]] = {
    "text": arguments.is_own_text,
    "number": lambda value, said, _: arguments.is_own_number(value, said),
    "address": lambda value, said, _: arguments.is_own_address(value, said),
}
"""Evidence that the user's own words are, and how it is known again."""

_NOT_SAID = (
    "Not done: {because}. Give in `said` the user's own words that ask for this, exactly as they "
    "typed them, and call it again. If they did not ask for it, do not call it."
)
_NOT_OWN = (
    "Not done: {name} is not in the user's own words. Call it again with their words as they typed "
    "them, in their language, and add nothing."
)
_STRANGE = (
    "an address in it stands neither in the user's messages nor in results. "
    "Use addresses as they stand there, or ask the user for the link."
)


@dataclass(frozen=True, slots=True)
class _Change:
    """A call that would change something, and what it can rest on."""

    call: Asked
    offer: ToolOffered
    mark: str
    wish: Wish | Unfounded
    loose: Argument | None
    """The first argument that is not the user's, though its tool wants it to be."""
    grounds: Grounds | None
    """None where its words do not stand."""


@dataclass(slots=True)
class _Judging:
    """One answer's calls in order: what is allowed counts for those beside it (P6, P7, P8)."""

    offered: Mapping[str, ToolOffered]
    before: Standing
    used: list[str] = field(default_factory=list[str])
    asking: set[str] = field(default_factory=set[str])
    searches: int = 0
    hoping: bool = False
    """Whether the witness is taken to say yes where it was not asked yet."""

    def judge(self, call: Asked) -> Verdict:
        offer = self.offered.get(call.tool)
        if offer is None:  # P1
            there_are = ", ".join(sorted(self.offered)) or "none"
            return RefusedCall(f"There is no tool {call.tool}. There are: {there_are}.")
        return self._looks(call, offer) if offer.effect == "read" else self._writes(call, offer)

    def _writes(self, call: Asked, offer: ToolOffered) -> Verdict:
        if undeclared := _undeclared(call.arguments, offer):  # P9
            return RefusedCall(f"{call.tool} takes no argument {undeclared!r}. Call it without.")
        mark = proposals.fingerprint(call.tool, call.arguments)
        if mark in self.before.confirmed and mark not in self.used:  # P7
            self.used.append(mark)
            return Allowed(Grounds(mark, "yes"))
        if mark in self.used:  # P6
            return RefusedCall(
                f"Not done twice: the same {call.tool} stands beside it, and is done."
            )
        change = self._change(call, offer, mark)
        if mended := self._may_be_mended(change):
            return RefusedCall(mended)
        if found := self._doubt(change):
            return self._asks(call, offer, mark, found, change.grounds)
        self.used.append(mark)
        return Allowed(change.grounds)

    def _change(self, call: Asked, offer: ToolOffered, mark: str) -> _Change:
        wish = wishes.wish(call.said, self.before.typed)
        grounds = self._grounds(call, offer, mark, wish) if isinstance(wish, Wish) else None
        return _Change(call, offer, mark, wish, self._loose(call.arguments, offer), grounds)

    def _loose(self, given: Json, offer: ToolOffered) -> Argument | None:
        typed = self.before.typed
        for argument in offer.declared:
            is_own = OWN.get(argument.evidence)
            if is_own and not is_own(given.get(argument.name), typed.figures, typed.texts):
                return argument
        return None

    def _grounds(self, call: Asked, offer: ToolOffered, mark: str, wish: Wish) -> Grounds:
        """Words that stand are a wish, but for three cases, in which the witness is asked.

        Strangers' text may have chosen them (P3); or code does not find in them which one is
        meant (P4), or which value (P10).
        """
        is_named = mark not in self.before.loose and all(
            arguments.is_named(value, wish.texts)
            for _, value in _wanting({"choice"}, call.arguments, offer)
        )
        if is_named and not self.before.strangers:
            return Grounds(mark, "words", wish)
        hoped = Judgement(asks=True) if self.hoping else None
        return Grounds(mark, "witness", wish, self.before.judged.get(mark, hoped))

    def _may_be_mended(self, change: _Change) -> str:
        """What the model is told whose words do not stand: once a turn, then the user is asked.

        They never are where the question alone would alarm them (P5).
        """
        may_ask = change.call.tool in self.before.sent_back
        if isinstance(change.wish, Unfounded):
            is_over = may_ask and change.offer.effect != "confirm"
            return "" if is_over else _NOT_SAID.format(because=change.wish.because)
        if change.loose and change.loose.evidence == "text" and not may_ask:
            return _NOT_OWN.format(name=change.loose.name)
        return ""

    def _doubt(self, change: _Change) -> tuple[Why, str] | None:
        written = [*self.before.written, *self.used]
        if change.offer.effect == "confirm":  # P5
            return "always", f"{change.call.tool} is never done without it"
        if change.mark in written or len(written) >= MAX_WRITES:  # P6
            return "many", "enough was changed in this turn already"
        if unfounded := self._unfounded(change):  # P4
            return "ungrounded", unfounded
        if change.grounds and not change.grounds.suffice:  # P3
            return "untrusted", "their own words may not ask for it"
        if self._guessed_zone(change.call.arguments, change.offer):  # P21
            return "zone", "their time zone is only guessed"
        return None

    def _unfounded(self, change: _Change) -> str:
        if isinstance(change.wish, Unfounded):
            return change.wish.because
        return f"{change.loose.name} is not what the user wrote" if change.loose else ""

    def _guessed_zone(self, given: Json, offer: ToolOffered) -> str | None:
        """Where a time on the user's clock stands on a guess that they were not asked about."""
        guess = self.before.zone_guess
        on_a_clock = any(value is not None for _, value in _wanting({"time"}, given, offer))
        is_theirs = all(zone in (None, guess) for _, zone in _wanting({"zone"}, given, offer))
        return guess if on_a_clock and is_theirs else None

    def _looks(self, call: Asked, offer: ToolOffered) -> Verdict:
        """What only reads changes nothing, but it may tell somebody (P18, P19)."""
        if offer.inside:
            return Allowed()
        if self.before.searches + self.searches >= MAX_SEARCHES:
            return RefusedCall(
                f"Not done: {MAX_SEARCHES} look-ups a turn are the most, and they are used up. "
                "Answer with what you have, and say what is left open."
            )
        if sum(map(len, addresses.texts(call.arguments))) > MAX_SENT:
            return RefusedCall("Not done: that is too long. Ask in a few words.")
        mark = proposals.fingerprint(call.tool, call.arguments)
        if mark in self.before.confirmed and mark not in self.used:
            self.used.append(mark)
        elif leak := private.leak_in(
            self._leaving(call.arguments, offer),
            self.before.private,
            self.before.now,
            self.before.known,
        ):
            because = f"it would tell others {leak}, which the user did not write"
            return self._asks(call, offer, mark, ("ungrounded", because))
        self.searches += 1
        return Allowed()

    def _leaving(self, given: Json, offer: ToolOffered) -> Json:
        """All but the known address that is to be opened."""
        opened = {
            name
            for name, value in _wanting({"address"}, given, offer)
            if isinstance(value, str) and self.before.known.holds(value.strip())
        }
        return {name: value for name, value in given.items() if name not in opened}

    def _asks(
        self,
        call: Asked,
        offer: ToolOffered,
        mark: str,
        found: tuple[Why, str],
        grounds: Grounds | None = None,
    ) -> Verdict:
        why, because = found
        if addresses.strange(call.arguments, self.before.known):  # P17
            return RefusedCall(f"Not done: {_STRANGE}")
        try:
            proposals.in_words(call.tool, call.arguments, offer)
        except proposals.Unshowable as error:  # P8
            return RefusedCall(f"Not done: {because}, and it cannot be shown to the user: {error}.")
        known = self.before.proposed | self.asking
        if mark not in known and len(known) >= MAX_PROPOSED:  # P8
            return RefusedCall(f"Not done: {MAX_PROPOSED} actions wait for the user's yes already.")
        self.asking.add(mark)
        return Confirm(
            why,
            mark,
            f"Not done yet: it needs the user's yes, because {because}. The exact action is shown "
            "under your reply by rule. Do not call it again in this turn; say in a few words what "
            "you would do and that you wait for their yes.",
            self._guessed_zone(call.arguments, offer),
            grounds,
        )


def judge(
    calls: Sequence[Asked],
    offered: Mapping[str, ToolOffered],
    standing: Standing,
) -> list[Verdict]:
    """In the order of the calls. Calls side by side are judged by what was known before them."""
    judging = _Judging(offered, standing)
    return [judging.judge(call) for call in calls]


def wanted(
    calls: Sequence[Asked], offered: Mapping[str, ToolOffered], standing: Standing
) -> list[WitnessWanted]:
    """The calls that would be allowed if the witness said so, and only then."""
    judging = _Judging(offered, standing, hoping=True)
    found: dict[str, WitnessWanted] = {}
    for call in calls:
        match judging.judge(call):
            case Allowed(Grounds(fingerprint=mark, by="witness", wish=Wish() as wish)):
                if mark not in standing.judged:
                    found[mark] = WitnessWanted(mark, call, wish)
            case _:
                pass
    return list(found.values())


def _wanting(
    evidence: Collection[Evidence], given: Json, offer: ToolOffered
) -> Iterator[tuple[str, Any]]:
    """The arguments, given or not, that want this of the user's words."""
    for argument in offer.declared:
        if argument.evidence in evidence:
            yield argument.name, given.get(argument.name)


def _undeclared(given: Json, offer: ToolOffered) -> str | None:
    declared: Mapping[str, Any] | None = offer.parameters.get("properties")
    if declared is None or offer.parameters.get("additionalProperties"):
        return None
    return next((name for name in given if name not in declared), None)
