"""From what people call a place to the airports there, by airportsdata and GeoNames (ADR 47)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import cast

import airportsdata
from babel import Locale

from services.tools.searching import gazetteer
from services.tools.searching.gazetteer import City, distance_km, plain
from taskflow.tooling import Refused

CLOSED = frozenset({"TXL", "SXF", "THF", "HEW"})
"""Listed by airportsdata, and no longer served."""
_MINOR = ("regional", "municipal", "county", "field", "airpark", "heliport", "seaplane")
MOST_CODES = 6
MOST_CANDIDATES = 6
MOST_CHARACTERS = 60
NEAR_KM = 60.0
_SUBURB_KM = 25.0
_AROUND_KM = 300.0
_ONE_TRIP_KM = 120.0
"""A region whose airports lie no further apart is asked for as one."""
CLEARLY = 12.0
"""So many times better known than its namesake, a place is the one that is meant."""
_NEARLY, _FAR = 5.0, 50.0
_OF_A_REGION = 0.1
_OF_A_COUNTRY = 2e9
_OF_A_NAME = 1e5
_KNOWN = 5e5
_KNOWN_TOWN = 5e7
_LANGUAGES = ("ar", "ja", "it", "nl", "fr", "pt", "es", "de", "en")
_DEGREE_KM = 111.0
_LONGEST_QUALIFIER = 3
_MOST_CITIES = 200
_LARGE = 2
_IN_FULL = frozenset({"US", "CA", "AU"})
_CODED = re.compile(r"(?P<place>[^()]+)\((?P<code>[A-Za-z]{3})\)")
_WITHOUT = re.compile(
    r"^(?:the |isle of |island of |city of )|(?: international)? airport$| islands?$| city$"
)


@dataclass(frozen=True, slots=True)
class Place:
    """One place's airports, as SerpApi takes them: comma-separated IATA codes."""

    codes: str
    name: str
    zone: str


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
        where = [self.region] if self.country in _IN_FULL and self.region else []
        return ", ".join(filter(None, [self.name, self.city, *where, _country(self.country)]))


@dataclass(frozen=True, slots=True)
class _Spot:
    """What a name may mean; `airports` is empty where none is near."""

    name: str
    country: str
    at: tuple[float, float]
    fame: float
    airports: tuple[Airport, ...]
    around: tuple[Airport, ...]
    state: str | None = None
    is_wide: bool = False
    """A region or a country, which may have airports far apart."""
    is_own: bool = False
    """An airport bears its name."""
    is_by_another_name: bool = False
    """Found by what others call it, and no airport there bears that name."""

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(one.code for one in self.airports)


def resolve(said: str, code: str | None = None) -> Place:
    """A place, or an IATA code that no place bears. Raises Refused naming what could be meant."""
    text = said.strip()
    if len(text) > MOST_CHARACTERS:
        raise Refused("A place has 60 characters at most; ask for its name.")
    if coded := _CODED.fullmatch(text):
        text, code = coded["place"].strip(), code or coded["code"]
    if re.fullmatch(r"[A-Z]{3}(?i: airport)", text):
        text = text[:3]
    if code and code.strip().upper() != text.upper():
        return _fitting(text, code.strip().upper())
    upper = text.upper()
    if upper in _airports() or upper in _metros():
        return _named_or_coded(text)
    return _meant(text, _spots(text))


def by_code(code: str) -> Place:
    """An airport or a city's airports by its code alone; Refused for an unknown one."""
    if code in _metros():
        name, country, members = _metros()[code]
        return Place(
            ",".join(members), f"{name}, {_country(country)}", _airports()[members[0]].zone
        )
    if code not in _airports():
        raise Refused(f"I know no airport with the code {code!r}; ask for the city's name.")
    airport = _airports()[code]
    return Place(code, f"{airport.in_full} ({code})", airport.zone)


def in_full(code: str) -> str | None:
    """As in "Lisbon Portela Airport, Lisbon, Portugal"; None for an unknown code."""
    airport = _airports().get(code)
    return airport.in_full if airport else None


def _named_or_coded(text: str) -> Place:
    """Three letters: a place's name first, where a known place has an airport of that name."""
    code = text.upper()
    spots = [one for one in _spots(text) if one.is_own or (_is_known(one) and text != code)]
    members = frozenset(by_code(code).codes.split(","))
    if not spots or members & spots[0].codes:
        return by_code(code)
    if text == code:
        if _stands_for(code, spots[0].fame):
            return by_code(code)
        raise _unclear(text, [*_told(spots[:2]), f"{by_code(code).name}, by its code"])
    return _meant(text, spots)


def _is_known(spot: _Spot) -> bool:
    return spot.fame >= _KNOWN


def _stands_for(code: str, fame: float) -> bool:
    """MAN is Manchester's beginning, and few mean Man in Côte d'Ivoire by capitals."""
    if code in _metros():
        return True
    airport = _airports()[code]
    known = gazetteer.cities(airport.city)
    begins = plain(airport.city).startswith(code.lower())
    return begins and bool(known) and known[0].fame >= CLEARLY * fame


def _fitting(said: str, code: str) -> Place:
    """The code's airports, if the place has them; else Refused with both."""
    coded = by_code(code)
    members = coded.codes.split(",")
    if said.upper() in _airports() or said.upper() in _metros():
        other = by_code(said.upper())
        if set(members) & set(other.codes.split(",")):
            return coded
    spots = _spots(said)
    for spot in [*spots[:1], *_rivals(spots[0], spots[1:])] if spots else []:
        here = [one for one in members if one in spot.codes | {each.code for each in spot.around}]
        if here:
            codes = ",".join(members if code in _metros() else here)
            return replace(coded, codes=codes)
    if not spots:
        raise Refused(
            f"I know no place {said!r}, and {code} is {coded.name}. "
            "Ask which town or airport is meant."
        )
    raise Refused(
        f"{code} is {coded.name}, which is not {said!r}. "
        f"That could be {'; '.join(_told(spots))}. Ask which is meant."
    )


def _meant(said: str, spots: list[_Spot]) -> Place:
    if not spots:
        raise _unknown(said)
    first, *others = spots
    rivals = _rivals(first, others)
    if rivals:
        raise _unclear(said, _told([first, *rivals]))
    if not first.airports:
        raise _unclear(said, [f"{one.in_full} ({one.code})" for one in first.around], "is near")
    if first.is_wide and not _is_one_trip(first.airports):
        raise _unclear(
            said, [f"{one.in_full} ({one.code})" for one in first.airports], "has airports:"
        )
    codes = ",".join(one.code for one in first.airports)
    return Place(codes, _name(first), first.airports[0].zone)


def _rivals(first: _Spot, others: list[_Spot]) -> list[_Spot]:
    """An airport of that very name makes a place more likely the one that is meant."""
    return [
        one
        for one in others
        if not (first.is_own and one.is_by_another_name)
        and first.fame < _margin(first, one) * one.fame
    ]


def _margin(first: _Spot, other: _Spot) -> float:
    if first.is_own:
        return CLEARLY if other.is_own else _NEARLY
    return _FAR if other.is_own and not other.is_by_another_name else CLEARLY


def _unknown(said: str) -> Refused:
    head = said.partition(",")[0]
    others = _candidates(head) if "," in said else []
    known = f" I know {'; '.join(_told(others))}." if others else ""
    return Refused(
        f"I know no airport at {said!r}.{known} Ask for the city's name or an IATA code."
    )


def _unclear(said: str, candidates: list[str], verb: str = "could be") -> Refused:
    shown = "; ".join(candidates[:MOST_CANDIDATES]) or "no airport that I know"
    return Refused(f"{said!r} {verb} {shown}. Ask which is meant.")


def _told(spots: Iterable[_Spot]) -> list[str]:
    """With their airports; a town may have none."""
    told = list[str]()
    for spot in spots:
        codes = ", ".join(one.code for one in spot.airports[:MOST_CODES])
        told.append(f"{_name(spot)} ({codes or 'no airport near'})")
    return told[:MOST_CANDIDATES]


def _name(spot: _Spot) -> str:
    region = None
    if spot.country in _IN_FULL and not spot.is_wide:
        region = _state(spot) if spot.country == "US" else _region_of(spot)
    country = _country(spot.country)
    parts = [spot.name, region if region != spot.name else None, country]
    return ", ".join(dict.fromkeys(one for one in parts if one))


def _state(spot: _Spot) -> str | None:
    names = gazetteer.us_states()
    return next((name.title() for name, code in names.items() if code == spot.state), None)


def _region_of(spot: _Spot) -> str | None:
    return next((one.region for one in (*spot.airports, *spot.around) if one.region), None)


def _is_one_trip(airports: Sequence[Airport]) -> bool:
    first = airports[0]
    return len(airports) <= MOST_CODES and all(
        distance_km(first.at, one.at) <= _ONE_TRIP_KM for one in airports
    )


def _spots(said: str) -> list[_Spot]:
    """The best known first. What follows a comma narrows them, and so do last words alone."""
    head, *rest = (part.strip() for part in said.split(","))
    narrower = [part for part in rest if part]
    found = _distinct(
        one for one in _candidates(head) if all(_fits(one, each) for each in narrower)
    )
    words = head.split()
    if found or narrower:
        return found
    for count in range(1, min(_LONGEST_QUALIFIER, len(words) - 1) + 1):
        first, last = " ".join(words[:-count]), " ".join(words[-count:])
        found = _distinct(one for one in _candidates(first) if len(last) > 2 and _fits(one, last))
        if found:
            return found
    return []


def _candidates(name: str) -> list[_Spot]:
    wanted = plain(name)
    if not wanted:
        return []
    found = _of_name(wanted)
    shorter = _WITHOUT.sub("", wanted).strip()
    if not found and shorter and shorter != wanted:
        found = _of_name(shorter)
    return found or _by_airports_name(shorter or wanted)


def _of_name(wanted: str) -> list[_Spot]:
    is_short = len(wanted) <= 3 and wanted.isascii()
    towns = [_town(wanted, city) for city in gazetteer.cities(wanted, by_other_names=not is_short)]
    wide = [
        spot
        for spot in (*_regions(wanted), *_countries_named(wanted))
        if not any(_is_of(each, town) for each in spot.around for town in towns)
    ]
    lands = {spot.country for spot in wide}
    for airport in (*_by_city().get(wanted, []), *_called().get(wanted, [])):
        if airport.country not in lands and not any(_is_of(airport, one) for one in towns):
            towns.append(_at_airport(airport, wanted))
        lands |= {one.country for one in towns if one.is_own and not one.is_by_another_name}
    return sorted([*towns, *wide], key=lambda one: -one.fame)


def _is_of(airport: Airport, spot: _Spot) -> bool:
    return airport.code in spot.codes or (
        airport.country == spot.country and distance_km(airport.at, spot.at) <= NEAR_KM * 1.5
    )


def _distinct(spots: Iterable[_Spot]) -> list[_Spot]:
    """Of those with the same airports, the best known."""
    kept = list[_Spot]()
    for spot in spots:
        if not any(spot.codes and spot.codes == one.codes for one in kept):
            kept.append(spot)
    return kept


def _town(wanted: str, city: City) -> _Spot:
    at = (city.latitude, city.longitude)
    names = {wanted, plain(city.name)}
    abroad = _near(at, None, NEAR_KM)
    near = [one for one in abroad if one.country == city.country]
    all_names = names | gazetteer.names_of(city)
    own = [one for one in near if all_names & _names_of(one) or _is_called(one, names)]
    own = own or [one for one in abroad if _is_called(one, names)]
    metro = _metro_of(names, city.country, near)
    airports = (
        metro
        or list(dict.fromkeys([*_served(own, near), *_in_suburbs(city, own, near)]))
        or _best(abroad)[:3]
    )
    around = near if airports else _best(_near(at, city.country, _AROUND_KM))
    is_of_this_name = any(wanted in _names_of(one) or _is_called(one, {wanted}) for one in own)
    return _Spot(
        name=city.name,
        country=city.country,
        at=at,
        fame=city.fame / (city.share if is_of_this_name else 1.0),
        airports=tuple(airports),
        around=tuple(around or abroad),
        state=city.admin if city.country == "US" else None,
        is_own=bool(own or metro),
        is_by_another_name=city.share < 1 and not is_of_this_name,
    )


def _is_called(airport: Airport, names: set[str]) -> bool:
    return any(f" {each} " in f" {plain(airport.name)} " for each in names)


def _in_suburbs(city: City, own: list[Airport], near: list[Airport]) -> list[Airport]:
    """Panama City's large airport lies in Tocumen."""
    at = (city.latitude, city.longitude)
    return [
        one
        for one in near
        if own
        and one not in own
        and one.weight == _LARGE
        and distance_km(one.at, at) <= _SUBURB_KM
        and all(town.fame < min(city.fame, _KNOWN_TOWN) for town in _towns_of(one))
    ]


def _towns_of(airport: Airport) -> list[City]:
    return [one for one in gazetteer.cities(airport.city) if one.country == airport.country]


def _served(own: list[Airport], near: list[Airport]) -> list[Airport]:
    """Those of its own name; a small one beside larger ones of the neighbourhood."""
    best = _best(own)
    if not best:
        return _best(near)[:3]
    larger = (
        [one for one in _best(near) if one.weight > best[0].weight] if not best[0].weight else []
    )
    return list(dict.fromkeys([*best, *larger]))[:MOST_CODES]


def _best(airports: Iterable[Airport]) -> list[Airport]:
    known = list(airports)
    weight = max((one.weight for one in known), default=0)
    return [one for one in known if one.weight == weight][:MOST_CODES]


def _metro_of(names: set[str], country: str, near: list[Airport]) -> list[Airport]:
    here = {one.code for one in near}
    for name, land, members in _metros().values():
        if land == country and plain(name) in names and here.intersection(members):
            return [_airports()[one] for one in members]
    return []


def _at_airport(airport: Airport, wanted: str) -> _Spot:
    near = _near(airport.at, airport.country, NEAR_KM)
    own = [one for one in near if wanted in _names_of(one)]
    return _Spot(
        name=airport.city if plain(airport.city).startswith(wanted) else wanted.title(),
        country=airport.country,
        at=airport.at,
        fame=max(_OF_A_NAME, _OF_A_REGION * _fame_near([airport])),
        airports=tuple(_best(own or [airport])),
        around=tuple(near),
        state=_state_code(airport),
        is_own=True,
    )


def _state_code(airport: Airport) -> str | None:
    return gazetteer.us_states().get(plain(airport.region)) if airport.country == "US" else None


def _by_airports_name(wanted: str) -> list[_Spot]:
    """Heathrow, Charles de Gaulle."""
    if len(wanted) < 4:
        return []
    named = [one for one in _airports().values() if f" {wanted} " in f" {plain(one.name)} "]
    return [
        replace(_at_airport(one, wanted), name=one.name, airports=(one,), fame=_OF_A_NAME)
        for one in _best(named)
    ]


def _regions(wanted: str) -> list[_Spot]:
    return [
        _wide(own[0].region, country, own, _OF_A_REGION)
        for country, own in _by_region().get(wanted, {}).items()
    ]


def _countries_named(wanted: str) -> list[_Spot]:
    code = _countries().get(wanted) if len(wanted) > 3 or wanted in _SHORT else None
    own = _by_country().get(code, []) if code else []
    if not code or not own:
        return []
    return [replace(_wide(_country(code), code, own, 1.0), fame=_OF_A_COUNTRY)]


def _wide(name: str, country: str, own: list[Airport], share: float) -> _Spot:
    airports = tuple(_main(own))
    return _Spot(
        name=name,
        country=country,
        at=airports[0].at,
        fame=max(_OF_A_NAME, share * _fame_near(own)),
        airports=airports,
        around=tuple(own),
        is_wide=True,
        is_own=True,
    )


def _main(own: list[Airport]) -> list[Airport]:
    """All of one trip, or the only large one, or all: then the user is asked."""
    served = _by_weight([one for one in own if one.weight] or own)
    large = [one for one in served if one.weight == _LARGE]
    if len(large) == 1 and not _is_one_trip(served):
        return large
    return _in_order_of_cities(served)


def _in_order_of_cities(airports: list[Airport]) -> list[Airport]:
    """The best known city's first; a country of many airports shows only some."""
    if len(airports) <= 1:
        return airports
    found = dict[str, Airport]()
    for city in gazetteer.of_country(airports[0].country)[:_MOST_CITIES]:
        at = (city.latitude, city.longitude)
        near = [one for one in airports if _is_within(one, at)]
        found |= {one.code: one for one in near}
        if len(found) >= MOST_CANDIDATES:
            break
    return list((found | {one.code: one for one in airports}).values())


def _fame_near(airports: list[Airport]) -> float:
    some = airports[:_MOST_CITIES]
    for city in gazetteer.of_country(airports[0].country):
        at = (city.latitude, city.longitude)
        if any(_is_within(one, at) for one in some):
            return city.fame
    return 0.0


def _is_within(airport: Airport, at: tuple[float, float]) -> bool:
    close = abs(airport.at[0] - at[0]) * _DEGREE_KM <= NEAR_KM
    return close and distance_km(airport.at, at) <= NEAR_KM


def _by_weight(airports: Iterable[Airport]) -> list[Airport]:
    return sorted(airports, key=lambda one: (-one.weight, one.code))


def _fits(spot: _Spot, said: str) -> bool:
    """Whether it lies in this country, region, state or town."""
    wanted = plain(said)
    if _countries().get(wanted) == spot.country or said.upper() == spot.country:
        return True
    if spot.country == "US" and not spot.is_wide:
        state = gazetteer.us_states().get(wanted)
        return state is not None and state == spot.state
    for airport in (*spot.airports, *spot.around):
        region = plain(airport.region)
        if airport.country != spot.country:
            continue
        if wanted in {region, *_names_of(airport)} or _is_short_for(wanted, region):
            return True
    return any(
        distance_km(spot.at, one.at) <= NEAR_KM and one.country == spot.country
        for one in (_town(wanted, city) for city in gazetteer.cities(wanted)[:3])
        if one.name != spot.name
    )


def _is_short_for(said: str, region: str) -> bool:
    """NSW and BC by initials, ON and QC by letters of one word."""
    words = region.split()
    if not 2 <= len(said) <= 3 or not words:
        return False
    if len(words) > 1:
        return said == "".join(word[0] for word in words)
    rest = iter(region)
    return said[0] == region[0] and all(letter in rest for letter in said)


def _near(at: tuple[float, float], country: str | None, km: float) -> list[Airport]:
    """The nearest first."""
    among = _by_country().get(country, []) if country else _airports().values()
    reach = km / _DEGREE_KM
    found = [
        (away, one)
        for one in among
        if abs(one.at[0] - at[0]) <= reach and (away := distance_km(at, one.at)) <= km
    ]
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


@cache
def _airports() -> dict[str, Airport]:
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
            weight=_LARGE if code in serving else _weight(row["name"], row["country"]),
        )
        for code, row in airportsdata.load("IATA").items()
        if code not in CLOSED and row["tz"]
    }


def _weight(name: str, country: str) -> int:
    """No sizes in airportsdata: names tell big from small, and most small ones are in the US."""
    lowered = name.lower()
    if "international" in lowered:
        return _LARGE
    return 0 if country == "US" or any(word in lowered for word in _MINOR) else 1


@cache
def _by_country() -> dict[str, list[Airport]]:
    found: dict[str, list[Airport]] = defaultdict(list)
    for one in _airports().values():
        found[one.country].append(one)
    return dict(found)


@cache
def _by_city() -> dict[str, list[Airport]]:
    found: dict[str, list[Airport]] = defaultdict(list)
    for one in _airports().values():
        for name in _names_of(one):
            found[name].append(one)
    return dict(found)


@cache
def _called() -> dict[str, list[Airport]]:
    """By the airport's own name: La Palma, whose city is Santa Cruz."""
    found: dict[str, list[Airport]] = defaultdict(list)
    for one in _airports().values():
        if one.weight:
            found[_WITHOUT.sub("", plain(one.name))].append(one)
    return dict(found)


@cache
def _names_of(airport: Airport) -> frozenset[str]:
    """Denpasar and Bali for "Denpasar-Bali Island", Pau for "Pau/Pyrenees (Uzein)"."""
    city = airport.city
    parts = [city, *re.split(r"[/()-]", city)]
    names = {re.sub(r" islands?$", "", plain(part)) for part in parts}
    return frozenset(name for name in {*names, plain(city)} if len(name) > 1)


@cache
def _by_region() -> dict[str, dict[str, list[Airport]]]:
    """By the region's name, then by country."""
    found: dict[str, dict[str, list[Airport]]] = defaultdict(lambda: defaultdict(list))
    for one in _airports().values():
        if one.region:
            name = re.sub(r" islands?$", "", plain(one.region))
            for each in {name, plain(one.region)}:
                found[each][one.country].append(one)
    return {name: dict(countries) for name, countries in found.items()}


@cache
def _metros() -> dict[str, tuple[str, str, list[str]]]:
    """City codes such as LON: name, country, and the airports they stand for."""
    return {
        code: (
            row["name"],
            row["country"],
            sorted(member for member in row["airports"] if member in _airports()),
        )
        for code, row in airportsdata.load_iata_macs().items()
    }


_SHORT = {"uk": "GB", "usa": "US", "us": "US", "uae": "AE"}


@cache
def _countries() -> dict[str, str]:
    known = dict[str, str]()
    for language in _LANGUAGES:
        names = cast("Mapping[str, str]", Locale(language).territories)
        known |= {plain(name): code for code, name in names.items() if len(code) == 2}
    known |= {plain(name): code for name, code in gazetteer.countries().items()}
    return {**known, **_SHORT, "america": "US", "great britain": "GB"}


def _country(code: str) -> str:
    names = cast("Mapping[str, str]", Locale("en").territories)
    return names.get(code, code)
