"""Airports by their codes, towns, regions and countries: airportsdata's rows, and CLDR's names."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast

import airportsdata
from babel import Locale

from services.tools.searching import gazetteer
from services.tools.searching.gazetteer import distance_km, plain

CLOSED = frozenset({"TXL", "SXF", "THF", "HEW"})
"""Listed by airportsdata, and no longer served."""
LARGE = 2
"""An airport's weight; 0 is that of a small one."""
DEGREE_KM = 111.0
WITH_A_STATE = frozenset({"US", "CA", "AU"})
"""Where one says in which state or province a town lies."""
SHORT = {"uk": "GB", "usa": "US", "us": "US", "uae": "AE"}
WITHOUT = re.compile(
    r"^(?:the |isle of |island of |city of )|(?: international)? airport$| islands?$| city$"
)
_MINOR = ("regional", "municipal", "county", "field", "airpark", "heliport", "seaplane")
_LANGUAGES = ("ar", "ja", "it", "nl", "fr", "pt", "es", "de", "en")


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
    among = by_country().get(country, []) if country else airports().values()
    reach = km / DEGREE_KM
    found = [
        (away, one)
        for one in among
        if abs(one.at[0] - at[0]) <= reach and (away := distance_km(at, one.at)) <= km
    ]
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


@cache
def airports() -> dict[str, Airport]:
    serving = {code for row in airportsdata.load_iata_macs().values() for code in row["airports"]}
    return {
        code: Airport(
            code=code,
            name=row["name"],
            city=row["city"],
            region=row["subd"].replace("-", " "),
            country=row["country"],
            at=(row["lat"], row["lon"]),
            zone=row["tz"],
            weight=LARGE if code in serving else _weight(row["name"], row["country"]),
        )
        for code, row in airportsdata.load("IATA").items()
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
    for one in airports().values():
        found[one.country].append(one)
    return dict(found)


@cache
def by_city() -> dict[str, list[Airport]]:
    found: dict[str, list[Airport]] = defaultdict(list)
    for one in airports().values():
        for name in names_of(one):
            found[name].append(one)
    return dict(found)


@cache
def by_own_name() -> dict[str, list[Airport]]:
    """By the airport's own name: La Palma, whose city is Santa Cruz."""
    found: dict[str, list[Airport]] = defaultdict(list)
    for one in airports().values():
        if one.weight:
            found[WITHOUT.sub("", plain(one.name))].append(one)
    return dict(found)


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
    for one in airports().values():
        if one.region:
            name = re.sub(r" islands?$", "", plain(one.region))
            for each in {name, plain(one.region)}:
                found[each][one.country].append(one)
    return {name: dict(countries) for name, countries in found.items()}


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


@cache
def countries() -> dict[str, str]:
    known = dict[str, str]()
    for language in _LANGUAGES:
        names = cast("Mapping[str, str]", Locale(language).territories)
        known |= {plain(name): code for code, name in names.items() if len(code) == 2}
    known |= {plain(name): code for name, code in gazetteer.countries().items()}
    return {**known, **SHORT, "america": "US", "great britain": "GB"}


def country_name(code: str) -> str:
    names = cast("Mapping[str, str]", Locale("en").territories)
    return names.get(code, code)
