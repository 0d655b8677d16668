"""Gemini by google-genai: one request, one answer, bounded retries of our own."""

import asyncio
import copy
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import aiohttp
import orjson
import structlog
from google import genai
from google.genai import errors, types
from opentelemetry.trace import SpanKind

from contracts.conversation import Usage
from contracts.declarations import SAID
from contracts.event import Json
from contracts.tools import ToolOffered
from services.agent.asking import attachments
from services.agent.asking.answering import Answering
from services.agent.judging.answer_size import fitted
from services.agent.settings import AgentSettings
from taskflow import clock, failpoints
from taskflow.telemetry.metrics import MODEL_DURATION
from taskflow.telemetry.tracing import span
from taskflow.usage.prices import prices

GOOGLE = "https://generativelanguage.googleapis.com"
ATTEMPTS = 3
FIRST_PAUSE = 0.5
"""Seconds; doubles. A server's own retryDelay goes first."""
MOST_OUTPUT = 8_192
"""Tokens of one answer, thoughts among them: a reply of five messages, in any script."""
_SAID: Json = {
    "type": "array",
    "items": {"type": "string"},
    "description": "The user's words that ask for it, verbatim",
}
_LENGTHS = {"minLength", "maxLength", "minItems", "maxItems", "pattern"}
_BOUNDS = _LENGTHS | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
PASSING = frozenset({408, 429, 500, 502, 503, 504})
TRANSPORT = (TimeoutError, aiohttp.ClientError, OSError)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Question:
    """A request as the wire has it, but for the model's name."""

    system: str
    contents: Sequence[Json]
    functions: Sequence[Json]
    answering: Answering | None = None
    """None: by text, nothing being offered."""
    media: Mapping[str, bytes] = field(default_factory=dict[str, bytes], repr=False)
    """The bytes that its contents refer to."""

    def shown(self) -> set[str]:
        """References to the media in its contents."""
        return attachments.refs(self.contents)

    def with_media(self, media: Mapping[str, bytes]) -> "Question":
        return replace(self, media=media)

    def without_media(self) -> "Question":
        return replace(self, contents=attachments.unseen(self.contents), media={})

    def body(self) -> Json:
        """As it is sent."""
        return self._body(attachments.wired(self.contents, self.media))

    def _body(self, contents: Sequence[Json]) -> Json:
        body: Json = {
            "contents": list(contents),
            "systemInstruction": {"role": "user", "parts": [{"text": self.system}]},
            "generationConfig": {
                "thinkingConfig": {"thinkingLevel": "LOW"},
                "maxOutputTokens": MOST_OUTPUT,
            },
        }
        if self.functions:
            body["tools"] = [{"functionDeclarations": list(self.functions)}]
            if self.answering is not None:
                body["toolConfig"] = {"functionCallingConfig": self.answering.config()}
        return body

    def hash(self) -> str:
        """SHA-256 of the canonical JSON; media stand in it by their own."""
        canonical_json = orjson.dumps(self._body(self.contents), option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(canonical_json).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    content: Json | None
    """The first candidate's content, verbatim; None when blocked."""
    finish_reason: str
    usage: Usage
    response_id: str | None
    model: str
    took_ms: int


class ModelUnavailable(Exception):
    """After the bounded retries, or at the deadline."""

    reason: Literal["unavailable", "refused"] = "unavailable"

    def __init__(self, detail: str, attempts: int) -> None:
        super().__init__(detail)
        self.detail, self.attempts = detail, attempts


class ModelRefused(ModelUnavailable):
    """The vendor refuses this request or this key: asking again is no use."""

    reason = "refused"


class Gemini:
    """Create inside the running loop; close with `close`."""

    def __init__(self, settings: AgentSettings) -> None:
        self.model = settings.gemini_model
        self._timeout = settings.model_timeout.total_seconds()
        self._host = urlsplit(settings.gemini_api_url or GOOGLE).hostname or ""
        self._client = genai.Client(
            api_key=settings.gemini_api_key.get_secret_value(),
            http_options=types.HttpOptions(
                base_url=settings.gemini_api_url, timeout=round(self._timeout * 1000)
            ),
        )

    def named(self, model: str) -> "Gemini":
        """Another model, by the same client."""
        other = copy.copy(self)
        other.model = model
        return other

    async def close(self) -> None:
        await self._client.aio.aclose()

    async def ask(self, question: Question, *, within: float) -> Answer:
        """One answer within so many seconds. Raises ModelUnavailable or ModelRefused."""
        give_up_at = clock.monotonic() + within
        # Megabytes in base64 are made beside the loop.
        body = await asyncio.to_thread(question.body) if question.media else question.body()
        pause = FIRST_PAUSE
        for attempt in range(1, ATTEMPTS + 1):
            left = give_up_at - clock.monotonic()
            try:
                async with asyncio.timeout(min(self._timeout, max(left, 0.0))):
                    return await self._once(body, attempt)
            except errors.APIError as error:
                detail = f"{error.code} {error.status or ''}".strip()
                if error.code not in PASSING:
                    raise ModelRefused(detail, attempt) from None
                wait = retry_delay(cast("Any", error.details)) or pause
            except TRANSPORT as error:
                detail, wait = type(error).__name__, pause
            log.warning("model.attempt_failed", attempt=attempt, error=detail)
            if attempt == ATTEMPTS or clock.monotonic() + wait >= give_up_at:
                raise ModelUnavailable(detail, attempt)
            await asyncio.sleep(wait)
            pause *= 2
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _once(self, body: Json, attempt: int) -> Answer:
        started = clock.monotonic()
        attributes = {
            "gen_ai.operation.name": "generate_content",
            "gen_ai.provider.name": "gcp.gemini",
            "gen_ai.request.model": self.model,
            "server.address": self._host,
            "taskflow.attempt": attempt,
        }
        with (
            span(
                f"generate_content {self.model}", SpanKind.CLIENT, attributes=attributes
            ) as running,
            MODEL_DURATION.timed({"gen_ai.request.model": self.model}),
        ):
            # The SDK converts typed contents at 6 ms of CPU a call; given as the wire's JSON, 1.4.
            async with failpoints.MODEL_CALL:
                response = await self._client.aio.models.generate_content(
                    model=self.model,
                    contents=".",
                    config=types.GenerateContentConfig(
                        automatic_function_calling=types.AutomaticFunctionCallingConfig(
                            disable=True
                        ),
                        automatic_continuation=False,
                        http_options=types.HttpOptions(extra_body=body),
                    ),
                )
            answer = answer_of(response, self.model, round((clock.monotonic() - started) * 1000))
            running.set_attributes(
                {
                    "gen_ai.response.model": answer.model,
                    "gen_ai.response.finish_reasons": [answer.finish_reason],
                    "gen_ai.usage.input_tokens": answer.usage.input,
                    "gen_ai.usage.output_tokens": answer.usage.output + answer.usage.thoughts,
                    "gen_ai.usage.reasoning.output_tokens": answer.usage.thoughts,
                    "gen_ai.usage.cache_read.input_tokens": answer.usage.cached,
                    **_known(answer),
                }
            )
            return answer


def _known(answer: Answer) -> dict[str, str | float]:
    """What an answer may lack: an id, and a model whose price we know."""
    cost = prices().exact(answer.model, answer.usage)
    about: dict[str, str | float] = {"taskflow.cost.usd": float(cost)} if cost is not None else {}
    return about | ({"gen_ai.response.id": answer.response_id} if answer.response_id else {})


def answer_of(response: types.GenerateContentResponse, model: str, took_ms: int) -> Answer:
    """What we keep of a response. A blocked prompt has no candidate."""
    candidate = response.candidates[0] if response.candidates else None
    feedback = response.prompt_feedback
    if candidate and candidate.finish_reason:
        finish = str(candidate.finish_reason.value)
    elif feedback and feedback.block_reason:
        finish = f"BLOCKED_{feedback.block_reason.value}"
    else:
        finish = "EMPTY"
    content = None
    if candidate and candidate.content and candidate.content.parts:
        content = candidate.content.model_dump(mode="json", by_alias=True, exclude_none=True)
    counted = response.usage_metadata
    content, finish = fitted(content, finish)
    return Answer(
        content=content,
        finish_reason=finish,
        usage=Usage(
            input=(counted and counted.prompt_token_count) or 0,
            output=(counted and counted.candidates_token_count) or 0,
            thoughts=(counted and counted.thoughts_token_count) or 0,
            cached=(counted and counted.cached_content_token_count) or 0,
            total=(counted and counted.total_token_count) or 0,
        ),
        response_id=response.response_id,
        model=response.model_version or model,
        took_ms=took_ms,
    )


def retry_delay(details: Any) -> float | None:
    """Seconds the server asks us to wait (google.rpc.RetryInfo), if it says so."""
    try:
        entries: list[Json] = details["error"]["details"]
        asked = next(str(entry["retryDelay"]) for entry in entries if "retryDelay" in entry)
        return float(asked.removesuffix("s"))
    except (KeyError, TypeError, ValueError, StopIteration):
        return None


def function_of(offer: ToolOffered) -> Json:
    """A tool as the wire declares it; one that changes something wants the user's words for it.

    Bounds of lengths and figures are left out: the tool checks them and names them where they are
    exceeded, and in a declaration each would be paid for with every request.
    """
    parameters = _without_bounds(offer.parameters)
    if offer.effect != "read":
        properties: Json = parameters.get("properties") or {}
        required: list[str] = parameters.get("required") or []
        parameters = {
            **parameters,
            "properties": {**properties, SAID: _SAID},
            "required": [*required, SAID],
        }
    return {
        "name": offer.tool,
        "description": offer.description,
        "parametersJsonSchema": parameters,
    }


def _without_bounds(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_bounds(part) for part in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    parts = cast("Json", schema)  # what a property is called is no bound: its value is a schema
    return {
        name: _without_bounds(part)
        for name, part in parts.items()
        if name not in _BOUNDS or isinstance(part, dict)
    }
