"""The google_flights engine: options for each way of a trip in turn, then booking options."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from simulators.serpapi import itineraries
from simulators.serpapi.flight_parameters import MOST_AIRPORTS, RATES, FlightQuery, Kind, Way
from simulators.serpapi.itineraries import Itinerary, class_factor, minutes_between
from simulators.serpapi.offers import Body, FlightOffer, TripKind, airports_block, booking, insights
from simulators.serpapi.tokens import read_token, token

NO_RESULTS = "Google Flights hasn't returned any results for this query."
# Airlines publish about eleven months.
_ON_SALE = timedelta(days=330)
_BEST, _MOST = 3, 24
# Google shows no "best" block for some routes.
_WITHOUT_BEST = 6
# A return ticket costs less than two single ones.
_RETURN_REBATE = 0.92
_BAG_EUR = 25.0
_KINDS: Mapping[Kind, TripKind] = {"1": "Round trip", "2": "One way", "3": "Multi-city"}


def search(query: FlightQuery, now: datetime) -> Body:
    """The engine's blocks. Raises Refused for tokens that are not ours."""
    too_many = any(
        max(len(way.departures), len(way.arrivals)) > MOST_AIRPORTS for way in query.ways
    )
    if too_many or query.ways[-1].day > (now + _ON_SALE).date():
        return {"error": NO_RESULTS}
    if query.booking_token:
        return _book(query, read_token(query.booking_token, "booking_token"))
    given = query.departure_token
    picked = _picked(query, read_token(given, "departure_token") if given else _same(query))
    if picked is None or len(picked) == len(query.ways):
        return {"error": NO_RESULTS}
    return _next_way(query, picked, now)


def _next_way(query: FlightQuery, picked: list[Itinerary], now: datetime) -> Body:
    """Flights of the first way that is not picked; prices are for the whole trip."""
    way, *later = query.ways[len(picked) :]
    cheapest = [_cheapest(_flown(each)) for each in later]
    if None in cheapest:
        return {"error": NO_RESULTS}
    offers = list[FlightOffer]()
    for each in _flown(way):
        sealed = token(
            picked="|".join(itinerary.key for itinerary in (*picked, each)), **_same(query)
        )
        price = _price(
            query, *(_euros(query, itinerary) for itinerary in (*picked, each)), *cheapest
        )
        offers.append(
            FlightOffer(
                each,
                price,
                _KINDS[query.kind],
                departure_token=sealed if later else None,
                booking_token=None if later else sealed,
            )
        )
    return _listed(offers, query, way, now)


def _picked(query: FlightQuery, facts: dict[str, str]) -> list[Itinerary] | None:
    """What the token names, way by way; None if it is of another trip."""
    if not _same(query).items() <= facts.items():
        return None
    keys = [key for key in facts.get("picked", "").split("|") if key]
    found = [
        next((each for each in _flown(way) if each.key == key), None)
        for way, key in zip(query.ways, keys, strict=False)
    ]
    return None if None in found else [each for each in found if each]


def _book(query: FlightQuery, facts: dict[str, str]) -> Body:
    picked = _picked(query, facts)
    if picked is None or len(picked) < len(query.ways):
        return {"error": NO_RESULTS}
    price = _price(query, *(_euros(query, each) for each in picked))
    if price is None:
        return {"error": NO_RESULTS}
    selected = [FlightOffer(each, None, _KINDS[query.kind]) for each in picked]
    return booking(selected, price, query.currency, query.travel_class)


def _listed(offers: list[FlightOffer], query: FlightQuery, way: Way, now: datetime) -> Body:
    fitting = [offer for offer in offers if _fits(offer, query, way)]
    if not fitting:
        return {"error": NO_RESULTS}
    random = Random(f"{way.departures}{way.arrivals}{way.day}")
    fitting.sort(key=_ORDERS[query.sort_by])
    fitting = fitting[:_MOST]
    split = _BEST if query.sort_by == 1 and random.randrange(_WITHOUT_BEST) else 0
    listed = [offer.to_body(query.travel_class) for offer in fitting]
    body: Body = {"best_flights": listed[:split]} if split else {}
    if listed[split:]:
        body["other_flights"] = listed[split:]
    prices = [offer.price for offer in fitting if offer.price is not None]
    if prices:
        body["price_insights"] = insights(prices, random, now.date())
    body["airports"] = airports_block(offer.itinerary for offer in fitting)
    return body


def _fits(offer: FlightOffer, query: FlightQuery, way: Way) -> bool:
    flight = offer.itinerary
    codes = {leg.airline.code for leg in flight.legs}
    codes |= {leg.airline.alliance for leg in flight.legs if leg.airline.alliance}
    waits = [minutes_between(leg.arrives, other.departs) for leg, other in pairwise(flight.legs)]
    return (
        (query.stops == 0 or flight.stops < query.stops)
        and (not query.include or bool(codes & query.include))
        and codes.isdisjoint(query.exclude)
        and _within(flight.legs[0].departs.hour, way.hours.departs)
        and _within(flight.legs[-1].arrives.hour, way.hours.arrives)
        and (query.layovers is None or all(_within(wait, query.layovers) for wait in waits))
        and query.avoided.isdisjoint(leg.start.code for leg in flight.legs[1:])
        and (query.max_duration is None or flight.minutes <= query.max_duration)
        and (query.max_price is None or (offer.price or 0) <= query.max_price)
    )


def _within(value: int, bounds: tuple[int, int]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _euros(query: FlightQuery, flight: Itinerary) -> float | None:
    """For one seat, with its share of the carry-on bags, which low-cost airlines charge for."""
    if flight.euros is None:
        return None
    charges = sum(_BAG_EUR for leg in flight.legs if leg.airline.roams)
    return flight.euros + charges * query.bags / (query.seats * class_factor(query.travel_class))


def _price(query: FlightQuery, *euros: float | None) -> int | None:
    """Whole units of the currency, for all seats; unknown if a part of it is."""
    if any(part is None for part in euros):
        return None
    total = sum(part for part in euros if part is not None)
    total *= class_factor(query.travel_class) * query.seats * RATES[query.currency]
    return round(total * (_RETURN_REBATE if len(euros) > 1 else 1))


def _cheapest(found: Iterable[Itinerary]) -> float | None:
    return min((each.euros for each in found if each.euros is not None), default=None)


def _flown(way: Way) -> list[Itinerary]:
    return itineraries.between(way.departures, way.arrivals, way.day)


def _same(query: FlightQuery) -> dict[str, str]:
    """What must stay the same from one call to the next."""
    ways = (f"{','.join(way.departures)}-{','.join(way.arrivals)}@{way.day}" for way in query.ways)
    return {"trip": " ".join(ways)}


def _score(offer: FlightOffer) -> float:
    """Google's "top flights" weigh price against time; options without a price come last."""
    if offer.price is None:
        return float("inf")
    return offer.price * (1 + offer.itinerary.minutes / 600) * (1 + offer.itinerary.stops / 2)


_ORDERS: dict[int, Callable[[FlightOffer], float]] = {
    1: _score,
    2: lambda offer: float("inf") if offer.price is None else offer.price,
    3: lambda offer: offer.itinerary.legs[0].departs.timestamp(),
    4: lambda offer: offer.itinerary.legs[-1].arrives.timestamp(),
    5: lambda offer: offer.itinerary.minutes,
    6: lambda offer: offer.grams,
}
