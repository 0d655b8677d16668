"""A voice note is a message, a picture is looked at, and what cannot be read is told."""

import base64
import itertools
import signal

import pytest
from typer.testing import CliRunner

from taskflow.cli import main
from tests.support.files import pdf, png, vcard
from tests.support.stack import Stack, wait_until

pytestmark = pytest.mark.e2e

_numbers = itertools.count(491713920100)


@pytest.fixture
def user() -> str:
    return f"+{next(_numbers)}"


def send(stack: Stack, user: str, data: bytes, content_type: str, body: str = "") -> None:
    file = base64.b64encode(data).decode()
    stack.say(user, body, file=file, media_type=content_type)


def test_a_voice_note_sets_a_reminder_and_says_what_was_heard(stack: Stack, user: str) -> None:
    stack.say(user, "", voice="remind me tomorrow at 9 to call mom")

    reply = stack.await_replies(user, 1)[0]
    assert reply.startswith("🎤 I heard: “remind me tomorrow at 9 to call mom”")
    assert "✓ Reminder: call mom" in reply
    assert "09:00 (Europe/Berlin)" in reply


def test_a_voice_note_in_german_is_answered_in_german(stack: Stack, user: str) -> None:
    stack.say(user, "", voice="erinnere mich morgen um 9 daran, Mama anzurufen")

    reply = stack.await_replies(user, 1)[0]
    assert reply.startswith("🎤 Ich habe verstanden: „erinnere mich morgen um 9")
    assert "✓" in reply


def test_a_forwarded_voice_note_asks_for_nothing(stack: Stack, user: str) -> None:
    stack.say(user, "", voice="remind me tomorrow at 9 to call mom", forwarded=True)

    reply = stack.await_replies(user, 1)[0]
    assert "✓ Reminder" not in reply
    assert "I heard" not in reply


def test_a_spoken_yes_is_a_yes(stack: Stack) -> None:
    user = "+15551239001"
    stack.say(user, "remind me tomorrow at 9 to call mom")
    assert "Reply *yes*" in stack.await_replies(user, 1)[-1]

    stack.say(user, "", voice="yes")

    assert "✓ Reminder: call mom" in stack.await_replies(user, 2)[-1]


def test_a_picture_is_looked_at(stack: Stack, user: str) -> None:
    send(stack, user, png(64, 48), "image/png", "what is this?")

    assert "64 by 48" in stack.await_replies(user, 1)[0]


def test_a_picture_without_a_word_is_looked_at(stack: Stack, user: str) -> None:
    send(stack, user, png(32, 16), "image/png")

    assert "32 by 16" in stack.await_replies(user, 1)[0]


def test_an_album_is_answered_once_with_all_of_its_pictures_in_order(
    stack: Stack, user: str
) -> None:
    sizes = [(48, 36), (24, 18), (96, 72), (12, 9)]
    send(stack, user, png(*sizes[0]), "image/png", "what is this?")
    for size in sizes[1:]:
        send(stack, user, png(*size), "image/png")

    reply = stack.await_replies(user, 1)[0]
    places = [reply.find(f"{x} by {y}") for x, y in sizes]
    assert -1 not in places
    assert places == sorted(places)
    stack.say(user, "thanks")
    assert len(stack.await_replies(user, 2)) == 2


def test_documents_and_cards_are_read(stack: Stack, user: str) -> None:
    send(stack, user, pdf(), "application/pdf")
    assert "PDF document of 1 page" in stack.await_replies(user, 1)[0]
    send(stack, user, vcard("Grace Hopper"), "text/vcard")
    assert "card of Grace Hopper" in stack.await_replies(user, 2)[1]


@pytest.mark.parametrize(
    ("data", "content_type", "told"),
    [
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4", "a video, which cannot be watched"),
        (b"PK\x03\x04" + bytes(90), "application/msword", "a file, which cannot be opened"),
        (b"<html>", "image/png", "a picture, which cannot be opened"),
    ],
)
def test_what_cannot_be_read_is_told(
    stack: Stack, user: str, data: bytes, content_type: str, told: str
) -> None:
    send(stack, user, data, content_type)

    assert told in stack.await_replies(user, 1)[0]


def test_what_the_model_refuses_to_read_is_told_and_ends_no_turn(stack: Stack, user: str) -> None:
    send(stack, user, b"\x89PNG\r\n\x1a\n" + bytes(12), "image/png", "what is this?")

    assert "I cannot open what you sent." in stack.await_replies(user, 1)[0]


@pytest.mark.parametrize("place", ["media.commit.after", "send.delete.before"])
def test_a_gateway_that_dies_between_keeping_and_deleting_loses_nothing(
    stack: Stack, user: str, place: str
) -> None:
    stack.kill("gateway")
    stack.start("gateway", TASKFLOW_FAILPOINTS=f"{place}=kill")
    stack.say(user, "", voice="remind me tomorrow at 9 to call mom")
    dying = stack.processes.pop("gateway")
    dying.join(30)
    assert dying.exitcode == -signal.SIGKILL
    stack.start("gateway")

    reply = stack.await_replies(user, 1)[0]
    assert "I heard" in reply
    assert "✓ Reminder: call mom" in reply
    wait_until(lambda: stack.chat(user)[0]["media_url"] is None, 40)
    assert len(stack.accepted(user)) == 1


def test_the_log_of_all_this_is_decided_again_alike(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in stack.env.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(main.app, ["replay", "verify"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "0 differ" in result.output or "no differences" in result.output.casefold()
