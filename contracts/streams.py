"""The names of streams: one thing's events each."""

from typing import NewType
from uuid import UUID

UserId = NewType("UserId", UUID)

CONVERSATION = "conversation-"
REMINDER = "reminder-"
PROFILE = "profile-"
WATCH = "watch-"
TOOLS = "tools"
"""The catalogue: every `tool.offered` and `tool.withdrawn`."""
TEMPLATES = "templates"
"""Those of the channel: every `template.created` and `template.reviewed`."""


def conversation(user: UUID) -> str:
    return f"{CONVERSATION}{user}"


def reminder(reminder_id: UUID) -> str:
    return f"{REMINDER}{reminder_id}"


def profile(user: UUID) -> str:
    return f"{PROFILE}{user}"


def watch(watch_id: UUID) -> str:
    return f"{WATCH}{watch_id}"


def user_of(stream: str) -> UserId:
    """The user whose conversation this is. Raises ValueError for any other stream."""
    if not stream.startswith(CONVERSATION):
        raise ValueError(f"{stream!r} is not a conversation")
    return UserId(UUID(stream.removeprefix(CONVERSATION)))
