"""What a takeover does to turns: what was answered waits again where nothing of the answer went.

Pure; the rules are in docs/protocol.md. It follows each answer on its way to the user, as far as
its messages may have to be answered anew.
"""

from collections.abc import Iterable
from typing import Any

from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from contracts.replies import (
    ReplyAssumed,
    ReplyDelivered,
    ReplyFailed,
    ReplyParked,
    ReplyRead,
    ReplyRefused,
    ReplySending,
    ReplySent,
    ReplyUndelivered,
)
from contracts.takeover import ConversationHandedBack, ConversationTakenOver, OperatorSaid
from services.agent.state import ClosingReply, Conversation, Pending

FOLLOWED = 32
"""Answers whose way is over: WhatsApp's refusals come in moments."""
LINES = 32
"""Of an operator's, that may turn out not to have arrived."""

OnItsWay = (
    ReplySending
    | ReplySent
    | ReplyAssumed
    | ReplyRefused
    | ReplyFailed
    | ReplyParked
    | ReplyDelivered
    | ReplyRead
    | ReplyUndelivered
)


def followed(state: Conversation, recorded: Recorded[Any]) -> Conversation:  # noqa: PLR0911 - a fold
    """Before the turn itself is folded: what this says of takeovers and of answers."""
    match recorded.event:
        case ConversationTakenOver():
            return _taken_over(state, recorded)
        case ConversationHandedBack():
            return state.but(taken=None, spoke_at=None)
        case OperatorSaid(seen=seen):
            left = tuple(waiting for waiting in state.pending if waiting.version > seen)
            settled = max(state.settled, seen)
            return state.but(pending=left, settled=settled, spoke_at=recorded.recorded_at)
        case ReplyReady(kind="operator"):
            return state.but(lines=(*state.lines, recorded.event_id)[-LINES:])
        case ReplyReady(turn=None, kind="answer" | "apology"):
            return _given_back(state, recorded)
        case ReplyReady(turn=turn) as reply if turn is not None:
            return _with(state, _answer(state, reply, recorded))
        case ReplyReady():
            return state
        case event if isinstance(event, OnItsWay):
            known = _of(state, event)
            return _moved(state, known, event, recorded) if known else state
        case _:
            return state


def is_retold(state: Conversation, assumed: ReplyAssumed) -> bool:
    """Whether the next reply repeats what may not have arrived.

    Not a person's words, and not what a person spoke after.
    """
    known = _of(state, assumed)
    withdrawn = known is not None and known.withdrawn
    return not withdrawn and assumed.reply not in {*state.gone, *state.lines}


def _answer(state: Conversation, reply: ReplyReady, recorded: Recorded[Any]) -> ClosingReply:
    closes = reply.turn == state.turn
    first = closes and state.introduces and not state.introduced and not state.asks_to_forget
    return ClosingReply(
        reply=recorded.event_id,
        covers=state.covers if closes else (),
        owed=tuple(id_ for id_ in state.owed if id_ in reply.receipts),
        owed_turns=state.owed_turns,
        introduces=first,
    )


def _given_back(state: Conversation, recorded: Recorded[Any]) -> Conversation:
    """From its dead letter, under a new id."""
    parked = (answer for answer in state.answers if answer.parked is not None)
    known = next(
        (closing_reply for closing_reply in parked if closing_reply.parked == recorded.cause), None
    )
    if known is None:
        return state
    anew = {"reply": recorded.event_id, "parked": None, "parts": 0, "stands": ()}
    again = known.model_copy(update={**anew, "went": known.went or bool(known.stands)})
    return _with(_without(state, known), again)


def _taken_over(state: Conversation, recorded: Recorded[Any]) -> Conversation:
    taken = _waiting(state, state.covers).but(
        taken=recorded.event_id, spoke_at=recorded.recorded_at, gone=()
    )
    for answer in state.answers:
        if answer.parked is not None:
            taken = _without(taken, answer)
        else:
            withdrawn = answer.model_copy(update={"withdrawn": True})
            taken = _rests(_changed(taken, withdrawn), withdrawn)
    return taken


def _moved(  # noqa: PLR0911 - a fold
    state: Conversation, answer: ClosingReply, event: OnItsWay, recorded: Recorded[Any]
) -> Conversation:
    match event:
        case ReplySending(part=part, attempt=attempt, parts=parts):
            sending = answer.model_copy(update={"sending": (part, attempt), "parts": parts})
            return _changed(state, sending)
        case ReplySent(part=part, attempt=attempt):
            return _stands(state, answer, (part, attempt))
        case ReplyAssumed(part=part, attempt=attempt, assumed="gone"):
            return _stands(state, answer, (part, attempt))
        case ReplyRefused() | ReplyAssumed():
            over = answer.model_copy(update={"sending": None})
            return _rests(_changed(state, over), over)
        case ReplyFailed():
            over = answer.model_copy(update={"sending": None})
            return _without(_rests(_changed(state, over), over), over)
        case ReplyParked():
            parked = answer.model_copy(update={"parked": recorded.event_id})
            return _trimmed(_changed(state, parked))
        case ReplyDelivered(part=part) | ReplyRead(part=part):
            return _without(state, answer) if part + 1 == answer.parts else state
        case ReplyUndelivered(part=part, attempt=attempt, window_was_shut=True):
            standing = tuple(stand for stand in answer.stands if stand != (part, attempt))
            refuted = answer.model_copy(update={"stands": standing})
            return _rests(_changed(state, refuted), refuted)
        case ReplyUndelivered():
            return state


def _stands(state: Conversation, answer: ClosingReply, attempt: tuple[int, int]) -> Conversation:
    standing = (*answer.stands, attempt)
    stands = answer.model_copy(update={"sending": None, "stands": standing})
    return _trimmed(_rests(_changed(state, stands), stands))


def _rests(state: Conversation, answer: ClosingReply) -> Conversation:
    """A withdrawn answer with nothing on its way: what is left of it is never said."""
    if not answer.withdrawn or answer.sending is not None:
        return state
    if answer.is_whole:
        return state
    untold = _untold(state, answer)
    if answer.stands or answer.went:
        return untold
    return _without(_waiting(untold, answer.covers), answer)


def _untold(state: Conversation, answer: ClosingReply) -> Conversation:
    """Its receipts are owed again, and so is the word on who we are."""
    offer = state.undoable
    without_receipts = answer.model_copy(update={"owed": (), "owed_turns": (), "introduces": False})
    return _changed(state, without_receipts).but(
        owed=(*answer.owed, *state.owed),
        owed_turns=(*answer.owed_turns, *state.owed_turns),
        introduced=state.introduced and not answer.introduces,
        undoable=None if offer is not None and offer.reply == answer.reply else offer,
    )


def _waiting(state: Conversation, messages: Iterable[Pending]) -> Conversation:
    """They wait again, before later ones, but for those that a line settled."""
    back = [message for message in messages if message.version > state.settled]
    if not back:
        return state
    together = {pending.message: pending for pending in (*back, *state.pending)}
    return state.but(pending=tuple(sorted(together.values(), key=lambda pending: pending.version)))


def _of(state: Conversation, event: OnItsWay) -> ClosingReply | None:
    return next((answer for answer in state.answers if answer.reply == event.reply), None)


def _with(state: Conversation, answer: ClosingReply) -> Conversation:
    return _trimmed(state.but(answers=(*state.answers, answer)))


def _changed(state: Conversation, new: ClosingReply) -> Conversation:
    changed = tuple(new if answer.reply == new.reply else answer for answer in state.answers)
    return state.but(answers=changed)


def _without(state: Conversation, answer: ClosingReply) -> Conversation:
    return state.but(
        answers=tuple(closing for closing in state.answers if closing.reply != answer.reply)
    )


def _trimmed(state: Conversation) -> Conversation:
    """Of those that nothing more is to be done for, the newest few are followed on."""
    over = [answer for answer in state.answers if answer.is_over]
    late = {closing_reply.reply for closing_reply in over[:-FOLLOWED]}
    return state.but(answers=tuple(answer for answer in state.answers if answer.reply not in late))
