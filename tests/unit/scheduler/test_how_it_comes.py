"""A reminder beyond WhatsApp's 24 hours is told with how it will come."""

from typing import Any

import pytest

from contracts.tools import ToolFinished
from services.scheduler.wordings import AS_A_NOTICE
from tests.unit.scheduler.test_twins import facts, house_after


@pytest.mark.parametrize(
    ("arguments", "comes"),
    [
        ({"in_hours": 1}, None),
        ({"in_hours": 24}, None),
        ({"in_hours": 25}, AS_A_NOTICE.source),
        ({"in_hours": 1, "unit": "day"}, AS_A_NOTICE.source),
    ],
)
async def test_what_may_find_nobody_who_wrote_for_a_day_says_so(
    arguments: dict[str, Any], comes: str | None
) -> None:
    house = await house_after([{"text": "call mom", **arguments}])
    (done,) = facts(house, ToolFinished)
    assert done.result.get("comes") == comes
