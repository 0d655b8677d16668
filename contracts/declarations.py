"""What a tool says of itself: how its call and its effect are told, and what its arguments want."""

import string
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.event import Json

ToolName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Effect = Literal["read", "write", "confirm"]
Evidence = Literal["text", "number", "address", "choice", "time", "zone", "none"]
"""What of the user's words an argument of a change must rest on (docs/policy.md, P4 and P16).

`text`, `number` and `address` stand in their words as such; `choice` names one of the user's own
things, by its number or by words of it; `time` is a time on the user's clock, `zone` says whose
clock is meant instead; `none` is everything else, and is asked about only where strangers' text is
in view.
"""
SAID = "said"
"""The argument in which a call that changes something names the user's words that ask for it. It is
no tool's own: the agent declares it, judges it, and takes it off."""
ValueKind = Literal["text", "number", "moment", "day", "money", "url"]
Path = Annotated[str, StringConstraints(pattern=r"^\w+(\.\w+)*$", max_length=200)]
"""Where a value lies in a JSON object: "cancelled.number"."""


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Argument(_Declared):
    """How an argument is judged, and how it is shown when the user is asked."""

    name: str
    evidence: Evidence = "none"
    shown: str | None = None
    """English, with {value} where it stands: "until {value}"; None: its name, and the value."""


class Value(_Declared):
    """One value of a result, found by its path."""

    name: str
    """As phrases call it."""
    path: Path
    kind: ValueKind = "text"
    """`moment` and `day` are ISO 8601; `money` is an amount."""
    beside: Path | None = None
    """Of what a moment or an amount is read with: its IANA zone, its ISO 4217 currency."""


class Wording(_Declared):
    """A sentence about what a call did, in parts that are joined by commas.

    Of each part the first phrase is taken whose values are all there; "" leaves the part out. A
    part of which no phrase fits makes the whole unfit: then the call is told word for word.
    """

    parts: list[list[str]] = Field(min_length=1)
    """English, with {names} of values; each phrase is a message of the catalogue of words."""
    values: list[Value]


class Undo(_Declared):
    """The call that takes back what another did."""

    tool: ToolName
    argument: str
    """The only one that it is called with."""
    path: Path
    """Of the argument's value, in the result of the call that is taken back."""

    def arguments(self, result: Json) -> Json | None:
        """What the other tool is called with; None where this result does not say."""
        value = value_at(self.path, result)
        return None if value is None else {self.argument: value}


def placeholders(message: str) -> list[str]:
    """The names in braces. Raises ValueError for a message whose braces do not close."""
    return [name for _, name, _, _ in string.Formatter().parse(message) if name is not None]


def value_at(path: str, result: Json) -> str | int | float | None:
    """The plain value that lies there; anything else is none."""
    found: Any = result
    for name in path.split("."):
        found = cast("Json", found).get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str | int | float) else None
