"""The engine below HTTP: what is flown, what it costs, and how one search leads to the next."""

import json
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from simulators.serpapi.airports import all_airports, distance_km
from simulators.serpapi.errors import SearchRefused
from simulators.serpapi.flight_parameters import read
from simulators.serpapi.google_flights import NO_RESULTS, search

NOW = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)
ONE_WAY = {"departure_id": "BER", "arrival_id": "LIS", "type": "2", "outbound_date": "2026-12-04"}
ROUND = {
    "departure_id": "FRA",
    "arrival_id": "HND",
    "outbound_date": "2026-12-03",
    "return_date": "2026-12-10",
    "currency": "EUR",
}


def flights_of(said: str) -> str:
    """`multi_city_json` for "BER-LIS@2026-12-04 LIS-FCO@2026-12-08"."""
    ways = [way.replace("-", "@", 1).split("@") for way in said.split()]
    names = ("departure_id", "arrival_id", "date")
    return json.dumps([dict(zip(names, way, strict=False)) for way in ways])


def found(parameters: dict[str, str], **more: str) -> dict[str, Any]:
    return search(read(parameters | more, NOW), NOW)


def options(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [*body.get("best_flights", []), *body.get("other_flights", [])]


def priced(body: dict[str, Any]) -> dict[str, Any]:
    return next(option for option in options(body) if "price" in option)


def test_the_same_search_finds_the_same_flights() -> None:
    assert found(ONE_WAY) == found(ONE_WAY)
    assert options(found(ONE_WAY)) != options(found(ONE_WAY, outbound_date="2026-12-05"))


def test_legs_join_and_last_as_long_as_their_airports_clocks_say() -> None:
    seen = 0
    for option in options(found(ROUND)):
        legs = option["flights"]
        assert [(a["arrival_airport"]["id"]) for a, _ in pairwise(legs)] == [
            stop["id"] for stop in option.get("layovers", [])
        ]
        for leg in legs:
            start, end = leg["departure_airport"], leg["arrival_airport"]
            left, came = (
                datetime.fromisoformat(at["time"]).replace(
                    tzinfo=ZoneInfo(all_airports()[at["id"]].zone)
                )
                for at in (start, end)
            )
            assert came.timestamp() - left.timestamp() == leg["duration"] * 60
            seen += 1
        flown = sum(leg["duration"] for leg in legs)
        waited = sum(stop["duration"] for stop in option.get("layovers", []))
        assert option["total_duration"] == flown + waited
    assert seen > 3


def test_far_costs_more_than_near() -> None:
    near = found(ONE_WAY, arrival_id="VIE")["price_insights"]["lowest_price"]
    far = found(ONE_WAY, arrival_id="SYD", departure_id="FRA")["price_insights"]["lowest_price"]

    assert near * 3 < far


@pytest.mark.parametrize(
    ("more", "check"),
    [
        ({"stops": "1"}, lambda option: len(option["flights"]) == 1),
        ({"max_price": "250"}, lambda option: option.get("price", 0) <= 250),
        ({"outbound_times": "6,12"}, lambda option: 6 <= _hour(option) <= 12),
        ({"outbound_times": "0,23,8,20"}, lambda option: 8 <= _landing(option) <= 20),
        (
            {"layover_duration": "60,150"},
            lambda option: all(60 <= stop["duration"] <= 150 for stop in _stops(option)),
        ),
        (
            {"exclude_conns": "CDG,FRA,MUC,MAD"},
            lambda option: {stop["id"] for stop in _stops(option)}.isdisjoint(
                {"CDG", "FRA", "MUC", "MAD"}
            ),
        ),
        (
            {"include_airlines": "STAR_ALLIANCE"},
            lambda option: not option["flights"][0]["flight_number"].startswith(("FR", "U2", "W6")),
        ),
        (
            {"exclude_airlines": "FR,W6"},
            lambda option: not option["flights"][0]["flight_number"].startswith(("FR", "W6")),
        ),
        ({"max_duration": "300"}, lambda option: option["total_duration"] <= 300),
        (
            {"travel_class": "3"},
            lambda option: option["flights"][0]["travel_class"] == "Business",
        ),
    ],
)
def test_a_filter_holds_for_every_option(more: dict[str, str], check: Any) -> None:
    listed = options(found(ONE_WAY, **more))

    assert listed
    assert all(check(option) for option in listed)


def _hour(option: dict[str, Any]) -> int:
    return int(option["flights"][0]["departure_airport"]["time"][11:13])


def _landing(option: dict[str, Any]) -> int:
    return int(option["flights"][-1]["arrival_airport"]["time"][11:13])


def _stops(option: dict[str, Any]) -> list[dict[str, Any]]:
    return option.get("layovers", [])


def test_without_those_filters_other_options_are_listed() -> None:
    listed = options(found(ONE_WAY))

    assert not all(8 <= _landing(option) <= 20 for option in listed)
    stops = [stop for option in listed for stop in _stops(option)]
    assert not all(60 <= stop["duration"] <= 150 for stop in stops)
    assert {"CDG", "FRA", "MUC", "MAD"} & {stop["id"] for stop in stops}


def test_who_would_wait_into_the_night_flies_in_the_morning() -> None:
    far = [
        option
        for code in ("SYD", "LAX", "GRU", "NRT", "CPT")
        for option in options(found(ONE_WAY, arrival_id=code))
    ]
    overnight = [stop for option in far for stop in _stops(option) if stop.get("overnight")]

    assert overnight
    assert all(stop["duration"] >= 55 for stop in overnight)
    assert any(leg.get("overnight") for option in far for leg in option["flights"])


def test_bags_cost_more_with_low_cost_airlines() -> None:
    without = {_key(option): option.get("price") for option in options(found(ONE_WAY))}
    with_bag = {_key(option): option.get("price") for option in options(found(ONE_WAY, bags="1"))}

    dearer = {key for key, price in with_bag.items() if price and price > without[key]}
    assert dearer
    assert dearer < {key for key, price in with_bag.items() if price}


def _key(option: dict[str, Any]) -> str:
    return "/".join(leg["flight_number"] for leg in option["flights"])


def test_a_trip_of_several_cities_goes_on_flight_by_flight() -> None:
    trip = {
        "type": "3",
        "multi_city_json": flights_of("BER-LIS@2026-12-04 LIS-FCO@2026-12-08 FCO-BER@2026-12-12"),
    }
    picked, token = list[dict[str, Any]](), {}
    for start in ("BER", "LIS", "FCO"):
        option = priced(found(trip, **token))
        assert option["flights"][0]["departure_airport"]["id"] == start
        assert option["type"] == "Multi-city"
        picked.append(option)
        token = {"departure_token": option.get("departure_token", "")}

    assert "departure_token" not in picked[-1]
    booked = found(trip, booking_token=picked[-1]["booking_token"])
    assert booked["booking_options"][0]["together"]["price"] == picked[-1]["price"]
    assert len(booked["selected_flights"]) == 3


def test_the_way_back_keeps_to_its_own_hours() -> None:
    hours = {"outbound_times": "0,23", "return_times": "6,12"}
    out = priced(found(ROUND, **hours))
    back = options(found(ROUND, **hours, departure_token=out["departure_token"]))

    assert back
    assert all(6 <= _hour(option) <= 12 for option in back)


def test_by_price_the_cheapest_comes_first_and_there_are_no_best_flights() -> None:
    body = found(ROUND, sort_by="2")
    prices = [option["price"] for option in body["other_flights"] if "price" in option]

    assert "best_flights" not in body
    assert prices == sorted(prices)


def test_two_seats_cost_twice_and_business_more() -> None:
    def lowest(**more: str) -> int:
        return found(ONE_WAY, currency="EUR", **more)["price_insights"]["lowest_price"]

    assert lowest(adults="2") == pytest.approx(2 * lowest(), abs=1)
    assert lowest(travel_class="3") > 2 * lowest()


def test_a_child_takes_a_seat_and_an_infant_on_a_lap_none() -> None:
    def lowest(**more: str) -> int:
        return found(ONE_WAY, **more)["price_insights"]["lowest_price"]

    assert lowest(children="1") == lowest(infants_in_seat="1") == lowest(adults="2")
    assert lowest(infants_on_lap="1") == lowest()


def test_among_many_routes_some_lack_best_flights_and_some_a_price() -> None:
    codes = [
        *("BER", "LIS", "VIE", "OSL", "MAD", "ATH", "DUB", "WAW", "CDG", "FCO", "AMS", "BCN"),
    ]
    bodies = [
        found(ONE_WAY, departure_id=a, arrival_id=b) for a in codes[:6] for b in codes[6:] if a != b
    ]

    assert {"best_flights" in body for body in bodies} == {True, False}
    assert {"price" in option for body in bodies for option in options(body)} == {True, False}


def test_a_round_trip_takes_three_calls() -> None:
    out = priced(found(ROUND))
    assert out["type"] == "Round trip"
    assert out["flights"][0]["departure_airport"]["id"] == "FRA"
    assert "booking_token" not in out

    back = priced(found(ROUND, departure_token=out["departure_token"]))
    assert back["flights"][0]["departure_airport"]["id"] == "HND"
    assert back["price"] >= out["price"]

    booked = found(ROUND, booking_token=back["booking_token"])
    together = booked["booking_options"][0]["together"]
    assert together["price"] == back["price"]
    assert len(booked["selected_flights"]) == 2


def test_a_one_way_trip_is_booked_at_once() -> None:
    option = priced(found(ONE_WAY))

    booked = found(ONE_WAY, booking_token=option["booking_token"])

    assert booked["booking_options"][0]["together"]["price"] == option["price"]


def test_a_token_of_another_day_finds_nothing() -> None:
    token = priced(found(ROUND))["departure_token"]

    assert found(ROUND, outbound_date="2026-12-04", departure_token=token) == {"error": NO_RESULTS}


@pytest.mark.parametrize("name", ["departure_token", "booking_token"])
@pytest.mark.parametrize("nonsense", ["abc", "AAAA", "ünï"])
def test_a_token_of_another_making_is_refused(name: str, nonsense: str) -> None:
    with pytest.raises(SearchRefused, match=f"Invalid `{name}` parameter."):
        found(ROUND, **{name: nonsense})


@pytest.mark.parametrize(
    "more",
    [
        {"arrival_id": "LON"},
        {"arrival_id": "TXL"},
        {"arrival_id": "BER"},
        {"outbound_date": "2028-01-01"},
        {"arrival_id": ",".join(["LIS"] * 11)},
        {"max_price": "1"},
    ],
)
def test_where_nobody_flies_the_answer_is_empty(more: dict[str, str]) -> None:
    body = found(ONE_WAY, **more)

    # A flight without a price passes any limit.
    assert all("price" not in option for option in options(body))
    assert options(body) or body["error"] == NO_RESULTS


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"departure_id": ""}, "Missing `departure_id` parameter."),
        ({"arrival_id": ""}, "Missing `arrival_id` parameter."),
        ({"arrival_id": "Lisbon"}, "Unsupported value `Lisbon` for `arrival_id`"),
        ({"arrival_id": "/m/04llb"}, "by IATA code only: `/m/04llb`"),
        ({"outbound_date": ""}, "Missing `outbound_date` parameter."),
        ({"outbound_date": "2026-11-22"}, "`outbound_date` cannot be in the past."),
        ({"outbound_date": "2026-12-04abc"}, "YYYY-MM-DD is expected"),
        ({"outbound_date": "2026-02-30"}, "YYYY-MM-DD is expected"),
        ({"type": "1"}, "`return_date` is required if `type` is `1` (Round trip)."),
        ({"type": "1", "return_date": "2026-12-01"}, "cannot be earlier than `outbound_date`"),
        ({"type": "3"}, "`multi_city_json` is required if `type` is `3`"),
        ({"type": "3", "multi_city_json": "[]"}, "a JSON list is expected"),
        ({"type": "3", "multi_city_json": "{"}, "a JSON list is expected"),
        ({"type": "3", "multi_city_json": "[3]"}, "each flight is a JSON object"),
        ({"type": "3", "multi_city_json": flights_of("BER-")}, "Missing `arrival_id`"),
        ({"type": "3", "multi_city_json": flights_of("BER-LIS@")}, "Missing `date`"),
        ({"type": "3", "multi_city_json": flights_of("BER-LIS@2026-01-01")}, "in the past"),
        (
            {"type": "3", "multi_city_json": flights_of("BER-LIS@2026-12-04 LIS-FCO@2026-12-03")},
            "cannot be earlier",
        ),
        ({"bags": "2"}, "`bags` can't exceed"),
        ({"return_times": "4,24", "type": "1", "return_date": "2026-12-10"}, "`return_times`"),
        ({"layover_duration": "90"}, "`layover_duration`"),
        ({"exclude_conns": "Paris"}, "`exclude_conns`"),
        ({"include_airlines": "Ryanair"}, "Unsupported value `Ryanair` for `include_airlines`"),
        ({"type": "7"}, "Unsupported value `7` for `type`"),
        ({"currency": "XXX"}, "Unsupported value `XXX` for `currency`"),
        ({"stops": "4"}, "Unsupported value `4` for `stops`"),
        ({"adults": "many"}, "Unsupported value `many` for `adults`"),
        ({"adults": "6", "children": "4"}, "can't exceed 9"),
        ({"infants_on_lap": "2"}, "can't exceed `adults`"),
        ({"outbound_times": "4"}, "`outbound_times`"),
        ({"include_airlines": "LH", "exclude_airlines": "FR"}, "can't be used together"),
        ({"departure_token": "a", "booking_token": "b"}, "can't be used together"),
    ],
)
def test_a_wrong_parameter_is_refused(parameters: dict[str, str], words: str) -> None:
    with pytest.raises(SearchRefused) as refused:
        found(ONE_WAY, **parameters)

    assert refused.value.status == 400
    assert words in refused.value.message


def test_today_counts_at_the_airport_of_departure() -> None:
    sydney = {**ONE_WAY, "departure_id": "SYD", "arrival_id": "SIN"}
    evening = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)

    with pytest.raises(SearchRefused, match="in the past"):
        read(sydney | {"outbound_date": "2026-11-23"}, evening)
    assert read(sydney | {"outbound_date": "2026-11-24"}, evening)


def test_distances_are_real() -> None:
    airports = all_airports()

    assert distance_km(airports["BER"], airports["LIS"]) == pytest.approx(2315, abs=30)
