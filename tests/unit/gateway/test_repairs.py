"""What WhatsApp refuses after Twilio had accepted it counts as said no more, and is said again."""

import pytest

from contracts.event import decode
from contracts.replies import ReplyUndelivered
from services.gateway import decider
from services.gateway.decider import MAX_REPEATS, Reconcile, next_move, window_is_open
from services.gateway.state import REPAIRED
from tests.support.events import message
from tests.support.memory_log import START
from tests.support.story import Story
from tests.unit.gateway.test_decider import claimed, head, lane, ready, settle
from tests.unit.gateway.test_window import hold, queued, refused_at_once, refused_late, sends


@pytest.fixture
def story() -> Story:
    """Of a user who wrote."""
    told = Story()
    told.tell(message())
    return told


def test_a_refusal_speaks_of_its_claim_whenever_it_is_heard(story: Story) -> None:
    first = ready(story)
    sends(story, "SM1")
    story.tell(message())
    ready(story)
    refused_late(story, first)

    assert window_is_open(lane(story), START)
    assert (head(story).reply, head(story).attempt) == (first, 2)


def test_other_codes_shut_and_repair_nothing(story: Story) -> None:
    first = ready(story)
    sends(story, "SM1")
    refused_late(story, first, code=63024)

    assert lane(story).queue == ()
    assert window_is_open(lane(story), START)


def test_what_whatsapp_refused_is_to_do_again_and_its_refusal_drives(story: Story) -> None:
    first = ready(story)
    sends(story, "SM1")
    told = refused_late(story, first)

    assert (queued(story), lane(story).driver, lane(story).gone) == ([first], told, ())
    hold(story, START)
    again = story.tell(message())[0]
    assert (queued(story), lane(story).driver) == ([first], again.event_id)
    claimed(story)
    assert head(story).attempt == 3


def test_what_was_only_assumed_to_be_gone_is_to_do_again_too(story: Story) -> None:
    first = ready(story)
    claimed(story)
    settle(story, decider.assumed([head(story)]))
    assert lane(story).queue == ()

    refused_late(story, first)
    assert (queued(story), head(story).attempt) == ([first], 2)


@pytest.mark.parametrize("how", ["to do", "claimed", "sent"])
def test_another_attempt_than_the_last_is_not_repaired(story: Story, how: str) -> None:
    first = ready(story, "reminder")
    claimed(story)
    settle(story, decider.assumed([head(story)]))
    story.tell(message())
    if how != "to do":
        claimed(story)
    if how == "sent":
        settle(story, decider.sent([head(story)], "SM2", "response"))
    before = lane(story)
    refused_late(story, first)

    assert (lane(story).queue, lane(story).gone) == (before.queue, before.gone)
    assert lane(story).shut > 0


def test_a_part_that_was_refused_while_another_is_on_its_way_follows_it(story: Story) -> None:
    first = ready(story)
    sends(story, "SM1", parts=2)
    claimed(story, parts=2)
    before = head(story)
    refused_late(story, first)
    now = head(story)
    assert (now.part, now.attempt, now.token) == (1, 1, before.token)
    assert isinstance(next_move(lane(story), START), Reconcile)

    settle(story, decider.sent([head(story)], "SM2", "response"))
    assert (head(story).part, head(story).attempt) == (0, 2)
    story.tell(message())
    sends(story, "SM3", parts=2)
    assert lane(story).queue == ()


def test_what_was_refused_is_not_put_before_a_claimed_head(story: Story) -> None:
    first, second = ready(story), ready(story)
    sends(story, "SM1")
    claimed(story)
    refused_late(story, first)
    assert queued(story) == [second, first]

    settle(story, decider.refused([head(story)], START, "429", None))
    assert queued(story) == [first, second]


def test_tries_are_counted_anew_after_a_refusal_by_the_window(story: Story) -> None:
    first = ready(story, "alert")
    for _ in range(MAX_REPEATS):
        claimed(story)
        settle(story, decider.assumed([head(story)]))
    assert lane(story).queue == ()

    refused_late(story, first, attempt=MAX_REPEATS)
    story.tell(message())
    claimed(story)
    assert settle(story, decider.assumed([head(story)])).assumed == "again"
    refused_at_once(story)
    assert head(story).tries == 1


def test_a_refusal_of_what_was_given_up_shuts_the_window_and_repairs_nothing(story: Story) -> None:
    first, second = ready(story), ready(story)
    sends(story, "SM1", parts=2)
    claimed(story, parts=2)
    settle(story, decider.failed([head(story)], 63024, "nobody there"))
    refused_late(story, first)

    assert queued(story) == [second]
    assert not window_is_open(lane(story), START)


def test_replies_that_went_are_remembered_for_a_while(story: Story) -> None:
    replies = [ready(story) for _ in range(REPAIRED + 1)]
    for number in range(len(replies)):
        sends(story, f"SM{number}")
    for reply in replies[:2]:
        refused_late(story, reply)

    assert queued(story) == replies[1:2]


def test_a_refusal_whose_attempt_was_not_kept_repairs_nothing(story: Story) -> None:
    first = ready(story)
    sends(story, "SM1")
    old = {"reply": str(first), "part": 0, "message_ref": "SM1", "status": "failed", "code": 63016}
    event = decode("reply.undelivered", 2, old)
    assert isinstance(event, ReplyUndelivered)
    assert event.attempt is None
    story.tell(event)

    assert lane(story).queue == ()
    assert window_is_open(lane(story), START)
