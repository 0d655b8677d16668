"""Fields that hold personal text: sealed with their user's key wherever they are stored or sent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar, cast

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")

ERASED = "[erased]"
"""What is read where a text stood whose user was forgotten."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Ciphertext in base64, standing where the value will be once its user's key opens it."""

    ciphertext: str = field(repr=False)


def _validate(value: Any, inner: Callable[[Any], Any]) -> Any:
    match value:
        case Sealed():
            return value
        case {"sealed": str(ciphertext), **others} if not others:
            return Sealed(ciphertext)
        case _:
            return inner(value)


def _serialize(value: Any, inner: Callable[[Any], Any]) -> Any:
    return {"sealed": value.ciphertext} if isinstance(value, Sealed) else inner(value)


_SEALED = core_schema.dataclass_schema(
    Sealed,
    core_schema.dataclass_args_schema(
        Sealed.__name__,
        [
            core_schema.dataclass_field(
                "ciphertext", core_schema.str_schema(strict=True), validation_alias="sealed"
            )
        ],
        extra_behavior="forbid",
    ),
    ["ciphertext"],
    slots=True,
    frozen=True,
)


class PersonalMark:
    """Lets a field hold its value or the sealed form of it."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        inner = handler(source)
        as_json = core_schema.wrap_serializer_function_ser_schema(_serialize, schema=inner)
        if inner["type"] in {"definition-ref", "model"}:  # a union would be titled in its document
            return core_schema.no_info_wrap_validator_function(
                _validate, inner, serialization=as_json
            )
        # No function of ours: replays read millions of these.
        return core_schema.union_schema(
            [_SEALED, inner], mode="left_to_right", serialization=as_json
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        if schema["type"] == "union":
            schema = cast("CoreSchema", schema["choices"][-1])
        return {
            "type": "object",
            "properties": {"sealed": {"type": "string", "contentEncoding": "base64"}},
            "required": ["sealed"],
            "x-personal": handler(schema),
        }


Personal = Annotated[T, PersonalMark()]
"""`Personal[str]` is a str to its readers; in the log and on the bus it is sealed."""


def personal_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """The names of the fields to seal, in the order of their declaration."""
    return tuple(
        name
        for name, info in model.model_fields.items()
        if _is_marked(info.annotation) or any(isinstance(m, PersonalMark) for m in info.metadata)
    )


def _is_marked(annotation: Any) -> bool:
    metadata = cast("tuple[object, ...]", getattr(annotation, "__metadata__", ()))
    arguments = cast("tuple[object, ...]", getattr(annotation, "__args__", ()))
    return any(isinstance(m, PersonalMark) for m in metadata) or any(map(_is_marked, arguments))
