"""What services may say to each other. Importing this package registers every event."""

from contracts import (
    consent,
    conversation,
    media,
    profile,
    quiet_hours,
    reminders,
    replies,
    takeover,
    templates,
    tools,
    watches,
)

__all__ = [
    "consent",
    "conversation",
    "media",
    "profile",
    "quiet_hours",
    "reminders",
    "replies",
    "takeover",
    "templates",
    "tools",
    "watches",
]
