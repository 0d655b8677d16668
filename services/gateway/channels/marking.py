"""The mark of what the machine says while a person of the team has the word."""

from taskflow.words.languages import SOURCE
from taskflow.words.message import Message

_SPEAKS = Message("🤖 Automatic message")


def mark(language: str | None) -> str:
    """A line of its own, above the text."""
    return _SPEAKS.said(language or SOURCE)
