"""The arithmetic and the shape of a response."""

from typing import Any

import pytest

from simulators.gemini import tokens
from simulators.gemini.answers import Decision, PlannedCall, body_of, in_chunks
from simulators.gemini.wire import Part
from tests.unit.simulators.gemini.requests import request, user

MODEL = "gemini-3.8-flash"
LONG = Decision(text="word " * 400)


def body(decision: Decision, **config: Any) -> dict[str, Any]:
    return body_of(decision, request(user("hi"), generationConfig=config), MODEL)


@pytest.mark.parametrize(
    "decision", [LONG, Decision(calls=(PlannedCall("f", {"a": 1}),)), Decision()]
)
def test_the_tokens_add_up(decision: Decision) -> None:
    usage = body(decision)["usageMetadata"]

    assert usage["totalTokenCount"] == (
        usage["promptTokenCount"] + usage["candidatesTokenCount"] + usage["thoughtsTokenCount"]
    )


@pytest.mark.parametrize(
    ("part", "count"),
    [
        ({"text": "twelve chars"}, 3),
        ({"inlineData": {"mimeType": "image/png", "data": "AAAA"}}, 258),
        ({"inline_data": {"mime_type": "audio/ogg", "data": "A" * 8000}}, 64),
        ({"fileData": {"fileUri": "files/1"}}, 258),
    ],
)
def test_every_kind_of_part_has_its_price(part: dict[str, Any], count: int) -> None:
    assert tokens.of_part(Part.model_validate(part)) == count


def test_only_the_first_of_parallel_calls_is_signed() -> None:
    calls = (PlannedCall("f", {}), PlannedCall("g", {}))
    parts = body(Decision(calls=calls))["candidates"][0]["content"]["parts"]

    assert ["thoughtSignature" in part for part in parts] == [True, False]
    assert len({part["functionCall"]["id"] for part in parts}) == 2


def test_a_spent_budget_cuts_the_text() -> None:
    cut = body(LONG, maxOutputTokens=200)
    candidate = cut["candidates"][0]

    assert candidate["finishReason"] == "MAX_TOKENS"
    usage = cut["usageMetadata"]
    assert usage["candidatesTokenCount"] + usage["thoughtsTokenCount"] == 200


def test_a_budget_that_thinking_eats_up_leaves_no_parts() -> None:
    candidate = body(LONG, maxOutputTokens=5)["candidates"][0]

    assert candidate == {
        "content": {"role": "model"},
        "finishReason": "MAX_TOKENS",
        "index": 0,
    }


def test_the_same_request_gets_the_same_body_and_a_nonce_another() -> None:
    asked = request(user("hi"))
    first, again = body_of(LONG, asked, MODEL), body_of(LONG, asked, MODEL)

    assert first == again
    assert body_of(LONG, asked, MODEL, nonce="1")["responseId"] != first["responseId"]


def test_chunks_carry_the_whole_text_and_end_with_signature_and_usage() -> None:
    whole = body(LONG)
    chunks: list[dict[str, Any]] = in_chunks(whole)
    texts = [chunk["candidates"][0]["content"]["parts"][0]["text"] for chunk in chunks]

    assert "".join(texts) == LONG.text
    assert texts[-1] == ""
    assert "thoughtSignature" in chunks[-1]["candidates"][0]["content"]["parts"][0]
    assert [("usageMetadata" in c) for c in chunks] == [False] * (len(chunks) - 1) + [True]
