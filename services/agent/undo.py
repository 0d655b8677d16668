"""Taking back what a reply told as done: at the user's typed word, by the log alone. Pure.

A change is bound to its fact: what was changed since, by another call or by a firing, stays.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.conversation import ChangesUndone, MessageReceived
from contracts.event import Event
from contracts.profile import ProfileForgotten, ProfileLearned
from contracts.recorded import Recorded
from contracts.tools import ToolFailed, ToolFinished, ToolOffered, ToolRequested
from services.agent import own_requests
from services.agent.judging import facts
from services.agent.own_requests import AskingStep
from services.agent.state import Conversation
from taskflow.words.typed import STOP, UNDO

LASTS = timedelta(hours=24)
"""From the moment in which the reply that told of the changes went out."""
RULE = "undo"


@dataclass(frozen=True, slots=True)
class ToldChange:
    """A change that a reply told of, opened."""

    outcome: Recorded[Any]
    """Of the call, or what a rule noted of the user."""
    request: ToolRequested | None = None


@dataclass(frozen=True, slots=True)
class Taking:
    """What taking back needs to know."""

    turn: UUID
    step: int
    reply: UUID
    source: UUID
    """The message that asks for it."""
    language: str
    now: datetime
    offered: Mapping[str, ToolOffered]
    profile: Sequence[Recorded[Any]]
    """The user's, whole, opened."""


def is_asked(state: Conversation, covered: Sequence[Recorded[MessageReceived]]) -> bool:
    """Whether the turn's messages say so and nothing else, and code can tell what they mean.

    It cannot where a change was not told yet, where they were written before the reply went out or
    while a turn was open, and where the word may as well mean "stop" and nothing can be undone.
    """
    if state.owed or not facts.is_all(covered, state.languages, UNDO):
        return False
    if state.undoable is not None and not is_dead(state, covered):
        sent = state.undoable.sent_at is not None
        return facts.answers(covered, state.undoable.since if sent else None)
    return not facts.is_all(covered, state.languages, STOP)


def is_dead(state: Conversation, covered: Sequence[Recorded[MessageReceived]]) -> bool:
    sent_at = state.undoable.sent_at if state.undoable else None
    return sent_at is not None and covered[-1].recorded_at - sent_at > LASTS


def undone(told_changes: Sequence[ToldChange], given: Taking) -> list[Event]:
    """Empty where nothing is left to take back: a reply that tells of an undo offers none."""
    if not told_changes or any(
        isinstance(told_change.outcome.event, ChangesUndone) for told_change in told_changes
    ):
        return []
    taking = _Taking(given)
    # The newest first: what it replaced stands again for the older.
    for told_change in reversed(told_changes):
        taking.take(told_change)
    return list(taking.events())


@dataclass(slots=True)
class _Taking:
    given: Taking
    asked: dict[tuple[str, str], tuple[UUID, ToolRequested]] = field(
        default_factory=dict[tuple[str, str], tuple[UUID, ToolRequested]]
    )
    """By tool and argument: two calls may have come to one thing."""
    gone: list[UUID] = field(default_factory=list[UUID])
    restored: list[UUID] = field(default_factory=list[UUID])
    left: list[UUID] = field(default_factory=list[UUID])

    def take(self, told_change: ToldChange) -> None:
        noted = self._noted(told_change.outcome)
        if noted is not None:
            self._take_fact(noted, told_change)
        elif inverse := self._inverse(told_change):
            key = (inverse.tool, str(inverse.arguments))
            self.asked.setdefault(key, (told_change.outcome.event_id, inverse))
        else:
            self.left.append(told_change.outcome.event_id)

    def _take_fact(self, noted: Recorded[ProfileLearned], told_change: ToldChange) -> None:
        if noted.event_id in self.restored:
            self.restored.remove(noted.event_id)
        elif noted.event_id in self._forgotten():
            self.left.append(told_change.outcome.event_id)
            return
        else:
            self.gone.append(noted.event_id)
        if noted.event.call is not None:
            self.restored += self._forgotten(noted.event.call)

    def _noted(self, outcome: Recorded[Any]) -> Recorded[ProfileLearned] | None:
        """The fact that it came to, if that is one of the user's."""
        match outcome.event:
            case ProfileLearned():
                return outcome
            case ToolFinished(call=call):
                learned = [recorded for recorded in self._learned() if recorded.event.call == call]
                return learned[-1] if learned else None
            case _:
                return None

    def _learned(self) -> Iterator[Recorded[ProfileLearned]]:
        return (
            recorded
            for recorded in self.given.profile
            if isinstance(recorded.event, ProfileLearned)
        )

    def _forgotten(self, call: UUID | None = None) -> list[UUID]:
        """Facts that were taken back, by this call or at all."""
        return [
            fact
            for recorded in self.given.profile
            if isinstance(recorded.event, ProfileForgotten) and call in (None, recorded.event.call)
            for fact in recorded.event.facts
        ]

    def _inverse(self, told_change: ToldChange) -> ToolRequested | None:
        """The call that takes it back, as its tool says; None where there is none."""
        asked, finished = told_change.request, told_change.outcome.event
        if asked is None or isinstance(finished, ToolFailed):
            return None
        found = own_requests.inverse(asked.tool, finished.result, self.given.offered)
        if found is None:
            return None
        other, arguments = found
        asking = AskingStep(self.given.turn, self.given.step, self.given.now, self.given.language)
        return own_requests.asked(
            other, arguments, asking, zone=asked.zone, zone_known=asked.zone_known
        )

    def events(self) -> Iterator[Event]:
        given = self.given
        asked = list(self.asked.values())[::-1]
        yield ChangesUndone(
            turn=given.turn,
            step=given.step,
            reply=given.reply,
            asked=[outcome for outcome, _ in asked],
            facts=self.gone[::-1],
            restored=self.restored,
            left=self.left[::-1],
        )
        yield from (request for _, request in asked)
        if self.gone:
            yield ProfileForgotten(facts=self.gone[::-1], source=given.source)
        for recorded in self._learned():
            if recorded.event_id in self.restored:
                yield recorded.event.model_copy(update={"rule": RULE, "call": None})
