"""A button answers the question that it names, once, and nothing else."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts import buttons
from contracts.conversation import ForgettingConfirmed
from contracts.recorded import Recorded
from contracts.tools import NOBODY, ActionProposed, ToolRequested
from tests.support.golden_house import House, says
from tests.support.spoken import spoken
from tests.unit.agent.buttons.pressing import ADA, labels, last, lived, press, pressed, replies
from tests.unit.agent.test_undo import of, said

CLOSED = "This question is no longer open."
LEFT = "All right, I leave it."
BILL = ("pay_bill", {"which": "electricity"})
ASKED = ("pay_bill", {"which": "electricity", "said": ["pay the bill"]})


async def proposed(house: House) -> None:
    told = await said(house, "pay the bill", says(None, ASKED), says("I would pay it."))
    assert "Shall I do this?" in told
    assert labels(house) == ["Yes", "No"]


def paid(house: House) -> list[ToolRequested]:
    calls: list[ToolRequested] = of(house, ToolRequested)
    return [one for one in calls if one.tool == "pay_bill" and one.owner != NOBODY]


async def test_yes_does_what_was_asked_once() -> None:
    async def story(house: House) -> None:
        await proposed(house)
        yes = press(house, "yes")
        assert buttons.read(yes).names == of_type(house, ActionProposed).event_id
        told = await pressed(house, yes, says(None, BILL), says("Paid."))
        assert "Paid." in told
        assert len(paid(house)) == 1
        assert await pressed(house, yes) == CLOSED
        assert len(paid(house)) == 1

    await lived(story)


async def test_no_leaves_it_and_asks_nobody() -> None:
    async def story(house: House) -> None:
        await proposed(house)
        yes, no = press(house, "yes"), press(house, "no")
        assert await pressed(house, no) == LEFT
        assert await pressed(house, yes) == CLOSED
        assert await pressed(house, no) == CLOSED
        assert paid(house) == []

    await lived(story)


async def test_an_older_question_is_dead_though_the_same_is_asked_again() -> None:
    async def story(house: House) -> None:
        await proposed(house)
        older = press(house, "yes")
        await said(house, "how are you?", says("Fine."))
        await proposed(house)
        assert await pressed(house, older) == CLOSED
        assert paid(house) == []
        newer = press(house, "yes", back=1)
        assert await pressed(house, newer) == CLOSED, "what was said since has closed it"

    await lived(story)


async def test_what_a_button_says_is_no_typed_word() -> None:
    """An older Yes is none to the question that is open now."""

    async def story(house: House) -> None:
        await proposed(house)
        older = press(house, "yes")
        await said(house, "how are you?", says("Fine."))
        await proposed(house)
        await house.hears(ADA, "Yes", kind="button", pressed=older)
        assert await said(house, "yes", says(None, BILL), says("Hm.")) != "Paid."
        assert paid(house) == []

    await lived(story)


@pytest.mark.parametrize("both", [("yes", "no"), ("no", "yes")])
async def test_yes_and_no_together_are_no(both: Any) -> None:
    async def story(house: House) -> None:
        await proposed(house)
        first, second = (press(house, one) for one in both)
        await house.hears(ADA, "x", kind="button", pressed=first)
        assert await pressed(house, second) == LEFT
        assert paid(house) == []

    await lived(story)


async def test_two_presses_of_one_yes_are_one() -> None:
    async def story(house: House) -> None:
        await proposed(house)
        yes = press(house, "yes")
        await house.hears(ADA, "Yes", kind="button", pressed=yes)
        await pressed(house, yes, says(None, BILL), says("Paid."))
        assert len(paid(house)) == 1

    await lived(story)


async def test_a_typed_yes_beside_it_is_one_too_and_any_other_word_is_none() -> None:
    async def story(house: House) -> None:
        await proposed(house)
        await house.hears(ADA, "Yes", kind="button", pressed=press(house, "yes"))
        await said(house, "ok", says(None, BILL), says("Paid."))
        assert len(paid(house)) == 1
        await proposed(house)
        await house.hears(ADA, "Yes", kind="button", pressed=press(house, "yes"))
        await said(house, "but only half of it", says(None, BILL), says("Hm."))
        assert len(paid(house)) == 1

    await lived(story)


@pytest.mark.parametrize("means", ["yes", "no"])
async def test_an_event_that_asks_nothing_is_no_question(means: Any) -> None:
    async def story(house: House) -> None:
        await proposed(house)
        others = [one for one in house.log.all() if not isinstance(one.event, ActionProposed)]
        for event in (uuid4(), UUID(int=0), *(one.event_id for one in others)):
            assert await pressed(house, buttons.payload(means, event)) == CLOSED
        assert paid(house) == []

    await lived(story)


async def test_a_button_of_another_user_is_none() -> None:
    async def story(house: House) -> None:
        await proposed(house)
        yes = press(house, "yes")
        bob = await lived_beside(house, yes)
        assert bob == CLOSED
        assert paid(house) == []

    await lived(story)


async def lived_beside(house: House, payload: str) -> str:
    bob = UUID(int=99)
    await house.hears(bob, "Yes", kind="button", pressed=payload)
    await house.answers(bob)
    return spoken(last(house, bob).text)


async def test_being_forgotten_is_asked_by_buttons() -> None:
    async def story(house: House) -> None:
        await said(house, "forget me")
        assert labels(house) == ["Yes", "No"]
        yes, no = press(house, "yes"), press(house, "no")
        assert await pressed(house, no) == "All stays as it is: I forget nothing."
        assert await pressed(house, yes) == CLOSED
        assert of(house, ForgettingConfirmed) == []
        await said(house, "forget me")
        assert await pressed(house, yes) == CLOSED, "it names the first question"
        await said(house, "forget me")
        told = await pressed(house, press(house, "yes"))
        assert told.startswith("Goodbye.")
        assert len(of(house, ForgettingConfirmed)) == 1

    await lived(story)


async def test_so_it_is_where_the_model_heard_the_wish() -> None:
    async def story(house: House) -> None:
        wish = says(None, ("forget_me", {"said": ["please delete all that you know of me"]}))
        await said(house, "please delete all that you know of me", wish)
        assert labels(house) == ["Yes", "No"]
        assert (await pressed(house, press(house, "yes"))).startswith("Goodbye.")

    await lived(story)


async def test_a_proposals_yes_forgets_nobody() -> None:
    async def story(house: House) -> None:
        await proposed(house)
        yes = press(house, "yes")
        await said(house, "forget me")
        assert await pressed(house, yes) == CLOSED
        assert of(house, ForgettingConfirmed) == []

    await lived(story)


def of_type(house: House, kind: type[Any]) -> Recorded[Any]:
    return next(one for one in reversed(house.log.all()) if isinstance(one.event, kind))


async def test_a_question_that_an_apology_ends_has_no_buttons() -> None:
    async def story(house: House) -> None:
        await said(house, "pay the bill", says(None, ASKED))
        assert replies(house)[-1].kind == "apology"
        assert labels(house) == []

    await lived(story)
