"""One message as the model reads it."""

from contracts.conversation import Media
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


def test_a_picture_without_words_still_tells_what_it_answers_and_whose_it_is() -> None:
    picture = message("").model_copy(
        update={
            "forwarded": True,
            "media": [Media(url="https://example.com/a.png", content_type="image/png")],
        }
    )

    note, quoted, forwarded = messages.words(picture, quoted="which one is it?").split("\n")
    assert "an image" in note
    assert quoted == f'{messages.QUOTING} "which one is it?")'
    assert forwarded == messages.FORWARDED


def test_what_was_forwarded_and_cannot_be_read_is_told_as_both() -> None:
    forwarded = message("", kind="other").model_copy(update={"forwarded": True})

    assert messages.words(forwarded) == f"{messages.FORWARDED}\n{messages.UNREADABLE}"
