"""The time zone of an address: a guess that its owner can put right, never another country's.

The country's zones are those of tzdata's `zone.tab`; which of them a number's area is in,
phonenumbers tells. Where several are left, the guess is the one in which most people live, by
`zone_people.json`, which `python -m tests.support.zone_people` makes of GeoNames' cities.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone

from taskflow.privacy.addresses import CHANNEL, MOST_CHARACTERS, ways_to_write

_BUSINESS_SCOPED = re.compile(r"([A-Za-z]{2})\.[0-9A-Za-z]{1,128}\Z")


@dataclass(frozen=True, slots=True)
class Guess:
    zone: str | None
    """IANA name; None where the address tells no country."""
    ambiguous: bool
    """Whether zones with other clocks are possible as well."""


NO_GUESS = Guess(None, ambiguous=True)


def guessed(addresses: Iterable[str], at: datetime) -> Guess:
    """By the first of a person's addresses that tells a country; the clocks are those from `at` on.

    An address is a phone number or a business-scoped id, with or without `whatsapp:` before it.
    """
    for address in addresses:
        zones = _zones_of(address)
        if zone := _most_peopled(zones):
            return Guess(zone, ambiguous=not _go_alike(frozenset(zones), at.year))
    return NO_GUESS


def zone_of(address: str) -> str | None:
    """IANA name; None where the address tells no country."""
    return _most_peopled(_zones_of(address))


def _zones_of(address: str) -> Sequence[str]:
    name = ways_to_write(address)[0].removeprefix(CHANNEL)
    if scoped := _BUSINESS_SCOPED.match(name):
        return zones_of_country().get(scoped[1].upper(), ())
    if len(name) > MOST_CHARACTERS:
        return ()
    try:
        number = phonenumbers.parse(name)
    except phonenumbers.NumberParseException:
        return ()
    areas = timezone.time_zones_for_number(number)
    country = zones_of_country().get(_region(number), ())
    return _within(country, areas) or country or _known(areas)


@lru_cache(maxsize=512)
def _go_alike(zones: frozenset[str], year: int) -> bool:
    """Week by week, of that year and the next: clocks that differed long ago do not matter."""
    noons = [datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(weeks=week) for week in range(105)]
    offsets = [[noon.astimezone(ZoneInfo(zone)).utcoffset() for noon in noons] for zone in zones]
    return all(offset == offsets[0] for offset in offsets)


def _within(country: Sequence[str], areas: Sequence[str]) -> Sequence[str]:
    """The country's zones that an area may mean; phonenumbers knows some by former names."""
    clocks = {_clock(zone) for zone in areas}
    same_clock = [zone for zone in country if _clock(zone) in clocks]
    return [zone for zone in country if zone in {*areas, *clocks}] or same_clock


def _region(number: phonenumbers.PhoneNumber) -> str:
    """ISO 3166; of a number that is nobody's yet, the first country of its code."""
    region = phonenumbers.region_code_for_number(number)
    return region or phonenumbers.region_code_for_country_code(number.country_code or 0)


def _most_peopled(zones: Iterable[str]) -> str | None:
    people = _people()
    return max(zones, key=lambda zone: people.get(zone, 0), default=None)


def _known(areas: Iterable[str]) -> list[str]:
    """Of a territory that `zone.tab` does not list, such as Ascension: as phonenumbers has it."""
    return [zone for zone in areas if zone != "Etc/Unknown"]


def _clock(zone: str) -> str:
    """Zones that have gone alike since 1970 share one name."""
    links = _links()
    while zone in links:
        zone = links[zone]
    return zone


@cache
def zones_of_country() -> Mapping[str, tuple[str, ...]]:
    """By ISO 3166 code, from `zone.tab`."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _table("zone.tab"):
        country, _, zone, *_ = line.split("\t")
        found[country] = (*found.get(country, ()), zone)
    return found


@cache
def _links() -> Mapping[str, str]:
    """From a zone's other names to the one that tzdata keeps the rules under."""
    links = (line.split() for line in _table("tzdata.zi") if line.startswith("L "))
    return {link: target for _, target, link in links}


@cache
def _people() -> Mapping[str, int]:
    text = files("services.gateway.channels").joinpath("zone_people.json").read_text("utf-8")
    return json.loads(text)


def _table(name: str) -> list[str]:
    text = files("tzdata.zoneinfo").joinpath(name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
