"""The turn: given facts, who drives, and what is owed next."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts import slots
from contracts.conversation import (
    RULES,
    HistorySummarized,
    ReplyCaught,
    ReplyReady,
    TurnParked,
    TurnRetried,
    TurnStarted,
    TurnStopped,
    TurnSuperseded,
    Usage,
    UserForgotten,
)
from contracts.replies import ReplyAssumed, ReplyDelivered, ReplySending, ReplyUndelivered
from contracts.tools import ActionProposed
from services.agent import decider
from services.agent.apologies import apology
from services.agent.decider import (
    FOLD,
    AskModel,
    Conversation,
    next_move,
)
from tests.support.events import answer, failed, finished, message, opened, reply, requested
from tests.support.memory_log import START
from tests.support.story import STREAM, Story, some

QUIET = timedelta(seconds=1)
NONE = timedelta()


PARKED = apology("parked", "en")


@pytest.fixture
def story() -> Story[Conversation]:
    return Story(FOLD)


def test_the_first_message_drives_and_the_next_do_not(story: Story) -> None:
    first = story.tell(message())[0]
    story.given(message("more"))

    assert story.state.driver == first.event_id
    assert [one.message for one in story.state.pending][0] == first.event_id


def test_a_turn_covers_what_was_pending_and_keeps_its_driver(story: Story) -> None:
    first = story.tell(message())[0]
    story.tell(message("more"))
    turn = story.tell(TurnStarted(number=0))[0].event_id
    story.tell(message("later"))

    now = story.state
    assert (now.turn, now.step, len(now.covers), len(now.pending)) == (turn, 1, 2, 1)
    assert now.driver == first.event_id


def test_a_second_turn_is_not_opened_over_an_open_one(story: Story) -> None:
    turn = opened(story)
    story.tell(TurnStarted(number=0))

    assert story.state.turn == turn


def test_calls_hand_the_turn_to_their_last_outcome(story: Story) -> None:
    turn = opened(story)
    _, one, two = story.tell(answer(turn, 1), requested(turn), requested(turn))
    assert story.state.driver is None

    story.tell(finished(one.event_id))
    assert story.state.driver is None
    last = story.tell(failed(two.event_id))[0]

    assert story.state.driver == last.event_id
    assert story.state.step == 2


def test_an_outcome_of_nobodys_call_changes_nothing(story: Story) -> None:
    opened(story)
    before = story.state
    story.tell(finished(uuid4()))
    story.tell(failed(uuid4()))

    assert story.state == before


def test_an_answer_to_another_step_changes_nothing(story: Story) -> None:
    turn = opened(story)
    story.tell(answer(turn, 2), requested(uuid4()))

    assert (story.state.step, story.state.waiting) == (1, frozenset())


def test_the_reply_closes_the_turn_and_nobody_drives(story: Story) -> None:
    turn = opened(story)
    story.tell(answer(turn, 1, text="hi"), reply(turn))

    now = story.state
    assert (now.turn, now.driver, now.ended, now.covers) == (None, None, 1, ())


def test_a_message_during_the_turn_is_driven_on_by_the_same_delivery(story: Story) -> None:
    driver = story.tell(message())[0].event_id
    turn = story.tell(TurnStarted(number=0))[0].event_id
    story.tell(message("meanwhile"))
    story.tell(answer(turn, 1, text="hi"), reply(turn))

    assert story.state.driver == driver
    story.when(next_move, START, NONE).then(
        TurnStarted(number=1, rules=RULES, introduces=False), slot=slots.turn(STREAM, 1)
    )


def test_a_reminder_in_the_middle_closes_nothing(story: Story) -> None:
    turn = opened(story)
    story.tell(reply(None, kind="reminder"))

    assert story.state.turn == turn


def test_parking_an_open_turn_apologizes_and_wakes_what_waits(story: Story) -> None:
    turn = opened(story)
    story.tell(message("meanwhile"))
    given_up = [one.message for one in story.state.covers]
    parked, _ = story.when(decider.parked, "boom").then(
        TurnParked(turn=turn, messages=given_up, error="boom"),
        ReplyReady(turn=turn, kind="apology", text=PARKED),
        slot=slots.step(turn, 1),
    )

    now = story.state
    assert (now.turn, now.ended, now.driver) == (None, 1, parked.event_id)


def test_parking_a_turn_with_nothing_waiting_leaves_no_driver(story: Story) -> None:
    opened(story)
    story.when(decider.parked, "boom").then(some(TurnParked), some(ReplyReady))

    assert story.state.driver is None


def test_parking_without_a_turn_gives_up_the_messages(story: Story) -> None:
    given = story.tell(message())[0].event_id
    story.when(decider.parked, "boom").then(
        TurnParked(turn=None, messages=[given], error="boom"), slot=slots.turn(STREAM, 0)
    )

    assert (story.state.pending, story.state.driver, story.state.ended) == ((), None, 1)


def test_a_message_that_came_while_others_were_parked_is_not_given_up(story: Story) -> None:
    story.tell(message())
    decision = decider.parked(story.state, "boom")
    meanwhile = story.tell(message())[0].event_id
    (parked,) = story.record(decision)

    now = story.state
    assert [one.message for one in now.pending] == [meanwhile]
    assert (now.driver, now.ended) == (parked.event_id, 1)


def test_parked_messages_come_back_first(story: Story) -> None:
    given = story.tell(message())[0].event_id
    (parked,) = story.when(decider.parked, "boom").then(some(TurnParked))
    again = story.tell(TurnRetried(parked=parked.event_id, messages=[given]))[0].event_id

    assert story.state.driver == again
    assert [one.message for one in story.state.pending] == [given]
    story.given(TurnRetried(parked=parked.event_id, messages=[]))
    assert len(story.state.pending) == 1


def test_stop_ends_the_turn_and_the_stopping_message_is_answered(story: Story) -> None:
    turn = opened(story)
    stop = story.tell(message("halt!"))[0]
    story.when(decider.stops, stop.version).then(True)
    story.when(decider.stops, 1).then(False)

    (stopped,) = story.when(decider.stopped, turn).then(TurnStopped(turn=turn, reason="user"))
    assert (story.state.turn, story.state.driver) == (None, stopped.event_id)
    story.when(decider.stops, stop.version).then(False)


@pytest.mark.parametrize(
    ("text", "stops"), [("Stop.", True), (" never mind ", True), ("stop the music", False)]
)
def test_only_a_whole_stop_word_stops(text: str, *, stops: bool) -> None:
    assert decider.is_stop_word(text) is stops


def test_a_forgotten_user_is_a_sink(story: Story) -> None:
    opened(story)
    story.tell(UserForgotten())
    story.tell(message())

    now = story.state
    assert (now.forgotten, now.driver, now.turn, now.pending) == (True, None, None, ())


def test_what_the_gateway_notes_is_not_the_agents(story: Story) -> None:
    opened(story)
    before = story.state
    story.tell(ReplySending(reply=uuid4(), part=0, parts=1, attempt=1, token=uuid4()))

    assert story.state == before


def test_an_open_turn_asks_the_model(story: Story) -> None:
    turn = opened(story)

    story.when(next_move, START, QUIET).then(AskModel(turn, 1, slots.step(turn, 1)))


def test_a_reply_assumed_gone_is_owed_to_the_user_until_one_tells_it_again(story: Story) -> None:
    turn = opened(story)
    (ready,) = story.tell(reply(turn))
    story.tell(ReplyAssumed(reply=ready.event_id, part=0, attempt=1, assumed="gone"))
    assert story.state.gone == (ready.event_id,)

    turn = opened(story)
    story.tell(reply(turn).model_copy(update={"tells_again": [ready.event_id]}))
    assert story.state.gone == ()


def test_a_reply_that_arrived_after_all_is_not_owed(story: Story) -> None:
    (ready,) = story.tell(reply(opened(story)))
    story.tell(ReplyAssumed(reply=ready.event_id, part=0, attempt=1, assumed="gone"))
    story.tell(ReplyDelivered(reply=ready.event_id, part=0, message_ref="SM9"))
    assert story.state.gone == ()


@pytest.mark.parametrize(
    ("code", "attempt", "owed"), [(63016, 1, False), (63016, None, True), (63024, 1, True)]
)
def test_what_whatsapp_refused_by_the_window_is_sent_again_and_not_owed(
    story: Story, code: int, attempt: int | None, *, owed: bool
) -> None:
    (ready,) = story.tell(reply(opened(story)))
    story.tell(ReplyAssumed(reply=ready.event_id, part=0, attempt=1, assumed="gone"))
    fact = ReplyUndelivered(
        reply=ready.event_id,
        part=0,
        message_ref="SM9",
        status="undelivered",
        code=code,
        attempt=attempt,
    )
    story.tell(fact)
    assert (story.state.gone == (ready.event_id,)) is owed


def asks(story: Story, *, sent: bool = True) -> tuple[UUID, UUID]:
    """A turn that proposes an action, and its reply."""
    turn = opened(story)
    story.tell(answer(turn, 1), requested(turn), proposes(turn))
    (ready,) = story.tell(reply(turn))
    if sent:
        story.tell(sending(ready.event_id, 0, 2), sending(ready.event_id, 1, 2))
    return turn, ready.event_id


def proposes(turn: UUID) -> ActionProposed:
    return ActionProposed(
        turn=turn, step=1, tool="pay_bill", arguments={}, fingerprint="f", why="always"
    )


def sending(ready: UUID, part: int, parts: int) -> ReplySending:
    return ReplySending(reply=ready, part=part, parts=parts, attempt=1, token=uuid4())


def test_what_a_reply_asks_stands_from_the_sending_of_its_last_part(story: Story) -> None:
    _, ready = asks(story, sent=False)
    assert [one.fingerprint for one in story.state.asked] == ["f"]
    assert (story.state.asked_in, story.state.asked_at) == (ready, None)

    story.tell(sending(ready, 0, 2))
    assert story.state.asked_at is None
    last = story.tell(sending(ready, 1, 2))[0]
    story.tell(sending(ready, 1, 2))
    assert story.state.asked_at == last.version


def test_the_next_turn_may_be_the_yes_and_no_other(story: Story) -> None:
    asks(story)
    turn = opened(story)
    assert [one.fingerprint for one in story.state.asked] == ["f"]

    story.tell(answer(turn, 1, text="ok"), reply(turn))
    assert story.state.asked == ()


@pytest.mark.parametrize("how", ["reminder", "parked", "stopped", "apology"])
def test_a_yes_to_something_else_is_none(story: Story, how: str) -> None:
    if how == "apology":
        turn = opened(story)
        story.tell(answer(turn, 1), requested(turn), proposes(turn))
        story.tell(reply(turn, kind="apology"))
    elif how == "reminder":
        asks(story)
        story.tell(reply(None, kind="reminder"))
    else:
        asks(story)
        turn = opened(story)
        now = story.state
        story.record(
            decider.stopped(now, turn) if how == "stopped" else decider.parked(now, "boom")
        )

    assert story.state.asked == ()


def test_a_reminder_after_the_yes_takes_nothing_from_it(story: Story) -> None:
    asks(story)
    story.tell(message("yes"))
    story.tell(reply(None, kind="reminder"))

    assert [one.fingerprint for one in story.state.asked] == ["f"]


def test_an_answer_sent_back_is_no_repair_and_the_turn_goes_on(story: Story) -> None:
    turn = opened(story)
    driver = story.state.driver
    caught = ReplyCaught(turn=turn, step=1, claims=["book"], corrected="by_model")
    story.tell(answer(turn, 1, text="I've booked it."), caught)

    now = story.state
    assert (now.caught, now.repairs, now.step, now.driver) == (True, 0, 2, driver)
    story.when(next_move, START, NONE).then(AskModel(turn, 2, slots.step(turn, 2)))
    story.tell(answer(turn, 2, text="I have not."), reply(turn))
    opened(story)
    assert not story.state.caught


def test_a_summary_is_counted_and_turns_are_counted_from_it(story: Story) -> None:
    for _ in range(2):
        story.tell(reply(opened(story)))
    assert story.state.turns_since == 2

    turn = opened(story)
    summary = HistorySummarized(
        number=0,
        covers_from=1,
        covers_upto=6,
        turns=2,
        text="",
        model="m",
        prompt_version="v",
        usage=Usage(),
    )
    (told,) = story.tell(summary)
    story.tell(summary)
    now = story.state
    assert (now.summary, now.summaries, now.summary_upto) == (told.event_id, 1, 6)
    assert now.turns_since == 0
    story.tell(reply(turn))
    assert story.state.turns_since == 1


def test_a_turn_that_gives_way_returns_its_messages_before_those_that_came_meanwhile(
    story: Story,
) -> None:
    (first,) = story.tell(message("flights to Rome", sid="SM1"))
    (started,) = story.tell(TurnStarted(number=0))
    (second,) = story.tell(message("stop please, wrong city", sid="SM2"))
    turn = started.event_id
    story.tell(answer(turn, 1, calls=(("give_way", {}),)), TurnSuperseded(turn=turn, step=1))
    now = story.state

    assert (now.turn, now.covers, now.ended) == (None, (), 1)
    assert [one.message for one in now.pending] == [first.event_id, second.event_id]
    assert now.driver == first.event_id

    story.tell(TurnStarted(number=1))
    assert [one.message for one in story.state.covers] == [
        first.event_id,
        second.event_id,
    ]
