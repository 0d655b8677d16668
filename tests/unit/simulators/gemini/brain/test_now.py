import pytest

from simulators.gemini.brain.now import read_now
from tests.unit.simulators.gemini.requests import request, user


@pytest.mark.parametrize(
    ("line", "wall", "zone"),
    [
        (
            "Now: 2026-11-23T09:15 Monday, Europe/Berlin (guessed from the number's country)",
            "2026-11-23T09:15:00",
            "Europe/Berlin",
        ),
        ("Current time: 2026-11-23 09:15:42 (UTC)", "2026-11-23T09:15:42", "UTC"),
        (
            "now is 2026-11-23T08:15:00Z, zone America/New_York",
            "2026-11-23T03:15:00",
            "America/New_York",
        ),
        ("Today is 2026-11-23.", "2026-11-23T12:00:00", None),
        ("Now: 2026-11-23T09:15, Mars/Olympus", "2026-11-23T09:15:00", None),
    ],
)
@pytest.mark.parametrize("place", ["system", "message"])
def test_the_users_clock_is_read(line: str, wall: str, zone: str | None, place: str) -> None:
    if place == "system":
        asked = request(user("hi"), system=line)
    else:
        asked = request(user(line, "hi"), system="Be kind.")

    now = read_now(asked)

    assert (now.wall.isoformat(), now.zone) == (wall, zone)


def test_the_latest_message_knows_best() -> None:
    asked = request(user("Now: 2026-11-23T09:15", "hi"), system="Now: 2020-01-01T00:00")

    assert read_now(asked).wall.isoformat() == "2026-11-23T09:15:00"


def test_without_a_time_the_clock_of_utc_counts() -> None:
    now = read_now(request(user("hi"), system="Be kind."))

    assert now.zone is None
    assert now.wall.year >= 2026
