"""What a step reads of the log before the model is asked: events, the user's profile, their yes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.conversation import HistorySummarized, MessageReceived
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.tools import ActionProposed
from services.agent.asking import attachments, bounds
from services.agent.decider import AskModel
from services.agent.judging import facts
from services.agent.judging.proposals import canonical
from services.agent.memory import zone_answer
from services.agent.memory.fact_tools import FactKeeping
from services.agent.memory.memory import Memory, Profile, SummaryModel
from services.agent.state import Conversation
from taskflow import clock
from taskflow.log.appending import Because, Write
from taskflow.log.event_log import Log

UNKNOWN_ZONE = "UTC"
MESSAGES_BEFORE = 3
"""Of the user's, beside this turn's own, in which the words of a fact are looked for."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Opened: the conversation's newest events, and the messages that the turn answers."""

    events: Sequence[Recorded[Any]]
    covered: Sequence[Recorded[MessageReceived]]


@dataclass(frozen=True, slots=True)
class Step:
    """Everything opened."""

    events: Sequence[Recorded[Any]]
    covered: Sequence[Recorded[MessageReceived]]
    """The messages that the turn answers."""
    profile: Profile
    confirmed: Sequence[ActionProposed]
    """What they said yes to."""
    summary: HistorySummarized | None
    waited_for_zone: Sequence[ActionProposed] = ()
    """What their zone was asked for, where they said no yes to the guess: they may name another."""
    arrived: Sequence[Recorded[MessageReceived]] = ()
    """Messages that came while the turn was worked at."""

    @property
    def newest_ref(self) -> str | None:
        return self.covered[-1].event.message_ref if self.covered else None

    @property
    def zone(self) -> str:
        """As the user told it; else as their newest message's number lets one guess."""
        guesses = [recorded.event.zone for recorded in self.covered if recorded.event.zone]
        return self.profile.zone or (guesses[-1] if guesses else UNKNOWN_ZONE)

    @property
    def zone_is_open(self) -> bool:
        """Whether they live by another clock just as well, for all that is known."""
        newest = self.covered[-1].event if self.covered else None
        return self.profile.zone is None and newest is not None and newest.zone_ambiguous

    def about(self) -> list[str]:
        return [
            *bounds.first_lines(self.profile.lines()),
            *self.profile.noted(self._ids()),
            *(
                "Confirmed by the user just now; call it exactly so, once: "
                f"{proposal.tool} {_arguments_json(proposal.arguments)}"
                for proposal in self.confirmed
            ),
            *(
                "Waiting for the user's zone: if they name it now, note it with remember and call "
                "this beside it, its time as it stands: "
                f"{proposal.tool} {_arguments_json(proposal.arguments)}"
                for proposal in self.waited_for_zone
            ),
        ]

    def keeping(self, language: str) -> FactKeeping:
        """What calls that change the profile come to in this step."""
        own = {recorded.event_id for recorded in self.covered}
        before = [
            recorded
            for recorded in self.events
            if isinstance(recorded.event, MessageReceived) and recorded.event_id not in own
        ]
        typed = [*before[-MESSAGES_BEFORE:], *self.covered]
        return FactKeeping(self.profile, typed, clock.utc_now(), self.zone, language)

    def _ids(self) -> frozenset[UUID]:
        return frozenset(recorded.event_id for recorded in self.covered)


class TurnReading:
    def __init__(self, event_log: Log, model: SummaryModel) -> None:
        self._log, self._model = event_log, model
        self._memory = Memory(event_log)

    async def heard(self, state: Conversation, cause: Recorded[Any], version: int) -> Heard:
        """For a step of the open turn. Raises SealedForEver once the user is forgotten."""
        events = attachments.with_media(await self._events(cause.stream, state, version))
        return Heard(events, await self._covered(events, state))

    async def step(
        self, heard: Heard, state: Conversation, move: AskModel, cause: Recorded[Any]
    ) -> Step:
        """What the model is asked with. Raises SealedForEver once the user is forgotten."""
        profile = await self._profile(heard.covered, state, move, cause)
        proposed = [proposal.proposed for proposal in state.asked]
        is_yes = facts.confirms(heard.covered, state.asked_at, state.languages, proposed)
        may_tell_zone = not is_yes and state.asked_zone is not None
        asked = await self._asked(state) if is_yes or may_tell_zone else []
        return Step(
            events=heard.events,
            covered=heard.covered,
            profile=profile,
            confirmed=asked if is_yes else [],
            waited_for_zone=[proposal for proposal in asked if proposal.zone]
            if may_tell_zone
            else [],
            arrived=_arrived(heard.events, state),
            summary=await self._memory.summarise_if_due(
                cause.stream, heard.events, state, self._model, cause
            ),
        )

    async def _events(self, stream: str, state: Conversation, version: int) -> list[Recorded[Any]]:
        """Never without the whole of the open turn: what a call may do depends on it."""
        events = await self._memory.events(stream, state, version)
        first = events[0].version if events else version + 1
        lacking = max(0, first - state.turn_version)
        sealed = await self._log.read_end(stream, first - 1, lacking) if lacking else []
        return [*[await self._log.opened(recorded) for recorded in sealed], *events]

    async def _profile(
        self,
        covered: Sequence[Recorded[MessageReceived]],
        state: Conversation,
        move: AskModel,
        cause: Recorded[Any],
    ) -> Profile:
        """Before the first question, a yes to the guess of the user's zone is noted.

        Not with `turn.started`: what it covers is known only once it is in the log.
        """
        user = streams.user_of(cause.stream)
        profile = await self._memory.profile(user)
        if move.step != 1:
            return profile
        answer = zone_answer.learned_of(state, covered)
        if answer is None:
            return profile
        write = Write(streams.profile(user), [answer], user)
        await self._log.append([write], slots.learned(move.turn), Because.of(cause))
        return await self._memory.profile(user)

    async def _covered(
        self, events: Sequence[Recorded[Any]], state: Conversation
    ) -> list[Recorded[MessageReceived]]:
        """Also one that was given back long after it came."""
        read = {recorded.event_id: recorded for recorded in events}
        found = [
            read.get(cover.message) or await self._message(cover.message) for cover in state.covers
        ]
        return [recorded for recorded in found if recorded is not None]

    async def _message(self, event: UUID) -> Recorded[MessageReceived] | None:
        found = await self._found(event)
        return await attachments.read(self._log, found) if found is not None else None

    async def _asked(self, state: Conversation) -> list[ActionProposed]:
        """What our last words asked."""
        found = [await self._found(proposal.proposed) for proposal in state.asked]
        return [recorded.event for recorded in found if recorded is not None]

    async def _found(self, event: UUID | None) -> Recorded[Any] | None:
        recorded = await self._log.find(event) if event is not None else None
        return await self._log.opened(recorded) if recorded is not None else None


def _arrived(
    events: Sequence[Recorded[Any]], state: Conversation
) -> list[Recorded[MessageReceived]]:
    waiting = {pending.message for pending in state.pending}
    return [recorded for recorded in events if recorded.event_id in waiting]


def _arguments_json(arguments: Json) -> str:
    return json.dumps(canonical(arguments), ensure_ascii=False)
