"""What the messages of each turn told of their user, read again by today's rules."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.conversation import ModelAnswered, ModelFailed, TurnStarted
from contracts.profile import ProfileForgotten, ProfileLearned
from contracts.recorded import Recorded
from services.agent.memory import zone_answer
from services.agent.memory.memory import Profile, changes
from services.agent.state import Conversation
from taskflow.replay.history import History, is_erased
from taskflow.replay.verdicts import Comparing, NotComparable, Redecided, Verdict


def profile_reviewed(
    history: History, stream: str, states: Sequence[Conversation]
) -> Iterator[Verdict]:
    """`states` are the conversation's, by version."""
    comparing = Comparing(history)
    profile = history.streams.get(streams.profile(streams.user_of(stream)), ())
    left = {one.event_id: one for one in profile}
    for turn in history.streams[stream]:
        if not isinstance(turn.event, TurnStarted):
            continue
        slot = slots.learned(turn.event_id)
        standing = history.standing(slot)
        for one in standing:
            left.pop(one.event_id, None)
        state = states[turn.version]
        if state.turn == turn.event_id:
            yield from _learned(comparing, profile, turn, state, slot)
    for one in left.values():
        if isinstance(one.event, ProfileLearned | ProfileForgotten):
            yield comparing.one(one, None, None)


def _learned(
    comparing: Comparing,
    profile: Sequence[Recorded[Any]],
    turn: Recorded[Any],
    state: Conversation,
    slot: UUID,
) -> Sequence[Verdict]:
    history = comparing.history
    standing = history.standing(slot)
    step = history.standing(slots.step(turn.event_id, 1))
    asked = bool(step) and isinstance(step[0].event, ModelAnswered | ModelFailed)
    if not (standing or asked):
        return ()  # It was never asked, or not yet: a crash, a stop, a user who left.
    covered = [one for it in state.covers if (one := history.find(it.message))]
    upto = standing[0].position if standing else step[0].position
    known = [one for one in profile if one.position < upto]
    if any(map(is_erased, (*covered, *known))):
        return [NotComparable(one, "erased") for one in standing]
    answer = zone_answer.learned_of(state.asked_zone, covered, state.asked_at)
    other = [one for one in covered if answer is None or one.event_id != answer.source]
    decided = [*changes(Profile.of(known), other), *filter(None, [answer])]
    if standing or not decided:
        return comparing.append(slot, decided)
    return [Redecided(step[0], None, one, None, frozenset()) for one in decided]
