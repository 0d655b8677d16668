"""The first reply to somebody says what this is, what is kept and how to end it. Pure."""

from collections.abc import Sequence

from contracts.conversation import ReplyReady
from contracts.event import Event
from taskflow.words.introduction import introduction


def introducing(events: Sequence[Event], language: str) -> list[Event]:
    """The same, with the introduction under the reply that is ready."""
    return [
        event.model_copy(update={"text": f"{event.text}\n\n{introduction(language)}"})
        if isinstance(event, ReplyReady)
        else event
        for event in events
    ]
