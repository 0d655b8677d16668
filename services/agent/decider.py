"""The turn, as a pure fold of a conversation's facts and the moves that follow from it.

`driver` is the one event whose delivery must make the next move; everything else acks. An event
becomes driver only when it is appended, and once it is not the driver it never is again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.consent import ConsentGiven, ConsentWithdrawn
from contracts.conversation import (
    FIRST_RULES,
    RULES,
    ChangesUndone,
    ForgettingAsked,
    ForgettingConfirmed,
    HistorySummarized,
    MessageReceived,
    ModelAnswered,
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
from contracts.media import VOICE, MediaKept, MediaRefused, VoiceTranscribed
from contracts.recorded import Recorded
from contracts.reminders import ReminderAnswered
from contracts.replies import (
    ReplyAssumed,
    ReplyDelivered,
    ReplyRead,
    ReplySending,
    ReplyUndelivered,
)
from contracts.takeover import ConversationHandedBack, ConversationTakenOver
from contracts.tools import NOBODY, ActionProposed, ToolFailed, ToolFinished, ToolRequested
from services.agent import withdrawing
from services.agent.apologies import Reason, apology, given_up
from services.agent.leaving import parting
from services.agent.leaving.parting import AwaitGoodbye, Forget
from services.agent.state import Conversation, Pending, Proposal, Undoable
from taskflow.log.deciding import Decide
from taskflow.log.folding import Fold
from taskflow.words.languages import LANGUAGES
from taskflow.words.typed import STOP

MAX_STEPS = 8
MAX_WORK = timedelta(seconds=90)
"""Of the model's time, and of waiting for tools; a crash's pause is nobody's work."""
MAX_TOKENS = 200_000
"""In one turn: some eight times a long conversation's request."""
MAX_REPAIRS = 1
LONGEST_BURST = timedelta(seconds=4)
MAY_GO_ON = frozenset({"text", "media", "other"})
"""Kinds of messages behind which more is waited for: an album comes as one message a picture."""
LONGEST_MEDIA = timedelta(seconds=20)
"""Until media are fetched and voice notes are in words; a turn goes on without them."""
REMEMBERED = 4
"""Turns whose languages are those of the conversation."""


def evolve(state: Conversation, recorded: Recorded[Any]) -> Conversation:
    if state.forgotten:
        return state
    if state.leaving_since is not None:
        return parting.evolve(state, recorded)
    return _evolved(withdrawing.followed(state, recorded), recorded)


def _evolved(state: Conversation, recorded: Recorded[Any]) -> Conversation:  # noqa: PLR0915 - a fold
    this = recorded.event_id
    match recorded.event:
        case MessageReceived(word=str(word), sender=sender):
            heard = state.written_to(sender).but(stream=recorded.stream)  # Answered at the door.
            return _waking(heard, this) if heard.pending and word != "stop" else heard
        case ConsentWithdrawn():
            return state.but(consent=False)
        case ConsentGiven():
            given = state.but(consent=True)
            return _waking(given, this) if given.pending else given
        case MessageReceived() as message:
            new = Pending(
                message=this,
                at=recorded.recorded_at,
                at_once=message.kind not in MAY_GO_ON,
                media_left=None if message.kind == "media" else 0,
                version=recorded.version,
            )
            heard = state.written_to(message.sender)
            return _waking(heard.but(stream=recorded.stream, pending=(*heard.pending, new)), this)
        case MediaKept() | MediaRefused() | VoiceTranscribed() as medium:
            return _of_media(state, medium)
        case ConversationTakenOver(turn=turn):
            ended = _closed(state, recorded).but(driver=None)
            return ended if turn is not None else ended.but(turns_since=state.turns_since)
        case ConversationHandedBack() if state.pending:
            return _waking(state, this)
        case TurnStarted() as started if state.turn is None and state.taken is None:
            return _opened(state, recorded, started)
        case ModelAnswered(turn=turn, step=step) as answer if (turn, step) == _at(state):
            return state.but(
                step=step + 1,
                tokens=state.tokens + answer.usage.total,
                worked_ms=state.worked_ms + answer.took_ms,
                repairs=state.repairs + 1,
            )
        case (ReplyLooked(turn=turn) | WishJudged(turn=turn)) as second if turn == state.turn:
            return state.but(
                tokens=state.tokens + second.usage.total, worked_ms=state.worked_ms + second.took_ms
            )
        case ReplyCaught(turn=turn, corrected="by_model") if turn == state.turn:
            # Nothing was malformed: it is no repair.
            return state.but(caught=True, repairs=max(0, state.repairs - 1))
        case ActionProposed(turn=turn, fingerprint=mark, zone=zone) if turn == state.turn:
            proposal = Proposal(proposed=this, fingerprint=mark, zone=zone)
            return state.but(proposed=(*state.proposed, proposal))
        case ChangesUndone(turn=turn, step=step) if (turn, step) == _at(state):
            return state.but(step=step + 1, undoing=True, undoable=None, owed=(*state.owed, this))
        case ReminderAnswered(turn=turn, step=step) as said if (turn, step) == _at(state):
            return state.with_answers(said)
        case ForgettingAsked(turn=turn) if turn == state.turn:
            return state.but(asks_to_forget=True, forgetting=this)
        case ForgettingConfirmed(turn=turn) if turn == state.turn:
            return state.but(leaving_since=recorded.recorded_at)
        case ToolRequested(turn=turn) as request if turn == state.turn:
            return _waits(state, request, recorded)
        case ToolFinished(call=call) | ToolFailed(call=call) if (
            call in state.changing | state.waiting
        ):
            owing = _owing(state, call, recorded)
            return _settled(owing, call, recorded) if call in state.waiting else owing
        case ReplyReady(turn=turn) as reply if turn is not None and turn == state.turn:
            driver = state.driver if state.pending and state.consent else None
            told = _closed(_told(state, this, reply), recorded).but(
                introduced=state.introduced or not state.asks_to_forget
            )
            asking = _asking(told, this, state.proposed if _shows(reply) else ())
            if state.asks_to_forget:
                asking = asking.but(asked_in=this, asked_to_forget=True)
            return _arrived(asking, reply.tells_again).but(driver=driver)
        case ReplyReady(turn=UUID()) as reply if reply.receipts:
            return _told(state, this, reply)  # of a turn that was parked just before it
        case ReplyReady(turn=None, kind=kind):
            # An alert quotes the title of a page.
            seen = state.but(outside=state.outside or kind == "alert")
            if state.turn is not None or state.pending:
                return seen
            return _asking(seen, None, ())  # a yes would be to this, or to nothing
        case ReplySending(reply=reply, part=part, parts=parts) if part + 1 == parts:
            return _sent(state, reply, recorded)
        case HistorySummarized(number=number, covers_upto=upto) if number == state.summaries:
            return state.but(summary=this, summaries=number + 1, summary_upto=upto, turns_since=0)
        case ReplyAssumed(assumed="gone") as assumed if withdrawing.is_retold(state, assumed):
            return state.but(gone=(*state.gone, assumed.reply))
        case ReplyDelivered(reply=reply) | ReplyRead(reply=reply):
            return _arrived(state, [reply])
        case ReplyUndelivered(reply=reply, window_was_shut=True):
            # It is sent again; or a person took over since, and its messages wait again.
            told = _arrived(state, [reply])
            return _waking(told, this) if told.pending else told
        case TurnParked(turn=turn, messages=given) if turn == state.turn:
            # It gives up what it names: a message that came meanwhile is nobody's yet.
            left = tuple(waiting for waiting in state.pending if waiting.message not in given)
            wakes = left and state.consent
            return _closed(state, recorded).but(pending=left, driver=this if wakes else None)
        case TurnStopped(turn=turn) if turn == state.turn:
            wakes = state.pending and state.consent
            return _closed(state, recorded).but(driver=this if wakes else None)
        case TurnSuperseded(turn=turn) if turn == state.turn:
            back = (*state.covers, *state.pending)
            return _closed(state, recorded).but(pending=back)
        case TurnRetried(messages=messages) if messages:
            at, version = recorded.recorded_at, recorded.version
            again = (Pending(message=one, at=at, version=version) for one in messages)
            return _waking(state.but(pending=(*again, *state.pending)), this)
        case UserForgotten():
            return Conversation(stream=state.stream, ended=state.ended, forgotten=True)
        case _:
            return state


def _of_media(
    state: Conversation, medium: MediaKept | MediaRefused | VoiceTranscribed
) -> Conversation:
    """A voice note is settled once it is in words; strangers may have made anything else."""
    is_kept = isinstance(medium, MediaKept)
    is_voice = is_kept and medium.content_type == VOICE
    of = 0 if isinstance(medium, VoiceTranscribed) else medium.of
    pending = tuple(
        waiting.settled(of, 0 if is_voice else 1) if waiting.message == medium.message else waiting
        for waiting in state.pending
    )
    return state.but(pending=pending, outside=state.outside or (is_kept and not is_voice))


def _at(state: Conversation) -> tuple[UUID | None, int]:
    return state.turn, state.step


def _waking(state: Conversation, this: UUID) -> Conversation:
    """Who does not want to hear from us waits, and so does who is spoken to by a person.

    What moved already when they said so goes on.
    """
    idle = state.turn is None and state.driver is None and state.consent and state.taken is None
    return state.but(driver=this) if idle else state


def _opened(state: Conversation, recorded: Recorded[Any], started: TurnStarted) -> Conversation:
    owes = started.rules != FIRST_RULES
    return state.but(
        turn=recorded.event_id,
        turn_version=recorded.version,
        introduces=started.introduces is True,
        rules=started.rules,
        languages=(*state.languages, started.language)[-REMEMBERED:],
        owed_turns=(*state.owed_turns, recorded.event_id) if owes else state.owed_turns,
        step=1,
        waiting=frozenset(),
        waiting_since=None,
        wait_ends=None,
        covers=state.pending,
        pending=(),
        tokens=0,
        worked_ms=0,
        repairs=0,
        caught=False,
        proposed=(),
        undoing=False,
        answering=None,
        asks_to_forget=False,
    )


def _waits(state: Conversation, request: ToolRequested, recorded: Recorded[Any]) -> Conversation:
    is_done = request.owner != NOBODY
    owes = is_done and request.effect != "read" and state.rules != FIRST_RULES
    changes = {recorded.event_id} if owes else set[UUID]()
    return state.but(
        changing=state.changing | changes,
        outside=state.outside or (is_done and request.untrusted),
        waiting=state.waiting | {recorded.event_id},
        waiting_since=state.waiting_since or recorded.recorded_at,
        wait_ends=max(state.wait_ends or request.deadline, request.deadline),
        driver=None,
        repairs=0,
    )


def _owing(state: Conversation, call: UUID, recorded: Recorded[Any]) -> Conversation:
    """What was changed, or may have been, is told by the next reply, whichever turn it ends."""
    if call not in state.changing:
        return state
    outcome: Event = recorded.event
    is_change = not isinstance(outcome, ToolFailed) or outcome.code == "unknown"
    owed = (*state.owed, recorded.event_id) if is_change else state.owed
    return state.but(changing=state.changing - {call}, owed=owed)


def _told(state: Conversation, this: UUID, reply: ReplyReady) -> Conversation:
    """What it tells may be taken back."""
    owed = tuple(id_ for id_ in state.owed if id_ not in reply.receipts)
    undoable = Undoable(reply=this) if reply.receipts else state.undoable
    return state.but(owed=owed, owed_turns=(), undoable=undoable)


def _sent(state: Conversation, reply: UUID, recorded: Recorded[Any]) -> Conversation:
    """From here on a word may answer it."""
    offer = state.undoable
    if offer is not None and offer.reply == reply and offer.sent_at is None:
        sent = {"sent_at": recorded.recorded_at, "since": max(offer.since, recorded.version)}
        state = state.but(undoable=offer.model_copy(update=sent))
    if reply == state.asked_in and state.asked_at is None:
        return state.but(asked_at=recorded.version)
    return state


def _settled(state: Conversation, call: UUID, recorded: Recorded[Any]) -> Conversation:
    """Calls side by side cost the time of the longest, not their sum."""
    waiting = state.waiting - {call}
    if waiting:
        return state.but(waiting=waiting)
    began = state.waiting_since or recorded.recorded_at
    ended = min(recorded.recorded_at, state.wait_ends or recorded.recorded_at)
    waited = max(ended - began, timedelta()) // timedelta(milliseconds=1)
    return state.but(
        waiting=waiting,
        waiting_since=None,
        wait_ends=None,
        worked_ms=state.worked_ms + waited,
        driver=recorded.event_id,
    )


def _arrived(state: Conversation, replies: Sequence[UUID]) -> Conversation:
    """Or told again: nobody need be told of them any more."""
    return state.but(gone=tuple(id_ for id_ in state.gone if id_ not in replies))


def _closed(state: Conversation, recorded: Recorded[Any]) -> Conversation:
    """Whatever was asked before is answered by now, or was not."""
    offer = state.undoable
    return _asking(state, None, ()).but(
        undoable=offer and offer.model_copy(update={"since": recorded.version}),
        undoing=False,
        answering=None,
        turn=None,
        step=0,
        waiting=frozenset(),
        covers=(),
        proposed=(),
        asks_to_forget=False,
        ended=state.ended + 1,
        turns_since=state.turns_since + 1,
    )


def _asking(state: Conversation, reply: UUID | None, asked: tuple[Proposal, ...]) -> Conversation:
    asking = state.but(
        asked=asked, asked_in=reply if asked else None, asked_at=None, asked_to_forget=False
    )
    return asking.but(zone_asked=state.zone_asked or asking.asked_zone is not None)


def _shows(reply: ReplyReady) -> bool:
    """An apology stands alone: what was proposed before it is not shown, and not asked."""
    return reply.kind == "answer"


FOLD = Fold("agent", 18, Conversation, evolve)


@dataclass(frozen=True, slots=True)
class WaitForBurst:
    """The user may still be typing."""

    until: datetime


@dataclass(frozen=True, slots=True)
class WaitForMedia:
    """What the user sent along is on its way."""

    until: datetime


@dataclass(frozen=True, slots=True)
class AskModel:
    turn: UUID
    step: int
    slot: UUID


Move = WaitForBurst | WaitForMedia | Decide | AskModel | AwaitGoodbye | Forget


def next_move(
    state: Conversation, now: datetime, quiet: timedelta, patience: timedelta = timedelta()
) -> Move:
    """What the driver of this conversation owes it now.

    `quiet` zero: no burst is waited out; `patience` zero: nor are media.
    """
    if state.leaving_since is not None:
        return parting.next_move(state, state.leaving_since, now)
    if state.turn is None:
        arrived = media_arrive(state, patience)
        if arrived is not None and arrived > now:
            return WaitForMedia(arrived)
        until = burst_ends(state, quiet)
        if until is not None and until > now:
            return WaitForBurst(until)
        started = TurnStarted(number=state.ended, rules=RULES, introduces=not state.introduced)
        return Decide(current_slot(state), [started])
    if reason := _spent(state):
        return Decide(
            current_slot(state), given_up(state.turn, state.step, reason, language=state.language)
        )
    return AskModel(state.turn, state.step, current_slot(state))


def media_arrive(state: Conversation, patience: timedelta) -> datetime | None:
    """By the log's times: at the latest so long after the first message that waits."""
    if not patience or all(message.media_left == 0 for message in state.pending):
        return None
    return state.pending[0].at + patience


def burst_ends(state: Conversation, quiet: timedelta) -> datetime | None:
    """By the log's times: after the last message's quiet, but not long after the first."""
    if not quiet or not state.pending or any(message.at_once for message in state.pending):
        return None
    return min(state.pending[-1].at + quiet, state.pending[0].at + LONGEST_BURST)


def _spent(state: Conversation) -> Reason | None:
    if state.repairs > MAX_REPAIRS:
        return "malformed"
    if state.step > MAX_STEPS:
        return "steps"
    if state.tokens > MAX_TOKENS:
        return "tokens"
    return "time" if work_left(state) <= timedelta() else None


def work_left(state: Conversation) -> timedelta:
    return MAX_WORK - timedelta(milliseconds=state.worked_ms)


def current_slot(state: Conversation) -> UUID:
    """The place of the next decision: whatever leaves this state takes it."""
    if state.leaving_since is not None:
        return slots.forgotten(streams.user_of(state.stream))
    if state.turn is None:
        return slots.turn(state.stream, state.ended)
    return slots.step(state.turn, state.step)


def parked(state: Conversation, error: str) -> Decide:
    """Gives up the open turn, with an apology, or the messages that wait for one."""
    if state.turn is None:
        given = [message.message for message in state.pending]
        return Decide(current_slot(state), [TurnParked(turn=None, messages=given, error=error)])
    given = [message.message for message in state.covers]
    return Decide(
        current_slot(state),
        [
            TurnParked(turn=state.turn, messages=given, error=error),
            ReplyReady(turn=state.turn, kind="apology", text=apology("parked", state.language)),
        ],
    )


def stopped(state: Conversation, turn: UUID) -> Decide:
    return Decide(current_slot(state), [TurnStopped(turn=turn, reason="user")])


def stops(state: Conversation, message_version: int) -> bool:
    """Whether a turn that was open when this message came is open still."""
    return state.turn is not None and state.turn_version < message_version


def is_stop_word(text: str) -> bool:
    """In any language: stopping costs nothing, and people stop in the language they think in."""
    return STOP.is_said(text, LANGUAGES)
