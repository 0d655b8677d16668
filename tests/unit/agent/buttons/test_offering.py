"""Undo, what the model suggests, and which of them stands under a reply."""

from typing import Any

import pytest

from contracts.conversation import ChangesUndone
from services.agent.buttons.offering import choices, suggested
from services.agent.judging.answer_parts import Option, taken_apart
from tests.support.golden_house import House, says
from tests.unit.agent.buttons.pressing import labels, last, lived, press, pressed
from tests.unit.agent.test_undo import facts, note, of, said

TOO_LATE = "That cannot be taken back any more."


def replying(text: str, *suggestions: str, beside: Any = ()) -> Any:
    told = {"text": text, "language": "en", "says_done": [], "suggestions": [*suggestions]}
    return says(None, *beside, ("reply", told))


async def test_undo_takes_back_what_its_reply_told_once() -> None:
    async def story(house: House) -> None:
        await said(house, "call me Ada", says(None, note("name", "Ada")), says("Ok."))
        assert labels(house) == ["Undo"]
        undo = press(house, "undo")
        assert await pressed(house, undo) == "✓ Taken back: name: Ada"
        assert labels(house) == []
        assert facts(house) == []
        assert await pressed(house, undo) == TOO_LATE
        assert len(of(house, ChangesUndone)) == 1

    await lived(story)


async def test_it_is_dead_once_a_newer_change_was_told() -> None:
    async def story(house: House) -> None:
        await said(house, "call me Ada", says(None, note("name", "Ada")), says("Ok."))
        older = press(house, "undo")
        await said(house, "I live in Lisbon", says(None, note("home", "Lisbon")), says("Ok."))
        assert await pressed(house, older) == TOO_LATE
        assert await pressed(house, press(house, "undo")) == (
            "✓ Taken back: home: Lisbon (Europe/Lisbon)"
        )
        assert facts(house) == ["name: Ada"]

    await lived(story)


@pytest.mark.parametrize(("hours", "is_late"), [(23, False), (25, True)])
async def test_it_is_dead_after_a_day(hours: int, is_late: bool) -> None:
    async def story(house: House) -> None:
        await said(house, "call me Ada", says(None, note("name", "Ada")), says("Ok."))
        house.later(hours=hours)
        assert (await pressed(house, press(house, "undo")) == TOO_LATE) is is_late
        assert (facts(house) == ["name: Ada"]) is is_late

    await lived(story)


async def test_what_has_no_inverse_has_no_button() -> None:
    async def story(house: House) -> None:
        await said(house, "call me Ada", says(None, note("name", "Ada")), says("Ok."))
        forget = says(None, ("forget_fact", {"which": "name", "said": ["forget my name"]}))
        await said(house, "forget my name", forget, says("Gone."))
        assert labels(house) == []

    await lived(story)


async def test_a_question_stands_before_undo_and_undo_before_suggestions() -> None:
    async def story(house: House) -> None:
        bill = ("pay_bill", {"which": "electricity", "said": ["pay the bill"]})
        both = says(None, note("name", "Ada"), bill)
        told = await said(house, "call me Ada and pay the bill", both, replying("So?", "Later"))
        assert "Reply **undo**" in told
        assert labels(house) == ["Yes", "No"]
        home = says(None, note("home", "Lisbon"))
        await said(house, "I live in Lisbon", home, replying("Ok.", "More"))
        assert labels(house) == ["Undo"]
        await said(house, "how are you?", replying("Fine.", "And you?", "Bye"))
        assert labels(house) == ["And you?", "Bye"]

    await lived(story)


async def test_a_pressed_suggestion_is_read_by_the_model_as_what_it_says() -> None:
    async def story(house: House) -> None:
        await said(house, "how are you?", replying("Fine.", "Tell me more"))
        await pressed(house, press(house, "words"), says("All is well."))
        assert last(house).text == "All is well."
        contents = house.script.asked[-1].contents
        assert "(label)" in str(contents[-1])

    await lived(story)


@pytest.mark.parametrize(
    "bad",
    [
        "yes",
        "Forget me",
        "STOP",
        "rückgängig",
        "x" * 21,
        "👍" * 11,
        "a\nb",
        "a\u202eb",
        "\u200b",
        "✓ Done",
        "shop.example/p",
        "www.shop.example",
        "set_reminder(a=1)",
        "<tool_call>",
        "Undo",
    ],
)
def test_what_may_not_stand_on_a_button(bad: str) -> None:
    assert suggested([bad, "Tell me more"], ["set_reminder"], "", "en") == ["Tell me more"]


def test_at_most_three_and_none_twice() -> None:
    given = ["One", "one", "Two", "Three", "Four"]
    assert suggested(given, [], "", "en") == ["one", "Two", "Three"]


def choosing(text: str, *options: Any, beside: Any = (), **more: Any) -> Any:
    told = {"text": text, "language": "en", "says_done": [], "choices": [*options], **more}
    return says(None, *beside, ("reply", told))


CITIES = [{"title": "Lisbon", "description": "warm"}, {"title": "Oslo"}, "Rome", {"title": "Bern"}]


async def test_several_things_to_choose_from_are_a_list_in_place_of_suggestions() -> None:
    async def story(house: House) -> None:
        await said(house, "where to?", choosing("Pick one.", *CITIES, suggestions=["Later"]))
        listed = last(house).choices
        assert listed is not None
        assert [(one.payload, one.title, one.description) for one in listed.items] == [
            ("words-1", "Lisbon", "warm"),
            ("words-2", "Oslo", None),
            ("words-3", "Rome", None),
            ("words-4", "Bern", None),
        ]
        assert (listed.label, labels(house)) == ("Choose", [])

        await pressed(house, "words-2", says("Oslo it is."))
        assert last(house).text == "Oslo it is."
        assert last(house).choices is None
        contents = house.script.asked[-1].contents
        assert "(label)" in str(contents[-1])
        assert "Bern" in str(contents)

    await lived(story)


async def test_a_question_and_a_list_stand_under_one_reply() -> None:
    async def story(house: House) -> None:
        bill = ("pay_bill", {"which": "electricity", "said": ["pay the bill"]})
        asks = choosing("Which?", *CITIES)
        await said(house, "pay the bill", says(None, bill), asks)
        assert labels(house) == ["Yes", "No"]
        assert last(house).choices is not None

    await lived(story)


async def test_of_one_thing_there_is_nothing_to_choose() -> None:
    async def story(house: House) -> None:
        await said(house, "where to?", choosing("Go.", "Lisbon", suggestions=["Later"]))
        assert last(house).choices is None
        assert labels(house) == ["Later"]

    await lived(story)


def test_what_is_too_long_for_a_title_goes_on_below_it() -> None:
    long = "The night train to Lisbon, by way of Madrid"
    [one] = choices([Option(long)], [], "")
    assert (one.title, one.description) == ("The night train to Lisb…", long)
    [one] = choices([Option(long, "9 h " * 40)], [], "")
    assert len(one.description or "") <= 72
    [one] = choices([Option("👍🏽" * 13)], [], "")
    assert one.title == "👍🏽" * 5 + "…"


@pytest.mark.parametrize("bad", ["STOP", "forget me", "shop.example/p", "a\u202eb", "✓ Done"])
def test_what_may_not_stand_in_a_list(bad: str) -> None:
    given = [Option(bad), Option("Lisbon", bad), Option("lisbon")]
    assert [(one.title, one.description) for one in choices(given, [], "")] == [("Lisbon", None)]


def test_at_most_ten_are_read_and_nothing_else_than_texts() -> None:
    given = [{"title": f"City {n}"} for n in range(30)]
    odd = [None, 7, {"title": 7}, {"description": "no title"}, {"title": "  "}, "a\nb"]

    def options(listed: Any) -> Any:
        call = {"name": "reply", "args": {"text": "Pick.", "choices": listed}}
        words = taken_apart({"parts": [{"functionCall": call}]}).words
        return words.options if words else None

    assert len(options(given)) == 10
    assert options(odd) == (Option("a b"),)
    assert options("Lisbon") == options({"title": "Lisbon"}) == ()
