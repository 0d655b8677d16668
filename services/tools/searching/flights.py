"""`search_flights`: prices and times exactly as Google Flights gives them."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from babel.numbers import format_currency
from pydantic import BaseModel, Field, field_validator, model_validator

from contracts.event import Json
from contracts.tools import Asker
from services.tools.searching import airports
from services.tools.searching.airports import Place
from services.tools.searching.serpapi import SerpApi
from taskflow import clock
from taskflow.tooling import Call, Done, Refused, Tool

MOST = 5
HOME = "home"
CODE = "^[A-Z]{3}$"
MOST_TRAVELLERS = 9
"""Google Flights takes no more at once."""
CURRENCY = "EUR"
"""Where neither the request nor the user's profile names one."""
PRICE_IS = "the total for all travellers, as Google Flights shows it"
AHEAD = timedelta(days=330)
"""Airlines publish about eleven months."""
_CLASSES = {"economy": "1", "premium_economy": "2", "business": "3", "first": "4"}
_SORTS = {"best": "1", "price": "2", "departure": "3", "arrival": "4", "duration": "5"}


class FlightSearch(BaseModel):
    origin: str = Field(
        min_length=2,
        max_length=60,
        description="The place in the user's words, with region or country if they named one "
        "('Portland, Maine'); an IATA code only if they said it; 'home' is their home airport",
    )
    origin_code: str | None = Field(
        default=None, pattern=CODE, description="IATA code of the airport or city, if sure"
    )
    destination: str = Field(min_length=2, max_length=60, description="As for origin")
    destination_code: str | None = Field(
        default=None, pattern=CODE, description="As for origin_code"
    )
    departure_date: date = Field(description="YYYY-MM-DD")
    return_date: date | None = Field(default=None, description="YYYY-MM-DD; leave out for one way")
    adults: int = Field(default=1, ge=1, le=MOST_TRAVELLERS)
    children: int = Field(default=0, ge=0, le=8, description="Aged 2 to 11")
    infants_in_seat: int = Field(default=0, ge=0, le=8, description="Under 2, in a seat of its own")
    infants_on_lap: int = Field(
        default=0, ge=0, le=8, description="Under 2, a baby unless the user wants a seat for it"
    )
    cabin: Literal["economy", "premium_economy", "business", "first"] = "economy"
    max_stops: int | None = Field(default=None, ge=0, le=2, description="0 means nonstop")
    currency: str | None = Field(
        default=None,
        pattern="^[A-Z]{3}$",
        description="ISO 4217, only if the user named another than their own",
    )
    sort: Literal["best", "price", "departure", "arrival", "duration"] = "best"

    @field_validator("currency", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("origin_code", "destination_code", mode="before")
    @classmethod
    def _no_code(cls, value: object) -> object:
        return (value.strip().upper() or None) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _travellers(self) -> Self:
        infants = self.infants_in_seat + self.infants_on_lap
        if self.adults + self.children + infants > MOST_TRAVELLERS:
            raise ValueError(f"at most {MOST_TRAVELLERS} people travel on one search")
        if self.infants_on_lap > self.adults:
            raise ValueError("each infant on a lap needs an adult of its own")
        return self


def tool(serpapi: SerpApi, now: Callable[[], datetime] = clock.utc_now) -> Tool[FlightSearch]:
    async def search_flights(wanted: FlightSearch, call: Call) -> Done:
        """Search flights between two places on given dates, with prices.

        Use it for any question about flights. One way unless the user wants to come back. The
        price of a round trip is for both ways; the result lists outbound flights. Do not guess
        a place or a date that the user did not give: ask. Count children and babies. Answer with
        the airports' names.
        """
        asker = call.request.event.asker
        known = asker if isinstance(asker, Asker) else Asker()
        arguments = wanted.model_copy(
            update={"currency": wanted.currency or known.currency or CURRENCY}
        )
        # The data take a second to load once, and a look through all names some milliseconds.
        origin, destination = await asyncio.to_thread(_places, arguments, known)
        _check(arguments, origin, destination, now())
        found = await serpapi.search(
            "google_flights", **_parameters(arguments, origin, destination)
        )
        return Done(_result(found, arguments, origin, destination, now()))

    return Tool(
        FlightSearch,
        search_flights,
        "search_flights",
        "read",
        timeout_s=30,
        cost=0.015,
        cache_s=300,
        shares=True,
    )


def _places(wanted: FlightSearch, asker: Asker) -> tuple[Place, Place]:
    return (
        _place(wanted.origin, wanted.origin_code, asker),
        _place(wanted.destination, wanted.destination_code, asker),
    )


def _place(said: str, code: str | None, asker: Asker) -> Place:
    """The user's own airport where "home" stands for it."""
    if said.strip().lower() != HOME:
        return airports.resolve(said, code)
    if asker.home_airport is None:
        raise Refused("The user's home airport is not known. Ask which one it is.")
    return airports.by_code(asker.home_airport.upper())


def _check(arguments: FlightSearch, origin: Place, destination: Place, now: datetime) -> None:
    if origin.codes == destination.codes:
        raise Refused("Origin and destination are the same.")
    today = now.astimezone(ZoneInfo(origin.zone)).date()
    if arguments.departure_date < today:
        raise Refused(f"{arguments.departure_date} is past: today is {today} at {origin.name}.")
    if arguments.departure_date > today + AHEAD:
        raise Refused(f"Flights are on sale until about {today + AHEAD}.")
    if arguments.return_date and arguments.return_date < arguments.departure_date:
        raise Refused("The return is before the departure.")


def _parameters(arguments: FlightSearch, origin: Place, destination: Place) -> dict[str, str]:
    parameters = {
        "departure_id": origin.codes,
        "arrival_id": destination.codes,
        "type": "1" if arguments.return_date else "2",
        "outbound_date": arguments.departure_date.isoformat(),
        "adults": str(arguments.adults),
        "travel_class": _CLASSES[arguments.cabin],
        "sort_by": _SORTS[arguments.sort],
        "currency": arguments.currency or CURRENCY,
        "hl": "en",
    }
    if arguments.return_date:
        parameters["return_date"] = arguments.return_date.isoformat()
    for kind in ("children", "infants_in_seat", "infants_on_lap"):
        if count := getattr(arguments, kind):
            parameters[kind] = str(count)
    if arguments.max_stops is not None:
        parameters["stops"] = str(arguments.max_stops + 1)
    return parameters


def _result(
    found: Json, arguments: FlightSearch, origin: Place, destination: Place, now: datetime
) -> Json:
    best: list[Json] = found.get("best_flights") or []
    others: list[Json] = found.get("other_flights") or []
    options = [*best, *others]
    flights = [_flight(option) for option in options[:MOST] if option.get("flights")]
    local = now.astimezone(ZoneInfo(origin.zone))
    as_of = f"{local:%H:%M}"
    insights: Json = found.get("price_insights") or {}
    result: Json = {
        "from": origin.name,
        "to": destination.name,
        "departure_date": arguments.departure_date.isoformat(),
        "return_date": arguments.return_date.isoformat() if arguments.return_date else None,
        "currency": arguments.currency,
        "travellers": _travellers(arguments),
        "price_is": PRICE_IS,
        "flights": flights,
        "found": len(options),
        "prices_as_of": as_of,
        "source": "Google Flights",
        "airports": _airports_of(flights),
    }
    if insights.get("price_level"):
        result["price_level"] = insights["price_level"]
        result["typical_price_range"] = insights.get("typical_price_range")
    result["summary"] = _summary(result)
    return result


def _flight(option: Json) -> Json:
    legs: list[Json] = option["flights"]
    layovers: list[Json] = option.get("layovers") or []
    first, last = legs[0], legs[-1]
    departs, arrives = first["departure_airport"], last["arrival_airport"]
    return {
        "airlines": list(dict.fromkeys(leg.get("airline", "?") for leg in legs)),
        "numbers": [leg.get("flight_number", "") for leg in legs],
        "departs": {"airport": departs["id"], "time": departs["time"]},
        "arrives": {"airport": arrives["id"], "time": arrives["time"]},
        "legs": [
            f"{leg['departure_airport']['id']}-{leg['arrival_airport']['id']}" for leg in legs
        ],
        "duration_min": option.get("total_duration"),
        "stops": [stop["id"] for stop in layovers],
        "price": option.get("price"),
        "days_later": _days_later(departs["time"], arrives["time"]),
    }


def _airports_of(flights: list[Json]) -> Json:
    """Each code that the flights name, in full: airport, city and country."""
    codes = dict.fromkeys(
        code for flight in flights for leg in flight["legs"] for code in leg.split("-")
    )
    return {code: airports.in_full(code) or code for code in codes}


def _travellers(arguments: FlightSearch) -> str:
    counted = [
        _count(arguments.adults, "adult", "adults"),
        _count(arguments.children, "child", "children"),
        _count(arguments.infants_in_seat, "infant in a seat", "infants in seats"),
        _count(arguments.infants_on_lap, "infant on a lap", "infants on laps"),
    ]
    *first, last = [one for one in counted if one]
    return f"{', '.join(first)} and {last}" if first else last


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}" if number else ""


def _days_later(departs: str, arrives: str) -> int:
    """Calendar days, each on its own local clock."""
    return (date.fromisoformat(arrives[:10]) - date.fromisoformat(departs[:10])).days


def _summary(result: Json) -> str:
    when = f"{date.fromisoformat(result['departure_date']):%a %d %b %Y}"
    back = result["return_date"]
    both = f", back {date.fromisoformat(back):%a %d %b %Y}" if back else ", one way"
    title = f"**{result['from']} → {result['to']}**, {when}{both}"
    if not result["flights"]:
        return f"{title}\nNo flights were found."
    lines = [title]
    for number, flight in enumerate(result["flights"], start=1):
        lines.append(f"{number}. {_line(flight, result['currency'])}")
    if level := result.get("price_level"):
        lines.append(f"Prices are {level} for this route.")
    lines += [f"{code}: {name}" for code, name in result["airports"].items()]
    kind = "for both ways" if back else "one way"
    lines.append(
        f"_Prices {kind}, in all for {result['travellers']}, as of {result['prices_as_of']}, "
        "from Google Flights._"
    )
    return "\n".join(lines)


def _line(flight: Json, currency: str) -> str:
    price = _money(flight["price"], currency)
    later = f" (+{flight['days_later']})" if flight["days_later"] else ""
    departs, arrives = flight["departs"], flight["arrives"]
    times = (
        f"{departs['time'][11:]} {departs['airport']} → "
        f"{arrives['time'][11:]} {arrives['airport']}{later}"
    )
    stops = flight["stops"]
    how = f"{len(stops)} stop{'s' * (len(stops) > 1)} ({', '.join(stops)})" if stops else "nonstop"
    minutes = flight["duration_min"]
    lasts = f"{minutes // 60} h {minutes % 60:02d}" if minutes else "duration unknown"
    who = ", ".join(flight["airlines"])
    return f"**{price}** {who} {'/'.join(flight['numbers'])}\n   {times}, {lasts}, {how}"


def _money(price: Any, currency: str) -> str:
    if price is None:
        return "price on request"
    if isinstance(price, int):
        return format_currency(price, currency, "¤#,##0", locale="en", currency_digits=False)
    return format_currency(price, currency, locale="en")
