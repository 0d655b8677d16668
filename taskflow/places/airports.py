"""Airports by their codes, towns, regions, countries and time zones: airportsdata's rows."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast

import airportsdata
from babel import Locale
from babel.core import get_global

from taskflow.places.names import (
    LANGUAGES,
    WITH_A_STATE,
    bare,
    country_name,
    distance_km,
    plain,
)

CLOSED = frozenset({"TXL", "SXF", "THF", "HEW"})
"""Listed by airportsdata, and no longer served."""
LARGE = 2
"""An airport's weight; 0 is that of a small one."""
DEGREE_KM = 111.0
_MINOR = ("regional", "municipal", "county", "field", "airpark", "heliport", "seaplane", "raf ")


@dataclass(frozen=True, slots=True)
class Airport:
    code: str
    name: str
    city: str
    region: str
    country: str
    at: tuple[float, float]
    zone: str
    weight: int

    @property
    def in_full(self) -> str:
        where = [self.region] if self.country in WITH_A_STATE and self.region else []
        return ", ".join(filter(None, [self.name, self.city, *where, country_name(self.country)]))


def near(at: tuple[float, float], country: str | None, km: float) -> list[Airport]:
    """The nearest first."""
    reach = km / DEGREE_KM
    northwards = _northwards()
    first = bisect_left(northwards, at[0] - reach, key=_latitude)
    last = bisect_right(northwards, at[0] + reach, key=_latitude)
    found = [
        (away, northward)
        for northward in northwards[first:last]
        if country in {None, northward.country} and (away := distance_km(at, northward.at)) <= km
    ]
    return [airport for _, airport in sorted(found, key=lambda pair: pair[0])]


@cache
def _northwards() -> list[Airport]:
    return sorted(airports().values(), key=_latitude)


def _latitude(airport: Airport) -> float:
    return airport.at[0]


@cache
def airports() -> dict[str, Airport]:
    """By code. Puerto Rico's and other territories' are theirs, and not of the US."""
    rows = airportsdata.load("IATA")
    serving = {code for row in airportsdata.load_iata_macs().values() for code in row["airports"]}
    named = {row["country"] for row in rows.values()}
    territories = {
        zone: code for zone, code in get_global("zone_territories").items() if code not in named
    }
    return {
        code: Airport(
            code=code,
            name=row["name"],
            city=row["city"],
            region=row["subd"].replace("-", " "),
            country=territories.get(row["tz"], row["country"]),
            at=(row["lat"], row["lon"]),
            zone=row["tz"],
            weight=LARGE if code in serving else _weight(row["name"], row["country"]),
        )
        for code, row in rows.items()
        if code not in CLOSED and row["tz"]
    }


def _weight(name: str, country: str) -> int:
    """No sizes in airportsdata: names tell big from small, and most small ones are in the US."""
    lowered = name.lower()
    if "international" in lowered:
        return LARGE
    return 0 if country == "US" or any(word in lowered for word in _MINOR) else 1


@cache
def by_country() -> dict[str, list[Airport]]:
    found: dict[str, list[Airport]] = defaultdict(list)
    for airport in airports().values():
        found[airport.country].append(airport)
    return dict(found)


@cache
def by_city() -> dict[str, list[Airport]]:
    found: dict[str, list[Airport]] = defaultdict(list)
    for airport in airports().values():
        for name in names_of(airport):
            found[name].append(airport)
    return dict(found)


@cache
def by_own_name() -> dict[str, list[Airport]]:
    """By the airport's own name: La Palma, whose city is Santa Cruz."""
    found: dict[str, list[Airport]] = defaultdict(list)
    for airport in airports().values():
        if airport.weight:
            found[bare(plain(airport.name))].append(airport)
    return dict(found)


def with_words(words: str) -> list[Airport]:
    """Those whose own names hold these words."""
    return [airport for name, airport in _plain_names() if f" {words} " in name]


@cache
def _plain_names() -> list[tuple[str, Airport]]:
    return [(f" {plain(airport.name)} ", airport) for airport in airports().values()]


@cache
def names_of(airport: Airport) -> frozenset[str]:
    """Denpasar and Bali for "Denpasar-Bali Island", Pau for "Pau/Pyrenees (Uzein)"."""
    city = airport.city
    parts = [city, *re.split(r"[/()-]", city)]
    names = {re.sub(r" islands?$", "", plain(part)) for part in parts}
    return frozenset(name for name in {*names, plain(city)} if len(name) > 1)


@cache
def by_region() -> dict[str, dict[str, list[Airport]]]:
    """By the region's name, then by country."""
    found: dict[str, dict[str, list[Airport]]] = defaultdict(lambda: defaultdict(list))
    for airport in airports().values():
        if airport.region:
            name = re.sub(r" islands?$", "", plain(airport.region))
            for each in {name, plain(airport.region)}:
                found[each][airport.country].append(airport)
    return {name: dict(countries) for name, countries in found.items()}


@cache
def by_zone() -> dict[str, list[Airport]]:
    found: dict[str, list[Airport]] = defaultdict(list)
    for airport in airports().values():
        found[airport.zone].append(airport)
    return dict(found)


def place_of(zone: str) -> str:
    """What CLDR calls a zone's place in English: the Azores, Kyiv."""
    zones = cast("Mapping[str, Mapping[str, object]]", Locale("en").time_zones)
    name = zones.get(zone, {}).get("city")
    return name if isinstance(name, str) else zone.rpartition("/")[2].replace("_", " ")


@cache
def zones_by_name() -> dict[str, str]:
    """The places that zones are named after, in twenty languages, as `plain` writes them."""
    found = dict[str, str]()
    for language in LANGUAGES:
        zones = cast("Mapping[str, Mapping[str, object]]", Locale(language).time_zones)
        for zone, names in zones.items():
            if "/" in zone and isinstance(city := names.get("city"), str):
                found[bare(plain(city))] = zone
    for zone in {airport.zone for airport in airports().values()}:
        found[plain(zone.rpartition("/")[2].replace("_", " "))] = zone
    return found


@cache
def metros() -> dict[str, tuple[str, str, list[str]]]:
    """City codes such as LON: name, country, and the airports they stand for."""
    return {
        code: (
            row["name"],
            row["country"],
            sorted(member for member in row["airports"] if member in airports()),
        )
        for code, row in airportsdata.load_iata_macs().items()
    }
