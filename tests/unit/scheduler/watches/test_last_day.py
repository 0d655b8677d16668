"""The last day of a watch is read as a reminder's days are, and counted from the message."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.recorded import Recorded
from contracts.tools import ToolRequested
from services.scheduler.watches import last_day as watches
from taskflow.tooling import Call, Refused

WRITTEN = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)


def call(zone: str) -> Call:
    request = ToolRequested.model_construct(written_at=WRITTEN, zone=zone)
    recorded: Any = Recorded.__new__(Recorded)
    object.__setattr__(recorded, "event", request)
    return Call(recorded, None)  # type: ignore[arg-type]


def last_day(until: str | None, zone: str = "UTC") -> str:
    return str(watches.last_day(until, call(zone)))


def test_what_was_left_out_is_the_next_one() -> None:
    assert last_day(None) == "None"
    assert last_day("2026-12-24") == "2026-12-24"
    assert last_day("12-24") == "2026-12-24"
    assert last_day("01-06") == "2027-01-06"
    assert last_day("22") == "2026-12-22"
    assert last_day("23") == "2026-11-23"
    assert last_day("23", "GMT+5:30") == "2026-12-23"


@pytest.mark.parametrize(("until", "told"), [("2026-11-22", "is past"), ("02-30", "no 02-30")])
def test_what_is_past_or_is_not_is_refused(until: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        last_day(until)
