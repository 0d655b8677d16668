from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType, example_number_for_type
from phonenumbers.tzdata import TIMEZONE_DATA

from services.gateway.channels.zones import zone_of, zones_of_country
from tests.support import zone_people

UNLISTED = {"AC", "TA", "XK"}
"""Ascension, Tristan da Cunha and Kosovo have numbers and no line of their own in zone.tab."""
KINDS = (
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.VOIP,
    PhoneNumberType.PERSONAL_NUMBER,
)


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
        ("+5592961234567", "America/Manaus"),
        ("+79123456789", "Europe/Moscow"),
        ("+77710009998", "Asia/Almaty"),
        ("+61412345678", "Australia/Sydney"),
        ("+24740123", "Atlantic/St_Helena"),
        ("DE.abc", "Europe/Berlin"),
        ("US.13491208655302741918", "America/New_York"),
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
    wrong = {
        (region, number.national_number): zone
        for region in sorted(phonenumbers.SUPPORTED_REGIONS - UNLISTED)
        for kind in KINDS
        if (number := example_number_for_type(region, kind))
        and phonenumbers.region_code_for_number(number) == region
        and (zone := zone_of(written(number))) not in zones_of_country()[region]
    }
    assert wrong == {}
    assert set(zones_of_country()) >= phonenumbers.SUPPORTED_REGIONS - UNLISTED


def test_every_area_code_gets_a_zone_of_its_country_and_where_told_of_its_area() -> None:
    wrong: dict[str, str | None] = {}
    tried = 0
    for prefix in TIMEZONE_DATA:
        for digits in (prefix + "2345678901"[: 11 - len(prefix)], prefix.ljust(11, "5")):
            number = phonenumbers.parse(f"+{digits}")
            region = phonenumbers.region_code_for_number(number)
            if region is None or region in UNLISTED or region not in zones_of_country():
                continue
            tried += 1
            zone = zone_of(f"+{digits}")
            own = zones_of_country()[region]
            told = told_of(number, digits)
            best = [zone for zone in own if clock(zone) in told] or own
            if zone not in best:
                wrong[digits] = zone
    assert wrong == {}
    assert tried > 1_500


def test_every_country_of_a_business_scoped_id_has_a_zone() -> None:
    for country, zones in zones_of_country().items():
        assert zone_of(f"whatsapp:{country}.1a") in zones


def test_the_table_of_people_is_what_geonames_says() -> None:
    assert zone_people.FILE.read_text(encoding="utf-8") == zone_people.counted()


def told_of(number: phonenumbers.PhoneNumber, digits: str) -> set[tuple[timedelta | None, ...]]:
    """How clocks go in the zones of the longest prefix in phonenumbers' data; none of a mobile."""
    if not phonenumbers.is_number_geographical(number):
        return set()
    longest = next(n for n in range(len(digits), 0, -1) if digits[:n] in TIMEZONE_DATA)
    return {clock(zone) for zone in TIMEZONE_DATA[digits[:longest]]}


def clock(zone: str) -> tuple[timedelta | None, ...]:
    return tuple(datetime(2026, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7))


def written(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
