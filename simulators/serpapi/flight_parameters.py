"""What google_flights accepts, and how it refuses the rest."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, cast
from zoneinfo import ZoneInfo

from simulators.serpapi.airports import all_airports
from simulators.serpapi.errors import Refused

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
Kind = Literal["1", "2"]
ROUND_TRIP: Kind = "1"


@dataclass(frozen=True)
class FlightQuery:
    departures: tuple[str, ...]
    arrivals: tuple[str, ...]
    outbound: date
    back: date | None
    travel_class: int
    seats: int
    stops: int
    """0 any number, 1 none, 2 at most one, 3 at most two: the vendor's scale."""
    currency: str
    sort_by: int
    max_price: int | None
    max_duration: int | None
    include: frozenset[str]
    exclude: frozenset[str]
    hours: tuple[int, int] | None
    departure_token: str | None
    booking_token: str | None


def read(parameters: Mapping[str, str], now: datetime) -> FlightQuery:
    """Raises Refused with status 400."""
    departures = _airports(parameters, "departure_id")
    arrivals = _airports(parameters, "arrival_id")
    kind = parameters.get("type", ROUND_TRIP)
    if kind == "3":
        raise Refused("The simulator has no multi-city searches: `type` `3` is refused.")
    if kind not in {"1", "2"}:
        raise Refused(f"Unsupported value `{kind}` for `type` parameter.")
    outbound, back = _dates(parameters, cast("Kind", kind), departures, now)
    currency = parameters.get("currency", "USD")
    if currency not in RATES:
        raise Refused(f"Unsupported value `{currency}` for `currency` parameter.")
    include, exclude = (
        _codes(parameters, "include_airlines"),
        _codes(parameters, "exclude_airlines"),
    )
    if include and exclude:
        raise Refused("`include_airlines` and `exclude_airlines` can't be used together.")
    departure_token = parameters.get("departure_token") or None
    booking_token = parameters.get("booking_token") or None
    if departure_token and booking_token:
        raise Refused("`departure_token` and `booking_token` can't be used together.")
    seats = _seats(parameters)
    return FlightQuery(
        departures=departures,
        arrivals=arrivals,
        outbound=outbound,
        back=back,
        travel_class=_number(parameters, "travel_class", 1, 1, 4),
        seats=seats,
        stops=_number(parameters, "stops", 0, 0, 3),
        currency=currency,
        sort_by=_number(parameters, "sort_by", 1, 1, 6),
        max_price=_number(parameters, "max_price", 0, 0, 10**9) or None,
        max_duration=_number(parameters, "max_duration", 0, 0, 10**5) or None,
        include=include,
        exclude=exclude,
        hours=_hours(parameters),
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
        raise Refused(f"The total number of passengers can't exceed {MOST_TRAVELLERS}.")
    if on_lap > adults:
        raise Refused("`infants_on_lap` can't exceed `adults`.")
    return adults + children + in_seat


def _airports(parameters: Mapping[str, str], name: str) -> tuple[str, ...]:
    given = parameters.get(name, "").strip()
    if not given:
        raise Refused(f"Missing `{name}` parameter.")
    codes = tuple(code.strip() for code in given.split(","))
    for code in codes:
        if code.startswith(("/m/", "/g/")):
            raise Refused(f"The simulator knows airports by IATA code only: `{code}` is refused.")
        if not re.fullmatch("[A-Z]{3}", code):
            raise Refused(
                f"Unsupported value `{code}` for `{name}` parameter: an uppercase 3-letter airport "
                "code or a kgmid is expected."
            )
    return codes


def _dates(
    parameters: Mapping[str, str], kind: Kind, departures: tuple[str, ...], now: datetime
) -> tuple[date, date | None]:
    outbound = _date(parameters, "outbound_date")
    if outbound is None:
        raise Refused("Missing `outbound_date` parameter.")
    if outbound < _today_at(departures[0], now):
        raise Refused("`outbound_date` cannot be in the past.")
    back = _date(parameters, "return_date")
    if kind != ROUND_TRIP:
        return outbound, None
    if back is None:
        raise Refused("`return_date` is required if `type` is `1` (Round trip).")
    if back < outbound:
        raise Refused("`return_date` cannot be earlier than `outbound_date`.")
    return outbound, back


def _date(parameters: Mapping[str, str], name: str) -> date | None:
    given = parameters.get(name)
    if not given:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise Refused(f"Unsupported value `{given}` for `{name}` parameter: YYYY-MM-DD is expected.")


def _today_at(code: str, now: datetime) -> date:
    airport = all_airports().get(code)
    return (now.astimezone(ZoneInfo(airport.zone)) if airport else now).date()


def _number(parameters: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    given = parameters.get(name)
    if not given:
        return default
    if not given.isdecimal() or not low <= int(given) <= high:
        raise Refused(f"Unsupported value `{given}` for `{name}` parameter.")
    return int(given)


def _codes(parameters: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset(code.strip() for code in parameters.get(name, "").split(",") if code.strip())


def _hours(parameters: Mapping[str, str]) -> tuple[int, int] | None:
    """`4,18` means departures from 4:00 to 18:59; the arrival half is not heeded."""
    given = parameters.get("outbound_times")
    if not given:
        return None
    hours = given.split(",")
    if len(hours) not in {2, 4} or not all(h.isdecimal() and int(h) < 24 for h in hours):
        raise Refused(f"Unsupported value `{given}` for `outbound_times` parameter.")
    return int(hours[0]), int(hours[1])
