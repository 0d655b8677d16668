"""What Google refuses with 400 before any model is asked, in the vendor's words."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from simulators.gemini import models, signatures
from simulators.gemini.errors import invalid_argument
from simulators.gemini.wire import Blob, Content, GenerateRequest, Part

_ROLES = frozenset({"user", "model", "function", "tool", None, ""})
_MEDIA = frozenset(
    {
        *("image/png", "image/jpeg", "image/webp", "image/heic", "image/heif", "application/pdf"),
        *("audio/wav", "audio/mp3", "audio/aiff", "audio/aac", "audio/ogg", "audio/flac"),
    }
)
_BEGINS = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/webp": b"RIFF",
    "audio/ogg": b"OggS",
    "application/pdf": b"%PDF-",
}
LEAST_OF_A_FILE = 32
"""Bytes of anything that can be looked at."""
_FUNCTION_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,63}")
_SIGNATURES_PAGE = "https://ai.google.dev/gemini-api/docs/thought-signatures"


def unreadable(error: ValidationError) -> Exception:
    """A body that is JSON but not a request."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = _path(first["loc"])
    if first["type"] == "extra_forbidden":
        name = str(first["loc"][-1])
        where = _path(first["loc"][:-1])
        at = f" at '{where}'" if where else ""
        problem = f'Unknown name "{name}"{at}: Cannot find field.'
    else:
        problem = f"Invalid value at '{path}': {first['msg']}"
    return invalid_argument(f"Invalid JSON payload received. {problem}")


def check(request: GenerateRequest, model: str) -> None:
    """Raises `GoogleError` 400 for the first thing wrong."""
    _check_shape(request)
    _check_order(request)
    _check_signatures(request, model)
    _check_tools(request)
    _check_config(request, model)


def _check_shape(request: GenerateRequest) -> None:
    if not request.contents:
        raise invalid_argument("* GenerateContentRequest.contents: contents is not specified\n")
    for index, content in enumerate(request.contents):
        here = f"* GenerateContentRequest.contents[{index}]"
        if content.role not in _ROLES:
            raise invalid_argument("Please use a valid role: user, model.")
        if not content.parts:
            raise invalid_argument(f"{here}.parts: contents.parts must not be empty.\n")
        for number, part in enumerate(content.parts):
            match part.data_fields():
                case []:
                    raise invalid_argument(
                        f"{here}.parts[{number}].data: required oneof field 'data' must have one "
                        "initialized field\n"
                    )
                case [first, second, *_]:
                    raise invalid_argument(
                        f"Invalid value at 'contents[{index}].parts[{number}]' (oneof), oneof "
                        f"field 'data' is already set. Cannot set '{second}' after '{first}'"
                    )
                case _:
                    if part.inline_data is not None:
                        _check_blob(part.inline_data)


def _check_blob(blob: Blob) -> None:
    if blob.mime_type not in _MEDIA:
        raise invalid_argument(f"Unsupported MIME type: {blob.mime_type}")
    try:
        data = base64.b64decode(blob.data, validate=True)
    except binascii.Error:
        raise invalid_argument("Base64 decoding failed for inline_data.") from None
    if not data.startswith(_BEGINS.get(blob.mime_type, b"")) or len(data) < LEAST_OF_A_FILE:
        kind = "image" if blob.mime_type.startswith("image/") else "file"
        raise invalid_argument(f"Unable to process input {kind}. Please retry or report.")


def _check_order(request: GenerateRequest) -> None:
    previous: Content | None = None
    for content in request.contents:
        _check_neighbours(previous, content)
        previous = content
    if request.contents[-1].role == "model":
        raise invalid_argument(
            "Please ensure that multiturn requests end with a user role or a function response."
        )


def _check_neighbours(previous: Content | None, content: Content) -> None:
    asked = previous.calls() if previous and previous.role == "model" else []
    given = content.responses()
    if content.calls() and (previous is None or previous.role == "model"):
        raise invalid_argument(
            "Please ensure that function call turn comes immediately after a user turn or after "
            "a function response turn."
        )
    if given and not asked:
        raise invalid_argument(
            "Please ensure that function response turn comes immediately after a function call "
            "turn."
        )
    if len(given) != len(asked):
        raise invalid_argument(
            "Please ensure that the number of function response parts is equal to the number of "
            "function call parts of the function call turn."
        )
    names = sorted(call.name for call in asked)
    if names != sorted(response.name for response in given):
        raise invalid_argument(
            "Please ensure that the function response parts name the functions of the function "
            "call turn."
        )
    ids = {call.id: call.name for call in asked if call.id}
    answered = {response.id: response.name for response in given if response.id}
    if ids and ids != answered:
        raise invalid_argument(
            "Please ensure that the ids of the function response parts match the ids of the "
            "function call parts of the function call turn."
        )


def _check_signatures(request: GenerateRequest, model: str) -> None:
    """Only the current turn's: older ones may be dropped, as after a change of model."""
    for position, part, is_first in _current_calls(request):
        call = part.function_call
        assert call is not None
        if part.thought_signature is None:
            if is_first:
                raise invalid_argument(
                    "Function call is missing a thought_signature in functionCall parts. This is "
                    "required for tools to work correctly, and missing thought_signature may lead "
                    "to degraded model performance. Additional data, function call "
                    f"`default_api:{call.name}` , position {position}. Please refer to "
                    f"{_SIGNATURES_PAGE} for more details."
                )
        elif not signatures.is_valid(part.thought_signature, model, call):
            raise invalid_argument("Corrupted thought signature.")


def _current_calls(request: GenerateRequest) -> Iterator[tuple[int, Part, bool]]:
    """(position of the content counted from one, the part, is it the first call of its step)."""
    start = request.turn_start()
    for position, content in enumerate(request.contents[start:], start + 1):
        calls = [part for part in content.parts if part.function_call]
        for index, part in enumerate(calls):
            yield position, part, index == 0


def _check_tools(request: GenerateRequest) -> None:
    seen: set[str] = set()
    for tool in request.tools:
        for declaration in tool.function_declarations:
            here = f"tools[0].function_declarations[{len(seen)}]"
            if not _FUNCTION_NAME.fullmatch(declaration.name):
                raise invalid_argument(
                    f"* GenerateContentRequest.{here}.name: Invalid function name. Must start "
                    "with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), "
                    "underscores (_), dots (.), colons (:), or dashes (-), with a maximum length "
                    "of 64.\n"
                )
            if declaration.name in seen:
                raise invalid_argument(f"Duplicate function declaration found: {declaration.name}")
            if declaration.parameters and declaration.parameters_json_schema:
                raise invalid_argument(
                    f"* GenerateContentRequest.{here}: only one of parameters and "
                    "parameters_json_schema may be set\n"
                )
            if str(declaration.json_schema.get("type", "object")).lower() != "object":
                raise invalid_argument(
                    f"* GenerateContentRequest.{here}.parameters: should be of type OBJECT\n"
                )
            seen.add(declaration.name)
    _check_calling(request, request.declarations())


def _check_calling(request: GenerateRequest, declared: Mapping[str, object]) -> None:
    """What the mode asks of the declarations."""
    config = request.tool_config.function_calling_config
    if "function_calling_config" in request.tool_config.model_fields_set and not declared:
        raise invalid_argument("Function calling config is set without function_declarations.")
    if config.mode == "ANY" and not all(
        declaration.json_schema for declaration in request.declarations().values()
    ):
        raise invalid_argument("Request contains an invalid argument.")
    allowed = config.allowed_function_names
    if allowed and config.mode not in {"ANY", "VALIDATED"}:
        raise invalid_argument("allowed_function_names needs mode ANY or VALIDATED.")
    if unknown := [name for name in allowed if name not in declared]:
        raise invalid_argument(
            f"allowed_function_names holds {unknown[0]}, which is not a declared function."
        )


def _check_config(request: GenerateRequest, model: str) -> None:
    config = request.generation_config
    thinking = config.thinking_config
    if thinking.thinking_level and thinking.thinking_budget is not None:
        raise invalid_argument("You can only set one of thinking budget and thinking level.")
    if thinking.thinking_level == "MINIMAL" and not models.takes_minimal_thinking(model):
        raise invalid_argument(f"Thinking level MINIMAL is not supported for {model}.")
    if config.candidate_count not in {None, 1}:
        raise invalid_argument("Multiple candidates is not enabled for this model.")
    if config.max_output_tokens is not None and config.max_output_tokens < 1:
        raise invalid_argument("max_output_tokens must be positive.")
    if config.response_mime_type not in {None, "", "text/plain"}:
        raise invalid_argument(
            f"The simulator has no structured output: {config.response_mime_type} is refused."
        )


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path
