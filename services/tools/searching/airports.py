"""From what people call a place to the airports there, by airportsdata."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast

import airportsdata
from babel import Locale

from taskflow.tooling import Refused

CLOSED = frozenset({"TXL", "SXF", "THF", "HEW"})
"""Listed by airportsdata, and no longer served."""
_MINOR = ("regional", "municipal", "county", "field", "airpark", "heliport", "seaplane")
MOST_CODES = 6
MOST_CANDIDATES = 6


@dataclass(frozen=True, slots=True)
class Place:
    """One city's airports, as SerpApi takes them: comma-separated IATA codes."""

    codes: str
    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class _Airport:
    code: str
    name: str
    city: str
    country: str
    zone: str
    weight: int


def resolve(said: str) -> Place:
    """An IATA code, a city, or "city, country". Raises Refused naming what could be meant."""
    text = said.strip()
    if len(text) == 3 and text.upper() in _airports() | _metros().keys():
        return _by_code(text.upper())
    city, _, country = (part.strip() for part in text.partition(","))
    wanted = _country_code(country) if country else None
    if not wanted:
        metro = next(
            (code for code, (name, _) in _metros().items() if _plain(name) == _plain(city)), None
        )
        if metro:
            return _by_code(metro)
    found = [one for one in _named(city) if wanted in {None, one.country}]
    if not found:
        raise Refused(f"I know no airport at {said!r}; ask for the city's name or an IATA code.")
    best = max(one.weight for one in found)
    found = [one for one in found if one.weight == best]
    if len({one.country for one in found}) > 1:
        could_be = sorted({f"{one.city}, {one.country} ({one.code})" for one in found})
        raise Refused(
            f"{said!r} could be {'; '.join(could_be[:MOST_CANDIDATES])}. Ask which is meant."
        )
    codes = ",".join(one.code for one in found[:MOST_CODES])
    return Place(codes, found[0].city, found[0].zone)


def _by_code(code: str) -> Place:
    if code in _metros():
        name, members = _metros()[code]
        return Place(",".join(members), name, _airports()[members[0]].zone)
    airport = _airports()[code]
    return Place(code, f"{airport.city} ({code})", airport.zone)


def _named(city: str) -> list[_Airport]:
    """Exact names first; then names that begin with it or hold it as a word."""
    wanted = _plain(city)
    if not wanted:
        return []
    exact = [one for one in _airports().values() if _plain(one.city) == wanted]
    if exact:
        return exact
    return [
        one
        for one in _airports().values()
        if _plain(one.city).startswith(f"{wanted} ") or f" {wanted} " in f" {_plain(one.city)} "
    ]


@cache
def _airports() -> dict[str, _Airport]:
    return {
        code: _Airport(
            code,
            row["name"],
            row["city"],
            row["country"],
            row["tz"],
            _weight(row["name"], row["country"]),
        )
        for code, row in airportsdata.load("IATA").items()
        if code not in CLOSED and row["tz"]
    }


def _weight(name: str, country: str) -> int:
    """No sizes in airportsdata: names tell big from small, and most small ones are in the US."""
    lowered = name.lower()
    if "international" in lowered:
        return 2
    return 0 if country == "US" or any(word in lowered for word in _MINOR) else 1


@cache
def _metros() -> dict[str, tuple[str, list[str]]]:
    """City codes such as LON, with the airports they stand for."""
    return {
        code: (row["name"], sorted(member for member in row["airports"] if member in _airports()))
        for code, row in airportsdata.load_iata_macs().items()
    }


@cache
def _countries() -> dict[str, str]:
    names = cast("Mapping[str, str]", Locale("en").territories)
    known = {_plain(name): code for code, name in names.items() if len(code) == 2}
    return {**known, "uk": "GB", "usa": "US", "england": "GB", "america": "US"}


def _country_code(said: str) -> str | None:
    code = said.upper()
    return code if code in _countries().values() else _countries().get(_plain(said))


def _plain(text: str) -> str:
    """Lower case, no accents, single spaces."""
    decomposed = unicodedata.normalize("NFKD", text)
    letters = "".join(c for c in decomposed if not unicodedata.combining(c)).lower()
    return " ".join(letters.replace("-", " ").replace("/", " ").split())
