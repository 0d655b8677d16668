"""Words go out in the form that the request's mode asks for."""

from typing import Any

import pytest

from simulators.gemini.answers import Decision, PlannedCall
from simulators.gemini.brain.answering import formed
from simulators.gemini.brain.planner import UNTRUE, decide
from simulators.gemini.wire import GenerateRequest

REPLY = {
    "name": "reply",
    "parametersJsonSchema": {"type": "object", "properties": {"text": {"type": "string"}}},
}
REMIND = {
    "name": "set_reminder",
    "parametersJsonSchema": {"type": "object", "properties": {"text": {}, "said": {}}},
}


def asked(*contents: Any, functions: Any = (REPLY, REMIND), **config: Any) -> GenerateRequest:
    return GenerateRequest.model_validate(
        {
            "contents": contents or [{"role": "user", "parts": [{"text": "hi"}]}],
            "tools": [{"functionDeclarations": list(functions)}],
            "toolConfig": {"functionCallingConfig": config},
        }
    )


@pytest.mark.parametrize("mode", ["ANY", "VALIDATED", "AUTO"])
def test_words_are_a_call_of_reply_where_it_is_declared(mode: str) -> None:
    (call,) = formed(Decision(text="Hi!"), asked(mode=mode)).calls

    assert call == PlannedCall("reply", {"text": "Hi!", "language": "en", "says_done": []})


def test_words_stay_text_where_nothing_may_be_called() -> None:
    assert formed(Decision(text="Hi!"), asked(mode="NONE")).text == "Hi!"
    assert formed(Decision(text="Hi!"), asked(functions=[REMIND], mode="AUTO")).text == "Hi!"


def test_mode_any_has_no_text() -> None:
    told = formed(Decision(text="Hi!"), asked(functions=[REMIND], mode="ANY"))

    assert (told.text, told.finish_reason) == (None, "MALFORMED_FUNCTION_CALL")


def test_only_allowed_functions_are_called() -> None:
    reminds = Decision(calls=(PlannedCall("set_reminder", {}),))
    last = asked(mode="ANY", allowedFunctionNames=["reply"])

    assert formed(reminds, last) == Decision(finish_reason="UNEXPECTED_TOOL_CALL")
    assert formed(reminds, asked(mode="ANY")) == reminds
    assert [one.name for one in formed(Decision(text="Hi!"), last).calls] == ["reply"]


def test_a_reply_says_done_what_finished_in_the_open_turn() -> None:
    call = {"functionCall": {"id": "1", "name": "set_reminder", "args": {}}}
    done = {"functionResponse": {"id": "1", "name": "set_reminder", "response": {"result": {}}}}
    request = asked(
        {"role": "user", "parts": [{"text": "remind me"}]},
        {"role": "model", "parts": [call]},
        {"role": "user", "parts": [done]},
    )
    (reply,) = formed(Decision(text="Done."), request).calls

    assert reply.args["says_done"] == ["set_reminder"]


def test_a_reply_that_was_not_sent_is_not_said_again() -> None:
    first = decide(asked(mode="ANY")).calls[0]
    said = {"functionCall": {"id": "1", "name": "reply", "args": first.args}}
    error = {"functionResponse": {"id": "1", "name": "reply", "response": {"error": "not sent"}}}
    again = asked(
        {"role": "user", "parts": [{"text": "hi"}]},
        {"role": "model", "parts": [said]},
        {"role": "user", "parts": [error]},
        mode="ANY",
    )

    assert decide(again).calls[0].args["text"] == UNTRUE


@pytest.mark.parametrize(
    ("result", "taken", "place"),
    [
        ({"places": [{"name": "Corner", "id": "p1"}, {"id": "p2"}]}, True, "p1"),
        ({"places": [{"name": "Corner"}]}, True, None),
        ({"pages": []}, True, None),
        ({"places": [{"name": "Corner", "id": "p1"}]}, False, None),
    ],
)
def test_the_first_place_of_a_search_is_sent_where_a_reply_takes_one(
    result: Any, taken: bool, place: str | None
) -> None:
    properties = {"text": {}, **({"place": {}} if taken else {})}
    reply = {**REPLY, "parametersJsonSchema": {"type": "object", "properties": properties}}
    search = {"name": "search_web", "args": {"query": "pharmacy"}}
    response = {"name": "search_web", "response": {"result": result}}
    (call,) = formed(
        Decision(text="Here."),
        asked(
            {"role": "user", "parts": [{"text": "where is a pharmacy?"}]},
            {"role": "model", "parts": [{"functionCall": search}]},
            {"role": "user", "parts": [{"functionResponse": response}]},
            functions=[reply],
            mode="ANY",
        ),
    ).calls
    assert call.args.get("place") == place
