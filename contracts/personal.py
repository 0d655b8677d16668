"""Fields that hold personal text: sealed with their user's key wherever they are stored or sent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar, cast

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")


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


class PersonalMark:
    """Lets a field hold its value or the sealed form of it."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        inner = handler(source)
        return core_schema.no_info_wrap_validator_function(
            _validate,
            inner,
            serialization=core_schema.wrap_serializer_function_ser_schema(_serialize, schema=inner),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
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
