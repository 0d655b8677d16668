"""Which messages have buttons, and where a long text is cut for them."""

from uuid import UUID

import pytest

from contracts.buttons import payload
from contracts.conversation import Button, ReplyReady
from services.gateway.saying.parts import LIMIT, length
from services.gateway.saying.sayable import OVER_BUTTONS, sayable

EVENT = UUID(int=7)
YES, NO = Button(payload=payload("yes", EVENT), label="Yes"), Button(payload="x", label="No")
UNDO = Button(payload=payload("undo", EVENT), label="Undo")


def reply(text: str, *buttons: Button, picture: UUID | None = None) -> ReplyReady:
    return ReplyReady(
        turn=None, kind="answer", text=text, picture=picture, buttons=list(buttons) or None
    )


def test_a_short_text_has_its_buttons() -> None:
    said = sayable(reply("Shall I?", YES, NO))
    assert (said.parts, list(said.buttons)) == (["Shall I?"], [YES, NO])


@pytest.mark.parametrize("long", [OVER_BUTTONS + 1, LIMIT, LIMIT + 1, 5 * LIMIT])
def test_a_long_text_that_asks_nothing_has_none(long) -> None:
    text = "word " * (long // 5 + 1)
    assert sayable(reply(text, UNDO)).buttons == ()
    assert sayable(reply(text, UNDO)).parts == sayable(reply(text)).parts


@pytest.mark.parametrize("long", [OVER_BUTTONS + 1, LIMIT, LIMIT + 1, 5 * LIMIT])
def test_a_long_question_has_them_under_its_last_part(long) -> None:
    said = sayable(reply("word " * (long // 5 + 1), YES, NO))
    assert list(said.buttons) == [YES, NO]
    assert len(said.parts) > 1
    assert length(said.parts[-1]) <= OVER_BUTTONS
    assert max(map(length, said.parts)) <= LIMIT


def test_a_picture_has_none_and_the_part_behind_it_may() -> None:
    assert sayable(reply("Shall I?", YES, NO, picture=EVENT)).buttons == ()
    assert len(sayable(reply("word " * 300, YES, NO, picture=EVENT)).buttons) == 2


def test_what_whatsapp_does_not_show_is_left_out() -> None:
    labels = ["Yes", "Yes", "", "  ", "x" * 21, "👍" * 11, "No", "Later", "Never"]
    given = [Button(payload=f"{n}", label=one) for n, one in enumerate(labels)]
    assert [one.label for one in sayable(reply("?", *given)).buttons] == ["Yes", "No", "Later"]


def test_no_payload_stands_there_twice() -> None:
    given = [Button(payload="a", label=one) for one in ("One", "Two")]
    assert [one.label for one in sayable(reply("?", *given)).buttons] == ["One"]
