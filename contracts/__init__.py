"""What services may say to each other. Importing this package registers every event."""

from contracts import conversation, profile, reminders, replies, templates, tools, watches

__all__ = ["conversation", "profile", "reminders", "replies", "templates", "tools", "watches"]
