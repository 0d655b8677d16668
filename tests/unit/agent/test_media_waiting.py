"""A turn waits for what came with its messages, a short while, by the log's times."""

from datetime import timedelta

import pytest

from contracts import slots
from contracts.conversation import TurnStarted
from contracts.media import MediaRefused
from services.agent.decider import (
    FOLD,
    LONGEST_MEDIA,
    AskModel,
    Move,
    WaitForBurst,
    WaitForMedia,
    next_move,
)
from services.agent.state import Conversation
from tests.support.events import message
from tests.support.memory_log import START
from tests.support.sent_media import heard, kept, opened, sent
from tests.support.story import Story, some

QUIET = timedelta(seconds=1)


@pytest.fixture
def story() -> Story[Conversation]:
    return Story(FOLD)


def moves(state: Conversation, after: float = 0.0, patience: timedelta = LONGEST_MEDIA) -> Move:
    return next_move(state, START + timedelta(seconds=after), QUIET, patience)


def test_it_waits_until_the_picture_is_kept(story: Story) -> None:
    picture = sent(story)
    story.when(moves, 1).then(WaitForMedia(START + LONGEST_MEDIA))
    kept(story, picture)
    story.when(moves, 1).then(some(TurnStarted))


def test_behind_a_picture_the_rest_of_an_album_is_waited_for(story: Story) -> None:
    pictures = [sent(story)]
    kept(story, pictures[0])
    story.when(moves, 0.3).then(WaitForBurst(START + QUIET))
    story.log.pass_time(timedelta(seconds=0.8))
    pictures.append(sent(story))
    story.when(moves, 1.2).then(some(WaitForMedia))
    kept(story, pictures[1])
    story.when(moves, 1.2).then(WaitForBurst(START + timedelta(seconds=1.8)))
    story.when(moves, 1.8).then(some(TurnStarted))


def test_it_goes_on_after_twenty_seconds(story: Story) -> None:
    sent(story)
    story.when(moves, 19.9).then(some(WaitForMedia))
    story.when(moves, 20).then(some(TurnStarted))


def test_what_is_refused_is_not_waited_for(story: Story) -> None:
    picture = sent(story)
    story.tell(MediaRefused(message=picture.event_id, index=0, of=1, why="type"))
    story.when(moves, 1).then(some(TurnStarted))


def test_a_voice_note_is_waited_for_until_it_is_in_words(story: Story) -> None:
    note = sent(story, "audio/ogg")
    kept(story, note, "audio/ogg")
    story.when(moves, 1).then(some(WaitForMedia))
    heard(story, note)
    story.when(moves, 1).then(some(TurnStarted))


def test_each_of_several_is_waited_for(story: Story) -> None:
    picture = sent(story)
    for index in range(2):
        story.when(moves).then(some(WaitForMedia))
        story.tell(
            MediaRefused(message=picture.event_id, index=index, of=2, why="gone"),
            slot=slots.media(picture.event_id, index),
        )
    story.when(moves, 1).then(some(TurnStarted))


def test_words_wait_for_the_picture_beside_them(story: Story) -> None:
    story.tell(message("what is this?"))
    story.when(moves).then(some(WaitForBurst))
    story.log.pass_time(timedelta(seconds=3))
    picture = sent(story)
    story.when(moves, 3).then(WaitForMedia(START + LONGEST_MEDIA))
    kept(story, picture)
    story.when(moves, 3).then(WaitForBurst(START + timedelta(seconds=4)))
    story.when(moves, 4).then(some(TurnStarted))


def test_an_open_turn_waits_for_nothing(story: Story) -> None:
    sent(story)
    turn = opened(story)
    sent(story)
    story.when(moves).then(some(AskModel))
    assert story.state.turn == turn


def test_without_patience_nothing_is_waited_for(story: Story) -> None:
    sent(story)
    story.when(moves, 1, patience=timedelta()).then(some(TurnStarted))


def test_who_drives_does_not_change_by_what_arrives(story: Story) -> None:
    picture = sent(story)
    kept(story, picture)
    assert story.state.driver == picture.event_id
