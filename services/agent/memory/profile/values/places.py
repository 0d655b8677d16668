"""From what people call a place to its zone and its airport, by airportsdata and CLDR."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast
from zoneinfo import available_timezones

import airportsdata
from babel import Locale

from services.agent.memory.profile.words import plain, tidy, titled

CLOSED = frozenset({"TXL", "SXF", "THF", "HEW"})
"""Listed by airportsdata, and no longer served."""
_MINOR = ("regional", "municipal", "county", "field", "airpark", "heliport", "seaplane", "raf ")
_REGIONS = frozenset(
    {"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)
_ALSO = {
    "munchen": "munich", "koln": "cologne", "nyc": "new york", "new york city": "new york",
    "sf": "san francisco", "delhi": "new delhi", "bengaluru": "bangalore", "kiev": "kyiv",
    "genf": "geneva", "geneve": "geneva", "ginebra": "geneva", "genebra": "geneva",
    "frankfurt": "frankfurt am main", "lisboa": "lisbon", "milano": "milan", "napoli": "naples",
    "firenze": "florence", "venezia": "venice", "torino": "turin", "sevilla": "seville",
    "nurnberg": "nuremberg", "antwerpen": "antwerp", "goteborg": "gothenburg", "oporto": "porto",
}  # fmt: skip

_MEANT = {
    "barcelona": "ES", "valencia": "ES", "toledo": "ES", "granada": "ES", "faro": "PT",
    "manchester": "GB", "birmingham": "GB", "glasgow": "GB", "edinburgh": "GB", "belfast": "GB",
    "newcastle": "GB", "oxford": "GB", "cambridge": "GB", "bristol": "GB", "naples": "IT",
    "florence": "IT", "venice": "IT", "milan": "IT", "stuttgart": "DE", "hamburg": "DE",
    "nice": "FR", "los angeles": "US", "las vegas": "US", "miami": "US", "boston": "US",
    "san francisco": "US", "seattle": "US", "houston": "US", "dallas": "US", "washington": "US",
    "manila": "PH", "hyderabad": "IN", "tripoli": "LY", "cairo": "EG", "lima": "PE",
}  # fmt: skip
"""Of several cities of a name, the one that everybody means."""


@dataclass(frozen=True, slots=True)
class Airport:
    code: str
    name: str
    city: str
    region: str
    country: str
    zone: str
    weight: int


@dataclass(frozen=True, slots=True)
class Home:
    name: str
    zone: str | None


# A place's name ends where a time, a companion or a reason begins.
_TAIL = re.compile(
    r"(?<![\s,])[\s,]+(?:(?i:since|for|with|near|last|this|next|because|until|till|when|where|which|while|after"
    r"|before|from|as|now|these|currently|at|but|so|again|too|again|in order|right|about|around|by"
    r"|seit|mit|desde|hace|con|com|depuis|avec|jetzt|ahora|agora|maintenant)\b.*"
    r"|(?:and|und|y|e|et)\s+(?=[^\W\d_])(?![^\W\d_a-zß-ÿ]).*)$"
)
_NO_PLACE = re.compile(
    r"\b(?:I|you|my|your|house|flat|apartment|fear|moment|city|town|village|countryside|same|it)\b",
    re.IGNORECASE,
)
MOST_WORDS = 8


def home(said: str) -> Home | None:
    """A town, with its zone where only one can be meant; an address or a hamlet goes without."""
    text = tidy(_TAIL.sub("", tidy(said)))
    if not text or len(text) > 80 or len(text.split()) > MOST_WORDS or _NO_PLACE.search(text):
        return None
    if not is_known(text) and not (text[0].isupper() or text[0].isdigit()):
        return None
    return Home(titled(text), zone_of(text))


def is_known(said: str) -> bool:
    """A city or a country that has a name here."""
    city = _city(said.partition(",")[0])
    return city in _exemplars() or city in _by_city() or city in _countries() or city in _metros()


def is_same(one: str, other: str) -> bool:
    """Lisbon and Lisboa; "Lisbon, Portugal" too."""
    return _city(one.partition(",")[0]) == _city(other.partition(",")[0])


def zone_of(said: str) -> str | None:
    """None where several zones could be meant."""
    first, _, last = (part.strip() for part in said.partition(","))
    city, named = _city(first), _country(last)
    if _is_region(last):
        of_region = {one.zone for one in _airports_of(city, last, named)}
        return of_region.pop() if len(of_region) == 1 else None
    country = named or _MEANT.get(city)
    found = _airports_in(city, country)
    zones = {one.zone for one in found}
    if named:
        return zones.pop() if len(zones) == 1 else None
    if exemplar := _exemplars().get(city):
        return exemplar
    if len(zones) == 1:
        return zones.pop()
    if found or city not in _countries():
        return None
    # Georgia is a state too: only what both have in common is known.
    either = {
        one.zone
        for one in airports().values()
        if one.country == _countries()[city] or plain(one.region) == city
    }
    return either.pop() if len(either) == 1 else None


def airport(said: str) -> str | None:
    """An IATA code of an airport or of a city that has several; None where it is not clear."""
    text = re.sub(
        r"^(?:the|in|at)\s+|(?<!\s)\s+(?:international\s+)?airport$",
        "",
        tidy(said),
        flags=re.IGNORECASE,
    )
    code = text.upper()
    if len(text) == 3 and code in airports().keys() | _metros().values():
        return code
    first, _, last = (part.strip() for part in text.partition(","))
    if inner := re.fullmatch(r".+\(([A-Za-z]{3})\)", text):
        return airport(inner[1])
    city, named = _city(first), _country(last)
    if plain(last) in _regions() and plain(last) not in _countries():
        of_region = _airports_of(city, last, named)
        return of_region[0].code if len(of_region) == 1 else None
    if not named and city in _metros():
        return _metros()[city]
    country = named or _MEANT.get(city)
    found = _airports_in(city, country) or _airports_named(city)
    zone = _exemplars().get(city)
    nearest = [one for one in found if one.zone == zone] or found
    return nearest[0].code if len(nearest) == 1 else None


def _city(said: str) -> str:
    """Its English name, as far as it has another one here."""
    wanted = plain(tidy(said))
    if wanted not in _ALSO and wanted not in _by_city() and wanted in _exemplars():
        return plain(_exemplars()[wanted].rpartition("/")[2].replace("_", " "))
    return _ALSO.get(wanted, wanted)


def _airports_in(city: str, country: str | None) -> list[Airport]:
    """The weightiest of those of a city."""
    found = [one for one in _by_city().get(city, []) if country in {None, one.country}]
    best = max((one.weight for one in found), default=0)
    return [one for one in found if one.weight == best]


def _country(said: str) -> str | None:
    """By its name, or by the two letters of its code."""
    return _countries().get(plain(said)) or (said if _is_short(said) else None)


def _is_short(said: str) -> bool:
    return len(said) == 2 and said.isupper()


def _airports_of(city: str, region: str, country: str | None) -> list[Airport]:
    """The weightiest of a city's in a region, or in the country of that name."""
    found = [
        one
        for one in _by_city().get(city, [])
        if plain(one.region) == plain(region) or one.country == country
    ]
    best = max((one.weight for one in found), default=0)
    return [one for one in found if one.weight == best]


def _is_region(said: str) -> bool:
    """Alabama, or what may be one in short."""
    return plain(said) in _regions() or _is_short(said)


@cache
def _regions() -> dict[str, set[str]]:
    """The countries that have a region of that name."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in airports().values():
        found[plain(one.region)].add(one.country)
    found.pop("", None)
    return dict(found)


def _airports_named(words: str) -> list[Airport]:
    """Heathrow, Charles de Gaulle: by the airport's own name."""
    if len(words) < 5:
        return []
    named = [one for one in airports().values() if f" {words} " in f" {plain(one.name)} "]
    best = max((one.weight for one in named), default=0)
    return [one for one in named if one.weight == best]


@cache
def airports() -> dict[str, Airport]:
    return {
        code: Airport(
            code,
            row["name"],
            row["city"],
            row["subd"],
            row["country"],
            row["tz"],
            _weight(row),
        )
        for code, row in airportsdata.load("IATA").items()
        if code not in CLOSED and row["tz"]
    }


def _weight(row: Mapping[str, object]) -> int:
    """No sizes in airportsdata: names tell big from small, and most small ones are in the US."""
    name = str(row["name"]).lower()
    if "international" in name:
        return 2
    return 0 if row["country"] == "US" or any(word in name for word in _MINOR) else 1


@cache
def _by_city() -> dict[str, list[Airport]]:
    found: dict[str, list[Airport]] = defaultdict(list)
    for one in airports().values():
        found[plain(one.city)].append(one)
    found.pop("", None)
    return dict(found)


@cache
def _metros() -> dict[str, str]:
    """City codes such as LON, by the city's name."""
    return {plain(row["name"]): code for code, row in airportsdata.load_iata_macs().items()}


@cache
def _exemplars() -> dict[str, str]:
    """The cities that zones are named after, in our languages: of many a London, the one meant."""
    known: dict[str, str] = {}
    for locale in ("it", "fr", "pt", "es", "de"):
        zones = cast("Mapping[str, Mapping[str, object]]", Locale(locale).time_zones)
        for zone, names in zones.items():
            if zone.partition("/")[0] in _REGIONS and isinstance(city := names.get("city"), str):
                known[plain(city)] = zone
    for zone in sorted(available_timezones()):
        region, _, city = zone.partition("/")
        if region in _REGIONS and "/" not in city:
            known[plain(city.replace("_", " "))] = zone
    return known


@cache
def _countries() -> dict[str, str]:
    known: dict[str, str] = {"uk": "GB", "usa": "US", "us": "US", "england": "GB", "scotland": "GB"}
    for locale in ("fr", "pt", "es", "de", "en"):
        names = cast("Mapping[str, str]", Locale(locale).territories)
        known |= {plain(name): code for code, name in names.items() if len(code) == 2}
    return known
