"""Places, flights and web results, from answers shaped as the vendor's."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from contracts.tools import Asker
from services.tools.searching import airports, flights, web
from services.tools.searching.flights import FlightSearch
from taskflow.tooling import Call, Refused
from tests.support.events import requested
from tests.support.story import USER, Story

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Vendor:
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self, answer: dict[str, Any], further: dict[str, Any] | None = None) -> None:
        self.answer, self.asked = answer, {}
        self.further, self.tokens = further or {}, list[str]()

    async def search(self, engine: str, **parameters: str) -> dict[str, Any]:
        if token := parameters.pop("departure_token", None):
            assert {"engine": engine, **parameters} == self.asked, (
                "all but the token stays the same"
            )
            self.tokens.append(token)
            if isinstance(answer := self.further.get(token, {}), Exception):
                raise answer
            return answer
        self.asked = {"engine": engine, **parameters}
        return self.answer


def leg(start: str, end: str, departs: str, arrives: str, number: str = "TP 531") -> dict[str, Any]:
    return {
        "departure_airport": {"id": start, "time": departs},
        "arrival_airport": {"id": end, "time": arrives},
        "airline": "TAP",
        "flight_number": number,
    }


NONSTOP = {
    "flights": [leg("BER", "LIS", "2026-12-04 22:15", "2026-12-05 00:55")],
    "total_duration": 220,
    "price": 129,
}
ONE_STOP = {
    "flights": [
        leg("BER", "OPO", "2026-12-04 06:00", "2026-12-04 08:00"),
        leg("OPO", "LIS", "2026-12-04 09:00", "2026-12-04 10:00", "TP 99"),
    ],
    "layovers": [{"id": "OPO", "duration": 60}],
    "total_duration": 300,
}


def asked_by(asker: Asker | None = None) -> Call:
    request = requested(UUID(int=1)).model_copy(update={"asker": asker})
    return Call(Story().tell(request)[0], USER)


async def found(
    answer: dict[str, Any],
    asker: Asker | None = None,
    further: dict[str, Any] | None = None,
    **arguments: Any,
) -> tuple[dict[str, Any], Vendor]:
    vendor = Vendor(answer, further)
    tool = flights.tool(vendor, now=lambda: NOW)
    given = {"origin": "Berlin", "destination": "Lisbon", "departure_date": "2026-12-04"}
    done = await tool.run(FlightSearch.model_validate({**given, **arguments}), asked_by(asker))
    return done.result, vendor


async def test_flights_are_told_as_the_vendor_gives_them() -> None:
    result, vendor = await found({"best_flights": [NONSTOP], "other_flights": [ONE_STOP]})

    assert vendor.asked["engine"] == "google_flights"
    assert (vendor.asked["departure_id"], vendor.asked["arrival_id"]) == ("BER", "LIS")
    assert vendor.asked["type"] == "2"
    first, second = result["flights"]
    assert (first["price"], first["layovers"], first["days_later"]) == (129, [], 1)
    assert second["price"] is None
    assert second["layovers"] == [{"airport": "OPO", "minutes": 60}]
    assert "**€129** TAP TP 531" in result["summary"]
    assert "22:15 BER → 00:55 LIS (+1 day), 3 h 40, nonstop" in result["summary"]
    assert "price on request" in result["summary"]
    assert "1 stop (OPO 1 h 00)" in result["summary"]


async def test_every_airport_on_the_way_is_named_in_full() -> None:
    result, _ = await found({"other_flights": [ONE_STOP]})

    assert (result["from"], result["to"]) == ("Berlin, Germany", "Lisbon, Portugal")
    assert set(result["airports"]) == {"BER", "OPO", "LIS"}
    assert result["airports"]["BER"] == "Berlin Brandenburg Airport, Berlin, Germany"
    assert result["flights"][0]["legs"] == ["BER-OPO", "OPO-LIS"]
    assert "OPO: " in result["summary"]


async def test_children_and_babies_are_asked_for_and_told() -> None:
    result, vendor = await found(
        {"other_flights": [NONSTOP]}, adults=2, children=1, infants_on_lap=1
    )

    counted = ("adults", "children", "infants_on_lap")
    assert [vendor.asked[name] for name in counted] == ["2", "1", "1"]
    assert "infants_in_seat" not in vendor.asked
    assert result["travellers"] == "2 adults, 1 child and 1 infant on a lap"
    assert "in all for 2 adults, 1 child and 1 infant on a lap" in result["summary"]


@pytest.mark.parametrize(
    "people",
    [
        {"adults": 5, "children": 5},
        {"adults": 1, "infants_on_lap": 2},
        {"adults": 9, "infants_in_seat": 1},
        {"children": -1},
        {"adults": 0, "children": 2},
    ],
)
def test_more_people_than_a_search_takes_are_refused(people: dict[str, int]) -> None:
    given = {"origin": "BER", "destination": "LIS", "departure_date": "2026-12-04"}
    with pytest.raises(ValidationError):
        FlightSearch.model_validate({**given, **people})


async def test_a_place_and_its_code_go_together() -> None:
    _, vendor = await found({}, destination="Bali", destination_code="dps", origin_code="")

    assert vendor.asked["arrival_id"] == "DPS"
    with pytest.raises(Refused, match="Cameroon"):
        await found({}, destination="Bali", destination_code="BLC")


async def test_a_home_airport_is_a_code_whatever_place_bears_its_letters() -> None:
    _, vendor = await found({}, Asker(home_airport="SAL"), origin="home")

    assert vendor.asked["departure_id"] == "SAL"


async def test_home_and_currency_are_those_of_whoever_asks() -> None:
    asker = Asker(home_airport="OPO", currency="CHF")
    result, vendor = await found({}, asker, origin="home")

    assert vendor.asked["departure_id"] == "OPO"
    assert (vendor.asked["currency"], result["currency"]) == ("CHF", "CHF")
    _, named = await found({}, asker, origin="Home", currency="USD")
    assert named.asked["currency"] == "USD"


async def test_a_home_that_nobody_knows_is_asked_for() -> None:
    with pytest.raises(Refused, match="home airport is not known"):
        await found({}, Asker(currency="CHF"), destination="home")


async def test_a_round_trip_and_its_options_are_asked_for() -> None:
    result, vendor = await found(
        {"price_insights": {"price_level": "low"}, "other_flights": [NONSTOP]},
        return_date="2026-12-10",
        max_stops=0,
        cabin="business",
        currency="usd",
    )

    assert vendor.asked["type"] == "1"
    assert vendor.asked["return_date"] == "2026-12-10"
    assert (vendor.asked["stops"], vendor.asked["travel_class"]) == ("1", "3")
    assert "$129" in result["summary"]
    assert "Prices are low" in result["summary"]


async def test_nothing_found_is_said() -> None:
    result, _ = await found({"error": "Google Flights hasn't returned any results"})

    assert result["flights"] == []
    assert "No flights were found" in result["summary"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"departure_date": "2026-11-22"}, "is past"),
        ({"departure_date": "2028-01-01"}, "on sale until"),
        ({"return_date": "2026-12-01"}, "before the departure"),
        ({"destination": "BER"}, "the same"),
    ],
)
async def test_impossible_trips_are_refused(change: dict[str, str], says: str) -> None:
    with pytest.raises(Refused, match=says):
        await found({}, **change)


def test_arguments_are_checked() -> None:
    with pytest.raises(ValidationError, match="departure_date"):
        FlightSearch.model_validate({"origin": "a", "destination": "LIS", "departure_date": "soon"})
    assert FlightSearch(
        origin="BER", destination="LIS", departure_date=date(2026, 12, 4), currency="EUR"
    )


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("BER", "BER"),
        ("lis", "LIS"),
        ("Berlin", "BER"),
        ("Lisbon", "LIS"),
        ("Zürich", "ZRH"),
        ("Munich", "MUC"),
        ("Dublin", "DUB"),
        ("Paris, France", "CDG"),
        ("Sydney", "SYD"),
        ("Delhi", "DEL"),
    ],
)
def test_places_are_found(said: str, codes: str) -> None:
    assert codes in airports.resolve(said).codes.split(",")


def test_a_city_code_stands_for_its_airports() -> None:
    assert {"LHR", "LGW"} <= set(airports.resolve("London").codes.split(","))
    assert airports.resolve("LON").codes == airports.resolve("London").codes


@pytest.mark.parametrize(
    ("said", "says"),
    [("Birmingham", "Ask which"), ("Nowhereland", "no airport"), ("  ", "no airport")],
)
def test_what_is_unclear_is_asked(said: str, says: str) -> None:
    with pytest.raises(Refused, match=says):
        airports.resolve(said)


async def test_the_web_is_told_with_sources_and_as_the_webs() -> None:
    pages = [{"title": "Paris", "link": "https://example.org", "snippet": "The capital."}]
    vendor = Vendor({"answer_box": {"answer": "Paris"}, "organic_results": pages})
    done = await web.tool(vendor).run(web.WebSearch(query="capital of France"), None)

    assert done.result["answer"]["text"] == "Paris"
    assert "never instructions" in done.result["note"]
    assert "https://example.org" in done.result["summary"]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({}, "found nothing"),
        ({"knowledge_graph": {"description": "A city", "source": {"link": "https://k"}}}, "A city"),
    ],
)
async def test_the_web_may_know_little(answer: dict[str, Any], text: str) -> None:
    done = await web.tool(Vendor(answer)).run(web.WebSearch(query="x"), None)

    assert text in done.result["summary"]
