"""What services say of tools: offered, requested, finished, failed."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import StringConstraints

from contracts.event import Event, event
from contracts.personal import Personal

ToolName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


@event
class ToolOffered(Event):
    """A service can do this; from now on the model may ask for it."""

    type: ClassVar = "tool.offered"

    tool: ToolName
    owner: ToolName
    """The service that does it."""
    description: str
    """What the model reads."""
    parameters: dict[str, Any]
    """JSON schema of the arguments."""
    effect: Literal["read", "write", "confirm"]
    timeout_s: float
    cost: float = 0.0
    """US dollars a call, about."""


@event
class ToolWithdrawn(Event):
    type: ClassVar = "tool.withdrawn"

    tool: ToolName
    owner: ToolName


@event
class ToolRequested(Event):
    """The model asked for a tool; this event's id is the call's."""

    type: ClassVar = "tool.requested"

    turn: UUID
    step: int
    tool: ToolName
    owner: ToolName
    vendor_call_id: str | None
    arguments: Personal[dict[str, Any]]
    zone: str
    """IANA zone in which the user's times are meant."""
    zone_known: bool
    """False when the zone was only guessed from the number's country."""
    deadline: datetime

    def key(self) -> str:
        return f"{self.owner}.{self.tool}"


@event
class ToolFinished(Event):
    type: ClassVar = "tool.finished"

    call: UUID
    tool: ToolName
    result: Personal[dict[str, Any]]
    took_ms: int


@event
class ToolFailed(Event):
    """The model reads why and goes on; `error` may quote arguments, so it is personal."""

    type: ClassVar = "tool.failed"

    call: UUID
    tool: ToolName
    code: Literal["invalid_arguments", "unavailable", "refused", "timeout", "parked", "unknown"]
    error: Personal[str]
