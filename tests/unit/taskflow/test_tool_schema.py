"""What the model is shown of a tool's arguments says the same in fewer words."""

import json
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from pydantic import BaseModel, Field, ValidationError

from services.scheduler.tools import SetReminder
from services.scheduler.watches.arguments import WatchPrice
from taskflow.tooling.schema import schema_of


class Inner(BaseModel):
    title: str = Field(min_length=2)


class Odd(BaseModel):
    title: str | None = Field(default=None, description="a field that is called so")
    default: int | None = None
    inner: Inner | None = None
    many: list[Annotated[str, Field(pattern="^a")]] | None = Field(default=None, max_length=2)
    one_of: int | Literal["all"] | None = None
    sure: bool = False


VALUES: list[dict[str, Any]] = [
    {},
    {"title": "x"},
    {"title": 7},
    {"default": 1},
    {"default": "x"},
    {"inner": {"title": "ab"}},
    {"inner": {"title": "a"}},
    {"inner": {}},
    {"many": ["a", "ab"]},
    {"many": ["b"]},
    {"many": ["a", "a", "a"]},
    {"one_of": "all"},
    {"one_of": 3},
    {"one_of": "none"},
    {"sure": True},
]


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_it_takes_what_the_model_takes_and_refuses_the_rest(value: dict[str, Any]) -> None:
    try:
        Odd.model_validate(value, strict=True)
        fits = True
    except ValidationError:
        fits = False
    assert jsonschema.Draft202012Validator(schema_of(Odd)).is_valid(value) is fits


@pytest.mark.parametrize("tool", [SetReminder, WatchPrice])
def test_it_is_a_good_deal_shorter(tool: type[BaseModel]) -> None:
    small, whole = (json.dumps(one) for one in (schema_of(tool), tool.model_json_schema()))
    assert len(small) < 0.75 * len(whole)
    assert "null" not in small
    assert '"title"' not in small
