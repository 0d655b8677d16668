"""What code itself noted of a user in a turn, decided again: a zone that they said yes to.

What the model's calls noted stands in its answer's append, and is decided with it. What rules read
from messages, until release 0.2, no code of today decides.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.conversation import ChangesUndone, ModelAnswered, ModelFailed, TurnStarted
from contracts.media import MediaKept, VoiceTranscribed
from contracts.profile import ProfileForgotten, ProfileLearned
from contracts.recorded import Recorded
from services.agent.asking import attachments
from services.agent.memory import zone_answer
from services.agent.state import Conversation
from taskflow.replay.history import History, is_erased
from taskflow.replay.verdicts import Comparing, NotComparable, Redecided, Verdict

OLDEST = 3
"""Rules that today's code decides by as it did then: those of newer turns only add to them."""


def is_retired(state: Conversation) -> bool:
    """Whether the open turn is decided by rules that no code of today has."""
    return state.turn is not None and state.rules < OLDEST


def profile_reviewed(
    history: History, stream: str, states: Sequence[Conversation]
) -> Iterator[Verdict]:
    """`states` are the conversation's, by version."""
    comparing = Comparing(history)
    profile = history.streams.get(streams.profile(streams.user_of(stream)), ())
    left = {recorded.event_id: recorded for recorded in profile if _is_by_rule(recorded)}
    for turn in history.streams[stream]:
        if isinstance(turn.event, ChangesUndone):  # Decided with the append that it stands in.
            for standing_fact in history.standing(slots.step(turn.event.turn, turn.event.step)):
                left.pop(standing_fact.event_id, None)
        if not isinstance(turn.event, TurnStarted):
            continue
        slot = slots.learned(turn.event_id)
        for standing_fact in history.standing(slot):
            left.pop(standing_fact.event_id, None)
        state = states[turn.version]
        if state.turn == turn.event_id and is_retired(state):
            yield from (
                NotComparable(standing_fact, "retired") for standing_fact in history.standing(slot)
            )
        elif state.turn == turn.event_id:
            yield from _learned(comparing, turn, state, slot)
    for recorded in left.values():
        yield comparing.event(recorded, None, None)


def _is_by_rule(recorded: Recorded[Any]) -> bool:
    return (
        isinstance(recorded.event, ProfileLearned | ProfileForgotten)
        and recorded.event.call is None
    )


def _covered(
    history: History, turn: Recorded[Any], state: Conversation, before: int
) -> list[Recorded[Any]]:
    """The messages that the turn answers, with what was heard in them by then."""
    ids = {cover.message for cover in state.covers}
    events = [
        recorded
        for recorded in history.streams[turn.stream]
        if recorded.event_id in ids
        or (recorded.position < before and isinstance(recorded.event, MediaKept | VoiceTranscribed))
    ]
    erased = any(is_erased(recorded) for recorded in events)
    read = events if erased else attachments.with_media(events)
    return [recorded for recorded in read if recorded.event_id in ids]


def _learned(
    comparing: Comparing, turn: Recorded[Any], state: Conversation, slot: UUID
) -> Sequence[Verdict]:
    history = comparing.history
    standing = history.standing(slot)
    step = history.standing(slots.step(turn.event_id, 1))
    asked = bool(step) and isinstance(step[0].event, ModelAnswered | ModelFailed)
    if not (standing or asked):
        return ()  # It was never asked, or not yet: a crash, a stop, a user who left.
    covered = _covered(history, turn, state, before=(standing or step)[0].position)
    if any(map(is_erased, covered)):
        return [NotComparable(standing_fact, "erased") for standing_fact in standing]
    answer = zone_answer.learned_of(state, covered)
    decided = [answer] if answer else []
    if standing or not decided:
        return comparing.append(slot, decided)
    return [
        Redecided(step[0], None, profile_learned, None, frozenset()) for profile_learned in decided
    ]
