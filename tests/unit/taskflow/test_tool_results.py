"""What a tool found is bounded where it is recorded."""

from typing import Any

import pytest
from pydantic import BaseModel

from contracts.recorded import Recorded
from contracts.tools import ToolFailed, ToolFinished
from taskflow.tooling import Call, Directly, Done, Tool
from taskflow.tooling.calls import LARGEST_RESULT, TOO_MUCH, _outcome
from tests.support.events import requested
from tests.support.story import USER, Story
from tests.unit.agent.judging.test_answer_size import TURN


class Nothing(BaseModel):
    pass


def call() -> Call:
    recorded: Recorded[Any] = Story().tell(requested(TURN))[-1]
    return Call(recorded, USER)


@pytest.mark.parametrize(("size", "fits"), [(LARGEST_RESULT // 2, True), (LARGEST_RESULT, False)])
async def test_a_result_that_is_too_large_fails_and_says_so(size: int, fits: bool) -> None:
    async def find(_arguments: Nothing, _call: Call) -> Done:
        """Find a lot."""
        return Done({"text": "a" * size})

    tool: Tool[Any] = Tool(Nothing, find, "search_web", "read", 5)
    (written,) = await _outcome(tool, call(), Directly())
    (event,) = written.events

    if fits:
        assert isinstance(event, ToolFinished)
    else:
        assert isinstance(event, ToolFailed)
        assert (event.code, event.error) == ("refused", TOO_MUCH)
