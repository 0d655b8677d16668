"""What a reply ends, asks and offers, and what becomes of it on its way."""

from typing import Any
from uuid import UUID

from contracts.conversation import (
    HistorySummarized,
    ReplyReady,
    Usage,
)
from contracts.event import Event
from contracts.replies import ReplyAssumed, ReplySending, ReplyUndelivered
from services.agent.state import Proposal, Undoable
from tests.support.events import reply
from tests.support.memory_log import START
from tests.unit.agent.folded import (
    ASKED,
    CLOSED,
    IDLE,
    MESSAGE,
    OLD_TURN,
    OPEN,
    OTHER,
    OUTCOME,
    PROPOSAL,
    REPLY,
    SECOND,
    THIS,
    TURN,
    VERSION,
    WAITING,
    after,
)


def replied(**facts: Any) -> ReplyReady:
    return reply(TURN).model_copy(update=facts)


def test_a_reply_ends_its_turn_and_asks_what_was_proposed() -> None:
    state = OPEN.but(asks_to_forget=False, asked_to_forget=False, driver=MESSAGE)
    ended = state.but(**CLOSED, owed_turns=(), introduced=True)

    asking = {"asked": (PROPOSAL,), "asked_in": THIS}
    assert after(state, replied()) == ended.but(**asking)
    assert after(state, replied(tells_again=[REPLY])) == ended.but(**asking, gone=())
    assert after(state.but(pending=(), proposed=()), replied()) == ended.but(
        pending=(), driver=None
    )


def test_a_driver_goes_on_behind_a_reply_where_messages_wait_and_may_be_answered() -> None:
    state = OPEN.but(driver=MESSAGE)

    assert after(state, replied()).driver == MESSAGE
    assert after(state.but(pending=()), replied()).driver is None
    assert after(state.but(consent=False), replied()).driver is None


def test_a_reply_that_tells_of_changes_may_be_taken_back() -> None:
    told = after(OPEN, replied(receipts=[OUTCOME]))

    assert told.owed == ()
    assert told.undoable == Undoable(reply=THIS, since=VERSION)


def test_an_apology_asks_nothing() -> None:
    state = OPEN.but(asks_to_forget=False)

    assert after(state, replied(kind="apology")).asked == ()
    assert after(state, replied(kind="apology")).introduced


def test_a_reply_that_asks_whether_to_forget_introduces_nobody() -> None:
    asked = after(OPEN, replied())

    assert (asked.introduced, asked.asked_to_forget, asked.asked_in) == (False, True, THIS)
    assert after(OPEN.but(introduced=True), replied()).introduced


def test_a_zone_is_asked_once() -> None:
    guess = Proposal(proposed=OTHER, fingerprint="z", zone="Asia/Tokyo")

    assert after(OPEN.but(proposed=(guess,)), replied()).zone_asked
    assert after(OPEN.but(zone_asked=True), replied()).zone_asked
    assert not after(OPEN, replied()).zone_asked


def test_the_reply_of_a_parked_turn_tells_its_receipts() -> None:
    idle = OPEN.but(turn=None)

    told = after(idle, reply(OLD_TURN).model_copy(update={"receipts": [OUTCOME]}))
    assert (told.owed, told.owed_turns) == ((), ())
    assert told.undoable == Undoable(reply=THIS)
    assert after(idle, reply(OLD_TURN)) == idle


def test_what_we_say_unasked_ends_a_question_but_no_turn() -> None:
    asked = IDLE.but(asked=(ASKED,), asked_in=REPLY, asked_at=8, asked_to_forget=True)
    for kind, outside in (("reminder", False), ("alert", True)):
        said = reply(None, kind=kind)

        assert after(asked, said) == IDLE.but(outside=outside)
        assert after(asked.but(outside=True), said).outside
        busy = asked.but(pending=(WAITING,))
        assert after(busy, said) == busy.but(outside=outside)
        assert after(OPEN, said) == OPEN.but(outside=outside)


def sending(part: int = 0, parts: int = 1, of: UUID = REPLY) -> ReplySending:
    return ReplySending(reply=of, part=part, parts=parts, attempt=1, token=OTHER)


def test_once_its_last_part_goes_out_a_reply_may_be_answered_and_taken_back() -> None:
    offered = IDLE.but(undoable=Undoable(reply=REPLY, since=2), asked=(ASKED,), asked_in=REPLY)
    at_once = Undoable(reply=REPLY, sent_at=START + SECOND, since=VERSION)

    assert after(offered, sending()) == offered.but(undoable=at_once, asked_at=VERSION)
    assert after(offered, sending(1, 2)) == offered.but(undoable=at_once, asked_at=VERSION)
    assert after(offered, sending(0, 2)) == offered
    assert after(offered, sending(of=OTHER)) == offered


def test_a_part_that_goes_out_again_moves_nothing() -> None:
    sent = IDLE.but(
        undoable=Undoable(reply=REPLY, sent_at=START, since=2),
        asked=(ASKED,),
        asked_in=REPLY,
        asked_at=8,
    )

    assert after(sent, sending()) == sent
    later = Undoable(reply=REPLY, since=VERSION + 1)
    offered = after(sent.but(undoable=later), sending()).undoable
    assert offered == Undoable(reply=REPLY, sent_at=START + SECOND, since=VERSION + 1)


def test_summaries_are_counted() -> None:
    summary = HistorySummarized(
        number=2,
        covers_from=1,
        covers_upto=30,
        turns=4,
        text="",
        model="m",
        prompt_version="v1",
        usage=Usage(),
    )
    state = OPEN.but(summaries=2)

    assert after(state, summary) == state.but(
        summary=THIS, summaries=3, summary_upto=30, turns_since=0
    )
    assert after(OPEN, summary) == OPEN


def undelivered(status: str = "undelivered", code: int = 63016) -> Event:
    about: dict[str, Any] = {"reply": REPLY, "part": 0, "message_ref": "SM", "attempt": 1}
    return ReplyUndelivered(status=status, code=code, **about)


def test_what_may_not_have_arrived_is_told_again() -> None:
    gone = ReplyAssumed(reply=OTHER, part=0, attempt=1, assumed="gone")

    assert after(OPEN, gone).gone == (REPLY, OTHER)
    assert after(OPEN, gone.model_copy(update={"reply": REPLY})).gone == (REPLY,)
    assert after(OPEN, gone.model_copy(update={"assumed": "again"})) == OPEN


def test_a_reply_that_the_window_kept_back_is_sent_again_by_itself() -> None:
    waits = IDLE.but(pending=(WAITING,), gone=(REPLY, OTHER))

    assert after(waits, undelivered()) == waits.but(gone=(OTHER,), driver=THIS)
    assert after(IDLE.but(gone=(REPLY,)), undelivered()) == IDLE
    assert after(waits, undelivered(code=1)) == waits
