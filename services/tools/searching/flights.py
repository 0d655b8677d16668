"""`search_flights`: prices and times exactly as Google Flights gives them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel.numbers import format_currency
from pydantic import BaseModel, Field, field_validator

from contracts.event import Json
from contracts.personal import Sealed
from contracts.tools import Asker
from services.tools.searching import airports
from services.tools.searching.airports import Place
from services.tools.searching.serpapi import SerpApi
from taskflow import clock
from taskflow.tooling import Call, Done, Refused, Tool

MOST = 5
HOME = "home"
CURRENCY = "EUR"
"""Where neither the request nor the user's profile names one."""
AHEAD = timedelta(days=330)
"""Airlines publish about eleven months."""
_CLASSES = {"economy": "1", "premium_economy": "2", "business": "3", "first": "4"}
_SORTS = {"best": "1", "price": "2", "departure": "3", "arrival": "4", "duration": "5"}


class FlightSearch(BaseModel):
    origin: str = Field(
        min_length=2,
        max_length=60,
        description="City, 'city, country' or IATA code; 'home' is the user's home airport",
    )
    destination: str = Field(min_length=2, max_length=60, description="As for origin")
    departure_date: date = Field(description="YYYY-MM-DD")
    return_date: date | None = Field(default=None, description="YYYY-MM-DD; leave out for one way")
    adults: int = Field(default=1, ge=1, le=9)
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


def tool(serpapi: SerpApi, now: Callable[[], datetime] = clock.utc_now) -> Tool[FlightSearch]:
    async def search_flights(wanted: FlightSearch, call: Call) -> Done:
        """Search flights between two places on given dates, with prices.

        Use it for any question about flights. One way unless the user wants to come back. The
        price of a round trip is for both ways; the result lists outbound flights. Do not guess
        a place or a date that the user did not give: ask.
        """
        arguments = _at_home(wanted, call.request.event.asker)
        origin = airports.resolve(arguments.origin)
        destination = airports.resolve(arguments.destination)
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


def _at_home(wanted: FlightSearch, asker: Asker | Sealed | None) -> FlightSearch:
    """With the user's own airport and currency in place of what stands for them."""
    known = asker if isinstance(asker, Asker) else Asker()
    places = {"origin": wanted.origin, "destination": wanted.destination}
    for name, place in places.items():
        if place.strip().lower() == HOME:
            if known.home_airport is None:
                raise Refused("The user's home airport is not known. Ask which one it is.")
            places[name] = known.home_airport
    currency = wanted.currency or known.currency or CURRENCY
    return wanted.model_copy(update={**places, "currency": currency})


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
        "flights": flights,
        "found": len(options),
        "prices_as_of": as_of,
        "source": "Google Flights",
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
        "duration_min": option.get("total_duration"),
        "stops": [stop["id"] for stop in layovers],
        "price": option.get("price"),
        "days_later": _days_later(departs["time"], arrives["time"]),
    }


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
    kind = "for both ways" if back else "one way"
    lines.append(f"_Prices {kind} as of {result['prices_as_of']}, from Google Flights._")
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
