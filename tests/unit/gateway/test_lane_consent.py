"""What a lane says, holds and owes around a STOP and a START."""

import pytest

from contracts.consent import ConsentGiven, ConsentWithdrawn
from tests.support.memory_log import START
from tests.support.story import Story
from tests.unit.gateway.folded import (
    MINUTE,
    OURS,
    claim,
    hears,
    hold,
    lane,
    ready,
    replies,
    sent,
    stopped,
)


@pytest.fixture
def story() -> Story:
    """Of a user who wrote to the first of ours."""
    told = Story()
    hears(told, OURS)
    return told


def test_a_stop_releases_nothing_and_is_owed_no_word(story: Story) -> None:
    held = ready(story)
    hold(story, held)
    hears(story, OURS, "stop")

    assert replies(lane(story).held) == [held]
    assert lane(story).owes is None


def test_a_second_stop_is_owed_no_word_either(story: Story) -> None:
    confirmation = stopped(story)
    hold(story, confirmation)
    hears(story, OURS)
    assert lane(story).owes is not None
    hears(story, OURS, "stop")

    assert lane(story).owes is None
    assert replies(lane(story).queue) == [confirmation]


def test_who_writes_after_a_stop_releases_the_word_on_it_alone(story: Story) -> None:
    confirmation = stopped(story)
    hold(story, confirmation)
    story.log.pass_time(MINUTE)
    hears(story, OURS)

    assert replies(lane(story).queue) == [confirmation]
    assert lane(story).queue[0].released_at == START + MINUTE
    assert len(lane(story).held) == 1


def test_the_word_that_is_owed_is_driven_by_what_drives_the_lane(story: Story) -> None:
    confirmation = stopped(story)
    driven_by = lane(story).driver
    hears(story, OURS)
    assert (lane(story).driver, lane(story).owes is None) == (driven_by, False)

    claim(story, confirmation)
    sent(story, confirmation)
    wrote = hears(story, OURS)
    assert lane(story).driver == driven_by, "the word is owed still"
    assert wrote.event_id != driven_by


def test_an_empty_lane_is_driven_by_the_message_after_the_stop(story: Story) -> None:
    hears(story, OURS, "stop")
    story.tell(ConsentWithdrawn())
    wrote = hears(story, OURS)

    assert lane(story).driver == wrote.event_id


def test_a_message_that_releases_nothing_drives_nothing(story: Story) -> None:
    waits = ready(story)
    hears(story, OURS)

    assert lane(story).driver == waits
    assert lane(story).queue[0].released_at is None


def test_a_start_drops_the_words_on_the_stop_and_releases_the_rest(story: Story) -> None:
    confirmation = stopped(story)
    hold(story, confirmation)
    wrote = hears(story, OURS)
    notice = ready(story, "notice")
    assert replies(lane(story).queue) == [confirmation, notice]
    hold(story, confirmation)
    story.log.pass_time(MINUTE)
    given = story.tell(ConsentGiven())[0]

    after = lane(story)
    assert (after.consent, after.consented, after.owes) == (True, given.version, None)
    assert after.held == ()
    (answer,) = after.queue
    assert (answer.kind, answer.released_at) == ("answer", START + MINUTE)
    assert wrote.version < given.version


def test_a_start_drops_the_word_on_the_stop_that_is_held(story: Story) -> None:
    hold(story, stopped(story))
    story.tell(ConsentGiven())

    assert [queued.kind for queued in lane(story).queue] == ["answer"]
    assert lane(story).held == ()


def test_a_start_takes_back_the_word_that_is_owed(story: Story) -> None:
    hears(story, OURS, "stop")
    story.tell(ConsentWithdrawn())
    hears(story, OURS)
    story.tell(ConsentGiven())

    assert (lane(story).owes, lane(story).driver) == (None, None)


def test_a_word_on_the_stop_that_is_on_its_way_goes_on(story: Story) -> None:
    confirmation = stopped(story)
    claim(story, confirmation)
    story.tell(ConsentGiven())

    assert lane(story).queue[0].reply == confirmation


def test_who_stops_again_is_told_again_what_resumes(story: Story) -> None:
    stopped(story)
    hears(story, OURS)
    ready(story, "notice")
    assert lane(story).told
    story.tell(ConsentGiven(), ConsentWithdrawn())

    assert not lane(story).told
