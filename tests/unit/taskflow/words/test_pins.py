"""A place in words."""

import pytest

from contracts.places import Location
from taskflow.words.pins import in_words
from taskflow.words.values import ISOLATE, ISOLATED


def test_a_place_has_a_line_for_its_name_its_address_and_its_degrees() -> None:
    place = Location(latitude=52.522451, longitude=-13.4, name="Corner", address="2 High St")
    assert in_words(place) == "📍 Corner\n2 High St\n52.52245, -13.4"


@pytest.mark.parametrize("named", ["name", "address"])
def test_from_right_to_left_the_degrees_keep_their_order(named: str) -> None:
    told = {"name": "Corner", "address": "2 High St", named: "صيدلية"}
    degrees = in_words(Location.model_validate({"latitude": 1, "longitude": 2, **told}))
    assert degrees.splitlines()[-1] == f"{ISOLATE}1.0, 2.0{ISOLATED}"


def test_zero_has_no_sign() -> None:
    place = Location(latitude=-1e-9, longitude=0, name="Gulf of Guinea")
    assert in_words(place) == "📍 Gulf of Guinea\n0.0, 0.0"
