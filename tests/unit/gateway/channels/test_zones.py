from collections.abc import Iterable
from datetime import UTC, datetime

import phonenumbers
import pytest

from services.gateway.channels.zones import Guess, guessed, zone_of, zones_of_country
from tests.support import zone_oracle, zone_people
from tests.support.zone_oracle import Case

TODAY = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "zone"),
    [
        ("+15551230001", "America/New_York"),
        ("+491701234567", "Europe/Berlin"),
        ("+351912345678", "Europe/Lisbon"),
        ("+447400123456", "Europe/London"),
        ("+33612345678", "Europe/Paris"),
        ("+18682911234", "America/Port_of_Spain"),
        ("+18085551234", "Pacific/Honolulu"),
        ("+13175551234", "America/New_York"),
        ("+12045551234", "America/Winnipeg"),
        ("+212650123456", "Africa/Casablanca"),
        ("+5511961234567", "America/Sao_Paulo"),
        ("+5215512345678", "America/Mexico_City"),
        ("+5216641234567", "America/Tijuana"),
        ("+299221234", "America/Nuuk"),
        ("+5592961234567", "America/Manaus"),
        ("+79123456789", "Europe/Moscow"),
        ("+77710009998", "Asia/Almaty"),
        ("+61412345678", "Australia/Sydney"),
        ("+24740123", "Atlantic/St_Helena"),
        ("DE.abc", "Europe/Berlin"),
        ("US.13491208655302741918", "America/New_York"),
        ("us.13491208655302741918", "America/New_York"),
        ("BR.1", "America/Sao_Paulo"),
        ("ZZ.1", None),
        ("+0", None),
        ("+80012345678", None),
        ("+" + "1" * 100_000, None),
        ("", None),
    ],
)
def test_a_zone_is_guessed_of_the_own_country(number: str, zone: str | None) -> None:
    assert zone_of(f"whatsapp:{number}") == zone
    assert zone_of(number) == zone


def test_every_regions_numbers_get_a_zone_of_that_region() -> None:
    assert wrong(zone_oracle.of_regions()) == {}
    assert set(zones_of_country()) >= phonenumbers.SUPPORTED_REGIONS - zone_oracle.UNLISTED


@pytest.mark.long
@pytest.mark.no_cover
def test_every_area_code_gets_a_zone_of_its_country_and_where_told_of_its_area() -> None:
    cases = list(zone_oracle.of_area_codes())
    assert wrong(cases) == {}
    assert len(cases) > 1_500


def test_every_country_of_a_business_scoped_id_has_a_zone() -> None:
    assert wrong(zone_oracle.of_ids()) == {}


def wrong(cases: Iterable[Case]) -> dict[str, str | None]:
    return {one.number: zone for one in cases if (zone := zone_of(one.number)) not in one.zones}


@pytest.mark.parametrize(
    ("addresses", "guess"),
    [
        (["+15551230001"], Guess("America/New_York", ambiguous=True)),
        (["+79123456789"], Guess("Europe/Moscow", ambiguous=True)),
        (["+61412345678"], Guess("Australia/Sydney", ambiguous=True)),
        (["+34612345678"], Guess("Europe/Madrid", ambiguous=True)),
        (["+351912345678"], Guess("Europe/Lisbon", ambiguous=True)),
        (["BR.1"], Guess("America/Sao_Paulo", ambiguous=True)),
        (["MX.1"], Guess("America/Mexico_City", ambiguous=True)),
        (["US.1"], Guess("America/New_York", ambiguous=True)),
        (["+14155551234"], Guess("America/Los_Angeles", ambiguous=False)),
        (["+5592961234567"], Guess("America/Manaus", ambiguous=False)),
        (["+491701234567"], Guess("Europe/Berlin", ambiguous=False)),
        (["DE.1"], Guess("Europe/Berlin", ambiguous=False)),
        (["KZ.1"], Guess("Asia/Almaty", ambiguous=False)),
        (["+447400123456"], Guess("Europe/London", ambiguous=False)),
        (["+80012345678"], Guess(None, ambiguous=True)),
        (["+80012345678", "NZ.1"], Guess("Pacific/Auckland", ambiguous=True)),
        (["+491701234567", "US.1"], Guess("Europe/Berlin", ambiguous=False)),
        ([], Guess(None, ambiguous=True)),
    ],
)
def test_a_guess_says_whether_other_clocks_are_possible(addresses: list[str], guess: Guess) -> None:
    assert guessed((f"whatsapp:{one}" for one in addresses), TODAY) == guess


def test_what_clocks_did_long_ago_does_not_matter() -> None:
    before = datetime(2023, 5, 1, tzinfo=UTC)
    assert guessed(["KZ.1"], before).ambiguous, "the country took one time in March 2024"
    assert not guessed(["KZ.1"], TODAY).ambiguous


def test_the_table_of_people_is_what_geonames_says() -> None:
    assert zone_people.FILE.read_text(encoding="utf-8") == zone_people.counted()
