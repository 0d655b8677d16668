"""What a search for flights found, as the model is told it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_currency

from contracts.event import Json
from services.tools.searching import airports
from services.tools.searching.airports import Place
from services.tools.searching.fields import records
from services.tools.searching.flight_arguments import FlightSearch
from services.tools.searching.flight_trips import Trip, options_of

PRICE_IS = "the total of the whole trip for all travellers, as Google Flights shows it"
FEWER_LIMITS = "Nothing fits all of these limits. Name them, and offer to search without one."


def result_of(
    found: Json,
    trips: Sequence[Trip],
    arguments: FlightSearch,
    places: Sequence[tuple[Place, Place]],
    now: datetime,
) -> Json:
    """`places` are those of each direction; times are local, money is `currency`'s."""
    first, last = places[0], places[-1]
    flights = [_trip_fields(trip, arguments) for trip in trips]
    insights: Json = found.get("price_insights") or {}
    result: Json = {
        "from": first[0].name,
        "to": first[1].name,
        "departure_date": arguments.departure_date.isoformat(),
        "return_date": arguments.return_date.isoformat() if arguments.return_date else None,
        "currency": arguments.currency,
        "travellers": travellers_of(arguments),
        "cabin": arguments.cabin,
        "price_is": PRICE_IS,
        "flights": flights,
        "found": len(options_of(found)),
        "prices_as_of": f"{now.astimezone(ZoneInfo(first[0].zone)):%H:%M}",
        "source": "Google Flights",
        "airports": _airports_of(flights),
    }
    if arguments.further_flights:
        ways = zip(places, arguments.flights(), strict=True)
        result["flights_of_the_trip"] = [
            f"{origin.name} → {destination.name}, {_day(way.day)}"
            for (origin, destination), way in ways
        ]
        result["to"] = last[1].name
    if arguments.carry_on_bags:
        result["carry_on_bags"] = arguments.carry_on_bags
    if not flights and arguments.narrowed():
        result |= {"limits": arguments.narrowed(), "note": FEWER_LIMITS}
    if insights.get("price_level"):
        result["price_level"] = insights["price_level"]
        result["typical_price_range"] = insights.get("typical_price_range")
    result["summary"] = _summary(result)
    return result


def travellers_of(arguments: FlightSearch) -> str:
    counted = [
        _count(arguments.adults, "adult", "adults"),
        _count(arguments.children, "child", "children"),
        _count(arguments.infants_in_seat, "infant in a seat", "infants in seats"),
        _count(arguments.infants_on_lap, "infant on a lap", "infants on laps"),
    ]
    *first, last = [kind_counted for kind_counted in counted if kind_counted]
    return f"{', '.join(first)} and {last}" if first else last


def _count(number: int, singular: str, several: str) -> str:
    return f"{number} {singular if number == 1 else several}" if number else ""


def _trip_fields(trip: Trip, arguments: FlightSearch) -> Json:
    """The first flight with the whole trip's price, and under `then` the ones that follow it."""
    first, *then = [_flight(option) for option in trip.options]
    flight: Json = {**first, "price": trip.price}
    only_adults = not (arguments.children + arguments.infants_in_seat + arguments.infants_on_lap)
    if arguments.adults > 1 and only_adults and isinstance(trip.price, int | float):
        flight["price_each"] = round(trip.price / arguments.adults)
    if then:
        flight["then"] = then
    return flight | ({"lacks": trip.lacks} if trip.lacks else {})


def _flight(option: Json) -> Json:
    legs: list[Json] = option["flights"]
    first, last = legs[0], legs[-1]
    departs, arrives = first["departure_airport"], last["arrival_airport"]
    return {
        "airlines": list(dict.fromkeys(leg.get("airline", "?") for leg in legs)),
        "numbers": [leg.get("flight_number", "") for leg in legs],
        "departs": {"airport": departs["id"], "time": departs["time"]},
        "arrives": {"airport": arrives["id"], "time": arrives["time"]},
        "days_later": _days_later(departs["time"], arrives["time"]),
        "legs": [
            f"{leg['departure_airport']['id']}-{leg['arrival_airport']['id']}" for leg in legs
        ],
        "duration_min": option.get("total_duration"),
        "layovers": [_layover(stop) for stop in records(option.get("layovers"))],
    }


def _layover(stop: Json) -> Json:
    layover: Json = {"airport": stop.get("id"), "minutes": stop.get("duration")}
    return layover | ({"overnight": True} if stop.get("overnight") else {})


def _days_later(departs: str, arrives: str) -> int:
    """Calendar days, each on its own local clock."""
    return (date.fromisoformat(arrives[:10]) - date.fromisoformat(departs[:10])).days


def _airports_of(flights: list[Json]) -> Json:
    """Each code that the flights name, in full: airport, city and country."""
    every = [leg for flight in flights for leg in (flight, *flight.get("then", []))]
    codes = dict.fromkeys(
        code for flown in every for leg in flown["legs"] for code in leg.split("-")
    )
    return {code: airports.in_full(code) or code for code in codes}


def _summary(result: Json) -> str:
    lines = [_title(result)]
    if not result["flights"]:
        return "\n".join([*lines, "No flights were found.", *_limits(result)])
    for number, flight in enumerate(result["flights"], start=1):
        lines.append(f"{number}. {_trip(flight, result)}")
    if level := result.get("price_level"):
        lines.append(f"Prices are {level} for this route.")
    lines += [f"{code}: {name}" for code, name in result["airports"].items()]
    return "\n".join([*lines, _about_prices(result)])


def _title(result: Json) -> str:
    if ways := result.get("flights_of_the_trip"):
        return "\n".join(f"**{way}**" for way in ways)
    back = result["return_date"]
    both = f", back {_day(date.fromisoformat(back))}" if back else ", one way"
    when = _day(date.fromisoformat(result["departure_date"]))
    return f"**{result['from']} → {result['to']}**, {when}{both}"


def _limits(result: Json) -> list[str]:
    named = [
        f"{name.replace('_', ' ')} {value}" for name, value in result.get("limits", {}).items()
    ]
    return [f"Searched with: {'; '.join(named)}."] if named else []


def _about_prices(result: Json) -> str:
    kind = "for both ways" if result["return_date"] else "one way"
    kind = "for the whole trip" if "flights_of_the_trip" in result else kind
    bags = result.get("carry_on_bags", 0)
    carried = f" with {_count(bags, 'carry-on bag', 'carry-on bags')}" if bags else ""
    cabin = "" if result["cabin"] == "economy" else f" in {result['cabin'].replace('_', ' ')}"
    return (
        f"_Prices {kind}{cabin}, in all for {result['travellers']}{carried}, "
        f"as of {result['prices_as_of']}, from Google Flights._"
    )


def _trip(flight: Json, result: Json) -> str:
    """The price in front, then a line for each direction."""
    currency = result["currency"]
    price = f"**{_money(flight['price'], currency)}**"
    if (each := flight.get("price_each")) is not None:
        price += f" ({_money(each, currency)} each)"
    lines = [f"{price} {_who(flight)}", f"   {_way(flight)}"]
    for leg in flight.get("then", []):
        lead = "Back" if result["return_date"] else "Then"
        days = f"{_day(date.fromisoformat(leg['departs']['time'][:10]))}, "
        lines += [f"   {lead}: {days}{_who(leg)}", f"   {_way(leg)}"]
    if lacks := flight.get("lacks"):
        lines.append(f"   ({lacks}; the price is from)")
    return "\n".join(lines)


def _who(flight: Json) -> str:
    return f"{', '.join(flight['airlines'])} {'/'.join(flight['numbers'])}"


def _way(flight: Json) -> str:
    days = flight["days_later"]
    later = f" ({days:+d} day{'s' * (abs(days) > 1)})" if days else ""
    departs, arrives = flight["departs"], flight["arrives"]
    minutes = flight["duration_min"]
    lasts = _lasting(minutes) if minutes else "duration unknown"
    return (
        f"{departs['time'][11:]} {departs['airport']} → "
        f"{arrives['time'][11:]} {arrives['airport']}{later}, {lasts}, {_stops(flight['layovers'])}"
    )


def _stops(layovers: list[Json]) -> str:
    if not layovers:
        return "nonstop"
    stop_texts = [
        " ".join(
            filter(
                None,
                [
                    stop["airport"],
                    _lasting(stop["minutes"]) if stop["minutes"] else None,
                    "overnight" if stop.get("overnight") else None,
                ],
            )
        )
        for stop in layovers
    ]
    return f"{len(stop_texts)} stop{'s' * (len(stop_texts) > 1)} ({', '.join(stop_texts)})"


def _lasting(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60:02d}"


def _day(day: date) -> str:
    return f"{day:%a %d %b %Y}"


def _money(price: Any, currency: str) -> str:
    if price is None:
        return "price on request"
    if isinstance(price, int):
        return format_currency(price, currency, "¤#,##0", locale="en", currency_digits=False)
    return format_currency(price, currency, locale="en")
