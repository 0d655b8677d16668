"""A tool's arguments as the model is shown them: each request to it pays for every word.

What a model does not need is left out: titles that repeat a name, defaults that say "nothing", and
that an argument which may be left out may also be null.
"""

from typing import Any, cast

from pydantic import BaseModel

from contracts.event import Json

_NOTHING = {"type": "null"}


def schema_of(arguments: type[BaseModel]) -> Json:
    """JSON Schema."""
    return _small(arguments.model_json_schema())


def _small(schema: Json) -> Json:
    small: Json = {}
    for key, value in schema.items():
        if key == "properties":
            named = cast("dict[str, Json]", value)
            small[key] = {name: _small(member) for name, member in named.items()}
        elif not (key == "title" or (key == "default" and value is None)):
            small[key] = _of(value)
    branches: Any = small.get("anyOf")
    if isinstance(branches, list) and _NOTHING in branches:
        left = [branch for branch in cast("list[Json]", branches) if branch != _NOTHING]
        del small["anyOf"]
        small |= left[0] if len(left) == 1 else {"anyOf": left}
    return small


def _of(value: Any) -> Any:
    match value:
        case dict():
            return _small(cast("Json", value))
        case list():
            return [_of(member) for member in cast("list[Any]", value)]
        case _:
            return value
