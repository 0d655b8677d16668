"""STOP, START and HELP: known in every language, meant as a whole message, answered beside it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.consent import ConsentGiven, ConsentWithdrawn
from contracts.conversation import MessageReceived, ReplyReady
from contracts.event import Event
from services.gateway import consent
from services.gateway.saying.parts import parts_of
from taskflow.words.introduction import introduction
from taskflow.words.languages import LANGUAGES
from taskflow.words.typed import HELP, NO, RESUME, UNDO, WITHDRAW, YES, folded
from tests.support.events import message

EVERY = [(word, language) for word in consent.WORDS for language in LANGUAGES]


def taken(text: str, *, consents: bool = True, language: str | None = None) -> Sequence[Event]:
    told = message(text)
    said = consent.read(told)
    assert said is not None
    return consent.batch(told, said, is_marked=False, consents=consents, language=language)


@pytest.mark.parametrize(("word", "language"), EVERY)
def test_each_word_is_known_however_it_is_written(word: consent.Word, language: str) -> None:
    for text in consent.WORDS[word].words(language):
        for written in (text, text.upper(), f" {text}! ", f"{text}."):
            assert consent.read(message(written)) == word, written
        for more in (f"{text} 10", f"please {text} it now", f"{text}?", text * 40):
            assert consent.read(message(more)) != word or more in consent.WORDS[word].words(
                language
            )


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_means_two_things(language: str) -> None:
    meanings = [
        {folded(word) for one in (language, "en") for word in typed.words(one)}
        for typed in (WITHDRAW, RESUME, HELP, YES, NO, UNDO)
    ]
    for n, one in enumerate(meanings):
        assert not any(one & other for other in meanings[n + 1 :]), one


def test_what_is_forwarded_or_shown_is_no_word() -> None:
    forwarded = message("stop").model_copy(update={"forwarded": True})
    picture = message("stop", kind="media")
    button = message("Stop", kind="button").model_copy(update={"pressed": "suggestion-1"})
    assert [consent.read(one) for one in (forwarded, picture, button)] == [None] * 3


def test_what_the_channel_took_it_for_goes_before_what_it_says() -> None:
    assert consent.read(message("cancel"), "stop") == "stop"
    assert consent.read(message(""), "start") == "start"


@given(st.text(max_size=2000))
def test_any_other_text_is_none(text: str) -> None:
    if consent.read(message(text)) is None:
        return
    assert any(typed.is_said(text, LANGUAGES) for typed in consent.WORDS.values())


def test_a_stop_is_confirmed_once_in_their_language() -> None:
    first, withdrawn, reply = taken("STOP", language="ar")
    assert isinstance(first, MessageReceived)
    assert first.word == "stop"
    assert withdrawn == ConsentWithdrawn()
    assert isinstance(reply, ReplyReady)
    assert (reply.kind, reply.language, reply.turn) == ("confirmation", "ar", None)
    assert RESUME.words("ar")[0] in reply.text

    (again,) = taken("STOP", consents=False, language="ar")
    assert isinstance(again, MessageReceived)
    assert again.word == "stop"


def test_of_somebody_who_was_never_spoken_to_the_word_tells_the_language() -> None:
    *_, reply = taken("отписаться")
    assert isinstance(reply, ReplyReady)
    assert reply.language == "ru"


def test_start_resumes_after_a_stop_and_is_a_message_like_any_without() -> None:
    first, given_, reply = taken("Start", consents=False, language="de")
    assert isinstance(first, MessageReceived)
    assert (first.word, given_) == ("start", ConsentGiven())
    assert isinstance(reply, ReplyReady)
    assert reply.kind == "information"

    (plain,) = taken("Start", consents=True)
    assert isinstance(plain, MessageReceived)
    assert plain.word is None


def test_a_start_that_twilio_acted_upon_is_kept_though_we_knew_of_no_stop() -> None:
    """Its list may have had them, and no refusal told us yet; a yes remains a yes."""
    plain, given_ = consent.batch(
        message("yes"), "start", is_marked=True, consents=True, language=None
    )
    assert isinstance(plain, MessageReceived)
    assert (plain.word, given_) == (None, ConsentGiven())


def test_help_is_answered_to_who_wants_to_hear_from_us() -> None:
    first, reply = taken("HELP", language="fr")
    assert isinstance(first, MessageReceived)
    assert first.word == "help"
    assert isinstance(reply, ReplyReady)
    assert "**STOP**" in reply.text

    (plain,) = taken("HELP", consents=False)
    assert isinstance(plain, MessageReceived)
    assert plain.word is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_that_are_offered_do_what_is_said_of_them(language: str) -> None:
    for text in (introduction(language), consent.waits(language).text):
        assert len(parts_of(text, below_a_picture=False)) == 1
    offered = consent.waits(language).text.split("**")[1].strip("\u2068\u2069")
    assert consent.read(message(offered)) == "start"
    *_, stop = (one.strip("\u2068\u2069") for one in introduction(language).split("**")[1:-1:2])
    assert consent.read(message(stop)) == "stop"
