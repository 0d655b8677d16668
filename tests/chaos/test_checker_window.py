"""The checker knows what WhatsApp's 24 hours allow, and what they do not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from contracts import slots
from contracts.recorded import Recorded
from contracts.replies import WINDOW_SHUT, ReplyHeld, ReplyUndelivered
from tests.chaos.checker import check
from tests.chaos.test_checker import Telling

DAY = timedelta(hours=24)


class Window(Telling):
    """A person wrote, and an answer is ready."""

    def __init__(self) -> None:
        super().__init__()
        self.reply = self.answered(1)

    def answered(self, number: int) -> Recorded[Any]:
        return self.answers(self.writes("SM" + str(number) * 32), number - 1)

    def holds(self, attempt: int, reply: Recorded[Any] | None = None) -> None:
        reply = reply or self.reply
        place = (reply.event_id, 0, attempt)
        held = ReplyHeld(reply=reply.event_id, part=0, attempt=attempt, why="window")
        self.put(slots.claim(*place), held, because=reply)

    def refuses(self, attempt: int = 1) -> None:
        """WhatsApp does, of the last message that Twilio accepted."""
        sid = self.history.accepts[-1].sid
        told = ReplyUndelivered(
            reply=self.reply.event_id,
            part=0,
            message_ref=sid,
            status="undelivered",
            code=WINDOW_SHUT,
            attempt=attempt,
        )
        self.put(slots.delivery(sid, "undelivered"), told)


def held_by_the_clock(telling: Window) -> None:
    telling.log.pass_time(DAY)
    telling.holds(1)
    second = telling.answered(2)
    telling.sends(telling.reply, 2)
    telling.sends(second)


def said_again(telling: Window) -> None:
    telling.sends(telling.reply)
    telling.refuses()
    telling.holds(2)
    second = telling.answered(2)
    telling.sends(telling.reply, 3)
    telling.sends(second)


def held_for_ever(telling: Window) -> None:
    telling.log.pass_time(DAY)
    telling.holds(1)


@pytest.mark.parametrize("tells", [held_by_the_clock, said_again, held_for_ever])
def test_what_the_window_allows_is_no_breach(tells: Callable[[Window], None]) -> None:
    telling = Window()
    tells(telling)
    assert check(telling.done()) == []


def hold_in_an_open_window(telling: Window) -> None:
    telling.holds(1)


def leave_held_what_its_user_wrote_for(telling: Window) -> None:
    held_for_ever(telling)
    telling.writes("SM" + "2" * 32)


def pass_what_its_user_wrote_for(telling: Window) -> None:
    held_for_ever(telling)
    telling.sends(telling.answered(2))


def say_nothing_again(telling: Window) -> None:
    telling.sends(telling.reply)
    telling.refuses()


def claim_in_a_shut_window(telling: Window) -> None:
    telling.sends(telling.reply)
    telling.refuses()
    telling.sends(telling.reply, 2)


def hold_what_was_said(telling: Window) -> None:
    telling.sends(telling.reply)
    telling.log.pass_time(DAY)
    telling.holds(2)


@pytest.mark.parametrize(
    ("break_", "promise", "what"),
    [
        (hold_in_an_open_window, "P1", "held, though the window is open"),
        (leave_held_what_its_user_wrote_for, "P1", "is held though its user wrote since"),
        (pass_what_its_user_wrote_for, "P5", "claimed before an earlier reply that waits"),
        (say_nothing_again, "P1", "counts as sent that WhatsApp refused"),
        (claim_in_a_shut_window, "P3", "WhatsApp refused one behind the last message"),
        (hold_what_was_said, "P1", "held, though nothing of it waits"),
    ],
)
def test_what_the_window_forbids_is_found(
    break_: Callable[[Window], None], promise: str, what: str
) -> None:
    telling = Window()
    break_(telling)
    found = check(telling.done())
    assert (promise, what) in [(one.promise, what) for one in found if what in one.what], found
