"""Between taken over and handed back no turn opens; then one answers what nobody has."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts import slots
from contracts.consent import ConsentGiven, ConsentWithdrawn
from contracts.conversation import RULES, ReplyReady, TurnStarted
from contracts.recorded import Recorded
from contracts.replies import (
    WINDOW_SHUT,
    ReplyAssumed,
    ReplyParked,
    ReplyRefused,
    ReplySending,
    ReplySent,
    ReplyUndelivered,
)
from contracts.takeover import ConversationHandedBack
from services.agent.decider import FOLD, Conversation, current_slot
from services.agent.takeover import deciding
from taskflow.errors import ConcurrentAppend
from taskflow.log.appending import Because, Exists, Write
from tests.support.events import finished, message, requested
from tests.support.memory_log import START
from tests.support.story import STREAM, USER, Story

TOKEN, COMMAND = UUID(int=1), UUID(int=2)


class Taken(Story[Conversation]):
    """A conversation and the moves of an operator in it."""

    def __init__(self) -> None:
        super().__init__(FOLD)

    @property
    def waiting(self) -> list[UUID]:
        return [one.message for one in self.state.pending]

    def writes(self, text: str = "hello") -> UUID:
        return self.tell(message(text))[0].event_id

    def opens(self) -> UUID:
        started = TurnStarted(number=self.state.ended, rules=RULES, introduces=True)
        return self.tell(started, slot=current_slot(self.state))[0].event_id

    def answers(self, turn: UUID, **more: object) -> UUID:
        ready = ReplyReady(turn=turn, kind="answer", text="Done.").model_copy(update=more)
        return self.tell(ready, slot=slots.step(turn, 1))[0].event_id

    def claims(self, reply: UUID, part: int = 0, parts: int = 1) -> None:
        self.tell(ReplySending(reply=reply, part=part, parts=parts, attempt=1, token=TOKEN))

    def sends(self, reply: UUID, part: int = 0, parts: int = 1) -> None:
        self.claims(reply, part, parts)
        ref = f"SM{part}"
        self.tell(
            ReplySent(reply=reply, part=part, attempt=1, message_ref=ref, known_by="response")
        )

    def is_taken(self) -> Recorded:
        return self.record(deciding.taken_over(self.state, "Grace"))[0]

    def says(self, seen: int) -> None:
        assert self.state.taken is not None
        now = len(self.events)
        self.record(deciding.said(self.state.taken, "I am on it.", now, seen=seen, command=COMMAND))

    def is_handed_back(self) -> Recorded | None:
        decided = deciding.handed_back(self.state, "operator")
        return self.record(decided)[0] if decided else None


def refuted(reply: UUID) -> ReplyUndelivered:
    return ReplyUndelivered(
        reply=reply,
        part=0,
        message_ref="SM0",
        status="undelivered",
        code=WINDOW_SHUT,
        attempt=1,
    )


def test_the_open_turn_ends_and_its_messages_wait_before_later_ones() -> None:
    story = Taken()
    first = story.writes()
    turn = story.opens()
    second = story.writes()
    taken = story.is_taken()
    assert taken.event.turn == turn
    assert (story.state.turn, story.state.driver, story.state.ended) == (None, None, 1)
    assert story.waiting == [first, second]

    third = story.writes()
    assert (story.waiting, story.state.driver) == ([first, second, third], None)
    over = story.is_handed_back()
    assert over is not None
    assert story.state.driver == over.event_id


def test_whoever_moves_in_the_turns_slot_second_folds_again() -> None:
    story = Taken()
    story.writes()
    started = deciding.taken_over(story.state, "Grace")
    story.opens()
    late = story.log.put([started.write(STREAM, USER)], started.slot)
    assert isinstance(late, Exists)
    assert story.state.taken is None


def test_late_steps_and_tools_of_the_ended_turn_wake_nobody() -> None:
    story = Taken()
    story.writes()
    turn = story.opens()
    (call,) = story.tell(requested(turn))
    story.is_taken()
    story.tell(finished(call.event_id))
    story.tell(ReplyReady(turn=turn, kind="answer", text="Too late."))
    assert (story.state.turn, story.state.driver, len(story.waiting)) == (None, None, 1)


def test_an_answer_of_which_nothing_went_is_withdrawn_and_told_of_again() -> None:
    story = Taken()
    first = story.writes()
    turn = story.opens()
    story.answers(turn)
    assert story.state.introduced
    story.is_taken()
    assert (story.waiting, story.state.introduced) == ([first], False)


def test_an_answer_of_which_a_part_went_has_answered() -> None:
    story = Taken()
    story.writes()
    reply = story.answers(story.opens())
    story.sends(reply, 0, parts=2)
    story.is_taken()
    assert story.waiting == []


@pytest.mark.parametrize("sent", [True, False])
def test_what_is_on_its_way_is_waited_for(sent: bool) -> None:
    story = Taken()
    first = story.writes()
    reply = story.answers(story.opens())
    story.claims(reply)
    story.is_taken()
    assert (story.waiting, story.is_handed_back()) == ([], None)
    if sent:
        story.tell(
            ReplySent(reply=reply, part=0, attempt=1, message_ref="SM0", known_by="response")
        )
    else:
        story.tell(ReplyRefused(reply=reply, part=0, attempt=1, reason="429", again_at=START))
    assert story.waiting == ([] if sent else [first])
    assert story.is_handed_back() is not None


def test_a_line_settles_what_its_writer_saw_and_nothing_else() -> None:
    story = Taken()
    story.writes("first")
    story.is_taken()
    seen = story.events[-1].version
    later = story.writes("second")
    story.says(seen)
    assert story.waiting == [later]


def test_a_line_settles_what_waits_for_an_outcome_too() -> None:
    story = Taken()
    story.writes()
    reply = story.answers(story.opens())
    story.claims(reply)
    story.is_taken()
    story.says(story.events[-1].version)
    story.tell(ReplyRefused(reply=reply, part=0, attempt=1, reason="429", again_at=START))
    assert story.waiting == []


def test_a_refusal_after_the_hand_back_wakes_the_agent() -> None:
    story = Taken()
    first = story.writes()
    reply = story.answers(story.opens())
    story.sends(reply)
    story.is_taken()
    story.is_handed_back()
    assert (story.waiting, story.state.driver) == ([], None)
    (late,) = story.tell(refuted(reply))
    assert (story.waiting, story.state.driver) == ([first], late.event_id)


def test_without_a_takeover_a_refusal_brings_nothing_back() -> None:
    story = Taken()
    story.writes()
    reply = story.answers(story.opens())
    story.sends(reply)
    story.tell(refuted(reply))
    assert (story.waiting, story.state.driver) == ([], None)


def test_an_answer_that_is_given_back_is_followed_under_its_new_id() -> None:
    story = Taken()
    first = story.writes()
    reply = story.answers(story.opens())
    (parked,) = story.tell(ReplyParked(reply=reply, error="boom"))
    again = ReplyReady(turn=None, kind="answer", text="Done.")
    write, slot = Write(STREAM, [again], USER), slots.retry(parked.event_id)
    story.log.put([write], slot, Because.of(parked))
    assert story.waiting == []
    story.is_taken()
    assert story.waiting == [first]


def test_who_said_stop_is_not_woken_by_the_hand_back() -> None:
    story = Taken()
    stop = message("STOP").model_copy(update={"word": "stop"})
    story.tell(stop, ConsentWithdrawn())
    first = story.writes()
    story.is_taken()
    story.is_handed_back()
    assert (story.waiting, story.state.driver) == ([first], None)
    story.tell(message("START").model_copy(update={"word": "start"}), ConsentGiven())
    assert story.state.driver is not None


def test_start_opens_no_turn_beside_an_operator() -> None:
    story = Taken()
    story.tell(message("STOP").model_copy(update={"word": "stop"}), ConsentWithdrawn())
    story.writes()
    story.is_taken()
    story.tell(message("START").model_copy(update={"word": "start"}), ConsentGiven())
    assert story.state.driver is None
    over = story.is_handed_back()
    assert over is not None
    assert story.state.driver == over.event_id


def test_neither_an_operators_line_nor_what_they_spoke_after_is_told_again() -> None:
    story = Taken()
    story.writes()
    reply = story.answers(story.opens())
    story.claims(reply)
    story.is_taken()
    story.tell(ReplyAssumed(reply=reply, part=0, attempt=1, assumed="gone"))
    story.says(0)
    line = story.events[-1].event_id
    story.claims(line)
    story.tell(ReplyAssumed(reply=line, part=0, attempt=1, assumed="gone"))
    assert story.state.gone == ()


def test_a_hand_back_takes_the_slot_of_its_takeover() -> None:
    story = Taken()
    story.writes()
    story.is_taken()
    first = deciding.handed_back(story.state, "operator")
    story.is_handed_back()
    story.is_taken()
    assert first is not None
    late = story.log.put([first.write(STREAM, USER)], first.slot)
    assert isinstance(late, Exists)
    assert story.state.taken is not None


def test_an_operator_is_idle_two_hours_after_their_last_line() -> None:
    story = Taken()
    story.writes()
    story.is_taken()
    story.log.pass_time(timedelta(minutes=90))
    story.says(1)
    story.log.pass_time(timedelta(minutes=119))
    assert not deciding.is_idle(story.state, story.log.now)
    story.log.pass_time(timedelta(minutes=1))
    assert deciding.is_idle(story.state, story.log.now)
    story.tell(ConversationHandedBack(takeover=story.state.taken or TOKEN, why="idle"))
    assert not deciding.is_idle(story.state, story.log.now)


@pytest.mark.parametrize("gate", ["hand back", "message"])
def test_a_line_conflicts_with_the_end_of_its_takeover_and_with_no_message(gate: str) -> None:
    story = Taken()
    story.writes()
    story.is_taken()
    taken = story.state.taken
    assert taken is not None
    line = deciding.said(taken, "I am on it.", len(story.events), seen=1, command=COMMAND)
    if gate == "message":
        story.writes()
        assert len(story.record(line)) == 2
        return
    story.is_handed_back()
    with pytest.raises(ConcurrentAppend):
        story.record(line)
