"""Today's agent over recorded conversations: what it would decide where each decision stands.

Its own code runs on the log as it was before each append. The model is the recording: it says
what it said then, and where it was not asked, nothing.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.conversation import (
    RULES,
    ChangesUndone,
    ForgettingAsked,
    ForgettingConfirmed,
    HistorySummarized,
    ModelAnswered,
    ModelFailed,
    ReplyCaught,
    ReplyLooked,
    ReplyReady,
    TurnParked,
    TurnRetried,
    TurnStarted,
    TurnStopped,
    TurnSuperseded,
    UserForgotten,
    WishJudged,
)
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.reminders import ReminderAnswered
from contracts.takeover import ConversationHandedBack, ConversationTakenOver, OperatorSaid
from contracts.tools import ActionProposed, ToolFailed, ToolFinished, ToolRequested
from services.agent import decider
from services.agent.asking.recorded_model import NothingSaid, RecordedModel
from services.agent.asking.second_look import RecordedLook as Looked
from services.agent.asking.witness import RecordedWitness as Witnessed
from services.agent.decider import FOLD, AskModel
from services.agent.effects import Effects
from services.agent.reviewing.profile import is_retired, profile_reviewed
from services.agent.reviewing.summary import summary_reviewed
from services.agent.reviewing.takeover import takeover_reviewed
from services.agent.state import Conversation
from taskflow.errors import SealedForEver
from taskflow.log.deciding import Decide
from taskflow.replay.history import History, LogThen, is_erased
from taskflow.replay.verdicts import (
    Comparing,
    NotComparable,
    Redecided,
    Verdict,
    agreeing,
    backwards,
)

OF_THE_ASKING = frozenset({"deadline", "prompt_version", "request_hash"})
"""Counted from the moment of asking, which is not recorded; and what was asked."""
OF_THE_HEARD = frozenset({"language"})
"""Identified as the turn opened: the next release of the model of languages may hear another."""
OF_RELEASES_THAT_TOLD_NOBODY = frozenset({"introduces"})
"""Who we are."""
OF_RETIRED_RULES = frozenset({"rules"})
"""Of a turn that an older release opened: it was opened for the same reason."""
Heads = (
    TurnStarted
    | ModelAnswered
    | ModelFailed
    | TurnParked
    | TurnStopped
    | ChangesUndone
    | ReplyReady
    | ForgettingAsked
    | ForgettingConfirmed
    | ReminderAnswered
)
"""What takes the slot of a turn or of a step."""


async def review(history: History) -> AsyncIterator[Verdict]:
    for stream, events in history.of_kind(streams.CONVERSATION):
        async for verdict in _Conversation(history, stream, events).review():
            yield verdict


class _Conversation:
    """One conversation, event by event, beside the fold of what came before each."""

    def __init__(self, history: History, stream: str, events: Sequence[Recorded[Any]]) -> None:
        self._history, self._stream, self._events = history, stream, events
        self._comparing = Comparing(history)
        self._states = [Conversation()]
        """By version."""
        self._done: set[UUID] = set()

    async def review(self) -> AsyncIterator[Verdict]:
        for recorded in self._events:
            before = self._states[-1]
            self._states.append(FOLD.evolve(before, recorded))
            if recorded.event_id not in self._done:
                async for verdict in self._verdicts(recorded, before):
                    yield verdict
        for verdict in profile_reviewed(self._history, self._stream, self._states):
            yield verdict

    async def _verdicts(
        self, recorded: Recorded[Any], before: Conversation
    ) -> AsyncIterator[Verdict]:
        match recorded.event:
            case ToolFinished(call=call) | ToolFailed(call=call):
                yield self._in_slot(recorded, slots.outcome(call))
            case TurnRetried(parked=parked):
                yield self._retried(recorded, self._history.find(parked))
            case UserForgotten():
                yield self._in_slot(recorded, slots.forgotten(streams.user_of(self._stream)))
            case ConversationTakenOver() | ConversationHandedBack() | OperatorSaid():
                yield takeover_reviewed(self._history, self._states, recorded)
            case ReplyReady(kind="operator"):
                yield takeover_reviewed(self._history, self._states, recorded)
            case ReplyReady(turn=None):
                pass  # The scheduler's, or one that an operator gave back.
            case HistorySummarized():
                yield await summary_reviewed(
                    self._comparing, self._stream, self._events, self._states, recorded
                )
            case (
                TurnStarted()
                | ModelAnswered()
                | ModelFailed()
                | TurnParked()
                | TurnStopped()
                | TurnSuperseded()
                | ChangesUndone()
                | ForgettingAsked()
                | ForgettingConfirmed()
                | ReminderAnswered()
                | ReplyCaught()
                | ReplyLooked()
                | ReplyReady()
                | ToolRequested()
                | ActionProposed()
                | WishJudged()
            ):
                for verdict in await self._decided(recorded, before):
                    yield verdict
            case _:
                pass

    def _in_slot(self, recorded: Recorded[Any], slot: UUID) -> Verdict:
        """A fact from outside, in its place."""
        return self._comparing.event(recorded, recorded.event, slots.event_id(slot, 0))

    def _retried(self, recorded: Recorded[Any], parked: Recorded[Any] | None) -> Verdict:
        given: TurnParked | None = (
            parked.event if parked and isinstance(parked.event, TurnParked) else None
        )
        decided = (
            TurnRetried(parked=recorded.event.parked, messages=given.messages) if given else None
        )
        id_ = slots.event_id(slots.retry(recorded.event.parked), 0)
        return self._comparing.event(recorded, decided, id_)

    async def _decided(self, recorded: Recorded[Any], before: Conversation) -> Sequence[Verdict]:
        """The whole append that begins here; nothing begins with what belongs inside one."""
        if before.forgotten:
            return [NotComparable(recorded, "forgotten")]
        slot = decider.current_slot(before)
        standing = self._history.standing(slot)
        if not isinstance(recorded.event, Heads):
            return [self._comparing.event(recorded, None, None)]
        if not standing or standing[0].event_id != recorded.event_id:
            return [self._comparing.event(recorded, recorded.event, slots.event_id(slot, 0))]
        self._done |= {standing_fact.event_id for standing_fact in standing}
        if is_retired(before) and not isinstance(recorded.event, TurnStopped):
            return [NotComparable(standing_fact, "retired") for standing_fact in standing]
        try:
            return await self._of_head(recorded, slot)
        except SealedForEver:
            return [NotComparable(standing_fact, "erased") for standing_fact in standing]

    async def _of_head(self, recorded: Recorded[Any], slot: UUID) -> Sequence[Verdict]:
        versions = backwards(
            recorded.version - 1,
            lambda version: decider.current_slot(self._states[version]) == slot,
        )
        match recorded.event:
            case TurnStopped(turn=turn):
                return self._stopped(recorded, slot, turn)
            case TurnParked(error=error):
                effects = Effects(
                    LogThen(self._history, recorded.position), RecordedModel(None, None, "")
                )
                return agreeing(
                    [
                        self._comparing.append(
                            slot,
                            await effects.with_receipts_if_readable(
                                conversation, decider.parked(conversation, error).events
                            ),
                        )
                        for conversation in (self._states[version] for version in versions)
                    ]
                )
            case _:
                pass
        first: Sequence[Redecided] = ()
        for version in versions:
            for catalogue in self._catalogues(version, recorded):
                found = await self._moved(recorded, slot, version, catalogue)
                if not any(verdict.changes() for verdict in found):
                    return found
                first = first or found
        return first or [self._comparing.event(recorded, None, None)]

    def _catalogues(self, version: int, recorded: Recorded[Any]) -> Iterator[int]:
        """Positions up to which the tools on offer may have been read."""
        yield recorded.position
        since = self._events[version - 1].position if version else 0
        for tool_event in reversed(self._history.streams.get(streams.TOOLS, ())):
            if since < tool_event.position < recorded.position:
                yield tool_event.position

    async def _moved(
        self, recorded: Recorded[Any], slot: UUID, version: int, catalogue: int
    ) -> Sequence[Redecided]:
        """What the driver of this state would append, without a burst to wait for."""
        state = self._states[version]
        decided: Sequence[Event] = ()
        if state.driver is not None:
            move = decider.next_move(state, recorded.recorded_at, timedelta())
            match move:
                case Decide() if move.slot == slot:
                    past = LogThen(self._history, recorded.position)
                    effects = Effects(past, RecordedModel(None, None, ""))
                    decided = await effects.with_receipts(state, move.events)
                case AskModel():
                    past = LogThen(self._history, recorded.position, catalogue)
                    decided = await self._asked(recorded, state, move, past, version)
                case _:
                    pass
        retired = getattr(recorded.event, "rules", RULES) < RULES
        left = OF_THE_ASKING | OF_RETIRED_RULES if retired else OF_THE_ASKING
        if isinstance(recorded.event, TurnStarted):
            left |= OF_THE_HEARD
            if recorded.event.introduces is None:
                left |= OF_RELEASES_THAT_TOLD_NOBODY
        return self._comparing.append(slot, decided, leaving_out=left)

    async def _asked(
        self,
        recorded: Recorded[Any],
        state: Conversation,
        move: AskModel,
        past: LogThen,
        version: int,
    ) -> Sequence[Event]:
        event = recorded.event
        said = event if isinstance(event, ModelAnswered | ModelFailed) else None
        if said is not None and is_erased(recorded):
            raise SealedForEver("the model's answer is erased")
        model = said.model if isinstance(said, ModelAnswered) else ""
        standing = [standing_fact.event for standing_fact in self._history.standing(move.slot)]
        effects = Effects(
            past,
            RecordedModel(said, None, model),
            look=Looked(
                [
                    standing_fact
                    for standing_fact in standing
                    if isinstance(standing_fact, ReplyLooked)
                ]
            ),
            witness=Witnessed(
                [
                    standing_fact
                    for standing_fact in standing
                    if isinstance(standing_fact, WishJudged)
                ]
            ),
        )
        try:
            await effects.ask_model(state, move, self._events[version - 1], version)
        except NothingSaid:
            return ()
        return past.decided(move.slot)

    def _stopped(self, recorded: Recorded[Any], slot: UUID, turn: UUID) -> Sequence[Verdict]:
        said = self._history.find(recorded.cause)
        if said is None:
            return [NotComparable(recorded, "outside")]
        if is_erased(said):
            return [NotComparable(recorded, "erased")]
        before = self._states[recorded.version - 1]
        text = getattr(said.event, "text", "")
        is_stop = getattr(said.event, "word", None) == "stop" or decider.is_stop_word(text)
        means_it = is_stop and decider.stops(before, said.version)
        return self._comparing.append(
            slot, decider.stopped(before, turn).events if means_it else ()
        )
