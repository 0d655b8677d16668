from datetime import UTC, datetime, timedelta

import pytest

from taskflow import clock
from taskflow.cli.times import moment
from taskflow.errors import Configuration

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _it_is_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "utc_now", lambda: NOW)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-24T15:00+01:00", NOW - timedelta(hours=1)),
        ("2026-11-24T14:30:05.5Z", NOW - timedelta(minutes=30) + timedelta(seconds=5.5)),
        ("10m ago", NOW - timedelta(minutes=10)),
        ("90 seconds ago", NOW - timedelta(seconds=90)),
        ("2 days ago", NOW - timedelta(days=2)),
        ("1w ago", NOW - timedelta(weeks=1)),
        (" now ", NOW),
    ],
)
def test_an_instant_a_span_or_now(text: str, meant: datetime) -> None:
    assert moment(text) == meant


def test_wall_time_is_that_of_this_machine() -> None:
    assert moment("2026-11-24 15:00") == datetime(2026, 11, 24, 15, 0).astimezone()
    assert moment("2026-11-24") == datetime(2026, 11, 24).astimezone()


@pytest.mark.parametrize("text", ["xyz", "", "10 ago", "yesterday", "2026-13-01", "999999999w ago"])
def test_anything_else_is_told_with_what_was_wanted(text: str) -> None:
    with pytest.raises(Configuration, match="--since wants a time such as") as error:
        moment(text, "--since")
    assert repr(text) in str(error.value)
