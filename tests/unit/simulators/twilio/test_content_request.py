import json
from typing import Any

import pytest

from simulators.twilio.content_request import ApprovalOrder, approval_order, content_order
from simulators.twilio.errors import TwilioError

GOOD: dict[str, Any] = {"language": "en", "types": {"twilio/text": {"body": "hi"}}}
ACTIONS = [{"title": "Yes", "id": "yes"}, {"title": "No"}]
DEEP = b'{"types": ' + b"[" * 200_000


def text(body: str) -> dict[str, Any]:
    return {"types": {"twilio/text": {"body": body}}}


def quick_reply(**changes: object) -> dict[str, Any]:
    return {"types": {"twilio/quick-reply": {"body": "Well?", "actions": ACTIONS} | changes}}


def picker(**changes: object) -> dict[str, Any]:
    items = [{"id": "a", "item": "This"}]
    return {"types": {"twilio/list-picker": {"body": "?", "button": "b", "items": items} | changes}}


def asked(changes: dict[str, Any]) -> bytes:
    return json.dumps(GOOD | changes).encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"friendly_name": 7},
        {"language": ""},
        {"language": "xx"},
        {"language": "english"},
        {"language": "en-GB"},
        {"language": ["en"]},
        {"types": []},
        {"types": {"twilio/text": "hi"}},
        {"types": {"twilio/text": {}}},
        {"types": {"twilio/text": {"body": ""}}},
        {"types": {"twilio/text": {"body": "hi", "title": "x"}}},
        {"types": {"twilio/card": []}},
        {"types": {"twilio/call-to-action": {"body": "hi"}}},
        quick_reply(body="x" * 1025),
        quick_reply(actions=[]),
        quick_reply(actions={"title": "Yes"}),
        quick_reply(actions=["Yes"]),
        quick_reply(actions=[{"id": "yes"}]),
        quick_reply(actions=[{"title": "x" * 26}]),
        quick_reply(actions=[{"title": "Yes", "id": "x" * 201}]),
        quick_reply(actions=[{"title": "Yes", "type": "URL"}]),
        quick_reply(actions=[{"title": "Yes"}] * 11),
        picker(items=[]),
        picker(items=[{"id": "a"}]),
        picker(items=[{"id": "a", "item": "x" * 25}]),
        picker(items=[{"id": "a", "item": "This", "description": "x" * 73}]),
        picker(button="x" * 21),
        picker(items=[{"id": "a", "item": "This"}] * 11),
        {"types": {"twilio/media": {"body": "hi"}}},
        {"types": {"twilio/media": {"media": "https://example.com"}}},
        {"types": {"twilio/location": {"latitude": True, "longitude": 1}}},
        {"types": {"twilio/location": {"latitude": "52", "longitude": "13"}}},
        {"variables": ["a"]},
        {"variables": {"1": "unused"}},
        text("hi {{1}}"),
        text("hi {{1}}") | {"variables": {"1": ""}},
        text("hi {{1}}") | {"variables": {"1": 7}},
        text("hi {{1}}") | {"variables": {"1": "x" * 1601}},
        text("hi {{1}}") | {"variables": {"2": "x"}},
        text("hi {{2}}") | {"variables": {"2": "x"}},
        text("hi {{1}} {{3}}") | {"variables": {"1": "x", "3": "x"}},
        text("hi {{1}}") | {"variables": {"1": "x", "2": "x"}},
        text("hi {{name}}") | {"variables": {"name": "x"}},
        text("hi {{01}}") | {"variables": {"01": "x"}},
        text("hi {{ 1 }}") | {"variables": {" 1 ": "x"}},
        text("hi {{}}"),
        text("hi {{1}"),
        text("hi 1}}"),
    ],
)
def test_a_content_that_is_wrong_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(TwilioError) as refused:
        content_order(asked(changes))

    assert (refused.value.code, refused.value.status) == (20001, 400)


@pytest.mark.parametrize("body", [b"\xff", b"null", DEEP])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    for read in (content_order, approval_order):
        with pytest.raises(TwilioError):
            read(body)


@pytest.mark.parametrize(
    "changes",
    [
        {"language": "pt_BR"},
        {"language": "fil", "friendly_name": None},
        quick_reply(actions=[{"title": "Yes", "id": None, "type": "QUICK_REPLY"}]),
        picker(),
        {"types": {"twilio/card": {"title": "hi"}}},
        {"types": {"twilio/media": {"media": ["https://example.com/{{1}}"]}}}
        | {"variables": {"1": "a.png"}},
        quick_reply(body="{{2}} of {{1}}", actions=[{"title": "Yes", "id": "yes-{{3}}"}])
        | {"variables": {"1": "x", "2": "x", "3": "x"}},
    ],
)
def test_a_content_that_is_right_is_taken(changes: dict[str, Any]) -> None:
    order = content_order(asked(changes))

    assert order.language == changes.get("language", "en")
    assert order.variables == changes.get("variables", {})


def test_the_nulls_of_an_sdk_are_no_fields() -> None:
    types = {"twilio/text": {"body": "hi"}, "twilio/card": None}
    order = content_order(asked({"types": types, "variables": None}))

    assert order.types == {"twilio/text": {"body": "hi"}}


def test_a_submission_has_a_name_and_a_category() -> None:
    asked = {"name": "Any Name", "category": "MARKETING", "bid_amount": None}

    assert approval_order(json.dumps(asked).encode()) == ApprovalOrder(
        "Any Name", "MARKETING", allow_category_change=True
    )
