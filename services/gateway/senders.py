"""The senders of ours that a user writes to: each has a window, a consent and a rate of its own.

The lane holds what stands at the one that was written to last, as if there were no other; what
stands at the others is put by. Pure; the rules are in docs/protocol.md.
"""

from collections.abc import Sequence
from typing import Any

from contracts.channels import has_senders
from services.gateway.state import MOST_SENDERS, Lane, SenderState

_STATE = tuple(SenderState.model_fields)


def at(lane: Lane, sender: str | None) -> Lane:
    """With what stands at this sender in its place; who names none is at the one of now."""
    if sender is None or sender == lane.sender:
        return lane
    if lane.sender is None:
        return named(lane, sender)
    here = SenderState(**{name: getattr(lane, name) for name in _STATE})
    there = state_of(lane, sender)
    moved = lane.but(**{name: getattr(there, name) for name in _STATE}, owes=None)
    return _put_by(moved, here)


def written_to(lane: Lane, sender: str | None) -> Lane:
    """A message to another sender ends what was to be said of a STOP, unless it is on its way."""
    there = at(lane, sender)
    if lane.sender in {None, there.sender}:
        return there
    return there.but(
        queue=tuple(reply for reply in there.queue if reply.token or not reply.is_of_consent),
        held=tuple(reply for reply in there.held if not reply.is_of_consent),
    )


def named(lane: Lane, sender: str | None) -> Lane:
    """The first sender that is named is the one that events before it did not name."""
    if lane.sender or sender is None:
        return lane
    return lane.but(sender=sender, nameless=sender)


def state_of(lane: Lane, sender: str | None) -> SenderState:
    whose = sender or lane.nameless
    if whose == lane.sender:
        return lane
    known = (state for state in lane.others if state.sender == whose)
    return next(known, SenderState(sender=whose))


def noting(lane: Lane, sender: str | None, **changes: Any) -> Lane:
    """What is heard of one sender, whichever was written to last."""
    state = state_of(lane, sender)
    if state is lane:
        return lane.but(**changes)
    return _put_by(lane, state.model_copy(update=changes))


def is_current(lane: Lane, sender: str | None) -> bool:
    return state_of(lane, sender) is lane


def opposes(state: SenderState, claim: int) -> bool:
    """Whether a refusal of this claim by the channel's own list is a STOP that we did not hear."""
    return state.consent and claim > state.consented


def goes_by(lane: Lane, ours: Sequence[str]) -> Lane:
    """The lane by the sender that its next message goes from.

    That is the one that was written to last, or the first of ours where that is none of them. The
    first has a window only if it was written to as well, and speaks to nobody whose last word
    was a STOP, wherever they said it.
    """
    if not has_senders(lane.channel) or lane.sender in ours:
        return lane
    default = ours[0]
    if lane.sender is None:
        return lane.but(sender=default)
    there = state_of(lane, default)
    return lane.but(
        sender=default,
        heard=there.heard,
        heard_at=there.heard_at,
        shut=there.shut if there.heard else max(there.shut, lane.heard),
        full_at=there.full_at,
        consent=lane.consent and there.consent,
    )


def _put_by(lane: Lane, state: SenderState) -> Lane:
    """Bounded: of too many, the one without a STOP goes that was put by first."""
    others = [known for known in lane.others if known.sender not in {state.sender, lane.sender}] + [
        state
    ]
    if len(others) > MOST_SENDERS:
        others.remove(next((known for known in others if known.consent), others[0]))
    return lane.but(others=tuple(others))
