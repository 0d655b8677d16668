"""A short seeded run of the chaos suite; `make chaos` is the long one."""

from pathlib import Path

import pytest

from tests.chaos.run import report, run

SEED = "23"
MESSAGES = 60
pytestmark = pytest.mark.e2e


@pytest.mark.long
async def test_nothing_is_lost_doubled_or_out_of_order_while_everything_breaks(
    tmp_path: Path,
) -> None:
    result = await run(
        SEED,
        messages=MESSAGES,
        seconds=MESSAGES / 3,
        home=tmp_path,
        people=12,
        pace=(0.2, 1.0),
        hurried=True,
    )
    report(result)
    assert result.violations == []
    assert result.settled, "\n".join(result.diary)
    assert result.facts["messages"] >= MESSAGES * 0.8
    assert result.facts["deaths"], "nothing died: this proves nothing"
