"""Times of a reminder that calendars and zones cannot bear are refused in words."""

from datetime import UTC, datetime

import pytest

from services.scheduler.when.arguments import When
from services.scheduler.when.resolver import resolve
from services.scheduler.when.unclear import UnclearTime

NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati"])
@pytest.mark.parametrize("rule", [None, "FREQ=DAILY", "FREQ=YEARLY;INTERVAL=10"])
@pytest.mark.parametrize("at", ["0001-01-01T00:00", "1926-01-01T00:00", "9999-12-31T23:59:59"])
def test_no_year_of_the_calendar_is_too_early_or_too_late(
    at: str, rule: str | None, zone: str
) -> None:
    try:
        found = resolve(When(at=at, rrule=rule), zone, NOW, NOW)
    except UnclearTime as refused:
        assert "100 years" in str(refused) or "past" in str(refused)
    else:
        assert rule and found.local >= datetime(2026, 11, 28)
