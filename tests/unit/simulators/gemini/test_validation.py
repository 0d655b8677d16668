"""Google's refusals, each in the vendor's words."""

from typing import Any

import pytest
from pydantic import ValidationError

from simulators.gemini import signatures
from simulators.gemini.errors import GoogleError
from simulators.gemini.validation import check, unreadable
from simulators.gemini.wire import FunctionCall, GenerateRequest
from tests.unit.simulators.gemini.requests import model, user

MODEL = "gemini-3.8-flash"


def call(name: str = "f", call_id: str = "1", *, signed: bool = True) -> dict[str, Any]:
    part: dict[str, Any] = {"functionCall": {"id": call_id, "name": name, "args": {"a": 1}}}
    if signed:
        made = FunctionCall(id=call_id, name=name, args={"a": 1})
        part["thoughtSignature"] = signatures.sign_call(MODEL, made)
    return part


def result(name: str = "f", call_id: str = "1") -> dict[str, Any]:
    return {"functionResponse": {"id": call_id, "name": name, "response": {"result": 1}}}


def calling(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "model", "parts": list(parts)}


def answering(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "parts": list(parts)}


def refusal(body: dict[str, Any]) -> str:
    with pytest.raises(GoogleError) as refused:
        check(GenerateRequest.model_validate(body), MODEL)
    assert (refused.value.code, refused.value.status) == (400, "INVALID_ARGUMENT")
    return refused.value.message


@pytest.mark.parametrize(
    "contents",
    [
        [user("hi")],
        [user("hi"), user("there")],
        [user("hi"), model("Hi!"), user("bye")],
        [user("hi"), calling(call()), answering(result())],
        [
            user("hi"),
            calling(call(), call("g", "2", signed=False)),
            answering(result("g", "2"), result()),
        ],
        [user("hi"), calling(call(signed=False)), answering(result()), model("OK"), user("more")],
    ],
)
def test_a_proper_conversation_passes(contents: list[dict[str, Any]]) -> None:
    check(GenerateRequest.model_validate({"contents": contents}), MODEL)


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        ([], "contents is not specified"),
        ([{"role": "user", "parts": []}], "contents.parts must not be empty"),
        ([{"role": "user", "parts": [{}]}], "required oneof field 'data'"),
        (
            [{"role": "user", "parts": [{"text": "a", "functionCall": {"name": "f"}}]}],
            "oneof field 'data' is already set",
        ),
        ([{"role": "assistant", "parts": [{"text": "a"}]}], "valid role: user, model"),
        ([user("hi"), model("Hi!")], "multiturn requests end with a user role"),
        ([calling(call()), answering(result())], "function call turn comes immediately after"),
        ([user("hi"), answering(result())], "comes immediately after a function call turn"),
        ([user("hi"), calling(call()), user("and?")], "number of function response parts"),
        (
            [user("hi"), calling(call(), call("g", "2")), answering(result())],
            "number of function response parts",
        ),
        ([user("hi"), calling(call()), answering(result("g"))], "name the functions"),
        ([user("hi"), calling(call()), answering(result("f", "9"))], "ids of the function"),
        (
            [user("hi"), calling(call(signed=False)), answering(result())],
            "missing a thought_signature in functionCall parts",
        ),
        (
            [
                user("hi"),
                calling({**call(), "thoughtSignature": "bm8="}),
                answering(result()),
            ],
            "Corrupted thought signature",
        ),
    ],
)
def test_a_broken_conversation_is_refused(contents: list[dict[str, Any]], words: str) -> None:
    assert words in refusal({"contents": contents})


SCHEMA = {"type": "object", "properties": {}}


def calling_config(schema: Any = SCHEMA, **config: Any) -> dict[str, Any]:
    """Of a request that declares a function `f`."""
    function = {"name": "f", **({"parametersJsonSchema": schema} if schema else {})}
    return {
        "tools": [{"functionDeclarations": [function]}],
        "toolConfig": {"functionCallingConfig": config},
    }


@pytest.mark.parametrize(
    "config",
    [
        {"mode": "ANY"},
        {"mode": "ANY", "allowedFunctionNames": ["f"]},
        {"mode": "VALIDATED", "allowedFunctionNames": ["f"]},
        {"mode": "AUTO"},
        {"mode": "none"},
        {},
    ],
)
def test_a_mode_that_fits_its_declarations_is_taken(config: dict[str, Any]) -> None:
    request = {"contents": [user("hi")], **calling_config(**config)}
    check(GenerateRequest.model_validate(request), MODEL)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"tools": [{"functionDeclarations": [{"name": "9lives"}]}]}, "Invalid function name"),
        (
            {"tools": [{"function_declarations": [{"name": "f"}, {"name": "f"}]}]},
            "Duplicate function declaration found: f",
        ),
        (
            {
                "tools": [
                    {
                        "functionDeclarations": [
                            {
                                "name": "f",
                                "parameters": {"type": "OBJECT"},
                                "parameters_json_schema": {"type": "object"},
                            }
                        ]
                    }
                ]
            },
            "only one of",
        ),
        (
            {
                "tools": [
                    {"functionDeclarations": [{"name": "f", "parameters": {"type": "STRING"}}]}
                ]
            },
            "should be of type OBJECT",
        ),
        (calling_config(mode="ANY", allowedFunctionNames=["g"]), "not a declared function"),
        (calling_config(allowedFunctionNames=["f"]), "needs mode ANY or VALIDATED"),
        (calling_config(mode="NONE", allowedFunctionNames=["f"]), "needs mode ANY or VALIDATED"),
        (calling_config(mode="ANY", schema=None), "Request contains an invalid argument."),
        (
            {"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}},
            "Function calling config is set without function_declarations.",
        ),
        (
            {"generationConfig": {"thinkingConfig": {"thinking_level": "minimal"}}},
            "MINIMAL is not supported",
        ),
        (
            {"generationConfig": {"thinkingConfig": {"thinkingLevel": "LOW", "thinkingBudget": 9}}},
            "only set one of",
        ),
        ({"generationConfig": {"candidateCount": 2}}, "Multiple candidates"),
        ({"generationConfig": {"maxOutputTokens": 0}}, "max_output_tokens"),
        ({"generationConfig": {"responseMimeType": "application/json"}}, "no structured output"),
    ],
)
def test_a_broken_configuration_is_refused(more: dict[str, Any], words: str) -> None:
    assert words in refusal({"contents": [user("hi")], **more})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"contentz": []}, 'Unknown name "contentz": Cannot find field.'),
        (
            {"contents": [{"parts": [{"txt": "a"}]}]},
            "Unknown name \"txt\" at 'contents[0].parts[0]': Cannot find field.",
        ),
        ({"contents": 5}, "Invalid value at 'contents'"),
    ],
)
def test_an_unknown_name_is_refused(body: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as broken:
        GenerateRequest.model_validate(body)

    assert words in str(unreadable(broken.value))
