"""Invented flights between real airports: the same route and day give the same flights."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise, product
from random import Random
from zoneinfo import ZoneInfo

from simulators.serpapi.airlines import AIRLINES, Airline, is_major
from simulators.serpapi.airports import AirportOffered, all_airports, distance_km

_CRUISE_KMH, _TAXI_MIN = 820.0, 35
_SHORTEST_KM, _LONGEST_KM = 60.0, 14_500.0
_FIRST_MINUTE, _LAST_MINUTE = 6 * 60, 21 * 60 + 30
_DAWN, _NIGHT = 5, 23
_NONSTOPS, _CONNECTIONS = 4, 4
# Nobody changes planes on a trip that a train makes, or between two airports of one city.
_WORTH_A_STOP_KM, _SHORTEST_HOP_KM = 700.0, 150.0
# Fares in euros for an average airline: a base and a price per kilometre that falls with length.
_BASE_EUR, _PER_KM, _LENGTH_POWER = 18.0, 0.42, 0.83
_CLASSES = {1: 1.0, 2: 1.7, 3: 3.4, 4: 5.5}
_CONNECTION_REBATE = 0.85
# One option in so many comes without a price, as Google's sometimes do.
_PRICELESS = 14


def minutes_between(start: datetime, end: datetime) -> int:
    """Elapsed, not by the wall: two times in one zone may lie on both sides of a clock change."""
    return int((end.timestamp() - start.timestamp()) // 60)


@dataclass(frozen=True)
class Leg:
    airline: Airline
    number: str
    start: AirportOffered
    end: AirportOffered
    departs: datetime
    arrives: datetime
    airplane: str

    @property
    def minutes(self) -> int:
        return minutes_between(self.departs, self.arrives)


@dataclass(frozen=True)
class Itinerary:
    legs: tuple[Leg, ...]
    euros: float | None
    """For one seat in economy; None where no price is told."""

    @property
    def minutes(self) -> int:
        return minutes_between(self.legs[0].departs, self.legs[-1].arrives)

    @property
    def stops(self) -> int:
        return len(self.legs) - 1

    @property
    def key(self) -> str:
        numbers = "/".join(leg.number for leg in self.legs)
        return f"{numbers}@{self.legs[0].departs:%Y-%m-%dT%H:%M}"


def class_factor(travel_class: int) -> float:
    return _CLASSES[travel_class]


def between(departures: tuple[str, ...], arrivals: tuple[str, ...], day: date) -> list[Itinerary]:
    """In no particular order; empty where nobody flies."""
    airports = all_airports()
    found: list[Itinerary] = []
    for start_code, end_code in product(departures, arrivals):
        start, end = airports.get(start_code), airports.get(end_code)
        if start is None or end is None:
            continue
        if distance_km(start, end) >= _SHORTEST_KM:
            found += _on_route(start, end, day)
    return found


def _on_route(start: AirportOffered, end: AirportOffered, day: date) -> list[Itinerary]:
    random = Random(f"{start.code}-{end.code}-{day}")
    distance = distance_km(start, end)
    found: list[Itinerary] = []
    if distance <= _LONGEST_KM and is_major(start) and is_major(end):
        direct = [airline for airline in AIRLINES if airline.flies(start, end)]
        for airline in random.sample(direct, min(_NONSTOPS, len(direct))):
            found += [_flown((airline,), (start, end), day, random)]
    if found and distance < _WORTH_A_STOP_KM:
        return found
    chances = _connections(start, end, distance)
    for airline, hub in random.sample(chances, min(_CONNECTIONS, len(chances))):
        found.append(_flown((airline, airline), (start, hub, end), day, random))
    return found


def _connections(
    start: AirportOffered, end: AirportOffered, distance: float
) -> list[tuple[Airline, AirportOffered]]:
    """Hubs that are not too far out of the way."""
    detour = 1.5 if distance > 2000 else 2.3
    found: list[tuple[Airline, AirportOffered]] = []
    for airline in AIRLINES:
        for code in airline.hubs:
            hub = all_airports().get(code)
            if hub is None or code in {start.code, end.code}:
                continue
            first, second = distance_km(start, hub), distance_km(hub, end)
            if first + second <= distance * detour and min(first, second) > _SHORTEST_HOP_KM:
                found.append((airline, hub))
    return found


def _flown(
    airlines: tuple[Airline, ...], route: tuple[AirportOffered, ...], day: date, random: Random
) -> Itinerary:
    minute = random.randrange(_FIRST_MINUTE, _LAST_MINUTE, 5)
    departs = datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(route[0].zone))
    legs: list[Leg] = []
    for airline, (start, end) in zip(airlines, pairwise(route), strict=True):
        if legs:
            departs = _connecting(legs[-1].arrives, start.zone, random)
        distance = distance_km(start, end)
        minutes = 5 * round((_TAXI_MIN + distance / _CRUISE_KMH * 60) / 5)
        # Through UTC: adding to an aware local time would ignore a clock change in between.
        arrives = departs.astimezone(ZoneInfo("UTC")) + timedelta(minutes=minutes)
        legs.append(
            Leg(
                airline,
                f"{airline.code} {random.randrange(100, 4999)}",
                start,
                end,
                departs,
                arrives.astimezone(ZoneInfo(end.zone)),
                _airplane(distance, random),
            )
        )
    return Itinerary(tuple(legs), _fare(legs, day, random))


def _connecting(arrives: datetime, zone: str, random: Random) -> datetime:
    """The next flight; who would wait into the night flies in the morning."""
    after = arrives.astimezone(ZoneInfo("UTC")) + timedelta(minutes=random.randrange(55, 240, 5))
    departs = after.astimezone(ZoneInfo(zone))
    if _DAWN <= departs.hour < _NIGHT:
        return departs
    morning = departs.date() + timedelta(days=departs.hour >= _NIGHT)
    return datetime.combine(
        morning, time(_DAWN + departs.minute % 3, departs.minute), ZoneInfo(zone)
    )


def _fare(legs: list[Leg], day: date, random: Random) -> float | None:
    length = sum(distance_km(leg.start, leg.end) for leg in legs)
    euros = _BASE_EUR + _PER_KM * length**_LENGTH_POWER
    euros *= legs[0].airline.factor * random.uniform(0.8, 1.35)
    if len(legs) > 1:
        euros *= _CONNECTION_REBATE
    if day.weekday() in {4, 6}:
        euros *= 1.2
    return None if random.randrange(_PRICELESS) == 0 else euros


def _airplane(distance: float, random: Random) -> str:
    if distance > 4500:
        return random.choice(("Airbus A350", "Boeing 787", "Boeing 777", "Airbus A330"))
    if distance > 700:
        return random.choice(("Airbus A320", "Airbus A321neo", "Boeing 737", "Airbus A220"))
    return random.choice(("Embraer 190", "ATR 72", "Airbus A319", "Airbus A320"))
