"""What no SDK shows: both spellings, the vendor's errors, scripts, faults and the log."""

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.contract.simulators.gemini.conftest import KEY, World
from tests.support.eventually import eventually

ASK = "/gemini/v1/models/gemini-3.8-flash:generateContent"
ADA = "+15551230001"
NOW = {"parts": [{"text": "Now: 2026-11-23T09:15:20 Monday, Europe/Berlin"}]}


def said(text: str) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": [{"text": text}]}]}


async def write(world: World, body: str, user: str = ADA) -> None:
    """The webhook goes nowhere; the phone remembers the message."""
    status, _ = await world.post("/_sim/phone/messages", {"from": user, "body": body}, key="")
    assert status == 200


async def script(world: World, *answers: dict[str, Any], **to: str) -> None:
    status, _ = await world.post("/_sim/gemini/script", {"answers": list(answers), **to}, key="")
    assert status == 200


def text_of(body: dict[str, Any]) -> str:
    return body["candidates"][0]["content"]["parts"][0]["text"]


def snake(declaration: bool) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"query": {"type": "string"}}}
    if declaration:
        return {
            **said("who was Alan Turing?"),
            "system_instruction": NOW,
            "tools": [
                {
                    "function_declarations": [
                        {"name": "search_web", "parameters_json_schema": schema}
                    ]
                }
            ],
            "tool_config": {"function_calling_config": {"mode": "AUTO"}},
            "generation_config": {"max_output_tokens": 1000, "thinking_config": {}},
        }
    return {
        **said("who was Alan Turing?"),
        "systemInstruction": NOW,
        "tools": [
            {"functionDeclarations": [{"name": "search_web", "parametersJsonSchema": schema}]}
        ],
        "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
        "generationConfig": {"maxOutputTokens": 1000, "thinkingConfig": {}},
    }


async def test_both_spellings_mean_the_same(world: World) -> None:
    assert await world.post(ASK, snake(True)) == await world.post(ASK, snake(False))


@pytest.mark.parametrize(
    ("asked", "status", "reason"),
    [
        ((ASK, said("hi"), ""), 403, "unregistered callers"),
        ((ASK, said("hi"), "wrong"), 400, "API key not valid"),
        ((ASK.replace("3.8", "9"), said("hi")), 404, "is not found for API version v1"),
        ((ASK.replace("v1", "v7"), said("hi")), 404, "not found"),
        ((ASK, {}), 400, "contents is not specified"),
        ((ASK, {"content": []}), 400, 'Unknown name "content"'),
        ((ASK, []), 400, "Invalid JSON payload"),
    ],
)
async def test_errors_have_googles_shape(
    world: World, asked: tuple[Any, ...], status: int, reason: str
) -> None:
    code, answer = await world.post(*asked)

    assert code == status
    assert answer["error"]["code"] == status
    assert reason in answer["error"]["message"]
    assert answer["error"]["status"]


async def test_models_are_listed_by_version(world: World) -> None:
    stable = [model["name"] for model in (await world.get("/gemini/v1/models"))["models"]]
    beta = [model["name"] for model in (await world.get("/gemini/v1beta/models"))["models"]]

    assert "models/gemini-3.8-flash" in stable
    assert set(stable) < set(beta)


async def test_a_stream_without_sse_is_a_list(world: World) -> None:
    status, chunks = await world.post(
        ASK.replace("generateContent", "streamGenerateContent"), said("hi")
    )

    assert status == 200
    assert len(chunks) > 1


async def test_a_whole_request_may_be_counted(world: World) -> None:
    path = ASK.replace("generateContent", "countTokens")
    plain = await world.post(path, said("hi"))
    whole = await world.post(path, {"generateContentRequest": snake(True)})

    assert plain[1]["totalTokens"] < whole[1]["totalTokens"]
    assert (await world.post(path, {}))[0] == 400


async def test_a_body_that_is_no_json_is_refused(world: World) -> None:
    url, headers = world.url + ASK, {"x-goog-api-key": KEY}
    async with world.http.post(url, data=b"{", headers=headers) as response:
        assert response.status == 400
        assert "Invalid JSON payload" in await response.text()


async def test_scripted_answers_come_once_and_in_order_to_their_user(world: World) -> None:
    await write(world, "hello from Ada")
    await script(
        world,
        {"text": "One."},
        {"calls": [{"name": "f", "args": {"a": 1}}, {"name": "g"}]},
        {"finish_reason": "SAFETY"},
        {"response": {"promptFeedback": {"blockReason": "SAFETY"}}},
        user=ADA,
    )

    assert "simulator" not in text_of((await world.post(ASK, said("somebody else")))[1])
    assert text_of((await world.post(ASK, said("hello from Ada")))[1]) == "One."
    _, calls = await world.post(ASK, said("hello from Ada"))
    parts = calls["candidates"][0]["content"]["parts"]
    assert [part["functionCall"]["name"] for part in parts] == ["f", "g"]
    assert "thoughtSignature" in parts[0]
    _, blocked = await world.post(ASK, said("hello from Ada"))
    assert blocked["candidates"][0]["finishReason"] == "SAFETY"
    assert "parts" not in blocked["candidates"][0]["content"]
    _, raw = await world.post(ASK, said("hello from Ada"))
    assert raw == {"promptFeedback": {"blockReason": "SAFETY"}}
    assert text_of((await world.post(ASK, said("hello from Ada")))[1]) != "One."


async def test_scripted_calls_may_be_answered(world: World) -> None:
    await script(world, {"calls": [{"name": "f"}]}, match="odd words")
    _, first = await world.post(ASK, said("odd words"))
    content = first["candidates"][0]["content"]
    call = content["parts"][0]["functionCall"]
    result = {"functionResponse": {**call, "response": {"result": "fine"}}}
    del result["functionResponse"]["args"]

    status, second = await world.post(
        ASK, {"contents": [*said("odd words")["contents"], content, {"parts": [result]}]}
    )

    assert status == 200
    assert text_of(second) == "fine"


@pytest.mark.parametrize(
    ("answer", "kind", "part"),
    [
        ({"status": 429, "retry_delay_s": 7}, "application/json", '"retryDelay":"7s"'),
        ({"status": 503}, "application/json", '"status":"UNAVAILABLE"'),
        ({"status": 503, "body": "<html>busy</html>"}, "text/html; charset=utf-8", "busy"),
        ({"status": 502}, "text/html; charset=utf-8", "502"),
        ({"status": 400, "body": {"error": {"code": 400}}}, "application/json", "400"),
    ],
)
async def test_a_scripted_error_looks_like_the_vendors(
    world: World, answer: dict[str, Any], kind: str, part: str
) -> None:
    await script(world, answer, match="hi")

    headers = {"x-goog-api-key": KEY}
    async with world.http.post(world.url + ASK, json=said("hi"), headers=headers) as response:
        assert response.status == answer["status"]
        assert response.headers["content-type"] == kind
        assert part in await response.text()


async def test_a_fault_strikes_before_or_after_the_work(world: World) -> None:
    fault = {"vendor": "gemini", "status": 429, "retry_after": 3}
    await world.post("/_sim/faults", fault, key="")
    await world.post("/_sim/faults", {**fault, "status": 500, "after_accept": True}, key="")

    statuses = [(await world.post(ASK, said("hi")))[0] for _ in range(3)]

    assert statuses == [429, 500, 200]
    log = await world.get("/_sim/gemini/requests")
    assert [asked["status"] for asked in log["requests"]] == [429, 200, 200]
    assert log["paid"] == 2


async def test_a_cut_connection_brings_no_answer(world: World) -> None:
    await world.post("/_sim/faults", {"vendor": "gemini", "status": 0}, key="")

    with pytest.raises(aiohttp.ClientError):
        await world.post(ASK, said("hi"))


async def test_the_log_tells_who_asked_what_and_what_came_back(world: World) -> None:
    await write(world, "who was Alan Turing?")
    await write(world, "hello", user="+15551230002")
    await world.post(ASK, snake(True))
    await world.post(ASK, said("hello"))

    log = await world.get("/_sim/gemini/requests?user=%2B15551230001")

    assert (log["count"], log["paid"]) == (1, 1)
    asked = log["requests"][0]
    assert asked["user"] == ADA
    assert asked["last_user_text"] == "who was Alan Turing?"
    assert (asked["step"], asked["answer"], asked["calls"]) == (0, "calls", ["search_web"])
    assert asked["scripted"] is False


async def test_a_slow_answer_is_in_the_log_before_it_comes(world: World) -> None:
    await script(world, {"text": "Late.", "delay_ms": 60_000}, match="hurry")
    waiting = asyncio.create_task(world.post(ASK, said("hurry")))

    async def is_logged() -> bool:
        return (await world.get("/_sim/gemini/requests"))["count"] == 1

    await eventually(is_logged)
    assert not waiting.done()
    waiting.cancel()


async def test_a_reset_forgets_scripts_and_log(world: World) -> None:
    await world.post(ASK, said("hi"))
    await script(world, {"text": "Scripted."}, match="hi")

    await world.post("/_sim/reset", {}, key="")

    assert (await world.get("/_sim/gemini/requests"))["count"] == 0
    assert text_of((await world.post(ASK, said("hi")))[1]) != "Scripted."


@pytest.mark.parametrize(
    "order",
    [
        {"answers": [{"text": "a"}]},
        {"user": ADA, "match": "a", "answers": [{"text": "a"}]},
        {"user": ADA, "answers": []},
        {"user": ADA, "answers": [{"text": "a", "status": 500}]},
    ],
)
async def test_a_script_that_means_nothing_is_refused(world: World, order: dict[str, Any]) -> None:
    assert (await world.post("/_sim/gemini/script", order, key=""))[0] == 422
