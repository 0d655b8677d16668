"""What google_flights accepts, and how it refuses the rest."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Literal, cast, get_args
from zoneinfo import ZoneInfo

from simulators.serpapi.airports import all_airports
from simulators.serpapi.errors import SearchRefused

# Units of a currency for one euro; rough, and fixed so that answers repeat.
RATES: Mapping[str, float] = {
    "EUR": 1.0,
    "USD": 1.1,
    "GBP": 0.86,
    "CHF": 0.95,
    "SEK": 11.3,
    "NOK": 11.6,
    "DKK": 7.46,
    "PLN": 4.3,
    "CZK": 25.0,
    "HUF": 390.0,
    "TRY": 45.0,
    "CAD": 1.5,
    "AUD": 1.67,
    "NZD": 1.85,
    "JPY": 165.0,
    "CNY": 7.9,
    "INR": 93.0,
    "SGD": 1.45,
    "HKD": 8.6,
    "KRW": 1550.0,
    "BRL": 6.1,
    "MXN": 20.5,
    "ZAR": 20.0,
    "AED": 4.05,
    "ILS": 4.0,
}
MOST_AIRPORTS = 10
MOST_TRAVELLERS = 9
Kind = Literal["1", "2", "3"]
ROUND_TRIP: Kind = "1"
MULTI_CITY: Kind = "3"
_ALLIANCES = frozenset({"STAR_ALLIANCE", "SKYTEAM", "ONEWORLD"})
ALL_DAY = (0, 23)


@dataclass(frozen=True)
class Hours:
    """Of departure and of arrival; the last hour counts to its end."""

    departs: tuple[int, int] = ALL_DAY
    arrives: tuple[int, int] = ALL_DAY


@dataclass(frozen=True)
class Way:
    """One direction of a trip."""

    departures: tuple[str, ...]
    arrivals: tuple[str, ...]
    day: date
    hours: Hours = Hours()


@dataclass(frozen=True)
class FlightQuery:
    kind: Kind
    ways: tuple[Way, ...]
    """One, there and back, or as many as a trip of several cities has."""
    travel_class: int
    seats: int
    bags: int
    stops: int
    """0 any number, 1 none, 2 at most one, 3 at most two: the vendor's scale."""
    currency: str
    sort_by: int
    max_price: int | None
    max_duration: int | None
    include: frozenset[str]
    exclude: frozenset[str]
    layovers: tuple[int, int] | None
    """Minutes, from and to."""
    avoided: frozenset[str]
    departure_token: str | None
    booking_token: str | None


def read(parameters: Mapping[str, str], now: datetime) -> FlightQuery:
    """Raises SearchRefused with status 400."""
    kind = parameters.get("type", ROUND_TRIP)
    if kind not in get_args(Kind):
        raise SearchRefused(f"Unsupported value `{kind}` for `type` parameter.")
    ways = _cities(parameters, now) if kind == MULTI_CITY else _ways(parameters, kind, now)
    currency = parameters.get("currency", "USD")
    if currency not in RATES:
        raise SearchRefused(f"Unsupported value `{currency}` for `currency` parameter.")
    include, exclude = (
        _airlines(parameters, "include_airlines"),
        _airlines(parameters, "exclude_airlines"),
    )
    if include and exclude:
        raise SearchRefused("`include_airlines` and `exclude_airlines` can't be used together.")
    departure_token = parameters.get("departure_token") or None
    booking_token = parameters.get("booking_token") or None
    if departure_token and booking_token:
        raise SearchRefused("`departure_token` and `booking_token` can't be used together.")
    seats = _seats(parameters)
    return FlightQuery(
        kind=cast("Kind", kind),
        ways=ways,
        travel_class=_number(parameters, "travel_class", 1, 1, 4),
        seats=seats,
        bags=_bags(parameters, seats),
        stops=_number(parameters, "stops", 0, 0, 3),
        currency=currency,
        sort_by=_number(parameters, "sort_by", 1, 1, 6),
        max_price=_number(parameters, "max_price", 0, 0, 10**9) or None,
        max_duration=_number(parameters, "max_duration", 0, 0, 10**5) or None,
        include=include,
        exclude=exclude,
        layovers=_layovers(parameters),
        avoided=frozenset(_codes(parameters, "exclude_conns")),
        departure_token=departure_token,
        booking_token=booking_token,
    )


def _seats(parameters: Mapping[str, str]) -> int:
    """Infants on laps need none. Google Flights takes nine people, and a lap for each infant."""
    adults = _number(parameters, "adults", 1, 1, MOST_TRAVELLERS)
    children, in_seat, on_lap = (
        _number(parameters, name, 0, 0, MOST_TRAVELLERS)
        for name in ("children", "infants_in_seat", "infants_on_lap")
    )
    if adults + children + in_seat + on_lap > MOST_TRAVELLERS:
        raise SearchRefused(f"The total number of passengers can't exceed {MOST_TRAVELLERS}.")
    if on_lap > adults:
        raise SearchRefused("`infants_on_lap` can't exceed `adults`.")
    return adults + children + in_seat


def _bags(parameters: Mapping[str, str], seats: int) -> int:
    """Carry-on bags: those of adults, children and infants in a seat."""
    bags = _number(parameters, "bags", 0, 0, MOST_TRAVELLERS)
    if bags > seats:
        raise SearchRefused(
            "`bags` can't exceed the number of passengers with carry-on bag allowance."
        )
    return bags


def _ways(parameters: Mapping[str, str], kind: str, now: datetime) -> tuple[Way, ...]:
    departures = _codes(parameters, "departure_id", needed=True)
    arrivals = _codes(parameters, "arrival_id", needed=True)
    outbound = _date(parameters, "outbound_date")
    if outbound is None:
        raise SearchRefused("Missing `outbound_date` parameter.")
    if outbound < _today_at(departures[0], now):
        raise SearchRefused("`outbound_date` cannot be in the past.")
    there = Way(departures, arrivals, outbound, _hours(parameters, "outbound_times"))
    if kind != ROUND_TRIP:
        return (there,)
    back = _date(parameters, "return_date")
    if back is None:
        raise SearchRefused("`return_date` is required if `type` is `1` (Round trip).")
    if back < outbound:
        raise SearchRefused("`return_date` cannot be earlier than `outbound_date`.")
    return (there, Way(arrivals, departures, back, _hours(parameters, "return_times")))


def _cities(parameters: Mapping[str, str], now: datetime) -> tuple[Way, ...]:
    """`multi_city_json`: a list of flights, each with airports, a date and perhaps hours."""
    given = parameters.get("multi_city_json")
    if not given:
        raise SearchRefused("`multi_city_json` is required if `type` is `3` (Multi-city).")
    try:
        flights = json.loads(given)
    except ValueError:
        flights = None
    if not isinstance(flights, list) or not flights:
        raise SearchRefused("Invalid `multi_city_json` parameter: a JSON list is expected.")
    ways = tuple(_city(flight, now) for flight in cast("list[object]", flights))
    if any(after.day < before.day for before, after in pairwise(ways)):
        raise SearchRefused(
            "`multi_city_json`: `date` cannot be earlier than that of the flight before."
        )
    return ways


def _city(flight: object, now: datetime) -> Way:
    if not isinstance(flight, dict):
        raise SearchRefused("Invalid `multi_city_json` parameter: each flight is a JSON object.")
    fields = {name: str(value) for name, value in cast("dict[str, object]", flight).items()}
    departures = _codes(fields, "departure_id", needed=True)
    arrivals = _codes(fields, "arrival_id", needed=True)
    day = _date(fields, "date")
    if day is None:
        raise SearchRefused("Missing `date` in `multi_city_json` parameter.")
    if day < _today_at(departures[0], now):
        raise SearchRefused("`date` cannot be in the past.")
    return Way(departures, arrivals, day, _hours(fields, "times"))


def _codes(parameters: Mapping[str, str], name: str, *, needed: bool = False) -> tuple[str, ...]:
    given = parameters.get(name, "").strip()
    if not given:
        if needed:
            raise SearchRefused(f"Missing `{name}` parameter.")
        return ()
    codes = tuple(code.strip() for code in given.split(","))
    for code in codes:
        if code.startswith(("/m/", "/g/")):
            raise SearchRefused(
                f"The simulator knows airports by IATA code only: `{code}` is refused."
            )
        if not re.fullmatch("[A-Z]{3}", code):
            raise SearchRefused(
                f"Unsupported value `{code}` for `{name}` parameter: an uppercase 3-letter airport "
                "code or a kgmid is expected."
            )
    return codes


def _date(parameters: Mapping[str, str], name: str) -> date | None:
    given = parameters.get(name)
    if not given:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise SearchRefused(
        f"Unsupported value `{given}` for `{name}` parameter: YYYY-MM-DD is expected."
    )


def _today_at(code: str, now: datetime) -> date:
    airport = all_airports().get(code)
    return (now.astimezone(ZoneInfo(airport.zone)) if airport else now).date()


def _number(parameters: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    given = parameters.get(name)
    if not given:
        return default
    if not given.isdecimal() or not low <= int(given) <= high:
        raise SearchRefused(f"Unsupported value `{given}` for `{name}` parameter.")
    return int(given)


def _airlines(parameters: Mapping[str, str], name: str) -> frozenset[str]:
    """Airlines' two characters, or alliances."""
    given = parameters.get(name, "")
    codes = frozenset(code.strip() for code in given.split(",") if code.strip())
    for code in codes - _ALLIANCES:
        if not re.fullmatch("[A-Z0-9]{2}", code):
            raise SearchRefused(f"Unsupported value `{code}` for `{name}` parameter.")
    return codes


def _hours(parameters: Mapping[str, str], name: str) -> Hours:
    """`4,18` means departures from 4:00 to 18:59; two more numbers are for arrivals."""
    given = parameters.get(name)
    if not given:
        return Hours()
    hours = [int(hour) for hour in given.split(",") if re.fullmatch("[0-9]{1,2}", hour)]
    if len(hours) not in {2, 4} or len(hours) != given.count(",") + 1 or max(hours) > ALL_DAY[1]:
        raise SearchRefused(f"Unsupported value `{given}` for `{name}` parameter.")
    return Hours((hours[0], hours[1]), (hours[2], hours[3]) if hours[2:] else ALL_DAY)


def _layovers(parameters: Mapping[str, str]) -> tuple[int, int] | None:
    given = parameters.get("layover_duration")
    if not given:
        return None
    if not re.fullmatch("[0-9]{1,5},[0-9]{1,5}", given):
        raise SearchRefused(f"Unsupported value `{given}` for `layover_duration` parameter.")
    least, most = given.split(",")
    return int(least), int(most)
