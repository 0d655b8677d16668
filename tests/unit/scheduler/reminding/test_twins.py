"""What two calls that are one have in common, and how the later gets what the earlier brought."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from contracts import slots
from contracts.recorded import Recorded
from contracts.tools import NOBODY, ToolFailed, ToolFinished, ToolRequested
from services.scheduler.reminding.twins import LOOKED_BACK, mark, result_of_twin
from tests.support.events import message, requested
from tests.support.story import Story

TURN, OTHER_TURN = UUID(int=50), UUID(int=51)
DUE = datetime(2026, 11, 24, 9, 0, 30, 5, tzinfo=UTC)
DAYS = [date(2026, 12, 25), date(2026, 12, 24)]


def test_twins_have_words_minute_rule_days_and_follow_up_in_common() -> None:
    assert mark(" Call\u00a0 \uff2d\uff2f\uff2d\n", DUE, "FREQ=DAILY", DAYS, 20) == (
        "call mom",
        datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        "FREQ=DAILY",
        frozenset(DAYS),
        20,
    )


def any_twin(recorded: Recorded[ToolRequested]) -> bool:
    return True


def asked(story: Story, **facts: Any) -> Recorded[Any]:
    return story.tell(requested(TURN).model_copy(update=facts))[0]


def brings(story: Story, call: Recorded[Any], number: int) -> None:
    fact = ToolFinished(call=call.event_id, tool="search_web", result={"number": number}, took_ms=1)
    story.tell(fact, slot=slots.outcome(call.event_id))


async def brought(
    story: Story, call: Recorded[Any], is_twin: Callable[[Recorded[ToolRequested]], bool] = any_twin
) -> Any:
    async with asyncio.timeout(5):
        return await result_of_twin(story.log, call, is_twin)


async def test_a_twin_brings_what_the_earlier_call_brought() -> None:
    story = Story()
    first = asked(story)
    brings(story, first, 1)

    assert await brought(story, asked(story)) == {"number": 1}


async def test_a_twin_is_waited_for() -> None:
    story = Story()
    first = asked(story)
    waiting = asyncio.create_task(brought(story, asked(story)))
    done, _ = await asyncio.wait([waiting], timeout=0.15)
    assert not done

    brings(story, first, 1)
    assert await waiting == {"number": 1}


async def test_of_a_twin_that_failed_there_is_nothing() -> None:
    story = Story()
    first = asked(story)
    failed = ToolFailed(call=first.event_id, tool="search_web", code="refused", error="no")
    story.tell(failed, slot=slots.outcome(first.event_id))

    assert await brought(story, asked(story)) is None


@pytest.mark.parametrize("facts", [{"turn": OTHER_TURN}, {"tool": "another"}, {"owner": NOBODY}])
async def test_only_calls_of_one_turn_to_one_tool_are_twins(facts: dict[str, Any]) -> None:
    story = Story()
    brings(story, asked(story, **facts), 1)

    assert await brought(story, asked(story)) is None


async def test_what_comes_behind_a_call_is_no_twin_of_it() -> None:
    story = Story()
    first = asked(story)
    brings(story, asked(story), 2)

    assert await brought(story, first) is None


async def test_a_twin_says_that_it_is_one() -> None:
    story = Story()
    first, second = asked(story), asked(story)
    brings(story, first, 1)
    brings(story, second, 2)

    def is_second(recorded: Recorded[ToolRequested]) -> bool:
        return recorded.event_id == second.event_id

    assert await brought(story, asked(story), is_second) == {"number": 2}
    assert await brought(story, asked(story), lambda _: False) is None


async def test_a_twin_is_looked_for_among_the_events_just_before() -> None:
    story = Story()
    brings(story, asked(story), 1)
    for number in range(LOOKED_BACK - 2):
        story.tell(message(sid=f"SM{number}"))
    assert await brought(story, asked(story)) == {"number": 1}

    story = Story()
    brings(story, asked(story), 1)
    for number in range(LOOKED_BACK - 1):
        story.tell(message(sid=f"SM{number}"))
    assert await brought(story, asked(story)) is None
