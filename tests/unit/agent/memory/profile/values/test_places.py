"""What follows a comma is part of a town's name; what stays ambiguous is not guessed."""

import pytest

from services.agent.memory.profile.values import places


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("Birmingham, Alabama", "America/Chicago"),
        ("Birmingham, UK", "Europe/London"),
        ("Birmingham, AL", "America/Chicago"),
        ("Portland, Maine", "America/New_York"),
        ("London, Ontario", "America/Toronto"),
        ("London, England", "Europe/London"),
        ("Paris, Texas", "America/Chicago"),
        ("Paris, TX", "America/Chicago"),
        ("Perth, Scotland", "Europe/London"),
        ("Perth", "Australia/Perth"),
        ("Perth, Western Australia", "Australia/Perth"),
        ("Atlanta, Georgia", "America/New_York"),
        ("Tbilisi, Georgia", "Asia/Tbilisi"),
        ("Georgia", None),
        ("Puerto Rico", "America/Puerto_Rico"),
        ("San Jose, Costa Rica", "America/Costa_Rica"),
        ("Berlin, DE", "Europe/Berlin"),
        ("Lisbon, Alfama", "Europe/Lisbon"),
        ("Malta", "Europe/Malta"),
        ("Birmingham", None),
        ("Brest", None),
        ("San Pedro", None),
        ("Valencia, España", "Europe/Madrid"),
        ("Azoren", "Atlantic/Azores"),
        ("Capri", "Europe/Rome"),
        ("Isla de Pascua", "Pacific/Easter"),
        ("münchen", "Europe/Berlin"),
        ("Кёльн", "Europe/Berlin"),
        ("大阪", "Asia/Tokyo"),
        ("United States", None),
    ],
)
def test_a_home_has_the_zone_of_its_state_or_country(said: str, zone: str | None) -> None:
    assert places.zone_of(said) == zone


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Birmingham, Alabama", "BHM"),
        ("Portland, Maine", "PWM"),
        ("London, Ontario", "YXU"),
        ("Rome, Lazio", "ROM"),
        ("Los Angeles, California", "LAX"),
        ("Lisbon, Portugal", "LIS"),
        ("Kos", "KGS"),
        ("KOS", "KOS"),
        ("bcn", "BCN"),
        ("Brest", None),
        ("Heathrow", "LHR"),
    ],
)
def test_a_home_airport_is_that_of_its_state(said: str, code: str | None) -> None:
    assert places.airport(said) == code
