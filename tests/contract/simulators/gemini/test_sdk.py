"""google-genai against the simulator: what the SDK sends is understood, what it gets, it takes."""

import asyncio
from typing import Any

import pytest
from google import genai
from google.genai import errors, types

from simulators.gemini.signatures import SKIP
from tests.contract.simulators.gemini.conftest import World

# The SDK still builds on aiohttp's session in a way that aiohttp discourages.
pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")
MODEL = "gemini-3.8-flash"
NOW = "Now: 2026-11-23T09:15:20 Monday, Europe/Berlin"
TEXT = {"type": "string"}
SEARCH = types.FunctionDeclaration(
    name="search_web",
    description="Search the web.",
    parameters_json_schema={
        "type": "object",
        "properties": {"query": TEXT},
        "required": ["query"],
    },
)
REMIND = types.FunctionDeclaration(
    name="set_reminder",
    parameters=types.Schema(
        type=types.Type.OBJECT,
        properties={
            "text": types.Schema(type=types.Type.STRING),
            "at": types.Schema(type=types.Type.STRING),
        },
        required=["text", "at"],
    ),
)


def config(**more: Any) -> types.GenerateContentConfig:
    return types.GenerateContentConfig(
        system_instruction=NOW,
        tools=[types.Tool(function_declarations=[SEARCH, REMIND])],
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        automatic_continuation=False,
        thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel.LOW),
        **more,
    )


def answered(content: types.Content, *responses: dict[str, Any]) -> types.Content:
    calls = [part.function_call for part in content.parts or [] if part.function_call]
    parts = [
        types.Part(
            function_response=types.FunctionResponse(id=call.id, name=call.name, response=response)
        )
        for call, response in zip(calls, responses, strict=True)
    ]
    return types.Content(role="user", parts=parts)


async def ask(client: genai.Client, *contents: Any, **more: Any) -> types.GenerateContentResponse:
    said = [types.UserContent(c) if isinstance(c, str) else c for c in contents]
    return await client.aio.models.generate_content(
        model=MODEL, contents=said, config=config(**more)
    )


def content_of(response: types.GenerateContentResponse) -> types.Content:
    assert response.candidates
    content = response.candidates[0].content
    assert content
    return content


async def test_text_comes_with_usage_version_and_a_stop(gemini: genai.Client) -> None:
    response = await ask(gemini, "hi")

    assert response.text
    assert response.text.startswith("Hi!")
    assert response.candidates
    assert response.candidates[0].finish_reason == types.FinishReason.STOP
    assert response.model_version == MODEL
    assert response.response_id
    usage = response.usage_metadata
    assert usage
    assert usage.total_token_count == (
        (usage.prompt_token_count or 0)
        + (usage.candidates_token_count or 0)
        + (usage.thoughts_token_count or 0)
    )


async def test_a_tool_turn_goes_round_through_stored_json(gemini: genai.Client) -> None:
    question = types.UserContent("what is the capital of Peru?")
    first = await ask(gemini, question)
    assert first.function_calls
    assert first.function_calls[0].name == "search_web"

    stored = content_of(first).model_dump_json(exclude_none=True)
    kept = types.Content.model_validate_json(stored)
    found = {"result": {"answer": {"text": "Lima", "link": "https://atlas.example.org/peru"}}}
    second = await ask(gemini, question, kept, answered(kept, found))

    assert second.function_calls is None
    assert second.text
    assert "**Lima**" in second.text


async def test_a_burst_brings_parallel_calls_of_which_the_first_is_signed(
    gemini: genai.Client,
) -> None:
    said = types.UserContent(["who was Alan Turing?", "remind me in 1 minute to stretch"])
    first = await ask(gemini, said)
    content = content_of(first)

    assert [call.name for call in first.function_calls or []] == ["search_web", "set_reminder"]
    assert [bool(part.thought_signature) for part in content.parts or []] == [True, False]
    results = {"error": "out of order"}, {"result": {"text": "stretch", "first": "soon"}}
    second = await ask(gemini, said, content, answered(content, *results))
    assert second.text
    assert "I could not search the web: out of order." in second.text
    assert "**stretch**" in second.text


async def test_history_without_its_signature_is_refused(gemini: genai.Client) -> None:
    first = await ask(gemini, "who was Alan Turing?")
    content = content_of(first)
    assert content.parts
    content.parts[0].thought_signature = None

    with pytest.raises(errors.ClientError) as refused:
        await ask(gemini, "who was Alan Turing?", content, answered(content, {"result": 1}))

    assert refused.value.code == 400
    assert refused.value.status == "INVALID_ARGUMENT"
    assert "missing a thought_signature" in (refused.value.message or "")


async def test_a_forged_signature_is_refused_and_the_placeholder_accepted(
    gemini: genai.Client,
) -> None:
    content = content_of(await ask(gemini, "who was Alan Turing?"))
    assert content.parts
    content.parts[0].thought_signature = b"forged"
    results = answered(content, {"result": "A mathematician."})

    with pytest.raises(errors.ClientError, match="Corrupted thought signature"):
        await ask(gemini, "who was Alan Turing?", content, results)
    content.parts[0].thought_signature = SKIP
    assert (await ask(gemini, "who was Alan Turing?", content, results)).text == "A mathematician."


async def test_a_spent_budget_ends_with_max_tokens(gemini: genai.Client) -> None:
    response = await ask(gemini, "what can you do?", max_output_tokens=50)

    assert response.candidates
    assert response.candidates[0].finish_reason == types.FinishReason.MAX_TOKENS


async def test_a_stream_brings_the_text_in_pieces(gemini: genai.Client) -> None:
    chunks = [
        chunk
        async for chunk in await gemini.aio.models.generate_content_stream(
            model=MODEL, contents="what can you do?", config=config()
        )
    ]

    whole = (await ask(gemini, "what can you do?")).text
    assert len(chunks) > 2
    assert "".join(chunk.text or "" for chunk in chunks) == whole
    assert chunks[-1].usage_metadata
    assert chunks[-1].candidates
    assert (content_of(chunks[-1]).parts or [])[0].thought_signature


async def test_calls_in_a_stream_stay_whole(gemini: genai.Client) -> None:
    chunks = [
        chunk
        async for chunk in await gemini.aio.models.generate_content_stream(
            model=MODEL, contents="who was Alan Turing?", config=config()
        )
    ]

    assert [call.name for chunk in chunks for call in chunk.function_calls or []] == ["search_web"]


async def test_tokens_are_counted_and_models_described(gemini: genai.Client) -> None:
    counted = await gemini.aio.models.count_tokens(model=MODEL, contents="hello there")
    described = await gemini.aio.models.get(model=MODEL)

    assert counted.total_tokens == 3
    assert described.name == f"models/{MODEL}"
    assert described.input_token_limit == 1_048_576


async def test_the_older_version_knows_aliases_and_the_newer_does_not(world: World) -> None:
    client = world.client(api_version="v1beta")
    response = await client.aio.models.generate_content(model="gemini-flash-latest", contents="hi")
    assert response.model_version == MODEL
    await client.aio.aclose()
    client.close()

    client = world.client()
    with pytest.raises(errors.ClientError) as unknown:
        await client.aio.models.generate_content(model="gemini-flash-latest", contents="hi")
    assert unknown.value.code == 404
    assert unknown.value.status == "NOT_FOUND"
    await client.aio.aclose()
    client.close()


async def test_a_wrong_key_is_a_bad_request(world: World) -> None:
    client = world.client(key="wrong")

    with pytest.raises(errors.ClientError) as refused:
        await client.aio.models.generate_content(model=MODEL, contents="hi")

    assert refused.value.code == 400
    assert "API_KEY_INVALID" in str(refused.value.details)
    await client.aio.aclose()
    client.close()


async def test_the_synchronous_client_is_served_too(world: World) -> None:
    client = world.client()

    response = await asyncio.to_thread(client.models.generate_content, model=MODEL, contents="hi")

    assert response.text
    client.close()
