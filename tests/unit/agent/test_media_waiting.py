"""A turn waits for what came with its messages, a short while, by the log's times."""

from datetime import timedelta

import pytest

from contracts import slots
from contracts.media import MediaRefused
from services.agent.decider import (
    FOLD,
    LONGEST_MEDIA,
    AskModel,
    WaitForBurst,
    WaitForMedia,
    next_move,
)
from taskflow.log.deciding import Decide
from tests.support.events import message
from tests.support.memory_log import START
from tests.support.sent_media import heard, kept, opened, sent
from tests.support.story import Story

QUIET = timedelta(seconds=1)


@pytest.fixture
def story() -> Story:
    return Story()


def move(story: Story, after: float = 0.0, patience: timedelta = LONGEST_MEDIA) -> object:
    now = START + timedelta(seconds=after)
    return next_move(FOLD.over(story.events), now, QUIET, patience)


def test_it_waits_until_the_picture_is_kept(story: Story) -> None:
    picture = sent(story)
    assert move(story, 1) == WaitForMedia(START + LONGEST_MEDIA)
    kept(story, picture)
    assert isinstance(move(story, 1), Decide)


def test_behind_a_picture_the_rest_of_an_album_is_waited_for(story: Story) -> None:
    pictures = [sent(story)]
    kept(story, pictures[0])
    assert move(story, 0.3) == WaitForBurst(START + QUIET)
    story.log.pass_time(timedelta(seconds=0.8))
    pictures.append(sent(story))
    assert isinstance(move(story, 1.2), WaitForMedia)
    kept(story, pictures[1])
    assert move(story, 1.2) == WaitForBurst(START + timedelta(seconds=1.8))
    assert isinstance(move(story, 1.8), Decide)


def test_it_goes_on_after_twenty_seconds(story: Story) -> None:
    sent(story)
    assert isinstance(move(story, 19.9), WaitForMedia)
    assert isinstance(move(story, 20), Decide)


def test_what_is_refused_is_not_waited_for(story: Story) -> None:
    picture = sent(story)
    story.tell(MediaRefused(message=picture.event_id, index=0, of=1, why="type"))
    assert isinstance(move(story, 1), Decide)


def test_a_voice_note_is_waited_for_until_it_is_in_words(story: Story) -> None:
    note = sent(story, "audio/ogg")
    kept(story, note, "audio/ogg")
    assert isinstance(move(story, 1), WaitForMedia)
    heard(story, note)
    assert isinstance(move(story, 1), Decide)


def test_each_of_several_is_waited_for(story: Story) -> None:
    picture = sent(story)
    for index in range(2):
        assert isinstance(move(story), WaitForMedia)
        story.tell(
            MediaRefused(message=picture.event_id, index=index, of=2, why="gone"),
            slot=slots.media(picture.event_id, index),
        )
    assert isinstance(move(story, 1), Decide)


def test_words_wait_for_the_picture_beside_them(story: Story) -> None:
    story.tell(message("what is this?"))
    assert isinstance(move(story), WaitForBurst)
    story.log.pass_time(timedelta(seconds=3))
    picture = sent(story)
    assert move(story, 3) == WaitForMedia(START + LONGEST_MEDIA)
    kept(story, picture)
    assert move(story, 3) == WaitForBurst(START + timedelta(seconds=4))
    assert isinstance(move(story, 4), Decide)


def test_an_open_turn_waits_for_nothing(story: Story) -> None:
    sent(story)
    turn = opened(story)
    sent(story)
    assert isinstance(move(story), AskModel)
    assert FOLD.over(story.events).turn == turn


def test_without_patience_nothing_is_waited_for(story: Story) -> None:
    sent(story)
    assert isinstance(move(story, 1, patience=timedelta()), Decide)


def test_who_drives_does_not_change_by_what_arrives(story: Story) -> None:
    picture = sent(story)
    kept(story, picture)
    assert FOLD.over(story.events).driver == picture.event_id
