"""When the user wrote what a call answers to: times are counted from the message itself. Pure.

A turn may answer several messages, and may be late: its own time, or the call's, says nothing.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from contracts.declarations import SAID
from contracts.event import Json

MOST_QUOTES = 3
"""Looked for; a call that quotes more is malformed."""


@dataclass(frozen=True, slots=True)
class Written:
    """A message of the user's, as it arrived."""

    at: datetime
    text: str


def asking_for(arguments: Json, messages: Sequence[Written]) -> datetime | None:
    """The newest message that holds words the call quotes; where none does, the newest of all."""
    if not messages:
        return None
    quoted = [span for span in map(_folded, _quotes(arguments)) if span]
    for message in reversed(messages):
        text = _folded(message.text)
        if any(span in text for span in quoted):
            return message.at
    return messages[-1].at


def _quotes(arguments: Json) -> list[str]:
    value: Any = arguments.get(SAID)
    spans = cast("list[Any]", value) if isinstance(value, list) else [value]
    return [span for span in spans[:MOST_QUOTES] if isinstance(span, str)]


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
