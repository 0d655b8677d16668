"""Places of a search, whatever the vendor's fields hold."""

import json
import math
from typing import Any

import pytest

from contracts.places import LONGEST_ADDRESS, LONGEST_NAME, FoundPlace
from services.tools.searching import places

CORNER = {
    "position": 1,
    "title": "Corner Pharmacy",
    "place_id": "8568950745203648547",
    "rating": 4.5,
    "reviews": 28,
    "type": "Pharmacy",
    "address": "2 High St",
    "hours": "Open ⋅ Closes 8 PM",
    "gps_coordinates": {"latitude": 52.52245, "longitude": 13.41515},
}


def read(*listed: Any) -> list[dict[str, Any]]:
    return places.read({"local_results": {"more_locations_link": "x", "places": list(listed)}})


def test_a_place_is_told_with_where_it_lies_and_how_it_is_named() -> None:
    (told,) = read(CORNER)
    assert told == {
        "id": told["id"],
        "name": "Corner Pharmacy",
        "address": "2 High St",
        "kind": "Pharmacy",
        "hours": "Open ⋅ Closes 8 PM",
        "rating": "4.5",
        "reviews": "28",
        "latitude": 52.52245,
        "longitude": 13.41515,
    }
    assert FoundPlace.model_validate(told).name == "Corner Pharmacy"


def test_the_same_place_has_the_same_id_in_every_result_and_no_other_has_it() -> None:
    (one,) = read(CORNER)
    (again,) = read({**CORNER, "position": 3, "hours": None, "rating": None})
    (other,) = read({**CORNER, "gps_coordinates": {"latitude": 52.5, "longitude": 13.41515}})
    assert one["id"] == again["id"] != other["id"]


@pytest.mark.parametrize(
    "wrong",
    [math.nan, math.inf, -math.inf, 90.5, -91, 10**400, "52.5", None, True, [52.5], {"a": 1}],
)
def test_a_place_that_lies_nowhere_is_told_and_cannot_be_sent(wrong: Any) -> None:
    (told,) = read({**CORNER, "gps_coordinates": {"latitude": wrong, "longitude": 13.4}})
    assert told["name"] == "Corner Pharmacy"
    assert not told.keys() & {"id", "latitude", "longitude"}


@pytest.mark.parametrize("odd", [None, 7, "x", [], [CORNER], {"places": None}, {"places": "x"}])
def test_an_answer_without_places_has_none(odd: Any) -> None:
    assert places.read({"local_results": odd}) == []


def test_what_has_no_name_is_no_place() -> None:
    assert read({**CORNER, "title": None}, {**CORNER, "title": " \u200b"}, 7, None, "x") == []


def test_there_are_few_and_their_texts_are_short() -> None:
    long = dict.fromkeys(("title", "address", "hours", "type", "phone"), "x " * 1000000)
    told = read(*[{**CORNER, **long}] * 99)
    assert len(told) == places.MOST
    assert len(told[0]["name"]) <= LONGEST_NAME
    assert len(told[0]["address"]) <= LONGEST_ADDRESS
    assert len(json.dumps(told)) < places.MOST * 1_200


def test_a_name_holds_no_address_and_nothing_unseen() -> None:
    (told,) = read({**CORNER, "title": "Pay *now* https://evil.example/x \u202eat once"})
    assert told["name"] == "Pay now at once"


def test_a_summary_has_a_line_for_each() -> None:
    told = places.lines(read(CORNER, {"title": "Market"}))
    assert told == ["- Corner Pharmacy; 2 High St; Open ⋅ Closes 8 PM", "- Market"]
