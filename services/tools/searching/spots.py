"""What a place's name may mean (a town, a region, a country), and its airports: ADR 47."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.tools.searching import airport_data as data
from services.tools.searching import gazetteer
from services.tools.searching.airport_data import DEGREE_KM, LARGE, SHORT, WITHOUT, Airport
from services.tools.searching.gazetteer import City, distance_km, plain

MOST_CODES = 6
MOST_CANDIDATES = 6
NEAR_KM = 60.0
_SUBURB_KM = 25.0
_AROUND_KM = 300.0
_ONE_TRIP_KM = 120.0
"""A region whose airports lie no further apart is asked for as one."""
_OF_A_REGION = 0.1
_OF_A_COUNTRY = 2e9
_OF_A_NAME = 1e5
_KNOWN_TOWN = 5e7
_LONGEST_QUALIFIER = 3
_MOST_CITIES = 200


@dataclass(frozen=True, slots=True)
class Spot:
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


def is_one_trip(airports: Sequence[Airport]) -> bool:
    first = airports[0]
    return len(airports) <= MOST_CODES and all(
        distance_km(first.at, one.at) <= _ONE_TRIP_KM for one in airports
    )


def spots_of(said: str) -> list[Spot]:
    """The best known first. What follows a comma narrows them, and so do last words alone."""
    head, *rest = (part.strip() for part in said.split(","))
    narrower = [part for part in rest if part]
    found = _distinct(one for one in candidates(head) if all(_fits(one, each) for each in narrower))
    words = head.split()
    if found or narrower:
        return found
    for count in range(1, min(_LONGEST_QUALIFIER, len(words) - 1) + 1):
        first, last = " ".join(words[:-count]), " ".join(words[-count:])
        found = _distinct(one for one in candidates(first) if len(last) > 2 and _fits(one, last))
        if found:
            return found
    return []


def candidates(name: str) -> list[Spot]:
    wanted = plain(name)
    if not wanted:
        return []
    found = _of_name(wanted)
    shorter = WITHOUT.sub("", wanted).strip()
    if not found and shorter and shorter != wanted:
        found = _of_name(shorter)
    return found or _by_airports_name(shorter or wanted)


def _of_name(wanted: str) -> list[Spot]:
    is_short = len(wanted) <= 3 and wanted.isascii()
    towns = [_town(wanted, city) for city in gazetteer.cities(wanted, by_other_names=not is_short)]
    wide = [
        spot
        for spot in (*_regions(wanted), *_countries_named(wanted))
        if not any(_is_of(each, town) for each in spot.around for town in towns)
    ]
    lands = {spot.country for spot in wide}
    for airport in (*data.by_city().get(wanted, []), *data.by_own_name().get(wanted, [])):
        if airport.country not in lands and not any(_is_of(airport, one) for one in towns):
            towns.append(_at_airport(airport, wanted))
        lands |= {one.country for one in towns if one.is_own and not one.is_by_another_name}
    return sorted([*towns, *wide], key=lambda one: -one.fame)


def _is_of(airport: Airport, spot: Spot) -> bool:
    return airport.code in spot.codes or (
        airport.country == spot.country and distance_km(airport.at, spot.at) <= NEAR_KM * 1.5
    )


def _distinct(spots: Iterable[Spot]) -> list[Spot]:
    """Of those with the same airports, the best known."""
    kept = list[Spot]()
    for spot in spots:
        if not any(spot.codes and spot.codes == one.codes for one in kept):
            kept.append(spot)
    return kept


def _town(wanted: str, city: City) -> Spot:
    at = (city.latitude, city.longitude)
    names = {wanted, plain(city.name)}
    abroad = data.near(at, None, NEAR_KM)
    near = [one for one in abroad if one.country == city.country]
    all_names = names | gazetteer.names_of(city)
    own = [one for one in near if all_names & data.names_of(one) or _is_called(one, names)]
    own = own or [one for one in abroad if _is_called(one, names)]
    metro = _metro_of(names, city.country, near)
    airports = (
        metro
        or list(dict.fromkeys([*_served(own, near), *_in_suburbs(city, own, near)]))
        or _best(abroad)[:3]
    )
    around = near if airports else _best(data.near(at, city.country, _AROUND_KM))
    is_of_this_name = any(wanted in data.names_of(one) or _is_called(one, {wanted}) for one in own)
    return Spot(
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
        and one.weight == LARGE
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
    for name, land, members in data.metros().values():
        if land == country and plain(name) in names and here.intersection(members):
            return [data.airports()[one] for one in members]
    return []


def _at_airport(airport: Airport, wanted: str) -> Spot:
    near = data.near(airport.at, airport.country, NEAR_KM)
    own = [one for one in near if wanted in data.names_of(one)]
    return Spot(
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


def _by_airports_name(wanted: str) -> list[Spot]:
    """Heathrow, Charles de Gaulle."""
    if len(wanted) < 4:
        return []
    named = [one for one in data.airports().values() if f" {wanted} " in f" {plain(one.name)} "]
    return [
        replace(_at_airport(one, wanted), name=one.name, airports=(one,), fame=_OF_A_NAME)
        for one in _best(named)
    ]


def _regions(wanted: str) -> list[Spot]:
    return [
        _wide(own[0].region, country, own, _OF_A_REGION)
        for country, own in data.by_region().get(wanted, {}).items()
    ]


def _countries_named(wanted: str) -> list[Spot]:
    code = data.countries().get(wanted) if len(wanted) > 3 or wanted in SHORT else None
    own = data.by_country().get(code, []) if code else []
    if not code or not own:
        return []
    return [replace(_wide(data.country_name(code), code, own, 1.0), fame=_OF_A_COUNTRY)]


def _wide(name: str, country: str, own: list[Airport], share: float) -> Spot:
    airports = tuple(_main(own))
    return Spot(
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
    large = [one for one in served if one.weight == LARGE]
    if len(large) == 1 and not is_one_trip(served):
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
    close = abs(airport.at[0] - at[0]) * DEGREE_KM <= NEAR_KM
    return close and distance_km(airport.at, at) <= NEAR_KM


def _by_weight(airports: Iterable[Airport]) -> list[Airport]:
    return sorted(airports, key=lambda one: (-one.weight, one.code))


def _fits(spot: Spot, said: str) -> bool:
    """Whether it lies in this country, region, state or town."""
    wanted = plain(said)
    if data.countries().get(wanted) == spot.country or said.upper() == spot.country:
        return True
    if spot.country == "US" and not spot.is_wide:
        state = gazetteer.us_states().get(wanted)
        return state is not None and state == spot.state
    for airport in (*spot.airports, *spot.around):
        region = plain(airport.region)
        if airport.country != spot.country:
            continue
        if wanted in {region, *data.names_of(airport)} or _is_short_for(wanted, region):
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
