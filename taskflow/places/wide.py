"""Regions, countries and time zones by name: places with airports that may lie far apart."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from taskflow.places import airports as data
from taskflow.places import cities
from taskflow.places.airports import LARGE, Airport
from taskflow.places.names import countries, country_name
from taskflow.places.spots import (
    MOST_CANDIDATES,
    OF_A_NAME,
    OF_A_REGION,
    Spot,
    fame_near,
    is_one_trip,
    is_within,
)

_OF_A_COUNTRY = 2e9
_SHORTEST_PART = 4
_MOST_CITIES = 200
_SHORT = frozenset({"uk", "us", "usa", "uae"})
"""Countries that are called so alone; other short names are codes."""


def regions(wanted: str) -> list[Spot]:
    return [
        _wide(own[0].region, country, own, OF_A_REGION)
        for country, own in data.by_region().get(wanted, {}).items()
    ]


def regions_with(words: str) -> list[Spot]:
    """Those whose names hold these words: Java's three provinces, Newfoundland and Labrador."""
    if len(words) < _SHORTEST_PART:
        return []
    found: dict[str, dict[str, Airport]] = defaultdict(dict)
    for name, lands in data.by_region().items():
        if f" {words} " in f" {name} ":
            for country, own in lands.items():
                found[country] |= {airport.code: airport for airport in own}
    return [
        _wide(words.title(), country, list(own.values()), OF_A_REGION)
        for country, own in found.items()
    ]


def of_zones(zone: str) -> list[Spot]:
    """Islands and their groups have zones of their own: the Azores, Tahiti, Easter Island."""
    own = data.by_zone().get(zone, [])
    return [_wide(data.place_of(zone), own[0].country, own, OF_A_REGION)] if own else []


def countries_named(wanted: str) -> list[Spot]:
    code = countries().get(wanted) if len(wanted) > 3 or wanted in _SHORT else None
    own = data.by_country().get(code, []) if code else []
    if not code or not own:
        return []
    return [replace(_wide(country_name(code), code, own, 1.0), fame=_OF_A_COUNTRY)]


def _wide(name: str, country: str, own: list[Airport], share: float) -> Spot:
    airports = tuple(_main(own))
    return Spot(
        name=name,
        country=country,
        at=airports[0].at,
        fame=max(OF_A_NAME, share * fame_near(own)),
        airports=airports,
        around=tuple(own),
        is_wide=True,
        is_own=True,
    )


def _main(own: list[Airport]) -> list[Airport]:
    """All of one trip, or the only large one, or all: then the user is asked."""
    served = _by_weight([airport for airport in own if airport.weight] or own)
    large = [airport for airport in served if airport.weight == LARGE]
    if len(large) == 1 and not is_one_trip(served):
        return large
    return _in_order_of_cities(served)


def _in_order_of_cities(airports: list[Airport]) -> list[Airport]:
    """The best known city's first; a country of many airports shows only some."""
    if len(airports) <= 1:
        return airports
    found = dict[str, Airport]()
    for city in islice(cities.of_country(airports[0].country), _MOST_CITIES):
        at = city.at
        near = [airport for airport in airports if is_within(airport, at)]
        found |= {airport.code: airport for airport in near}
        if len(found) >= MOST_CANDIDATES:
            break
    return list((found | {airport.code: airport for airport in airports}).values())


def _by_weight(airports: Iterable[Airport]) -> list[Airport]:
    return sorted(airports, key=lambda airport: (-airport.weight, airport.code))
