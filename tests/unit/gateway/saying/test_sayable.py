"""Which messages have buttons, and where a long text is cut for them."""

from uuid import UUID

import pytest

from contracts.buttons import payload
from contracts.conversation import Button, Choice, Choices, ReplyReady
from contracts.places import Location
from services.gateway.saying.parts import LIMIT, length
from services.gateway.saying.sayable import OVER_BUTTONS, ReplyContent, in_words, sayable

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


def a_list(*titles: str, more: str | None = None) -> Choices:
    items = [
        Choice(payload=f"words-{n}", title=one, description=more)
        for n, one in enumerate(titles, start=1)
    ]
    return Choices(label="Choose", items=items)


CITIES = a_list("Lisbon", "Oslo", "Rome", "Bern")


def choosing(text: str, choices: Choices = CITIES, **more: object) -> ReplyReady:
    return reply(text).model_copy(update={"choices": choices, **more})


def test_a_short_text_has_its_list_and_does_not_name_the_choices() -> None:
    said = sayable(choosing("Where to?"))
    assert (said.parts, said.choices, list(said.buttons)) == (["Where to?"], CITIES, [])
    assert said.in_words() == ["Where to?\n\n1. Lisbon\n2. Oslo\n3. Rome\n4. Bern"]


def test_beside_a_question_or_a_picture_choices_are_written_under_the_text() -> None:
    asks = sayable(choosing("Where to?", buttons=[YES, NO]))
    assert asks.parts == ["Where to?\n\n1. Lisbon\n2. Oslo\n3. Rome\n4. Bern"]
    assert (list(asks.buttons), asks.choices) == ([YES, NO], None)
    shows = sayable(choosing("Where to?", picture=EVENT))
    assert (shows.parts, shows.choices) == (asks.parts, None)


def test_so_they_are_under_a_text_that_is_too_long_for_a_list() -> None:
    said = sayable(choosing("word " * 400))
    assert said.choices is None
    assert said.parts[-1].endswith("1. Lisbon\n2. Oslo\n3. Rome\n4. Bern")
    assert said.in_words() == said.parts


@pytest.mark.parametrize(
    "choices",
    [
        a_list(*(f"City {n}" for n in range(11))),
        a_list("x" * 25),
        a_list("Lisbon", more="x" * 73),
        a_list("Lisbon", "Lisbon"),
        a_list("Lisbon").model_copy(update={"label": ""}),
        a_list(),
    ],
)
def test_what_whatsapp_does_not_show_as_a_list_is_written(choices: Choices) -> None:
    said = sayable(choosing("Where to?", choices))
    assert said.choices is None
    assert all(one.title in said.parts[0] for one in choices.items)


def test_in_words_a_message_stays_one_message_if_it_can() -> None:
    ten = a_list(*(f"{n}".rjust(24, "x") for n in range(10)), more="y" * 72)
    text = "word " * 200
    assert length(text.strip()) <= OVER_BUTTONS
    written = in_words(text.strip(), ten)
    assert length(written) <= LIMIT
    assert "yyy" not in written
    assert "yyy" in in_words("Which?", ten)


def test_a_list_at_the_channel_is_known_by_its_text_alone() -> None:
    content = ReplyContent(None, ["Where to?"], None, choices=CITIES)  # type: ignore[arg-type]
    assert content.is_in("Where to?", 0)
    assert content.is_in(in_words("Where to?", CITIES), 0)
    assert not content.is_in("Where from?", 0)


CORNER = Location(latitude=52.5, longitude=-13.4, name="Corner", address="2 High St")
CORNER_IN_WORDS = "📍 Corner\n2 High St\n52.5, -13.4"


def test_a_place_is_the_last_part_and_is_its_name_alone() -> None:
    said = sayable(reply("Here.").model_copy(update={"location": CORNER}), mark="🤖")
    assert said.parts == ["🤖\nHere.", "Corner"]
    assert said.has_pin
    assert said.in_words() == ["🤖\nHere.", CORNER_IN_WORDS]


def test_a_list_stands_under_the_text_before_the_place() -> None:
    ready = choosing("Where to?", location=CORNER)
    said = sayable(ready)
    assert (said.parts, said.choices) == (["Where to?", "Corner"], CITIES)
    *_, text, place = said.in_words()
    assert (text, place) == (in_words("Where to?", CITIES), CORNER_IN_WORDS)
    told = ReplyContent(None, said.parts, None, choices=CITIES, location=CORNER, has_pin=True)
    assert [told.choices_of(part) for part in (0, 1)] == [CITIES, None]
    assert [told.pin_of(part) for part in (0, 1)] == [None, CORNER]
    assert told.is_in("Corner", 1)


def test_a_place_in_words_has_no_buttons_under_it() -> None:
    said = sayable(reply("Here.", YES, NO).model_copy(update={"location": CORNER})).without_pin()
    told = ReplyContent(None, said.parts, None, buttons=said.buttons, location=CORNER)
    assert [len(told.buttons_of(part)) for part in (0, 1)] == [2, 0]
    assert told.pin_of(1) is None
