"""What is read of a flight, and that the tool takes it. It is Monday, 23 November 2026, 09:15."""

from datetime import datetime
from typing import Any

import pytest

from services.tools.searching.flight_arguments import FlightSearch
from simulators.gemini.brain.phrasing.flights import read_flight
from simulators.gemini.brain.planner import decide
from tests.unit.simulators.gemini.requests import TOOLS, request, user

NOW = datetime(2026, 11, 23, 9, 15)
TO_LISBON = "find me a flight from Berlin to Lisbon on 4 December"


def read(said: str) -> dict[str, Any]:
    return {name: value for name, value in read_flight(said, NOW).slots().items() if value}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (" for 2 adults, a child and a baby", {"adults": 2, "children": 1, "infants_on_lap": 1}),
        (" for two adults and 3 kids", {"adults": 2, "children": 3}),
        (" with a baby in its own seat", {"infants_in_seat": 1}),
        (" with 2 carry-on bags", {"carry_on_bags": 2}),
        (" with hand luggage", {"carry_on_bags": 1}),
        (" with Lufthansa or TAP", {"airlines": "LH,TP"}),
        (", only Star Alliance", {"airlines": "STAR_ALLIANCE"}),
        (" without Ryanair or easyJet", {"without_airlines": "FR,U2"}),
        (" not with Ryanair", {"without_airlines": "FR"}),
        (" before noon", {"outbound_times": "0,11"}),
        (" after 6 pm", {"outbound_times": "18,23"}),
        (" in the morning", {"outbound_times": "5,11"}),
        (" arriving before 11 am", {"outbound_times": "0,23,0,10"}),
        (", then to Rome on 8 December", {"further_flights": ["Lisbon > Rome 2026-12-08"]}),
        (
            ", then from Porto to Rome on 8 December, then to Berlin on 12 December",
            {"further_flights": ["Porto > Rome 2026-12-08", "Rome > Berlin 2026-12-12"]},
        ),
        (", then we will see", {}),
    ],
)
def test_wishes_for_a_flight_are_read(said: str, expected: dict[str, Any]) -> None:
    base = {"origin": "Berlin", "destination": "Lisbon", "departure_date": "2026-12-04"}

    assert read(TO_LISBON + said) == {**base, **expected}


@pytest.mark.parametrize("place", ["Kos", "kos", "Goa", "goa", "Hue", "sal"])
def test_three_letters_are_a_places_name_as_the_user_wrote_it(place: str) -> None:
    assert read(f"flights from Berlin to {place} on 4 December")["destination"] == place.title()


def test_the_tool_takes_what_was_read() -> None:
    schema = FlightSearch.model_json_schema()
    said = (
        f"{TO_LISBON} before noon for 2 adults, a child and a baby, nonstop, business class, "
        "without Ryanair, with 2 carry-on bags, under 2000 euros, then to Rome on 8 December"
    )
    [call] = decide(request(user(said), tools={**TOOLS, "search_flights": schema})).calls
    taken = FlightSearch.model_validate(call.args)

    assert (taken.adults, taken.children, taken.infants_on_lap, taken.carry_on_bags) == (2, 1, 1, 2)
    assert (taken.cabin, taken.max_stops, taken.without_airlines) == ("business", 0, "FR")
    assert (taken.outbound_times, taken.max_price, taken.currency) == ("0,11", 2000, "EUR")
    assert taken.further_flights == ["Lisbon > Rome 2026-12-08"]
