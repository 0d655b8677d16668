"""Zones by IANA's names, and offsets as people write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import pytest

from taskflow import zones

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "kept", "ahead"),
    [
        ("GMT+5:30", "GMT+5:30", timedelta(hours=5, minutes=30)),
        ("gmt + 05:30", "GMT+5:30", timedelta(hours=5, minutes=30)),
        ("UTC+3", "UTC+3", timedelta(hours=3)),
        ("utc+0300", "UTC+3", timedelta(hours=3)),
        ("UTC\u22127", "UTC-7", timedelta(hours=-7)),
        ("GMT-3:30", "GMT-3:30", timedelta(hours=-3, minutes=-30)),
        ("UTC+14", "UTC+14", timedelta(hours=14)),
        ("GMT+00:00", "UTC", timedelta()),
        ("UTC-00:00", "UTC", timedelta()),
    ],
)
def test_an_offset_is_kept_as_it_was_said(said: str, kept: str, ahead: timedelta) -> None:
    assert zones.known(said) == kept
    assert NOW.astimezone(zones.of(kept)).utcoffset() == ahead


@pytest.mark.parametrize(
    "said",
    [
        "UTC+15", "GMT-13", "UTC+5:07", "UTC+5:60", "UTC+", "UTC5", "+5:30", "Mars/Olympus", "IST",
        "", " ", "../../etc/passwd", "UTC+\u0663", "UTC+3" + " " * 100, "\x00", "Europe",
    ],
)  # fmt: skip
def test_what_is_no_zone_is_none(said: str) -> None:
    assert zones.known(said) is None
    with pytest.raises(zones.UnknownZone):
        zones.of(said)


def test_every_name_of_iana_is_known_in_any_case() -> None:
    for name in available_timezones():
        assert zones.known(name) == name
        assert zones.of(zones.known(name.lower()) or "") is not None
        assert NOW.astimezone(zones.of(name)) == NOW


def test_spaces_stand_for_what_iana_writes_with_a_line() -> None:
    assert zones.known("america/new york") == "America/New_York"
