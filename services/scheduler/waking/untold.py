"""What has waited and is still to be said, each with its words and the fact that says so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from contracts.event import Event
from contracts.recorded import Recorded


@dataclass(frozen=True, slots=True)
class Untold:
    origin: Recorded[Any]
    """Of the reminder or the watch."""
    version: int
    """Of its stream: whoever changes it first makes the other decide again."""
    due_at: datetime
    kind: Literal["reminder", "alert"]
    language: str
    alone: str
    """What is said where it is all that waited."""
    beside: str
    """What is said of it among others."""
    fact: Callable[[UUID], Event]
    """By the reply that tells it."""
    unanswered_upto: int | None = None
    """The conversation's version up to which its user has not answered, where that counts."""
