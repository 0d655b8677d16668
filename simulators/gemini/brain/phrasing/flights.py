"""Requests for flights."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from pydantic import JsonValue

from simulators.gemini.brain.dates import find_dates
from simulators.gemini.brain.phrasing.flight_hours import read_hours
from simulators.gemini.brain.phrasing.flight_options import read_options
from simulators.gemini.brain.phrasing.flight_route import pair_of_places, read_route
from simulators.gemini.brain.spans import without
from simulators.gemini.brain.times import find_times
from simulators.gemini.brain.words import NUMBER, number

ASK_ORIGIN = "Where would you like to fly from?"
ASK_DESTINATION = "Where would you like to fly to?"
ASK_DATE = "On which day would you like to fly?"
ASK_RETURN = "On which day would you like to fly back?"

_FLIGHT = re.compile(
    r"\b(?:flights?|fly|flying|plane\s+tickets?|airfares?|air\s+tickets?)\b", re.IGNORECASE
)
_NO_FLIGHT = re.compile(r"\bremind|\breminders?\b", re.IGNORECASE)
_ABOUT_FLIGHTS = re.compile(r"^(?:how|why|who|is|are|was|did|does)\b(?!.*\bto\b)", re.IGNORECASE)
_BACK = re.compile(
    r"\b(?:returning|return(?!\s+(?:flight|ticket|trip))|until|till"
    r"|(?:and\s+)?(?:coming\s+|come\s+|fly(?:ing)?\s+)?back)\b(?:\s+on)?",
    re.IGNORECASE,
)
_STAY = re.compile(
    rf"\bfor\s+(?P<n>{NUMBER})\s+(?P<unit>day|night|week)s?\b", re.IGNORECASE | re.VERBOSE
)
_ROUND = re.compile(
    r"\b(?:round[\s-]?trip|return\s+(?:flight|ticket)s?|both\s+ways)\b", re.IGNORECASE
)
_THEN = re.compile(r"[,;]?\s(?:and\s)?then\s(?:on\s)?", re.IGNORECASE)
_LONGEST = 1_000
HOME = "home"
"""The tool knows where that is."""
_HOME = re.compile(r"(?:my\s+)?home(?:\s+(?:airport|city|town))?", re.IGNORECASE)
_ONE_WAY = re.compile(r"\b(?:one|single)[\s-]?way\b", re.IGNORECASE)


@dataclass(frozen=True)
class FlightWish:
    origin: str | None = None
    destination: str | None = None
    departure: date | None = None
    back: date | None = None
    wants_return: bool = False
    options: tuple[tuple[str, JsonValue], ...] = ()

    def question(self) -> str | None:
        """What must be asked first; one question at a time."""
        if self.destination is None:
            return ASK_DESTINATION
        if self.origin is None:
            return ASK_ORIGIN
        if self.departure is None:
            return ASK_DATE
        return ASK_RETURN if self.wants_return and self.back is None else None

    def slots(self) -> dict[str, JsonValue]:
        return {
            "origin": self.origin,
            "destination": self.destination,
            "departure_date": self.departure.isoformat() if self.departure else None,
            "return_date": self.back.isoformat() if self.back else None,
            **dict(self.options),
        }


def wants_flight(text: str) -> bool:
    """A flight by name, or a bare route between two known places."""
    if _NO_FLIGHT.search(text):
        return False
    return names_flight(text) or pair_of_places(text) is not None


def names_flight(text: str) -> bool:
    return bool(_FLIGHT.search(text)) and not _ABOUT_FLIGHTS.search(text)


def read_flight(text: str, now: datetime, *, home_is_known: bool = False) -> FlightWish:
    """What the text says of a flight; `now` is the local wall time.

    "From home" says nothing as long as nobody knows where that is.
    """
    first, *later = _THEN.split(text[:_LONGEST])
    wish = _read_one(first if later else text, now, home_is_known=home_is_known)
    further = _further(wish, later, now)
    options = dict(wish.options) | ({"further_flights": further} if further else {})
    return replace(wish, options=tuple(options.items()))


def _further(wish: FlightWish, later: list[str], now: datetime) -> list[JsonValue]:
    """Lisbon > Rome 2026-12-08; each goes on from where the one before it ended."""
    here, said = wish.destination, list[JsonValue]()
    for text in later:
        flight = _read_one(text, now)
        origin = flight.origin or here
        if not origin or not flight.destination or not flight.departure:
            return []
        said.append(f"{origin} > {flight.destination} {flight.departure.isoformat()}")
        here = flight.destination
    return said


def _read_one(text: str, now: datetime, *, home_is_known: bool = False) -> FlightWish:
    found = find_dates(text, now.date())
    rest = without(text, [(each.start, each.end) for each in (*found, *find_times(text))], " | ")
    options, rest = read_options(rest)
    back_at = next((match.start() for match in _BACK.finditer(text)), len(text))
    options["outbound_times"] = read_hours(text[:back_at])
    departure, back = _days(text, now)
    one_way = bool(_ONE_WAY.search(rest))
    rest = _ROUND.sub(" | ", _ONE_WAY.sub(" | ", _STAY.sub(" | ", rest)))
    origin, destination = read_route(rest)
    if origin and _HOME.fullmatch(origin):
        origin = HOME if home_is_known else None
    return FlightWish(
        origin=origin,
        destination=destination,
        departure=departure,
        back=None if one_way else back,
        wants_return=not one_way and bool(_ROUND.search(text) or _back_is_said(text)),
        options=tuple(options.items()),
    )


def _back_is_said(text: str) -> bool:
    return bool(
        re.search(r"\b(?:returning|(?:coming|come|fly|flying)\s+back)\b", text, re.IGNORECASE)
    )


def _days(text: str, now: datetime) -> tuple[date | None, date | None]:
    """The day out and the day back: by "returning", by order, or by the length of the stay."""
    back_at = next((match.start() for match in _BACK.finditer(text)), None)
    found = find_dates(text, now.date())
    before = [f.value.value for f in found if back_at is None or f.start < back_at]
    after = [f.value.value for f in found if back_at is not None and f.start >= back_at]
    departure = before[0] if before else None
    back = after[0] if after else before[1] if len(before) > 1 else None
    if departure and back and back < departure and back.year == departure.year:
        back = _later(back, departure)
    stay = _STAY.search(text)
    if departure and back is None and stay:
        unit = 7 if stay["unit"].lower() == "week" else 1
        back = departure + timedelta(days=number(stay["n"]) * unit)
    return departure, back


def _later(back: date, departure: date) -> date:
    """Out "next Friday, back on Sunday" means the Sunday after that Friday."""
    if (departure - back).days < 14:
        weeks = -(-(departure - back).days // 7)
        return back + timedelta(days=7 * weeks)
    return back
