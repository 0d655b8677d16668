"""A place as the request to Twilio has it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.places import Location
from services.gateway.channels.twilio.pins import fields

ACTION = re.compile(r"geo:-?\d{1,2}\.\d{6},-?\d{1,3}\.\d{6}(\|[^|\n\r]+)?")


def place(**more: object) -> Location:
    told = {
        "latitude": 37.78789,
        "longitude": -122.391664,
        "name": "Twilio",
        "address": "375 Beale St",
    }
    return Location.model_validate({**told, **more})


def test_the_body_is_the_name_and_the_action_has_its_degrees_and_address() -> None:
    assert fields(place()) == {
        "body": "Twilio",
        "persistent_action": ["geo:37.787890,-122.391664|375 Beale St"],
    }


def test_a_place_without_an_address_has_no_label() -> None:
    assert fields(place(address=None))["persistent_action"] == ["geo:37.787890,-122.391664"]


@pytest.mark.parametrize(
    ("value", "told"),
    [(1e-9, "0.000000"), (-1e-9, "0.000000"), (-0.0, "0.000000"), (89.99999999, "90.000000")],
)
def test_degrees_have_a_dot_no_exponent_and_no_sign_of_zero(value: float, told: str) -> None:
    assert fields(place(latitude=value))["persistent_action"][0].startswith(f"geo:{told},")


@given(st.text(), st.floats(-90, 90), st.floats(-180, 180))
def test_no_address_ends_its_label_or_begins_another_action(
    address: str, latitude: float, longitude: float
) -> None:
    (action,) = fields(place(address=address, latitude=latitude, longitude=longitude))[
        "persistent_action"
    ]
    assert ACTION.fullmatch(action)


def test_a_name_of_several_lines_is_told_in_one() -> None:
    assert fields(place(name="Two\nlines|here"))["body"] == "Two lines here"
