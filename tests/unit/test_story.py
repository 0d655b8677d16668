"""The kit of deciders' tests fails where a decider decides something else, and says what."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict

from contracts.event import Event
from contracts.recorded import Recorded
from contracts.replies import ReplyParked, ReplyRead
from taskflow.errors import ConcurrentAppend
from taskflow.log.deciding import Decide
from taskflow.log.folding import Fold
from tests.support.story import Story, some

REPLY, SLOT = UUID(int=1), UUID(int=2)
PARKED = ReplyParked(reply=REPLY, error="boom")
READ = ReplyRead(reply=REPLY, part=0, message_ref="SM1")


class Count(BaseModel):
    model_config = ConfigDict(frozen=True)

    facts: int = 0


def evolve(state: Count, _recorded: Recorded[Any]) -> Count:
    return Count(facts=state.facts + 1)


@pytest.fixture
def counted() -> Story[Count]:
    return Story(Fold("count", 1, Count, evolve))


def decides(_state: Count, *events: Event, slot: UUID = SLOT) -> Decide | None:
    return Decide(slot, events) if events else None


def counts(state: Count) -> int:
    return state.facts


def test_what_is_decided_as_expected_is_recorded_in_its_slot(counted: Story[Count]) -> None:
    read, parked = counted.given(READ).when(decides, READ, PARKED).then(READ, PARKED, slot=SLOT)

    assert [one.event for one in counted.events] == [READ, READ, PARKED]
    assert (read.version, parked.version, parked.stream) == (2, 3, counted.stream)
    assert counted.state == Count(facts=3)


def test_another_move_and_none_are_compared_as_they_are(counted: Story[Count]) -> None:
    counted.given(READ).when(counts).then(1)
    counted.when(decides).then()

    assert counted.state == Count(facts=1)


@pytest.mark.parametrize(
    ("decided", "expected", "told"),
    [
        ([READ], [PARKED], ["- ReplyParked", "+ ReplyRead"]),
        (
            [PARKED],
            [PARKED.model_copy(update={"error": "bang"})],
            ["  ReplyParked", "-     error = 'bang'", "+     error = 'boom'"],
        ),
        ([PARKED], [PARKED, READ], ["  ReplyParked", "- ReplyRead"]),
        ([], [PARKED], ["- ReplyParked"]),
        ([PARKED, READ], [PARKED], ["  ReplyParked", "+ ReplyRead"]),
        ([PARKED], [], ["+ ReplyParked"]),
        ([PARKED, READ], [READ, PARKED], ["- ReplyParked", "+ ReplyParked"]),
        ([PARKED], [some(ReplyRead)], ["- ReplyRead", "+ ReplyParked"]),
        (
            [READ],
            [some(ReplyRead, message_ref="SM2")],
            ["  ReplyRead", "-     message_ref = 'SM2'", "+     message_ref = 'SM1'"],
        ),
    ],
    ids=(
        "another event",
        "another field",
        "a missing event",
        "nothing at all",
        "an additional event",
        "an event where none is expected",
        "another order",
        "another kind",
        "another field of those that matter",
    ),
)
def test_anything_else_fails_and_is_told(
    counted: Story[Count], decided: list[Any], expected: list[Any], told: list[str]
) -> None:
    with pytest.raises(AssertionError) as failure:
        counted.when(decides, *decided).then(*expected)

    lines = str(failure.value).splitlines()
    assert lines[0] == "expected (-), but decided (+):"
    assert [line for line in told if line not in lines] == []
    assert counted.events == []


def test_fields_that_do_not_matter_are_not_told(counted: Story[Count]) -> None:
    with pytest.raises(AssertionError) as failure:
        counted.when(decides, READ).then(some(ReplyRead, part=1))

    assert "message_ref" not in str(failure.value)


def test_another_value_fails(counted: Story[Count]) -> None:
    with pytest.raises(AssertionError, match=r"- 1\n\+ 0"):
        counted.when(counts).then(1)


def test_another_slot_fails(counted: Story[Count]) -> None:
    with pytest.raises(AssertionError, match="another slot"):
        counted.when(decides, READ).then(READ, slot=REPLY)


def test_a_decision_whose_slot_is_taken_fails(counted: Story[Count]) -> None:
    counted.when(decides, READ).then(READ)

    with pytest.raises(AssertionError, match="taken already"):
        counted.when(decides, PARKED).then(PARKED)


def test_a_decision_that_conflicts_with_what_it_was_decided_from_fails(
    counted: Story[Count],
) -> None:
    def stale(_state: Count) -> Decide:
        return Decide(SLOT, [PARKED]).at(0)

    with pytest.raises(ConcurrentAppend):
        counted.given(READ).when(stale).then(PARKED)
