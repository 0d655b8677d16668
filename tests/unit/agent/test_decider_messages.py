"""What comes in: messages, their media, and whether they want to hear from us."""

from typing import Any

import pytest

from contracts.consent import ConsentGiven, ConsentWithdrawn
from contracts.conversation import (
    MessageReceived,
)
from contracts.event import Event
from contracts.media import VOICE, MediaKept, MediaRefused, VoiceTranscribed
from services.agent.state import Conversation, Pending
from tests.support.events import message
from tests.support.memory_log import START
from tests.support.story import STREAM
from tests.unit.agent.folded import (
    IDLE,
    MESSAGE,
    OTHER,
    SECOND,
    TAKEOVER,
    THIS,
    TURN,
    VERSION,
    WAITING,
    after,
)


def heard(**facts: Any) -> MessageReceived:
    return message().model_copy(update={"sender": "ours", **facts})


@pytest.mark.parametrize(
    ("kind", "at_once", "media_left"),
    [
        ("text", False, 0),
        ("media", False, None),
        ("other", False, 0),
        ("button", True, 0),
        ("location", True, 0),
    ],
)
def test_a_message_waits_and_wakes(kind: str, at_once: bool, media_left: int | None) -> None:
    waits = Pending(
        message=THIS, at=START + SECOND, at_once=at_once, media_left=media_left, version=VERSION
    )
    state = Conversation(pending=(WAITING,))

    assert after(state, heard(kind=kind)) == Conversation(
        stream=STREAM, sender="ours", pending=(WAITING, waits), driver=THIS
    )


@pytest.mark.parametrize(
    "busy",
    [
        {"turn": TURN},
        {"driver": MESSAGE},
        {"consent": False},
        {"taken": TAKEOVER},
    ],
)
def test_a_message_wakes_nobody_who_is_at_work_or_may_not_speak(busy: dict[str, Any]) -> None:
    assert after(IDLE.but(**busy), heard()).driver == busy.get("driver")


def test_a_word_that_is_answered_at_the_door_waits_for_no_turn() -> None:
    waits = IDLE.but(stream="", pending=(WAITING,))

    assert after(waits, heard(word="start")) == waits.but(stream=STREAM, driver=THIS)
    assert after(waits, heard(word="stop")) == waits.but(stream=STREAM)
    assert after(IDLE, heard(word="help")) == IDLE
    assert after(IDLE, heard(word="help", sender="another")).sender == "another"


def test_consent_stops_and_wakes() -> None:
    silent = IDLE.but(pending=(WAITING,), consent=False)

    assert after(IDLE, ConsentWithdrawn()) == IDLE.but(consent=False)
    assert after(silent, ConsentGiven()) == silent.but(consent=True, driver=THIS)
    assert after(IDLE.but(consent=False), ConsentGiven()) == IDLE


def kept(content_type: str, of: int = 2) -> Event:
    about: dict[str, Any] = {
        "message": WAITING.message,
        "index": 0,
        "of": of,
        "media": OTHER,
        "sha256": "",
    }
    return MediaKept(content_type=content_type, size=1, **about)


TRANSCRIBED = VoiceTranscribed(
    message=WAITING.message, index=0, text="hi", model="m", prompt_version="v1"
)
REFUSED = MediaRefused(message=WAITING.message, index=0, of=2, why="type")


@pytest.mark.parametrize(
    ("medium", "left", "outside"),
    [
        (kept("image/png"), 1, True),
        (kept(VOICE), 2, False),
        (REFUSED, 1, False),
        (TRANSCRIBED, 0, False),
    ],
)
def test_media_are_settled_and_may_hold_strangers_text(
    medium: Event, left: int, outside: bool
) -> None:
    other = Pending(message=MESSAGE, at=START, media_left=3)
    state = IDLE.but(pending=(other, WAITING))
    settled = WAITING.model_copy(update={"media_left": left})

    assert after(state, medium) == state.but(pending=(other, settled), outside=outside)
    assert after(state.but(outside=True), medium).outside


def test_a_voice_note_in_words_is_one_medium_settled() -> None:
    two_left = WAITING.model_copy(update={"media_left": 2})

    (settled,) = after(IDLE.but(pending=(two_left,)), TRANSCRIBED).pending
    assert settled.media_left == 1
