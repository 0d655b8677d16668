"""`search_flights`: prices and times exactly as Google Flights gives them."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from contracts.tools import Asker
from services.tools.searching import airports
from services.tools.searching.airports import Place
from services.tools.searching.flight_answer import result_of
from services.tools.searching.flight_arguments import Flight, FlightSearch
from services.tools.searching.flight_trips import Flights, options_of, trips
from taskflow import clock
from taskflow.tooling import Call, Done, Refused, Tool

HOME = "home"
CURRENCY = "EUR"
"""Where neither the request nor the user's profile names one."""
AHEAD = timedelta(days=330)
"""Airlines publish about eleven months."""
_ROUND_TRIP, _ONE_WAY, _SEVERAL_CITIES = "1", "2", "3"
_CLASSES = {"economy": "1", "premium_economy": "2", "business": "3", "first": "4"}
_SORTS = {"best": 1, "price": 2, "departure": 3, "arrival": 4, "duration": 5, "emissions": 6}
_AS_THEY_ARE = {
    "children": "children",
    "infants_in_seat": "infants_in_seat",
    "infants_on_lap": "infants_on_lap",
    "carry_on_bags": "bags",
    "airlines": "include_airlines",
    "without_airlines": "exclude_airlines",
    "layover_minutes": "layover_duration",
    "avoid_airports": "exclude_conns",
    "max_price": "max_price",
    "max_minutes": "max_duration",
}
"""Arguments that SerpApi takes as they are given, by its name for them."""


def tool(serpapi: Flights, now: Callable[[], datetime] = clock.utc_now) -> Tool[FlightSearch]:
    async def search_flights(wanted: FlightSearch, call: Call) -> Done:
        """Search flights between two places, or through several, on given dates, with prices.

        Use it for any question about flights. One way unless the user wants to come back. Do not
        guess a place or a date that the user did not give: ask. Count children and babies. Answer
        with the airports' names, with arrivals on another day and nights between flights, and say
        for whom the price is. It knows nothing of checked bags, seats, pets, fare rules or
        flexible dates, and books nothing: say so.
        """
        asker = call.request.event.asker
        known = asker if isinstance(asker, Asker) else Asker()
        arguments = wanted.model_copy(
            update={"currency": wanted.currency or known.currency or CURRENCY}
        )
        # A look through all names takes some milliseconds each, and their data a second at first.
        places = await asyncio.to_thread(_places, arguments, known)
        _check(arguments, places, now())
        parameters = _parameters(arguments, places)
        found = await serpapi.search("google_flights", **parameters)
        directions = 2 if arguments.return_date else len(places)
        whole = await trips(serpapi, parameters, options_of(found), directions)
        return Done(result_of(found, whole, arguments, places, now()))

    return Tool(
        FlightSearch,
        search_flights,
        "search_flights",
        "read",
        timeout_s=45,
        cost=0.06,
        finds_addresses=True,
        looks_anew=True,
        cache_s=300,
        shares=True,
    )


def _places(wanted: FlightSearch, asker: Asker) -> list[tuple[Place, Place]]:
    """Of each direction, from where to where."""
    return [
        (
            _place(flight.origin, flight.origin_code, asker),
            _place(flight.destination, flight.destination_code, asker),
        )
        for flight in wanted.flights()
    ]


def _place(said: str, code: str | None, asker: Asker) -> Place:
    """The user's own airport where "home" stands for it."""
    if said.strip().lower() != HOME:
        return airports.resolve(said, code)
    if asker.home_airport is None:
        raise Refused("The user's home airport is not known. Ask which one it is.")
    return airports.by_code(asker.home_airport.upper())


def _check(arguments: FlightSearch, places: Sequence[tuple[Place, Place]], now: datetime) -> None:
    for (origin, destination), flight in zip(places, arguments.flights(), strict=True):
        if origin.codes == destination.codes:
            raise Refused("Origin and destination are the same.")
        today = now.astimezone(ZoneInfo(origin.zone)).date()
        if flight.day < today:
            raise Refused(f"{flight.day} is past: today is {today} at {origin.name}.")
        if max(flight.day, arguments.return_date or flight.day) > today + AHEAD:
            raise Refused(f"Flights are on sale until about {today + AHEAD}.")
    if arguments.return_date and arguments.return_date < arguments.departure_date:
        raise Refused("The return is before the departure.")


def _parameters(arguments: FlightSearch, places: Sequence[tuple[Place, Place]]) -> dict[str, str]:
    """As SerpApi names them; tokens lead from here to the flights that follow."""
    parameters = {
        **_route(arguments, places),
        "adults": str(arguments.adults),
        "travel_class": _CLASSES[arguments.cabin],
        "sort_by": str(_SORTS[arguments.sort]),
        "currency": arguments.currency or CURRENCY,
        "hl": "en",
    }
    for name, theirs in _AS_THEY_ARE.items():
        if value := getattr(arguments, name):
            parameters[theirs] = str(value)
    if arguments.max_stops is not None:
        # Theirs counts from 1, nonstop; 0 is any number.
        parameters["stops"] = str(arguments.max_stops + 1)
    return parameters


def _route(arguments: FlightSearch, places: Sequence[tuple[Place, Place]]) -> dict[str, str]:
    if arguments.further_flights:
        ways = [_way(*each) for each in zip(arguments.flights(), places, strict=True)]
        return {"type": _SEVERAL_CITIES, "multi_city_json": json.dumps(ways)}
    origin, destination = places[0]
    route = {
        "departure_id": origin.codes,
        "arrival_id": destination.codes,
        "type": _ROUND_TRIP if arguments.return_date else _ONE_WAY,
        "outbound_date": arguments.departure_date.isoformat(),
        "return_date": arguments.return_date.isoformat() if arguments.return_date else None,
        "outbound_times": arguments.outbound_times,
        "return_times": arguments.return_times,
    }
    return {name: value for name, value in route.items() if value}


def _way(flight: Flight, places: tuple[Place, Place]) -> dict[str, str]:
    origin, destination = places
    way = {
        "departure_id": origin.codes,
        "arrival_id": destination.codes,
        "date": flight.day.isoformat(),
    }
    return way | ({"times": flight.times} if flight.times else {})
