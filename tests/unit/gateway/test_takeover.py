"""What a takeover leaves of a lane, and how the machine says that it speaks."""

from uuid import UUID

import pytest

from contracts.conversation import ReplyReady
from contracts.replies import ReplyParked
from contracts.takeover import ConversationHandedBack, ConversationTakenOver
from services.gateway import decider
from services.gateway.saying.parts import LIMIT, length, mark, parts_of
from taskflow.log.appending import Because, Write
from taskflow.words.languages import LANGUAGES
from tests.support.events import message
from tests.support.lane_story import LaneStory, assumed, failed, refused, sent
from tests.support.story import STREAM, USER


class Laned(LaneStory):
    def __init__(self) -> None:
        super().__init__()
        self.tell(message())

    def says(self, kind: str, text: str = "Done.") -> UUID:
        turn = UUID(int=len(self.events)) if kind in {"answer", "apology"} else None
        return self.tell(ReplyReady(turn=turn, kind=kind, text=text))[0].event_id

    def take(self) -> UUID:
        return self.tell(ConversationTakenOver(by="Grace"))[0].event_id

    def back(self, taken: UUID) -> None:
        self.tell(ConversationHandedBack(takeover=taken, why="operator"))

    @property
    def waiting(self) -> list[str]:
        return [one.kind for one in self.state.queue]


@pytest.mark.parametrize("kind", ["answer", "apology"])
def test_answers_that_wait_are_withdrawn_and_the_rest_stays(kind: str) -> None:
    lane = Laned()
    lane.says(kind)
    lane.says("reminder")
    lane.take()
    assert (lane.waiting, lane.state.driver is not None) == (["reminder"], True)


def test_a_lane_of_answers_alone_has_no_driver_any_more() -> None:
    lane = Laned()
    lane.says("answer")
    lane.take()
    assert (lane.waiting, lane.state.driver) == ([], None)


def test_an_answer_on_its_way_leaves_with_its_outcome_whatever_that_is() -> None:
    for end in (sent, refused, assumed, failed):
        lane = Laned()
        lane.says("answer")
        lane.claimed(parts=2)
        lane.take()
        assert lane.waiting == ["answer"]
        lane.ends(end)
        assert lane.waiting == []


def test_all_but_an_operators_lines_is_marked_while_they_have_the_word() -> None:
    lane = Laned()
    taken = lane.take()
    lane.says("reminder")
    assert lane.claimed().marked
    lane.ends(refused)
    lane.back(taken)
    assert not lane.head.not_before or lane.head.marked
    assert not decider.is_marked(lane.state, lane.head)

    other = Laned()
    other.take()
    other.says("operator")
    assert not other.claimed().marked


def test_what_began_marked_ends_marked() -> None:
    lane = Laned()
    taken = lane.take()
    lane.says("alert")
    lane.claimed(parts=2)
    lane.ends(sent)
    lane.back(taken)
    assert lane.claimed(parts=2).marked


def test_an_answer_of_before_is_not_said_when_it_is_given_back() -> None:
    lane = Laned()
    reply = lane.says("answer")
    (parked,) = lane.tell(ReplyParked(reply=reply, error="boom"))
    again = Write(STREAM, [ReplyReady(turn=None, kind="answer", text="Done.")], USER)
    taken = lane.take()
    lane.back(taken)
    lane.log.put([again], UUID(int=99), Because.of(parked))
    assert lane.waiting == []

    later = lane.says("answer")
    (parked,) = lane.tell(ReplyParked(reply=later, error="boom"))
    lane.log.put([again], UUID(int=98), Because.of(parked))
    assert lane.waiting == ["answer"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mark_stands_above_each_part_and_leaves_it_in_bounds(language: str) -> None:
    parts = parts_of("word " * 700, below_a_picture=False, mark=mark(language))
    assert len(parts) > 1
    assert all(part.startswith(f"{mark(language)}\n") for part in parts)
    assert all(length(part) <= LIMIT for part in parts)
