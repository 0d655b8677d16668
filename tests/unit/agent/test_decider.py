"""The turn: given facts, who drives, and what is owed next."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts import slots
from contracts.conversation import (
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
from services.agent.decider import (
    FOLD,
    AskModel,
    Conversation,
    next_move,
)
from taskflow.log.deciding import Decide
from tests.support.events import answer, failed, finished, message, opened, reply, requested
from tests.support.memory_log import START
from tests.support.story import STREAM, Story

QUIET = timedelta(seconds=1)
NONE = timedelta()


@pytest.fixture
def story() -> Story:
    return Story()


def state(story: Story) -> Conversation:
    return FOLD.over(story.events)


def test_the_first_message_drives_and_the_next_do_not(story: Story) -> None:
    first = story.tell(message())[0]
    story.tell(message("more"))

    assert state(story).driver == first.event_id
    assert [one.message for one in state(story).pending][0] == first.event_id


def test_a_turn_covers_what_was_pending_and_keeps_its_driver(story: Story) -> None:
    first = story.tell(message())[0]
    story.tell(message("more"))
    turn = story.tell(TurnStarted(number=0))[0].event_id
    story.tell(message("later"))

    now = state(story)
    assert (now.turn, now.step, len(now.covers), len(now.pending)) == (turn, 1, 2, 1)
    assert now.driver == first.event_id


def test_a_second_turn_is_not_opened_over_an_open_one(story: Story) -> None:
    turn = opened(story)
    story.tell(TurnStarted(number=0))

    assert state(story).turn == turn


def test_calls_hand_the_turn_to_their_last_outcome(story: Story) -> None:
    turn = opened(story)
    _, one, two = story.tell(answer(turn, 1), requested(turn), requested(turn))
    assert state(story).driver is None

    story.tell(finished(one.event_id))
    assert state(story).driver is None
    last = story.tell(failed(two.event_id))[0]

    assert state(story).driver == last.event_id
    assert state(story).step == 2


def test_an_outcome_of_nobodys_call_changes_nothing(story: Story) -> None:
    opened(story)
    before = state(story)
    story.tell(finished(uuid4()))
    story.tell(failed(uuid4()))

    assert state(story) == before


def test_an_answer_to_another_step_changes_nothing(story: Story) -> None:
    turn = opened(story)
    story.tell(answer(turn, 2), requested(uuid4()))

    assert (state(story).step, state(story).waiting) == (1, frozenset())


def test_the_reply_closes_the_turn_and_nobody_drives(story: Story) -> None:
    turn = opened(story)
    story.tell(answer(turn, 1, text="hi"), reply(turn))

    now = state(story)
    assert (now.turn, now.driver, now.ended, now.covers) == (None, None, 1, ())


def test_a_message_during_the_turn_is_driven_on_by_the_same_delivery(story: Story) -> None:
    driver = story.tell(message())[0].event_id
    turn = story.tell(TurnStarted(number=0))[0].event_id
    story.tell(message("meanwhile"))
    story.tell(answer(turn, 1, text="hi"), reply(turn))

    assert state(story).driver == driver
    assert isinstance(next_move(state(story), START, NONE), Decide)


def test_a_reminder_in_the_middle_closes_nothing(story: Story) -> None:
    turn = opened(story)
    story.tell(reply(None, kind="reminder"))

    assert state(story).turn == turn


def test_parking_an_open_turn_apologizes_and_wakes_what_waits(story: Story) -> None:
    turn = opened(story)
    story.tell(message("meanwhile"))
    decision = decider.parked(state(story), "boom")
    parked = story.tell(*decision.events, slot=decision.slot)

    assert decision.slot == slots.step(turn, 1)
    assert isinstance(parked[1].event, ReplyReady)
    now = state(story)
    assert (now.turn, now.ended, now.driver) == (None, 1, parked[0].event_id)


def test_parking_a_turn_with_nothing_waiting_leaves_no_driver(story: Story) -> None:
    opened(story)
    decision = decider.parked(state(story), "boom")
    story.tell(*decision.events)

    assert state(story).driver is None


def test_parking_without_a_turn_gives_up_the_messages(story: Story) -> None:
    given = story.tell(message())[0].event_id
    decision = decider.parked(state(story), "boom")
    story.tell(*decision.events)

    assert decision == Decide(
        slots.turn(STREAM, 0), [TurnParked(turn=None, messages=[given], error="boom")]
    )
    assert (state(story).pending, state(story).driver, state(story).ended) == ((), None, 1)


def test_a_message_that_came_while_others_were_parked_is_not_given_up(story: Story) -> None:
    story.tell(message())
    decision = decider.parked(state(story), "boom")
    meanwhile = story.tell(message())[0].event_id
    parked = story.tell(*decision.events, slot=decision.slot)[0]

    now = state(story)
    assert [one.message for one in now.pending] == [meanwhile]
    assert (now.driver, now.ended) == (parked.event_id, 1)


def test_parked_messages_come_back_first(story: Story) -> None:
    given = story.tell(message())[0].event_id
    parked = story.tell(*decider.parked(state(story), "boom").events)[0].event_id
    again = story.tell(TurnRetried(parked=parked, messages=[given]))[0].event_id

    assert state(story).driver == again
    assert [one.message for one in state(story).pending] == [given]
    story.tell(TurnRetried(parked=parked, messages=[]))
    assert len(state(story).pending) == 1


def test_stop_ends_the_turn_and_the_stopping_message_is_answered(story: Story) -> None:
    turn = opened(story)
    stop = story.tell(message("halt!"))[0]
    assert decider.stops(state(story), stop.version)
    assert not decider.stops(state(story), 1)

    decision = decider.stopped(state(story), turn)
    stopped = story.tell(*decision.events, slot=decision.slot)[0]

    assert isinstance(stopped.event, TurnStopped)
    assert (state(story).turn, state(story).driver) == (None, stopped.event_id)
    assert not decider.stops(state(story), stop.version)


@pytest.mark.parametrize(
    ("text", "stops"), [("Stop.", True), (" never mind ", True), ("stop the music", False)]
)
def test_only_a_whole_stop_word_stops(text: str, *, stops: bool) -> None:
    assert decider.is_stop_word(text) is stops


def test_a_forgotten_user_is_a_sink(story: Story) -> None:
    opened(story)
    story.tell(UserForgotten())
    story.tell(message())

    now = state(story)
    assert (now.forgotten, now.driver, now.turn, now.pending) == (True, None, None, ())


def test_what_the_gateway_notes_is_not_the_agents(story: Story) -> None:
    opened(story)
    before = state(story)
    story.tell(ReplySending(reply=uuid4(), part=0, parts=1, attempt=1, token=uuid4()))

    assert state(story) == before


def test_an_open_turn_asks_the_model(story: Story) -> None:
    turn = opened(story)

    assert next_move(state(story), START, QUIET) == AskModel(turn, 1, slots.step(turn, 1))


def test_a_reply_assumed_gone_is_owed_to_the_user_until_one_tells_it_again() -> None:
    story = Story()
    turn = opened(story)
    (ready,) = story.tell(reply(turn))
    story.tell(ReplyAssumed(reply=ready.event_id, part=0, attempt=1, assumed="gone"))
    assert FOLD.over(story.events).gone == (ready.event_id,)

    turn = opened(story)
    story.tell(reply(turn).model_copy(update={"tells_again": [ready.event_id]}))
    assert FOLD.over(story.events).gone == ()


def test_a_reply_that_arrived_after_all_is_not_owed() -> None:
    story = Story()
    (ready,) = story.tell(reply(opened(story)))
    story.tell(ReplyAssumed(reply=ready.event_id, part=0, attempt=1, assumed="gone"))
    story.tell(ReplyDelivered(reply=ready.event_id, part=0, message_ref="SM9"))
    assert FOLD.over(story.events).gone == ()


@pytest.mark.parametrize(
    ("code", "attempt", "owed"), [(63016, 1, False), (63016, None, True), (63024, 1, True)]
)
def test_what_whatsapp_refused_by_the_window_is_sent_again_and_not_owed(
    code: int, attempt: int | None, *, owed: bool
) -> None:
    story = Story()
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
    assert (FOLD.over(story.events).gone == (ready.event_id,)) is owed


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
    assert [one.fingerprint for one in state(story).asked] == ["f"]
    assert (state(story).asked_in, state(story).asked_at) == (ready, None)

    story.tell(sending(ready, 0, 2))
    assert state(story).asked_at is None
    last = story.tell(sending(ready, 1, 2))[0]
    story.tell(sending(ready, 1, 2))
    assert state(story).asked_at == last.version


def test_the_next_turn_may_be_the_yes_and_no_other(story: Story) -> None:
    asks(story)
    turn = opened(story)
    assert [one.fingerprint for one in state(story).asked] == ["f"]

    story.tell(answer(turn, 1, text="ok"), reply(turn))
    assert state(story).asked == ()


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
        now = state(story)
        decision = decider.stopped(now, turn) if how == "stopped" else decider.parked(now, "boom")
        story.tell(*decision.events)

    assert state(story).asked == ()


def test_a_reminder_after_the_yes_takes_nothing_from_it(story: Story) -> None:
    asks(story)
    story.tell(message("yes"))
    story.tell(reply(None, kind="reminder"))

    assert [one.fingerprint for one in state(story).asked] == ["f"]


def test_an_answer_sent_back_is_no_repair_and_the_turn_goes_on(story: Story) -> None:
    turn = opened(story)
    driver = state(story).driver
    caught = ReplyCaught(turn=turn, step=1, claims=["book"], corrected="by_model")
    story.tell(answer(turn, 1, text="I've booked it."), caught)

    now = state(story)
    assert (now.caught, now.repairs, now.step, now.driver) == (True, 0, 2, driver)
    assert next_move(now, START, NONE) == AskModel(turn, 2, slots.step(turn, 2))
    story.tell(answer(turn, 2, text="I have not."), reply(turn))
    opened(story)
    assert not state(story).caught


def test_a_summary_is_counted_and_turns_are_counted_from_it(story: Story) -> None:
    for _ in range(2):
        story.tell(reply(opened(story)))
    assert state(story).turns_since == 2

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
    now = state(story)
    assert (now.summary, now.summaries, now.summary_upto) == (told.event_id, 1, 6)
    assert now.turns_since == 0
    story.tell(reply(turn))
    assert state(story).turns_since == 1


def test_a_turn_that_gives_way_returns_its_messages_before_those_that_came_meanwhile() -> None:
    story = Story()
    (first,) = story.tell(message("flights to Rome", sid="SM1"))
    (started,) = story.tell(TurnStarted(number=0))
    (second,) = story.tell(message("stop please, wrong city", sid="SM2"))
    turn = started.event_id
    story.tell(answer(turn, 1, calls=(("give_way", {}),)), TurnSuperseded(turn=turn, step=1))
    state = FOLD.over(story.events)

    assert (state.turn, state.covers, state.ended) == (None, (), 1)
    assert [one.message for one in state.pending] == [first.event_id, second.event_id]
    assert state.driver == first.event_id

    story.tell(TurnStarted(number=1))
    assert [one.message for one in FOLD.over(story.events).covers] == [
        first.event_id,
        second.event_id,
    ]
