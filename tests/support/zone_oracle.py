"""Which zones a number may be in, by phonenumbers' data and the zone table alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import PhoneNumberType, example_number_for_type
from phonenumbers.tzdata import TIMEZONE_DATA

from services.gateway.channels.zones import zones_of_country

UNLISTED = {"AC", "TA", "XK"}
"""Ascension, Tristan da Cunha and Kosovo have numbers and no line of their own in zone.tab."""
KINDS = (
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.VOIP,
    PhoneNumberType.PERSONAL_NUMBER,
)
Clock = tuple[timedelta | None, ...]


@dataclass(frozen=True, slots=True)
class Case:
    number: str
    region: str
    zones: frozenset[str]
    """Any of these is right."""


def of_regions() -> Iterator[Case]:
    """Each region's own example numbers."""
    for region in sorted(phonenumbers.SUPPORTED_REGIONS - UNLISTED):
        for kind in KINDS:
            number = example_number_for_type(region, kind)
            if number and phonenumbers.region_code_for_number(number) == region:
                yield Case(_written(number), region, frozenset(zones_of_country()[region]))


def of_area_codes() -> Iterator[Case]:
    """Two numbers of each prefix that phonenumbers knows a zone for."""
    for prefix in TIMEZONE_DATA:
        for digits in (prefix + "2345678901"[: 11 - len(prefix)], prefix.ljust(11, "5")):
            number = phonenumbers.parse(f"+{digits}")
            region = phonenumbers.region_code_for_number(number)
            if region is None or region in UNLISTED or region not in zones_of_country():
                continue
            own = zones_of_country()[region]
            told = _told_of(number, digits)
            best = [zone for zone in own if clock(zone) in told] or own
            yield Case(f"+{digits}", region, frozenset(best))


def of_ids() -> Iterator[Case]:
    """A business-scoped id of each country."""
    for country, zones in zones_of_country().items():
        yield Case(f"{country}.1a", country, frozenset(zones))


def clock(zone: str) -> Clock:
    return tuple(datetime(2026, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7))


def _told_of(number: phonenumbers.PhoneNumber, digits: str) -> set[Clock]:
    """How clocks go in the zones of the longest prefix in phonenumbers' data; none of a mobile."""
    if not phonenumbers.is_number_geographical(number):
        return set()
    longest = next(n for n in range(len(digits), 0, -1) if digits[:n] in TIMEZONE_DATA)
    return {clock(zone) for zone in TIMEZONE_DATA[digits[:longest]]}


def _written(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
