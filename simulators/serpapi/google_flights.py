"""The google_flights engine: outbound options, return options, booking options."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from random import Random

from simulators.serpapi import itineraries
from simulators.serpapi.flight_parameters import MOST_AIRPORTS, RATES, FlightQuery
from simulators.serpapi.itineraries import Itinerary
from simulators.serpapi.offers import Body, Offer, airports_block, booking, insights
from simulators.serpapi.tokens import read_token, token

NO_RESULTS = "Google Flights hasn't returned any results for this query."
# Airlines publish about eleven months.
_ON_SALE = timedelta(days=330)
_BEST, _MOST = 3, 24
# Google shows no "best" block for some routes.
_WITHOUT_BEST = 6
# A return ticket costs less than two single ones.
_RETURN_REBATE = 0.92


def search(query: FlightQuery, now: datetime) -> Body:
    """The engine's blocks. Raises Refused for tokens that are not ours."""
    too_many = max(len(query.departures), len(query.arrivals)) > MOST_AIRPORTS
    if too_many or query.outbound > (now + _ON_SALE).date():
        return {"error": NO_RESULTS}
    if query.booking_token:
        return _book(query, read_token(query.booking_token, "booking_token"))
    if query.departure_token:
        return _way_back(query, read_token(query.departure_token, "departure_token"), now)
    out = itineraries.between(query.departures, query.arrivals, query.outbound)
    if query.back is None:
        return _listed([_single(query, each) for each in out], query, now)
    cheapest_back = _cheapest(itineraries.between(query.arrivals, query.departures, query.back))
    if cheapest_back is None:
        return {"error": NO_RESULTS}
    offers = [
        Offer(
            each,
            _price(query, each.euros, cheapest_back),
            "Round trip",
            departure_token=token(step="out", picked=each.key, **_same(query)),
        )
        for each in out
    ]
    return _listed(offers, query, now)


def _single(query: FlightQuery, each: Itinerary) -> Offer:
    sealed = token(step="book", out=each.key, **_same(query))
    return Offer(each, _price(query, each.euros), "One way", booking_token=sealed)


def _way_back(query: FlightQuery, picked: dict[str, str], now: datetime) -> Body:
    """Return options for the outbound flight that the token names; prices are for both ways."""
    out = _find(query.departures, query.arrivals, query.outbound, picked.get("picked", ""))
    if query.back is None or out is None or not _belongs(picked, query):
        return {"error": NO_RESULTS}
    offers = [
        Offer(
            each,
            _price(query, out.euros, each.euros),
            "Round trip",
            booking_token=token(step="book", out=out.key, back=each.key, **_same(query)),
        )
        for each in itineraries.between(query.arrivals, query.departures, query.back)
    ]
    return _listed(offers, query, now)


def _book(query: FlightQuery, picked: dict[str, str]) -> Body:
    out = _find(query.departures, query.arrivals, query.outbound, picked.get("out", ""))
    back = None
    if query.back:
        back = _find(query.arrivals, query.departures, query.back, picked.get("back", ""))
    if out is None or not _belongs(picked, query) or (query.back and back is None):
        return {"error": NO_RESULTS}
    price = _price(query, out.euros, back.euros) if back else _price(query, out.euros)
    if price is None:
        return {"error": NO_RESULTS}
    kind = "Round trip" if back else "One way"
    selected = [Offer(each, None, kind) for each in (out, back) if each]
    return booking(selected, price, query.currency, query.travel_class)


def _listed(offers: list[Offer], query: FlightQuery, now: datetime) -> Body:
    fitting = [offer for offer in offers if _fits(offer, query)]
    if not fitting:
        return {"error": NO_RESULTS}
    random = Random(f"{query.departures}{query.arrivals}{query.outbound}")
    fitting.sort(key=_ORDERS[query.sort_by])
    fitting = fitting[:_MOST]
    split = _BEST if query.sort_by == 1 and random.randrange(_WITHOUT_BEST) else 0
    told = [offer.told(query.travel_class) for offer in fitting]
    body: Body = {"best_flights": told[:split]} if split else {}
    if told[split:]:
        body["other_flights"] = told[split:]
    prices = [offer.price for offer in fitting if offer.price is not None]
    if prices:
        body["price_insights"] = insights(prices, random, now.date())
    body["airports"] = airports_block(offer.itinerary for offer in fitting)
    return body


def _fits(offer: Offer, query: FlightQuery) -> bool:
    flight = offer.itinerary
    codes = {leg.airline.code for leg in flight.legs}
    codes |= {leg.airline.alliance for leg in flight.legs if leg.airline.alliance}
    first = flight.legs[0].departs.hour
    return (
        (query.stops == 0 or flight.stops < query.stops)
        and (not query.include or bool(codes & query.include))
        and codes.isdisjoint(query.exclude)
        and (query.hours is None or query.hours[0] <= first <= query.hours[1])
        and (query.max_duration is None or flight.minutes <= query.max_duration)
        and (query.max_price is None or (offer.price or 0) <= query.max_price)
    )


def _price(query: FlightQuery, *euros: float | None) -> int | None:
    """Whole units of the currency, for all seats; unknown if a part of it is."""
    if any(part is None for part in euros):
        return None
    total = sum(part for part in euros if part is not None)
    total *= itineraries.class_factor(query.travel_class) * query.seats * RATES[query.currency]
    return round(total * (_RETURN_REBATE if len(euros) > 1 else 1))


def _cheapest(found: Iterable[Itinerary]) -> float | None:
    return min((each.euros for each in found if each.euros is not None), default=None)


def _find(
    departures: tuple[str, ...], arrivals: tuple[str, ...], day: date, key: str
) -> Itinerary | None:
    found = itineraries.between(departures, arrivals, day)
    return next((each for each in found if each.key == key), None)


def _same(query: FlightQuery) -> dict[str, str]:
    """What must stay the same from one call to the next."""
    return {
        "from": ",".join(query.departures),
        "to": ",".join(query.arrivals),
        "leaving": str(query.outbound),
        "returning": str(query.back),
    }


def _belongs(picked: dict[str, str], query: FlightQuery) -> bool:
    return _same(query).items() <= picked.items()


def _score(offer: Offer) -> float:
    """Google's "top flights" weigh price against time; options without a price come last."""
    if offer.price is None:
        return float("inf")
    return offer.price * (1 + offer.itinerary.minutes / 600) * (1 + offer.itinerary.stops / 2)


_ORDERS: dict[int, Callable[[Offer], float]] = {
    1: _score,
    2: lambda offer: float("inf") if offer.price is None else offer.price,
    3: lambda offer: offer.itinerary.legs[0].departs.timestamp(),
    4: lambda offer: offer.itinerary.legs[-1].arrives.timestamp(),
    5: lambda offer: offer.itinerary.minutes,
    6: lambda offer: offer.grams,
}
