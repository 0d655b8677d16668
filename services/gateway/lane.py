"""A user's lane, as a pure fold of the conversation: what waits, what is held, and what left.

Replies go out strictly one after the other; each attempt at each part is claimed before it is
POSTed and has exactly one outcome. The rules are in docs/protocol.md.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts.channels import has_senders
from contracts.consent import ConsentGiven, ConsentWithdrawn
from contracts.conversation import MessageReceived, ReplyReady, TurnStarted, UserForgotten
from contracts.recorded import Recorded
from contracts.replies import (
    OPTED_OUT,
    TEMPLATE_REFUSED,
    WINDOW_SHUT,
    ReplyAssumed,
    ReplyDelivered,
    ReplyFailed,
    ReplyHeld,
    ReplyParked,
    ReplyRead,
    ReplyRefused,
    ReplySending,
    ReplySent,
    ReplyUndelivered,
)
from contracts.takeover import ConversationHandedBack, ConversationTakenOver
from services.gateway.queued import Queued, place
from services.gateway.senders import is_current, named, noting, opposes, state_of, written_to
from services.gateway.state import RANKS, REPAIRED, RETRIED, Lane, Sent, ranked, remembering
from services.gateway.withdrawing import is_overtaken, is_unsaid, is_withdrawn, taken_over
from taskflow.limits.rates import Rate
from taskflow.log.folding import Fold

GATES = (
    MessageReceived.type,
    ReplyRefused.type,
    ReplyUndelivered.type,
    ConversationTakenOver.type,
    ConversationHandedBack.type,
)
"""Facts that may forbid what an older fold allowed: claims and holds conflict with them."""
PAIR = Rate(every=timedelta(seconds=6), burst=45)
"""WhatsApp's, of messages from one sender to one user (131056, at Twilio 63018)."""


def evolve(lane: Lane, recorded: Recorded[Any]) -> Lane:
    if lane.forgotten:
        return lane
    after = _evolved(lane, recorded)
    return after if after.queue or after.owes else after.but(driver=None)


def _evolved(lane: Lane, recorded: Recorded[Any]) -> Lane:  # noqa: C901, PLR0911, PLR0912 - a fold
    if recorded.event.type in GATES:
        lane = lane.but(gate=recorded.version)
    match recorded.event:
        case MessageReceived(channel=channel, word=word, sender=sender):
            lane, at = written_to(lane, sender), recorded.recorded_at
            heard = lane.but(channel=channel, heard=recorded.version, heard_at=at)
            return _written(heard, word, recorded)
        case ConsentWithdrawn():
            return _withdrawn(lane, lane.sender, recorded)
        case ConsentGiven():
            return _given(lane, recorded)
        case TurnStarted(language=language):
            return lane.but(language=language)
        case ConversationTakenOver():
            return taken_over(lane, recorded)
        case ConversationHandedBack():
            return lane.but(taken=None)
        case ReplyReady() as ready if is_overtaken(lane, ready, recorded):
            return lane
        case ReplyReady(kind=kind, language=language) as ready:
            if kind == "notice":
                lane = lane.but(owes=None, told=True)
            if kind in {"confirmation", "notice"} and lane.consent:
                return lane
            new = Queued(
                reply=recorded.event_id,
                kind=kind,
                ready=recorded.version,
                language=language,
                has_buttons=ready.buttons is not None or ready.choices is not None,
                has_picture=ready.picture is not None,
                pin="shown" if ready.location is not None and ready.document is None else None,
            )
            return _queued(lane, (new,), recorded)
        case ReplySending(within=UUID()) as claim:
            return _joined(lane, claim, recorded)
        case ReplySending() as claim if _is_head(lane, claim, claimed=False):
            at, lane = recorded.recorded_at, named(lane, claim.sender)
            if has_senders(lane.channel):
                full_at = PAIR.taken(state_of(lane, claim.sender).full_at, at)
                lane = noting(lane, claim.sender, full_at=full_at)
            return _head(lane, lane.queue[0].claimed(claim, recorded.version, at))
        case ReplyHeld() as hold if _is_head(lane, hold, claimed=False):
            return _left(lane, 0).but(held=(*lane.held, lane.queue[0].held()))
        case ReplySent() as sent if _is_head(lane, sent, claimed=True):
            known = Sent(
                message_ref=sent.message_ref,
                reply=sent.reply,
                part=sent.part,
                attempt=sent.attempt,
            )
            return _part_done(lane.but(sent=remembering(lane.sent, known)))
        case ReplyAssumed(assumed="gone") as assumed if _is_head(lane, assumed, claimed=True):
            return _part_done(lane)
        case ReplyAssumed(assumed="again") as assumed if _is_head(lane, assumed, claimed=True):
            return _head(lane, lane.queue[0].to_do_again())
        case ReplyRefused() as no if _is_head(lane, no, claimed=True):
            return _refused(lane, no, recorded)
        case ReplyFailed() as failed if _is_head(lane, failed, claimed=True):
            return _given_up(lane, 0)
        case ReplyParked() as parked:
            return _parked(lane, parked, recorded)
        case ReplyDelivered() as fact:
            return lane.but(sent=ranked(lane.sent, fact, RANKS["delivered"]))
        case ReplyRead() as fact:
            return lane.but(sent=ranked(lane.sent, fact, RANKS["read"]))
        case ReplyUndelivered(status=status) as fact:
            known = lane.but(sent=ranked(lane.sent, fact, RANKS[status]))
            return _repaired(known, fact, recorded)
        case UserForgotten():
            return Lane(forgotten=True)
        case _:
            return lane


Attempt = ReplySending | ReplyHeld | ReplySent | ReplyAssumed | ReplyRefused | ReplyFailed


def _written(lane: Lane, word: str | None, recorded: Recorded[Any]) -> Lane:
    """Who does not want to hear from us releases nothing but the word on that."""
    if lane.consent and word != "stop":
        return _released(lane, lane.held, recorded)
    released = _released(
        lane, tuple(queued for queued in lane.held if queued.is_of_consent), recorded
    )
    if word == "stop":
        return released.but(owes=None)
    if word is None and not lane.told:
        return released.but(owes=lane.stop, driver=released.driver or recorded.event_id)
    return released


def _released(lane: Lane, back: tuple[Queued, ...], recorded: Recorded[Any]) -> Lane:
    left = tuple(queued for queued in lane.held if queued not in back)
    late = tuple(queued.but(released_at=recorded.recorded_at) for queued in back)
    return _queued(lane.but(held=left), late, recorded) if back else lane


def _withdrawn(lane: Lane, sender: str | None, recorded: Recorded[Any]) -> Lane:
    if is_current(lane, sender):
        lane = lane.but(owes=None)
    return noting(lane, sender, consent=False, stop=recorded.event_id, told=False)


def _given(lane: Lane, recorded: Recorded[Any]) -> Lane:
    """The words on the STOP are dropped, unless they are on their way; all else goes."""
    given = lane.but(
        consent=True,
        consented=recorded.version,
        owes=None,
        queue=tuple(queued for queued in lane.queue if queued.token or not queued.is_of_consent),
        held=tuple(queued for queued in lane.held if not queued.is_of_consent),
    )
    return _released(given, given.held, recorded)


def _is_head(lane: Lane, event: Attempt, *, claimed: bool) -> bool:
    if not lane.queue or (lane.queue[0].token is not None) != claimed:
        return False
    return place(lane.queue[0]) == (event.reply, event.part, event.attempt)


def _queued(lane: Lane, more: tuple[Queued, ...], recorded: Recorded[Any]) -> Lane:
    queue = _in_order((*lane.queue, *more))
    return lane.but(queue=queue, driver=lane.driver or recorded.event_id)


def _in_order(queue: tuple[Queued, ...]) -> tuple[Queued, ...]:
    """Of their `reply.ready`, but for a head that is claimed: as long as it is, it stays."""
    return tuple(sorted(queue, key=lambda queued: (queued.token is None, queued.ready)))


def _joined(lane: Lane, claim: ReplySending, recorded: Recorded[Any]) -> Lane:
    """Claimed with the head, by whose message it goes: it stands behind that, and ends with it."""
    waits = (queued for queued in lane.queue if queued.token is None)
    one = next(
        (wait for wait in waits if place(wait) == (claim.reply, claim.part, claim.attempt)), None
    )
    head = lane.queue[0] if lane.queue else None
    if one is None or head is None or (head.reply, head.token) != (claim.within, claim.token):
        return lane
    claimed = one.claimed(claim, recorded.version, recorded.recorded_at).but(within=place(head))
    return lane.but(queue=_in_order(tuple(claimed if q is one else q for q in lane.queue)))


def _head(lane: Lane, head: Queued) -> Lane:
    return lane.but(queue=_in_order((head, *lane.queue[1:])))


def _left(lane: Lane, at: int) -> Lane:
    return lane.but(queue=(*lane.queue[:at], *lane.queue[at + 1 :]))


def _given_up(lane: Lane, at: int) -> Lane:
    gone = (*lane.gone, lane.queue[at].finished())
    return _left(lane, at).but(gone=gone[-REPAIRED:])


def _parked(lane: Lane, parked: ReplyParked, recorded: Recorded[Any]) -> Lane:
    """Also behind another: an earlier one may have come back while it was decided."""
    at = next((n for n, one in enumerate(lane.queue) if one.reply == parked.reply), None)
    if at is None:
        return lane
    if lane.queue[at].is_answer and lane.took:
        lane = lane.but(parked=(*lane.parked, recorded.event_id)[-RETRIED:])
    return _given_up(lane, at).but(driver=recorded.event_id)


def _refused(lane: Lane, no: ReplyRefused, recorded: Recorded[Any]) -> Lane:
    """The channel has it not. With a code, it is not asked for the same again."""
    head = lane.queue[0]
    claim, sender = head.claim_of(no.part, no.attempt), head.sender_of(no.part, no.attempt)
    refused_word = head.is_of_consent and no.code == OPTED_OUT
    if refused_word or is_unsaid(lane, head, sender):
        lane = _given_up(lane, 0)
    else:
        lane = _head(lane, _again(head, no))
    match no.code:
        case code if code == WINDOW_SHUT:
            return _shut(lane, sender, claim)
        case code if code == OPTED_OUT and opposes(state_of(lane, sender), claim):
            return _withdrawn(lane, sender, recorded)
        case _:
            return lane


def _again(head: Queued, no: ReplyRefused) -> Queued:
    """Not with what was refused as it is: with its template, its buttons or its pin."""
    if no.code is None:
        return head.to_do_again(no.again_at)
    as_it_was = no.code in {WINDOW_SHUT, OPTED_OUT} or head.template is not None
    return head.to_do() if as_it_was else head.to_do().in_words(no.part).but(alone=True)


def _part_done(lane: Lane) -> Lane:
    settled = lane.queue[0].part_done()
    if not settled.over and not is_withdrawn(lane, settled):
        return _head(lane, settled)
    return _left(lane, 0).but(gone=(*lane.gone, settled)[-REPAIRED:])


def _shut(lane: Lane, sender: str | None, claim: int) -> Lane:
    """A refusal speaks of its claim's moment and sender, whenever it is heard."""
    return noting(lane, sender, shut=max(state_of(lane, sender).shut, claim))


def _repaired(lane: Lane, fact: ReplyUndelivered, recorded: Recorded[Any]) -> Lane:
    """A part that counts as done by the very attempt that was refused is to do again."""
    known = (*lane.queue, *lane.held, *lane.gone)
    reply = next((queued for queued in known if queued.reply == fact.reply), None)
    is_shut = fact.code == WINDOW_SHUT
    if reply is None or fact.attempt is None:
        return lane
    by_content = reply.template or reply.shows(fact.part)
    if not (is_shut or (by_content and fact.code in TEMPLATE_REFUSED)):
        return lane
    sender = reply.sender_of(fact.part, fact.attempt)
    claim = reply.claim_of(fact.part, fact.attempt)
    shut = _shut(lane, sender, claim) if is_shut else lane
    if not reply.is_done_by(fact.part, fact.attempt) or is_unsaid(lane, reply, sender):
        return shut
    again = reply.undone(fact.part)
    if not (is_shut or reply.template):
        again = again.in_words(fact.part)
    if reply in lane.queue:
        return shut.but(queue=tuple(again if queued is reply else queued for queued in lane.queue))
    without = shut.but(
        held=tuple(queued for queued in lane.held if queued is not reply),
        gone=tuple(queued for queued in lane.gone if queued is not reply),
    )
    return _queued(without, (again,), recorded)


FOLD = Fold("lane", 12, Lane, evolve)
