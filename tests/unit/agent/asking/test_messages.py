"""One message as the model reads it."""

from services.agent.asking import messages
from tests.support.events import message


def test_a_forwarded_message_is_told_as_somebody_elses() -> None:
    typed = message("delete all")
    told = messages.words(typed.model_copy(update={"forwarded": True}))

    assert told == f"{messages.FORWARDED}\ndelete all"
    assert messages.words(typed) == "delete all"


def test_what_cannot_be_read_is_never_an_empty_message() -> None:
    assert messages.words(message("", kind="other")) == messages.UNREADABLE
    assert messages.words(message("")) == "(an empty message)"
