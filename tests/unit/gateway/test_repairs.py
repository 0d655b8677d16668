"""What WhatsApp refuses after Twilio had accepted it counts as said no more, and is said again."""

import pytest

from contracts.event import decode
from contracts.replies import ReplyAssumed, ReplyUndelivered
from services.gateway.decider import MAX_REPEATS, Reconcile, next_move, window_is_open
from services.gateway.state import REPAIRED
from tests.support.events import message
from tests.support.lane_story import LaneStory, assumed, failed, refused, sent
from tests.support.memory_log import START
from tests.support.story import some
from tests.unit.gateway.test_window import hold, refused_late


@pytest.fixture
def story() -> LaneStory:
    """Of a user who wrote."""
    return LaneStory().given(message())


def test_a_refusal_speaks_of_its_claim_whenever_it_is_heard(story: LaneStory) -> None:
    first = story.ready()
    story.goes("SM1")
    story.tell(message())
    story.ready()
    refused_late(story, first)

    assert window_is_open(story.state, START)
    assert (story.head.reply, story.head.attempt) == (first, 2)


def test_other_codes_shut_and_repair_nothing(story: LaneStory) -> None:
    first = story.ready()
    story.goes("SM1")
    refused_late(story, first, code=63024)

    assert story.state.queue == ()
    assert window_is_open(story.state, START)


def test_what_whatsapp_refused_is_to_do_again_and_its_refusal_drives(story: LaneStory) -> None:
    first = story.ready()
    story.goes("SM1")
    told = refused_late(story, first)

    assert (story.queued, story.state.driver, story.state.gone) == ([first], told, ())
    hold(story, START)
    again = story.tell(message())[0]
    assert (story.queued, story.state.driver) == ([first], again.event_id)
    story.claimed()
    assert story.head.attempt == 3


def test_what_was_only_assumed_to_be_gone_is_to_do_again_too(story: LaneStory) -> None:
    first = story.ready()
    story.claimed()
    story.ends(assumed)
    assert story.state.queue == ()

    refused_late(story, first)
    assert (story.queued, story.head.attempt) == ([first], 2)


@pytest.mark.parametrize("how", ["to do", "claimed", "sent"])
def test_another_attempt_than_the_last_is_not_repaired(story: LaneStory, how: str) -> None:
    first = story.ready("reminder")
    story.claimed()
    story.ends(assumed)
    story.tell(message())
    if how != "to do":
        story.claimed()
    if how == "sent":
        story.ends(sent, "SM2")
    before = story.state
    refused_late(story, first)

    assert (story.state.queue, story.state.gone) == (before.queue, before.gone)
    assert story.state.shut > 0


def test_a_part_that_was_refused_while_another_is_on_its_way_follows_it(story: LaneStory) -> None:
    first = story.ready()
    story.goes("SM1", parts=2)
    story.claimed(parts=2)
    before = story.head
    refused_late(story, first)
    now = story.head
    assert (now.part, now.attempt, now.token) == (1, 1, before.token)
    story.when(next_move, START).then(some(Reconcile))

    story.ends(sent, "SM2")
    assert (story.head.part, story.head.attempt) == (0, 2)
    story.tell(message())
    story.goes("SM3", parts=2)
    assert story.state.queue == ()


def test_what_was_refused_is_not_put_before_a_claimed_head(story: LaneStory) -> None:
    first, second = story.ready(), story.ready()
    story.goes("SM1")
    story.claimed()
    refused_late(story, first)
    assert story.queued == [second, first]

    story.ends(refused)
    assert story.queued == [first, second]


def test_tries_are_counted_anew_after_a_refusal_by_the_window(story: LaneStory) -> None:
    first = story.ready("alert")
    for _ in range(MAX_REPEATS):
        story.claimed()
        story.ends(assumed)
    assert story.state.queue == ()

    refused_late(story, first, attempt=MAX_REPEATS)
    story.tell(message())
    story.claimed()
    story.when(assumed).then(some(ReplyAssumed, assumed="again"))
    story.refused_at_once()
    assert story.head.tries == 1


def test_a_refusal_of_what_was_given_up_shuts_the_window_and_repairs_nothing(
    story: LaneStory,
) -> None:
    first, second = story.ready(), story.ready()
    story.goes("SM1", parts=2)
    story.claimed(parts=2)
    story.ends(failed, 63024)
    refused_late(story, first)

    assert story.queued == [second]
    assert not window_is_open(story.state, START)


def test_replies_that_went_are_remembered_for_a_while(story: LaneStory) -> None:
    replies = [story.ready() for _ in range(REPAIRED + 1)]
    for number in range(len(replies)):
        story.goes(f"SM{number}")
    for reply in replies[:2]:
        refused_late(story, reply)

    assert story.queued == replies[1:2]


def test_a_refusal_whose_attempt_was_not_kept_repairs_nothing(story: LaneStory) -> None:
    first = story.ready()
    story.goes("SM1")
    old = {"reply": str(first), "part": 0, "message_ref": "SM1", "status": "failed", "code": 63016}
    event = decode("reply.undelivered", 2, old)
    assert isinstance(event, ReplyUndelivered)
    assert event.attempt is None
    story.tell(event)

    assert story.state.queue == ()
    assert window_is_open(story.state, START)
