"""Trips of several flights: each further one is a paid search, led to by the flight before it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from contracts.event import Json
from services.tools.searching.fields import records
from taskflow.errors import VendorUnavailable
from taskflow.tooling import Refused

MOST = 5
"""Trips told of one search."""
MOST_FURTHER = 3
"""Further searches for all trips together, if one trip does not take more."""
FURTHER_SECONDS = 20.0
NOT_FOUND = "no flight fits for the rest of this trip"
NOT_ANSWERED = "the search service did not answer for the rest of this trip"


class Flights(Protocol):
    async def search(self, engine: str, **parameters: str) -> Json: ...


@dataclass(frozen=True, slots=True)
class Trip:
    """Flights in order, one for each direction; fewer where `lacks` says why."""

    options: tuple[Json, ...]
    lacks: str | None = None

    @property
    def price(self) -> object:
        """Of the whole trip, for all travellers: each option names it anew; None if not told."""
        return self.options[-1].get("price")


def options_of(found: Json) -> list[Json]:
    """Those with flights, the vendor's best first."""
    every = [*records(found.get("best_flights")), *records(found.get("other_flights"))]
    return [option for option in every if records(option.get("flights"))]


async def trips(
    vendor: Flights, parameters: dict[str, str], options: Sequence[Json], directions: int
) -> list[Trip]:
    """The first of the options, each with its way back or its flights to come."""
    if directions == 1:
        return [Trip((option,)) for option in options[:MOST]]
    most = max(1, MOST_FURTHER // (directions - 1))
    started = [Trip((option,)) for option in options[:most]]
    return await asyncio.gather(*(_whole(vendor, parameters, trip, directions) for trip in started))


async def _whole(vendor: Flights, parameters: dict[str, str], trip: Trip, directions: int) -> Trip:
    try:
        async with asyncio.timeout(FURTHER_SECONDS):
            while len(trip.options) < directions:
                token = trip.options[-1].get("departure_token")
                further = await _further(vendor, parameters, token)
                if not further:
                    return replace(trip, lacks=NOT_FOUND)
                trip = Trip((*trip.options, further[0]))
    except (VendorUnavailable, Refused, TimeoutError):
        return replace(trip, lacks=NOT_ANSWERED)
    return trip


async def _further(vendor: Flights, parameters: dict[str, str], token: object) -> list[Json]:
    if not isinstance(token, str):
        return []
    return options_of(await vendor.search("google_flights", **parameters, departure_token=token))
