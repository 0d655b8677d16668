"""What a tool says of itself fits its arguments and its results, and goes out with its offer."""

from typing import Any

import pytest
from pydantic import BaseModel

from taskflow.tooling import Argument, Call, Done, Tool, Undo, Value, Wording


class Booking(BaseModel):
    desk: int


async def book(_arguments: Booking, _call: Call) -> Done:
    """Book a desk."""
    return Done({"booked": 4})


def wording(phrase: str) -> Wording:
    return Wording(parts=[[phrase, ""]], values=[Value(name="desk", path="booked")])


@pytest.mark.parametrize(
    ("says", "fault"),
    [
        ({"declared": [Argument(name="dusk")]}, "no argument 'dusk'; it has: \\['desk'\\]"),
        ({"declared": [Argument(name="desk", shown="at {desk}")]}, "no placeholder 'desk'"),
        ({"receipt": wording("Desk {number} booked")}, "no value 'number'"),
        ({"looks_anew": True}, "a replay changes nothing"),
    ],
)
def test_what_does_not_fit_is_refused_where_it_is_said(says: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=f"tool book_desk.*{fault}"):
        Tool(Booking, book, "book_desk", "write", 5, **says)


def test_everything_that_a_tool_says_of_itself_goes_out_with_its_offer() -> None:
    says: dict[str, Any] = {
        "untrusted": True,
        "inside": True,
        "finds_addresses": True,
        "declared": [Argument(name="desk", evidence="number", shown="desk {value}")],
        "proposal": "book a desk",
        "receipt": wording("Desk {desk} booked"),
        "not_done": "No desk was booked just now.",
        "changes": "booking",
        "undone_by": Undo(tool="free_desk", argument="booking", path="booked"),
    }
    offered = Tool(Booking, book, "book_desk", "write", 5, **says).offered("tools")
    assert offered.model_dump(include=set(says)) == {
        name: [one.model_dump() for one in value]
        if isinstance(value, list)
        else value.model_dump()
        if isinstance(value, BaseModel)
        else value
        for name, value in says.items()
    }


def test_the_call_that_takes_another_back_needs_its_value() -> None:
    undo = Undo(tool="free_desk", argument="booking", path="booked.id")
    assert undo.arguments({"booked": {"id": "B7"}}) == {"booking": "B7"}
    for result in ({}, {"booked": "B7"}, {"booked": {"id": None}}, {"booked": {"id": ["B7"]}}):
        assert undo.arguments(result) is None
