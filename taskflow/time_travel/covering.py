"""Values as a reader may see them: texts open, covered, or erased with their user's key."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from pydantic import BaseModel

from contracts.personal import Sealed

COVERED = "▒▒▒"


def plain(value: Any, cover: str = COVERED) -> Any:  # noqa: PLR0911 - one match
    """As JSON, `cover` in place of what is sealed; the same whatever order a set has in memory."""
    match value:
        case Sealed():
            return cover
        case BaseModel():
            extra = value.__pydantic_extra__ or {}
            names = [*type(value).model_fields, *extra]
            return {name: plain(getattr(value, name), cover) for name in names}
        case {"sealed": str()} if len(cast("dict[str, Any]", value)) == 1:
            return cover
        case Mapping():
            items = cast("Mapping[Any, Any]", value).items()
            return {str(key): plain(member, cover) for key, member in items}
        case AbstractSet():
            return sorted(plain(member, cover) for member in cast("AbstractSet[Any]", value))
        case list() | tuple():
            return [plain(member, cover) for member in cast("list[Any]", value)]
        case datetime():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)
