"""The endpoints that google-genai calls, on both API versions."""

import hmac
import json
from collections.abc import Callable, Coroutine
from typing import Any, Literal, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.responses import JSONResponse, Response

from simulators.context import SimContext
from simulators.faults import CUT, cut, linger
from simulators.gemini import errors, models, tokens
from simulators.gemini.answers import in_chunks
from simulators.gemini.errors import GoogleError
from simulators.gemini.serving import ModelCalls, ServedCall
from simulators.gemini.state import state_of
from simulators.gemini.validation import unreadable
from simulators.gemini.wire import CountRequest, GenerateRequest

Version = Literal["v1", "v1beta"]
Sent = TypeVar("Sent", bound=BaseModel)


class GoogleRoute(APIRoute):
    """Every error of a route leaves in Google's shape."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except GoogleError as error:
                return error.response()
            except RequestValidationError:
                return errors.of_status(404)

        return guarded


class GeminiEndpoints:
    """What the SDK calls; each takes the request raw, since both key spellings are allowed."""

    def __init__(self, context: SimContext) -> None:
        self._context = context
        self._desk = ModelCalls(state_of(context), context.phone)

    def known_caller(self, request: Request) -> None:
        key = request.headers.get("x-goog-api-key") or request.query_params.get("key")
        if not key:
            raise errors.api_key_missing()
        expected = self._context.settings.gemini_api_key.get_secret_value()
        if not hmac.compare_digest(key.encode(), expected.encode()):
            raise errors.api_key_invalid()

    async def generate_content(self, request: Request, version: Version, model: str) -> Response:
        return (await self._answer(request, version, model)).response()

    async def stream_generate_content(
        self, request: Request, version: Version, model: str
    ) -> Response:
        outcome = await self._answer(request, version, model)
        if outcome.body is None:
            return outcome.response()
        chunks = in_chunks(outcome.body)
        if request.query_params.get("alt") != "sse":
            return JSONResponse(chunks)
        frames = "".join(f"data: {json.dumps(chunk)}\r\n\r\n" for chunk in chunks)
        return Response(frames, media_type="text/event-stream")

    async def count_tokens(
        self, request: Request, version: Version, model: str
    ) -> dict[str, object]:
        models.resolve(model, version)
        sent = await _read(request, CountRequest)
        whole = sent.generate_content_request or GenerateRequest(contents=sent.contents)
        if not whole.contents:
            raise errors.invalid_argument("contents is not specified")
        total = tokens.of_prompt(whole)
        details = [{"modality": "TEXT", "tokenCount": total}]
        return {"totalTokens": total, "promptTokensDetails": details}

    async def list_models(self, version: Version) -> dict[str, object]:
        return {"models": models.listed(version)}

    async def get_model(self, version: Version, model: str) -> dict[str, object]:
        return models.describe(models.resolve(model, version))

    async def _answer(self, request: Request, version: Version, model: str) -> ServedCall:
        """A fault costs nothing, unless it strikes after the work is done."""
        resolved = models.resolve(model, version)
        asked = await _read(request, GenerateRequest)
        fault = self._context.faults.take("gemini")
        await linger(fault)
        if fault is None or fault.status is None:
            return await self._desk.serve(asked, resolved)
        if fault.after_accept:
            await self._desk.serve(asked, resolved)
        else:
            self._desk.refuse(asked, resolved, fault.status)
        if fault.status == CUT:
            await cut(request)
            return ServedCall(error=Response(status_code=499))
        return ServedCall(error=errors.of_status(fault.status, retry_after_s=fault.retry_after))


def build_router(context: SimContext) -> APIRouter:
    """Mount at /gemini; the SDK's base_url is then http://host:port/gemini."""
    endpoints = GeminiEndpoints(context)
    router = APIRouter(route_class=GoogleRoute, dependencies=[Depends(endpoints.known_caller)])
    of_model = "/{version}/models/{model}"
    router.add_api_route(
        f"{of_model}:generateContent", endpoints.generate_content, methods=["POST"]
    )
    router.add_api_route(
        f"{of_model}:streamGenerateContent", endpoints.stream_generate_content, methods=["POST"]
    )
    router.add_api_route(f"{of_model}:countTokens", endpoints.count_tokens, methods=["POST"])
    router.add_api_route("/{version}/models", endpoints.list_models, methods=["GET"])
    router.add_api_route(of_model, endpoints.get_model, methods=["GET"])
    return router


async def _read(request: Request, kind: type[Sent]) -> Sent:
    """Raises `GoogleError` 400 for what is no JSON or no request."""
    try:
        sent: object = json.loads(await request.body())
    except ValueError as error:
        raise errors.invalid_argument(
            "Invalid JSON payload received. Unexpected end of string or token."
        ) from error
    try:
        return kind.model_validate(sent)
    except ValidationError as error:
        raise unreadable(error) from error
