"""Itineraries as google_flights shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from typing import Literal

from simulators.serpapi.airports import AirportOffered, distance_km
from simulators.serpapi.itineraries import Itinerary, Leg, minutes_between

Body = dict[str, object]
TripKind = Literal["Round trip", "One way", "Multi-city"]
_CLASSES = {1: "Economy", 2: "Premium Economy", 3: "Business", 4: "First"}
_LOGOS = "https://logos.example.org/{}.png"
_GRAMS_PER_KM = 90
_HISTORY_DAYS = 60
_TIME = "%Y-%m-%d %H:%M"


@dataclass(frozen=True)
class FlightOffer:
    itinerary: Itinerary
    price: int | None
    kind: TripKind
    departure_token: str | None = None
    booking_token: str | None = None

    @property
    def grams(self) -> int:
        flown = sum(distance_km(leg.start, leg.end) for leg in self.itinerary.legs)
        return round(flown * _GRAMS_PER_KM * (1 + self.itinerary.stops / 5) / 1000) * 1000

    def to_body(self, travel_class: int) -> Body:
        legs = self.itinerary.legs
        typical = round(self.grams / 1000 * 1.04) * 1000
        body: Body = {
            "flights": [_leg(leg, travel_class) for leg in legs],
            "total_duration": self.itinerary.minutes,
            "carbon_emissions": {
                "this_flight": self.grams,
                "typical_for_this_route": typical,
                "difference_percent": round((self.grams / typical - 1) * 100) if typical else 0,
            },
            "type": self.kind,
            "airline_logo": _LOGOS.format(legs[0].airline.code),
            "extensions": ["Checked baggage for a fee"],
        }
        if layovers := [_layover(first, second) for first, second in pairwise(legs)]:
            body["layovers"] = layovers
        if self.price is not None:
            body["price"] = self.price
        if self.departure_token:
            body["departure_token"] = self.departure_token
        if self.booking_token:
            body["booking_token"] = self.booking_token
        return body


def insights(prices: list[int], random: Random, today: date) -> Body:
    lowest = min(prices)
    usual = lowest * random.uniform(0.75, 1.5)
    low, high = round(usual * 0.85), round(usual * 1.25)
    level = "low" if lowest < low else "high" if lowest > high else "typical"
    midnight = datetime.combine(today, time(), UTC)
    return {
        "lowest_price": lowest,
        "price_level": level,
        "typical_price_range": [low, high],
        "price_history": [
            [
                int((midnight - timedelta(days=back)).timestamp()),
                round(usual * random.uniform(0.85, 1.25)),
            ]
            for back in range(_HISTORY_DAYS, 0, -1)
        ],
    }


def airports_block(itineraries: Iterable[Itinerary]) -> list[Body]:
    ends = [(each.legs[0].start, each.legs[-1].end) for each in itineraries]
    departures = {start.code: start for start, _ in ends}
    arrivals = {end.code: end for _, end in ends}
    return [
        {
            "departure": [_place(airport) for airport in departures.values()],
            "arrival": [_place(airport) for airport in arrivals.values()],
        }
    ]


def booking(selected: list[FlightOffer], price: int, currency: str, travel_class: int) -> Body:
    legs = [leg for offer in selected for leg in offer.itinerary.legs]
    seller = legs[0].airline
    return {
        "selected_flights": [offer.to_body(travel_class) for offer in selected],
        "baggage_prices": {"together": ["1 free carry-on", "1st checked bag for a fee"]},
        "booking_options": [
            {
                "together": {
                    "book_with": seller.name,
                    "airline_logos": [_LOGOS.format(seller.code)],
                    "marketed_as": [leg.number for leg in legs],
                    "price": price,
                    "local_prices": [{"currency": currency, "price": price}],
                    "option_title": "Simulated fare",
                    "baggage_prices": ["1 free carry-on", "1st checked bag for a fee"],
                    "booking_request": {
                        "url": f"https://{seller.code.lower()}.example.com/book",
                        "post_data": "simulated=1",
                    },
                }
            }
        ],
    }


def _leg(leg: Leg, travel_class: int) -> Body:
    body: Body = {
        "departure_airport": {
            "name": leg.start.name,
            "id": leg.start.code,
            "time": leg.departs.strftime(_TIME),
        },
        "arrival_airport": {
            "name": leg.end.name,
            "id": leg.end.code,
            "time": leg.arrives.strftime(_TIME),
        },
        "duration": leg.minutes,
        "airplane": leg.airplane,
        "airline": leg.airline.name,
        "airline_logo": _LOGOS.format(leg.airline.code),
        "travel_class": _CLASSES[travel_class],
        "flight_number": leg.number,
        "legroom": "30 in",
        "extensions": ["Average legroom (30 in)", "In-seat USB outlet"],
    }
    if leg.arrives.date() > leg.departs.date():
        body["overnight"] = True
    return body


def _layover(first: Leg, second: Leg) -> Body:
    body: Body = {
        "duration": minutes_between(first.arrives, second.departs),
        "name": second.start.name,
        "id": second.start.code,
    }
    if second.departs.date() > first.arrives.date():
        body["overnight"] = True
    return body


def _place(airport: AirportOffered) -> Body:
    return {
        "airport": {"id": airport.code, "name": airport.name},
        "city": airport.city,
        "country_code": airport.country,
    }
