"""Trips of every kind, as the simulated vendor answers them, and as a failing one does."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from services.tools.searching import flight_trips, flights
from services.tools.searching.flight_arguments import FlightSearch
from simulators.serpapi import flight_parameters, google_flights
from taskflow.errors import VendorUnavailable
from tests.unit.tools.test_tools import NONSTOP, asked_by, leg

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TRIP = {"origin": "Berlin", "destination": "Lisbon", "departure_date": "2026-12-04"}


class Simulated:
    """The simulator's engine without HTTP; keeps what it was asked."""

    def __init__(self, *, fails_after: int = 100) -> None:
        self.asked = list[dict[str, str]]()
        self._fails_after = fails_after

    async def search(self, engine: str, **parameters: str) -> dict[str, Any]:
        assert engine == "google_flights"
        self.asked.append(parameters)
        if len(self.asked) > self._fails_after:
            raise VendorUnavailable("not now")
        return google_flights.search(flight_parameters.read(parameters, NOW), NOW)


class Scripted:
    def __init__(self, *answers: dict[str, Any]) -> None:
        self._answers = list(answers)

    async def search(self, engine: str, **parameters: str) -> dict[str, Any]:
        del engine, parameters
        return self._answers.pop(0)


async def found(vendor: flight_trips.Flights, **arguments: Any) -> dict[str, Any]:
    tool = flights.tool(vendor, now=lambda: NOW)
    wanted = FlightSearch.model_validate({**TRIP, **arguments})
    return (await tool.run(wanted, asked_by())).result


async def test_a_round_trip_is_told_with_both_ways() -> None:
    vendor = Simulated()
    result = await found(vendor, return_date="2026-12-10")

    assert len(vendor.asked) == 1 + len(result["flights"]) == 4
    for flight in result["flights"]:
        [back] = flight["then"]
        assert flight["departs"]["airport"] == back["arrives"]["airport"] == "BER"
        assert back["departs"]["airport"] == "LIS"
        assert back["departs"]["time"].startswith("2026-12-10")
    assert result["summary"].count("Back: Thu 10 Dec 2026") == 3
    assert "Prices for both ways, in all for 1 adult" in result["summary"]


async def test_the_price_is_that_of_both_ways_as_they_are_told() -> None:
    out = {**NONSTOP, "price": 200, "departure_token": "t"}
    back = {
        "flights": [leg("LIS", "BER", "2026-12-10 09:00", "2026-12-10 13:30", "TP 530")],
        "total_duration": 210,
        "price": 231,
    }
    result = await found(
        Scripted({"other_flights": [out]}, {"other_flights": [back]}),
        return_date="2026-12-10",
        adults=2,
    )

    [flight] = result["flights"]
    assert (flight["price"], flight["price_each"]) == (231, 116)
    assert "**€231** (€116 each) TAP TP 531" in result["summary"]
    assert "in all for 2 adults" in result["summary"]


async def test_who_travels_with_children_is_told_the_total_alone() -> None:
    result = await found(Simulated(), adults=2, children=1, infants_on_lap=1)
    alone = await found(Simulated(), adults=2)

    total, of_two = (each["flights"][0]["price"] for each in (result, alone))
    assert total == pytest.approx(of_two * 1.5, abs=1)
    assert all("price_each" not in flight for flight in result["flights"])
    assert "in all for 2 adults, 1 child and 1 infant on a lap" in result["summary"]


@pytest.mark.parametrize("after", [1, 2])
async def test_a_way_back_that_is_not_known_is_said(after: int) -> None:
    result = await found(Simulated(fails_after=after), return_date="2026-12-10")

    whole = [flight for flight in result["flights"] if "then" in flight]
    assert len(whole) == after - 1
    assert result["summary"].count(flight_trips.NOT_ANSWERED) == 3 - len(whole)


async def test_a_way_back_that_nobody_flies_at_those_hours_is_said() -> None:
    result = await found(Simulated(), return_date="2026-12-10", return_times="0,1")

    assert result["flights"]
    assert all(flight["lacks"] == flight_trips.NOT_FOUND for flight in result["flights"])


async def test_several_cities_are_one_trip() -> None:
    vendor = Simulated()
    result = await found(
        vendor,
        further_flights=["Lisbon > Rome (ROM) 2026-12-08", "Rome > Berlin 2026-12-12"],
        outbound_times="6,20",
    )

    [flight] = result["flights"]
    assert [one["departs"]["airport"] for one in flight["then"]] == ["LIS", "FCO"]
    assert [one["departs"]["time"][:10] for one in flight["then"]] == ["2026-12-08", "2026-12-12"]
    assert len(vendor.asked) == 3
    assert "departure_id" not in vendor.asked[0]
    assert result["flights_of_the_trip"][1].startswith("Lisbon, Portugal → Rome, Italy, Tue 08 Dec")
    assert "Prices for the whole trip" in result["summary"]
    assert {"BER", "LIS", "FCO"} <= set(result["airports"])


async def test_every_wish_reaches_the_vendor_by_its_name() -> None:
    vendor = Simulated()
    await found(
        vendor,
        return_date="2026-12-10",
        cabin="premium_economy",
        carry_on_bags=1,
        outbound_times="6, 20",
        return_times="8,22,10,23",
        without_airlines="fr, w6",
        layover_minutes="60,600",
        avoid_airports="FRA",
        max_price=5000,
        max_minutes=900,
        sort="emissions",
    )

    asked = vendor.asked[0]
    assert (
        asked.items()
        >= {
            "travel_class": "2",
            "bags": "1",
            "outbound_times": "6,20",
            "return_times": "8,22,10,23",
            "exclude_airlines": "FR,W6",
            "layover_duration": "60,600",
            "exclude_conns": "FRA",
            "max_price": "5000",
            "max_duration": "900",
            "sort_by": "6",
        }.items()
    )
    assert all(asked.items() <= further.items() for further in vendor.asked[1:])


async def test_bags_and_cabin_are_named_beside_the_price() -> None:
    result = await found(Simulated(), carry_on_bags=1, cabin="business", airlines="TP")

    assert "in business, in all for 1 adult with 1 carry-on bag" in result["summary"]


async def test_a_night_between_two_flights_is_told() -> None:
    night = {
        "flights": [
            leg("BER", "OPO", "2026-12-04 20:00", "2026-12-04 22:00"),
            leg("OPO", "LIS", "2026-12-05 07:00", "2026-12-05 08:00", "TP 99"),
        ],
        "layovers": [{"id": "OPO", "duration": 540, "overnight": True}],
        "total_duration": 780,
        "price": 80,
    }
    result = await found(Scripted({"best_flights": [night]}))

    [layover] = result["flights"][0]["layovers"]
    assert layover == {"airport": "OPO", "minutes": 540, "overnight": True}
    assert "08:00 LIS (+1 day), 13 h 00, 1 stop (OPO 9 h 00 overnight)" in result["summary"]


async def test_where_nothing_fits_the_limits_are_named() -> None:
    result = await found(Simulated(), max_price=1, max_stops=0, airlines="QF")

    assert result["flights"] == []
    assert result["limits"] == {"max_stops": 0, "airlines": "QF", "max_price": 1}
    assert "Searched with: max stops 0; airlines QF; max price 1." in result["summary"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"airlines": "Ryanair"}, "two characters"),
        ({"airlines": "FR,"}, "two characters"),
        ({"airlines": "FR", "without_airlines": "LH"}, "not both"),
        ({"carry_on_bags": 2}, "one carry-on bag for each"),
        ({"adults": 1, "infants_on_lap": 1, "carry_on_bags": 2}, "one carry-on bag for each"),
        ({"outbound_times": "22,4"}, "earlier one first"),
        ({"outbound_times": "6,24"}, "0 to 23"),
        ({"outbound_times": "6,11,17"}, "hours are given as"),
        ({"outbound_times": "morning"}, "hours are given as"),
        ({"return_times": "6,11"}, "needs a return_date"),
        ({"layover_minutes": "90"}, "minutes are given as"),
        ({"avoid_airports": "Paris"}, "airports are given by their codes"),
        ({"avoid_airports": ",".join(["FRA"] * 11)}, "airports are given by their codes"),
        ({"further_flights": ["to Rome"]}, "each further flight is written as"),
        ({"further_flights": ["Lisbon > Rome 2026-13-08"]}, "further_flights"),
        ({"further_flights": ["Lisbon > Rome 2026-12-01"]}, "on the day of the one before it"),
        (
            {"further_flights": ["Lisbon > Rome 2026-12-08"], "return_date": "2026-12-10"},
            "add the flight home",
        ),
        ({"further_flights": ["Lisbon > Rome 2026-12-08"] * 5}, "further_flights"),
        ({"adults": 9, "children": 1}, "look for them in groups"),
    ],
)
def test_what_the_vendor_cannot_do_is_said_with_the_mend(
    arguments: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        FlightSearch.model_validate({**TRIP, **arguments})

    assert says in str(refused.value)


def test_the_schema_is_small_and_flat() -> None:
    schema = FlightSearch.model_json_schema()

    assert len(str(schema)) < 2600
    assert {field["type"] for field in schema["properties"].values()} == {
        "string",
        "integer",
        "array",
    }
    assert not {"anyOf", "title", "$ref"} & {
        key for field in schema["properties"].values() for key in field
    }
