"""The request as Google's proto JSON reads it: camelCase and snake_case at every level."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Annotated, Literal

from pydantic import (
    AliasChoices,
    AliasGenerator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
)
from pydantic.alias_generators import to_camel

JsonObject = dict[str, JsonValue]
LONGEST_SAID = 1_000
"""Characters of a message that are read: its phrasings are patterns, made for what people type."""

# A program that talks to a model through the user's role says so; it tells the time, and below
# that what it knows of the user.
_NOTE = re.compile(
    r"\((?:from [^()]*, not from the user|summary of [^()]*)\)\s*(?P<said>[\s\S]*)", re.IGNORECASE
)
_MEDIUM = r"\((?:the user sent [^\n]*|said in a voice note[^\n]*|a (?:file|contact card) [^\n]*)\)"
_ASIDE = re.compile(
    rf"\A(?:\(in (?:answer|reply) to [^\n]*\)\n|{_MEDIUM}(?:\n|\Z))+", re.IGNORECASE
)
"""Lines before a message: which earlier one it answers, and what came with it."""
_OF_MEDIA = re.compile(rf"\A{_MEDIUM}", re.IGNORECASE)
_TIME = re.compile(
    r"^\W?(?:now|current (?:local )?time)\s*:.*\d{4}-\d\d-\d\d.*$", re.IGNORECASE | re.MULTILINE
)


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


class Wire(BaseModel):
    """Unknown names are refused, as proto JSON does."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=AliasGenerator(
            validation_alias=lambda name: AliasChoices(to_camel(name), name),
            serialization_alias=to_camel,
        ),
    )


def plain(text: str) -> str:
    """What a person said, without the lines that a program put before it."""
    return _TIME.sub("", _ASIDE.sub("", text)).strip()


class FunctionCall(Wire):
    name: str
    args: JsonObject = Field(default_factory=dict)
    id: str | None = None


class FunctionResponse(Wire):
    name: str
    response: JsonObject = Field(default_factory=dict)
    id: str | None = None
    parts: list[JsonObject] | None = None
    scheduling: str | None = None
    will_continue: bool | None = None


class Blob(Wire):
    data: str
    mime_type: str
    display_name: str | None = None


class FileData(Wire):
    file_uri: str
    mime_type: str | None = None
    display_name: str | None = None


class Part(Wire):
    text: str | None = None
    inline_data: Blob | None = None
    file_data: FileData | None = None
    function_call: FunctionCall | None = None
    function_response: FunctionResponse | None = None
    executable_code: JsonObject | None = None
    code_execution_result: JsonObject | None = None
    thought: bool = False
    thought_signature: str | None = None
    video_metadata: JsonObject | None = None
    media_resolution: JsonValue = None
    part_metadata: JsonObject | None = None

    def data_fields(self) -> list[str]:
        """The members of the oneof `data` that are set; Google wants exactly one."""
        oneof = (
            "text",
            "inline_data",
            "file_data",
            "function_call",
            "function_response",
            "executable_code",
            "code_execution_result",
        )
        return [name for name in oneof if getattr(self, name) is not None]


class Content(Wire):
    role: str | None = None
    parts: list[Part] = Field(default_factory=list[Part])

    def calls(self) -> list[FunctionCall]:
        return [part.function_call for part in self.parts if part.function_call]

    def responses(self) -> list[FunctionResponse]:
        return [part.function_response for part in self.parts if part.function_response]

    def text(self) -> str:
        """What was said, without thoughts."""
        return "\n".join(p.text for p in self.parts if p.text and not p.thought)

    def spoken(self) -> list[str]:
        """What a person said: without the part that opens with the time, and without notes."""
        texts = [part.text for part in self.parts if part.text]
        if len(texts) > 1 and _TIME.match(texts[0]):
            texts = texts[1:]
        said = (plain(text) for text in texts if not _NOTE.match(text))
        return [text for text in said if text]

    def shows_media(self) -> bool:
        """Whether something came with what a person said."""
        texts = (part.text for part in self.parts if part.text)
        return any(part.inline_data for part in self.parts) or any(map(_OF_MEDIA.match, texts))

    def notes(self) -> list[str]:
        """What a program says to the model in the user's role."""
        found = (_NOTE.match(part.text) for part in self.parts if part.text)
        return [match["said"] for match in found if match]


class FunctionDeclaration(Wire):
    name: str = ""
    description: str = ""
    parameters: JsonObject | None = None
    parameters_json_schema: JsonObject | None = None
    response: JsonObject | None = None
    response_json_schema: JsonObject | None = None
    behavior: str | None = None

    @property
    def json_schema(self) -> JsonObject:
        return self.parameters_json_schema or self.parameters or {}


class ToolDeclarations(Wire):
    model_config = ConfigDict(extra="ignore")

    function_declarations: list[FunctionDeclaration] = Field(
        default_factory=list[FunctionDeclaration]
    )


class FunctionCallingConfig(Wire):
    mode: Annotated[
        Literal["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"], BeforeValidator(_upper)
    ] = "AUTO"
    allowed_function_names: list[str] = Field(default_factory=list[str])


class ToolConfig(Wire):
    function_calling_config: FunctionCallingConfig = FunctionCallingConfig()
    retrieval_config: JsonObject | None = None
    include_server_side_tool_invocations: bool | None = None


class ThinkingConfig(Wire):
    include_thoughts: bool = False
    thinking_budget: int | None = None
    thinking_level: Annotated[str | None, BeforeValidator(_upper)] = None


class GenerationConfig(Wire):
    """Names what the simulator heeds; the rest is accepted and, like temperature, ignored."""

    model_config = ConfigDict(extra="ignore")

    max_output_tokens: int | None = None
    candidate_count: int | None = None
    stop_sequences: list[str] = Field(default_factory=list[str])
    response_mime_type: str | None = None
    thinking_config: ThinkingConfig = ThinkingConfig()


class GenerateRequest(Wire):
    contents: list[Content] = Field(default_factory=list[Content])
    system_instruction: Content | None = None
    tools: list[ToolDeclarations] = Field(default_factory=list[ToolDeclarations])
    tool_config: ToolConfig = ToolConfig()
    safety_settings: list[JsonObject] = Field(default_factory=list[JsonObject])
    generation_config: GenerationConfig = GenerationConfig()
    cached_content: str | None = None
    model: str | None = None
    labels: dict[str, str] | None = None
    service_tier: str | None = None
    store: bool | None = None

    def declarations(self) -> dict[str, FunctionDeclaration]:
        return {d.name: d for tool in self.tools for d in tool.function_declarations}

    def only_object(self) -> JsonObject | None:
        """Where all that is said is one JSON object, and no tool is offered."""
        if self.declarations() or len(self.contents) != 1:
            return None
        try:
            parsed: JsonValue = json.loads(self.contents[0].text())
        except ValueError:
            return None
        return parsed if isinstance(parsed, dict) else None

    def turn_start(self) -> int:
        """Index of the latest content that is neither the model's nor a tool's result.

        Google counts the current turn from here; tool results come in role `user` too.
        """
        return self._last_index(lambda content: not content.responses())

    def spoken_start(self) -> int:
        """Like `turn_start`, but a note of the caller's own program opens no turn."""
        return self._last_index(
            lambda content: (
                not content.responses() and (bool(content.spoken()) or content.shows_media())
            )
        )

    def turn_texts(self) -> list[str]:
        """What the person wrote in the current turn, oldest first."""
        texts: list[str] = []
        for content in reversed(self.contents[: self.spoken_start() + 1]):
            if content.role == "model" or content.responses():
                break
            texts += [text[:LONGEST_SAID] for text in content.spoken()[::-1]]
        return texts[::-1]

    def last_user_text(self) -> str:
        return "\n".join(self.turn_texts())

    def rounds_of_results(self) -> int:
        """How often tools have answered in the current turn."""
        return sum(bool(content.responses()) for content in self.contents[self.spoken_start() :])

    def _last_index(self, opens: Callable[[Content], bool]) -> int:
        for index in range(len(self.contents) - 1, -1, -1):
            if self.contents[index].role != "model" and opens(self.contents[index]):
                return index
        return 0

    def all_parts(self) -> Iterator[Part]:
        if self.system_instruction:
            yield from self.system_instruction.parts
        for content in self.contents:
            yield from content.parts


class CountRequest(Wire):
    contents: list[Content] = Field(default_factory=list[Content])
    generate_content_request: GenerateRequest | None = None
