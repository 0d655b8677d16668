from typing import Any

import pytest

from simulators.serpapi.errors import SearchRefused
from simulators.serpapi.google import search

HERE = {"lat": "52.5219", "lon": "13.4132"}


def places(query: str, **more: str) -> list[dict[str, Any]]:
    body: dict[str, Any] = search({"engine": "google", "q": query, **more})
    return body.get("local_results", {}).get("places", [])


def test_words_that_name_a_kind_of_place_bring_three_near_the_spot() -> None:
    found = places("a pharmacy near me", **HERE)
    assert [one["position"] for one in found] == [1, 2, 3]
    for one in found:
        assert one["type"] == "Pharmacy"
        assert "(simulated)" in one["title"]
        assert abs(one["gps_coordinates"]["latitude"] - 52.5219) < 0.01
        assert abs(one["gps_coordinates"]["longitude"] - 13.4132) < 0.01


def test_the_same_search_finds_the_same_places() -> None:
    assert places("pharmacy", **HERE) == places("pharmacy", **HERE)
    assert places("pharmacy", **HERE) != places("hotel", **HERE)


def test_a_city_in_the_words_is_where_they_are() -> None:
    found = places("museum in Lisbon")
    assert all(abs(one["gps_coordinates"]["latitude"] - 38.7) < 0.2 for one in found)
    assert "Lisbon" in found[0]["address"]


def test_without_a_spot_it_is_searched_from_where_the_vendor_stands() -> None:
    assert all(abs(one["gps_coordinates"]["latitude"] - 30.27) < 0.1 for one in places("cafe"))


def test_other_words_and_later_pages_bring_no_places() -> None:
    assert places("how fast is light", **HERE) == []
    assert places("pharmacy", start="10", **HERE) == []


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"lat": "1"}, "Missing `lon` parameter."),
        ({"lon": "1"}, "Missing `lat` parameter."),
        ({"lat": "91", "lon": "1"}, "Unsupported `91` lat parameter."),
        ({"lat": "1", "lon": "-180.5"}, "Unsupported `-180.5` lon parameter."),
        ({"lat": "nan", "lon": "1"}, "Unsupported `nan` lat parameter."),
        ({**HERE, "location": "Berlin"}, "`location` and `lat` parameters can't be used together."),
        ({**HERE, "uule": "w+x"}, "`uule` and `lat` parameters can't be used together."),
        (
            {"location": "a", "uule": "b"},
            "`location` and `uule` parameters can't be used together.",
        ),
    ],
)
def test_a_wrong_spot_is_refused_in_the_vendors_way(parameters: dict[str, str], words: str) -> None:
    with pytest.raises(SearchRefused, match=words):
        places("pharmacy", **parameters)
