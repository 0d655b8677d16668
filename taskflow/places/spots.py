"""What a place's name may mean, and the airports there: a town's, or an airport's own (ADR 47)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from taskflow.places import airports as data
from taskflow.places import cities
from taskflow.places.airports import DEGREE_KM, LARGE, Airport
from taskflow.places.cities import City
from taskflow.places.names import distance_km, plain, us_states

MOST_CODES = 6
MOST_CANDIDATES = 6
NEAR_KM = 60.0
_SUBURB_KM = 25.0
_AROUND_KM = 300.0
_ONE_TRIP_KM = 120.0
"""A region whose airports lie no further apart is asked for as one."""
OF_A_REGION = 0.2
"""A region's fame is this part of its best known town's."""
OF_A_NAME = 1e5
_OF_A_PART = 2e6
_OF_ITS_CITY = 0.01
"""An airport that is called by its own name has this part of its city's fame."""
_KNOWN_TOWN = 5e7
_MOST_AIRPORTS = 200


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
    zone: str | None = None
    """None for a region or a country, whose airports tell."""
    is_by_another_name: bool = False
    """Found by what others call it, and no airport there bears that name."""

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(airport.code for airport in self.airports)

    @property
    def zones(self) -> frozenset[str]:
        """One for a town; a country may have several."""
        return frozenset([self.zone] if self.zone else (airport.zone for airport in self.around))


def is_one_trip(airports: Sequence[Airport]) -> bool:
    first = airports[0]
    return len(airports) <= MOST_CODES and all(
        distance_km(first.at, airport.at) <= _ONE_TRIP_KM for airport in airports
    )


def town(wanted: str, city: City) -> Spot:
    at = city.at
    names = {wanted, plain(city.name)}
    abroad = data.near(at, None, NEAR_KM)
    near = [airport for airport in abroad if airport.country == city.country]
    all_names = names | cities.names_of(city)
    own = [
        airport
        for airport in near
        if all_names & data.names_of(airport) or _is_called(airport, names)
    ]
    own = own or [airport for airport in abroad if _is_called(airport, names)]
    metro = _metro_of(names, city.country, near)
    airports = (
        metro
        or list(dict.fromkeys([*_served(own, near), *_in_suburbs(city, own, near)]))
        or _best(abroad)[:3]
    )
    around = near if airports else _best(data.near(at, city.country, _AROUND_KM))
    is_of_this_name = any(
        wanted in data.names_of(airport) or _is_called(airport, {wanted}) for airport in own
    )
    return Spot(
        name=city.name,
        country=city.country,
        at=at,
        fame=city.fame / (city.share if is_of_this_name else 1.0),
        airports=tuple(airports),
        around=tuple(around or abroad),
        state=city.admin if city.country == "US" else None,
        zone=city.zone,
        is_own=bool(own or metro),
        is_by_another_name=city.share < 1 and not is_of_this_name,
    )


def _is_called(airport: Airport, names: set[str]) -> bool:
    return any(f" {each} " in f" {plain(airport.name)} " for each in names)


def _in_suburbs(city: City, own: list[Airport], near: list[Airport]) -> list[Airport]:
    """Panama City's large airport lies in Tocumen."""
    at = city.at
    return [
        airport
        for airport in near
        if own
        and airport not in own
        and airport.weight == LARGE
        and distance_km(airport.at, at) <= _SUBURB_KM
        and all(town.fame < min(city.fame, _KNOWN_TOWN) for town in _towns_of(airport))
    ]


def _towns_of(airport: Airport) -> list[City]:
    return [city for city in cities.named(airport.city) if city.country == airport.country]


def _served(own: list[Airport], near: list[Airport]) -> list[Airport]:
    """Those of its own name; a small one beside larger ones of the neighbourhood."""
    best = _best(own)
    if not best:
        return _best(near)[:3]
    larger = (
        [airport for airport in _best(near) if airport.weight > best[0].weight]
        if not best[0].weight
        else []
    )
    return list(dict.fromkeys([*best, *larger]))[:MOST_CODES]


def _best(airports: Iterable[Airport]) -> list[Airport]:
    known = list(airports)
    weight = max((airport.weight for airport in known), default=0)
    return [airport for airport in known if airport.weight == weight][:MOST_CODES]


def _metro_of(names: set[str], country: str, near: list[Airport]) -> list[Airport]:
    here = {airport.code for airport in near}
    for name, land, members in data.metros().values():
        if land == country and plain(name) in names and here.intersection(members):
            return [data.airports()[member] for member in members]
    return []


def at_airport(airport: Airport, wanted: str) -> Spot:
    near = data.near(airport.at, airport.country, NEAR_KM)
    own = [place for place in near if wanted in data.names_of(place)]
    return Spot(
        name=airport.city if plain(airport.city).startswith(wanted) else wanted.title(),
        country=airport.country,
        at=airport.at,
        fame=max(OF_A_NAME, OF_A_REGION * fame_near([airport])),
        airports=tuple(_best(own or [airport])),
        around=tuple(near),
        state=_state_code(airport),
        zone=airport.zone,
        is_own=True,
    )


def _state_code(airport: Airport) -> str | None:
    return us_states().get(plain(airport.region)) if airport.country == "US" else None


def by_airports_name(wanted: str) -> list[Spot]:
    """Heathrow, Charles de Gaulle."""
    if len(wanted) < 4:
        return []
    named = data.with_words(wanted)
    return [
        replace(
            at_airport(airport, wanted),
            name=airport.name,
            airports=(airport,),
            fame=max(_OF_A_PART, _OF_ITS_CITY * fame_near([airport])),
            is_own=False,
        )
        for airport in _best(named)
    ]


def fame_near(airports: list[Airport]) -> float:
    some = airports[:_MOST_AIRPORTS]
    for city in cities.of_country(airports[0].country):
        at = city.at
        if any(is_within(airport, at) for airport in some):
            return city.fame
    return 0.0


def is_within(airport: Airport, at: tuple[float, float]) -> bool:
    close = abs(airport.at[0] - at[0]) * DEGREE_KM <= NEAR_KM
    return close and distance_km(airport.at, at) <= NEAR_KM
