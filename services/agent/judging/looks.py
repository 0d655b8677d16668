"""What a second look at a reply is shown, and what it found. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, field

from contracts.conversation import Usage

ELSE = "something_else"
"""A change that no tool makes: a booking, a payment, a message to somebody."""


@dataclass(frozen=True, slots=True)
class ToLookAt:
    """A reply in a turn that changed nothing."""

    text: str
    changes: Collection[str]
    """Names of the tools that change something."""
    done: Collection[str]
    """Names of those that finished in this turn."""


@dataclass(frozen=True, slots=True)
class Looked:
    claims: list[str] | None
    """Changes that the text claims or promises; None: there was no answer."""
    model: str
    prompt_version: str
    usage: Usage = field(default_factory=Usage)
    took_ms: int = 0
