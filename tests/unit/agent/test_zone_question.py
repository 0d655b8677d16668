"""A guessed zone is said and asked about once, before the first reminder by the clock."""

from typing import Any

import pytest

from contracts.conversation import ReplyReady
from contracts.profile import ProfileLearned
from contracts.reminders import ReminderSet
from contracts.streams import UserId
from contracts.tools import ActionProposed
from tests.support.golden_house import House, named, says

ADA = UserId(named("ada"))
NINE = ("set_reminder", {"text": "call mom", "date": "2026-11-24", "time": "09:00"})
SOON = ("set_reminder", {"text": "stretch", "in_minutes": 20})
REQUEST = "remind me at 9 tomorrow to call mom"
QUESTION = "Is it 10:00 where you are (Berlin)?"


@pytest.fixture
async def house() -> House:
    house = House()
    await house.offer()
    return house


async def turn(house: House, text: str, *calls: Any, ambiguous: bool = True) -> str:
    """The reply to a message, as the phone has it."""
    await house.hears(ADA, text, zone_ambiguous=ambiguous)
    asked = [says(None, call) for call in calls]
    await house.answers(ADA, *asked, says("Very well."))
    await house.sends(ADA)
    return replies(house)[-1]


def replies(house: House) -> list[str]:
    return [one.event.text for one in facts(house, ReplyReady)]


def facts(house: House, kind: Any) -> list[Any]:
    return [one for one in house.log.all() if isinstance(one.event, kind)]


def reminders(house: House) -> list[tuple[str, str]]:
    return [(one.event.local_time, one.event.zone) for one in facts(house, ReminderSet)]


def zones(house: House) -> list[tuple[str, str]]:
    learned = [one.event for one in facts(house, ProfileLearned) if one.event.kind == "zone"]
    return [(one.value, one.rule) for one in learned]


async def test_the_guess_is_said_and_asked_before_the_first_reminder(house: House) -> None:
    reply = await turn(house, REQUEST, NINE)
    assert QUESTION in reply
    assert "“call mom”, 2026-11-24, 09:00" in reply
    assert "Shall I do this?" not in reply
    assert "Reply **yes** to confirm" in reply
    assert reminders(house) == []
    (proposed,) = facts(house, ActionProposed)
    assert (proposed.event.why, proposed.event.zone) == ("zone", "Europe/Berlin")


async def test_a_yes_confirms_the_guess_and_sets_the_reminder(house: House) -> None:
    await turn(house, REQUEST, NINE)
    reply = await turn(house, "Yes", NINE)
    assert zones(house) == [("Europe/Berlin", "zone-confirmed")]
    assert reminders(house) == [("2026-11-24T09:00:00", "Europe/Berlin")]
    assert "✓ Noted: zone: Europe/Berlin" in reply
    assert "✓ Reminder: call mom, Tue 24 Nov 2026, 09:00 (Europe/Berlin)" in reply
    again = await turn(
        house,
        "remind me at 10 to call mom",
        ("set_reminder", {**NINE[1], "time": "10:00"}),
    )
    assert len(reminders(house)) == 2
    assert "where you are" not in again


@pytest.mark.parametrize(
    ("answer", "zone"),
    [
        ("Denver", "America/Denver"),
        ("denver", "America/Denver"),
        ("no, Denver", "America/Denver"),
        ("No. I'm in Denver!", "America/Denver"),
        ("I am in Los Angeles", "America/Los_Angeles"),
        ("pacific time", "America/Los_Angeles"),
        ("America/Chicago", "America/Chicago"),
        ("no, UTC+3", "UTC+3"),
        ("GMT+5:30", "GMT+5:30"),
        ("in Tokyo", "Asia/Tokyo"),
        ("東京です", "Asia/Tokyo"),
    ],
)
async def test_another_place_is_noted_and_the_reminder_is_set_in_it(
    house: House, answer: str, zone: str
) -> None:
    await turn(house, REQUEST, NINE)
    place = ("remember", {"kind": "zone", "value": zone, "said": [answer]})
    await house.hears(ADA, answer, zone_ambiguous=True)
    await house.answers(ADA, says(None, place, NINE), says("Very well."))
    assert zones(house) == [(zone, None)]
    assert reminders(house) == [("2026-11-24T09:00:00", zone)]
    assert f": {zone}\n✓" in replies(house)[-1]


async def test_the_model_is_told_what_waits_for_the_zone(house: House) -> None:
    await turn(house, REQUEST, NINE)
    await turn(house, "Denver")
    shown = house.script.asked[-1].contents[-1]["parts"][0]["text"]
    assert "Waiting for the user's zone" in shown
    assert 'set_reminder {"text": "call mom", ' in shown


async def test_a_home_that_is_told_beside_the_request_is_no_guess(house: House) -> None:
    said = "I live in Denver. remind me at 9 tomorrow to call mom"
    home = ("remember", {"kind": "home", "value": "Denver", "said": ["I live in Denver"]})
    await house.hears(ADA, said, zone_ambiguous=True)
    await house.answers(ADA, says(None, home, NINE), says("Very well."))
    assert facts(house, ActionProposed) == []
    assert reminders(house) == [("2026-11-24T09:00:00", "America/Denver")]


async def test_a_zone_that_the_answer_does_not_name_is_asked_about(house: House) -> None:
    await turn(house, REQUEST, NINE)
    house.script.witness = False
    tokyo = ("remember", {"kind": "zone", "value": "Asia/Tokyo", "said": ["no, Denver"]})
    reply = await turn(house, "no, Denver", tokyo)
    assert zones(house) == []
    assert "Shall I do this?" in reply


@pytest.mark.parametrize(
    "answer",
    [
        "no",
        "not Denver",
        "is Denver an hour behind?",
        "remind me to call Denver",
        "yes, nice",
        "what do you know about me?",
        "no, San Jose",
        "Portland, Georgia",
        "",
        "9",
        "x" * 5_000,
    ],
)
async def test_what_names_no_zone_sets_none_and_is_not_asked_again(
    house: House, answer: str
) -> None:
    await turn(house, REQUEST, NINE)
    await turn(house, answer)
    assert zones(house) == []
    assert reminders(house) == []
    reply = await turn(house, REQUEST, NINE)
    assert reminders(house) == [("2026-11-24T09:00:00", "Europe/Berlin")]
    assert "where you are" not in reply


@pytest.mark.parametrize(
    ("text", "call", "ambiguous"),
    [
        ("remind me in 20 minutes to stretch", SOON, True),
        (REQUEST, NINE, False),
        (REQUEST, ("set_reminder", {**NINE[1], "zone": "Asia/Tokyo"}), True),
    ],
    ids=["counted from now", "a number that tells its zone", "a zone that was named"],
)
async def test_nothing_is_asked_where_the_zone_is_clear_or_needless(
    house: House, text: str, call: Any, ambiguous: bool
) -> None:
    await turn(house, text, call, ambiguous=ambiguous)
    assert len(reminders(house)) == 1
    assert facts(house, ActionProposed) == []


async def test_a_zone_that_is_known_is_not_asked_for(house: House) -> None:
    home = ("remember", {"kind": "home", "value": "Lisbon", "said": ["I live in Lisbon"]})
    await turn(house, "I live in Lisbon", home)
    await turn(house, REQUEST, NINE)
    assert reminders(house) == [("2026-11-24T09:00:00", "Europe/Lisbon")]


async def test_a_named_zone_that_is_the_guess_asks_all_the_same(house: House) -> None:
    reply = await turn(house, REQUEST, ("set_reminder", {**NINE[1], "zone": "Europe/Berlin"}))
    assert QUESTION in reply


async def test_two_reminders_in_one_answer_are_one_question(house: House) -> None:
    ten = ("set_reminder", {**NINE[1], "time": "10:00"})
    await house.hears(ADA, f"{REQUEST}, and at 10", zone_ambiguous=True)
    await house.answers(ADA, says(None, NINE, ten), says("Well."))
    await house.sends(ADA)
    assert replies(house)[-1].count("where you are") == 1
    await house.hears(ADA, "yes", zone_ambiguous=True)
    await house.answers(ADA, says(None, NINE, ten), says("Done."))
    assert len(reminders(house)) == 2


async def test_a_yes_that_was_written_before_the_question_went_out_confirms_nothing(
    house: House,
) -> None:
    await house.hears(ADA, REQUEST, zone_ambiguous=True)
    await house.answers(ADA, says(None, NINE), says("Well."))
    await house.hears(ADA, "yes", zone_ambiguous=True)
    await house.sends(ADA)
    await house.answers(ADA, says("Well."))
    assert zones(house) == []
    assert reminders(house) == []


async def test_what_a_stranger_says_and_the_zone_are_one_question(house: House) -> None:
    await house.hears(ADA, f"what do people say of it? {REQUEST}", zone_ambiguous=True)
    look = ("search_web", {"query": "x"})
    await house.answers(ADA, says(None, look), says(None, NINE), says("Well."))
    await house.sends(ADA)
    assert "Shall I do this?" in replies(house)[-1]
    assert QUESTION in replies(house)[-1]
    await turn(house, "yes", NINE)
    assert zones(house) == [("Europe/Berlin", "zone-confirmed")]
    assert len(reminders(house)) == 1


async def test_an_address_without_a_country_is_asked_about_as_well(house: House) -> None:
    await house.hears(ADA, REQUEST, zone=None, zone_ambiguous=True)
    await house.answers(ADA, says(None, NINE), says("Well."))
    assert "Is it 09:00 where you are (UTC)?" in replies(house)[-1]


async def test_a_model_that_asks_in_our_words_gets_no_zone_by_a_yes(house: House) -> None:
    await house.hears(ADA, "hello", zone_ambiguous=True)
    await house.answers(ADA, says("Is it 10:00 where you are (Tokyo)? Reply **yes** to confirm."))
    await house.sends(ADA)
    await turn(house, "yes")
    assert zones(house) == []


async def test_our_question_stands_once_also_where_the_model_repeats_it(house: House) -> None:
    await house.hears(ADA, REQUEST, zone_ambiguous=True)
    imitated = "Is it 03:00 where you are (Tokyo)?\nReply **yes** to confirm."
    await house.answers(ADA, says(None, NINE), says(f"{imitated}\nI wait."))
    assert replies(house)[-1].count("where you are") == 1
    assert QUESTION in replies(house)[-1]


@pytest.mark.parametrize("zone", [["Europe/Berlin"], {"a": 1}, 7, "Mars/Olympus"])
async def test_a_zone_that_is_none_sets_nothing(house: House, zone: Any) -> None:
    await turn(house, REQUEST, ("set_reminder", {**NINE[1], "zone": zone}))
    assert reminders(house) == []


async def test_a_reminder_in_between_drops_the_question_and_it_is_not_asked_again(
    house: House,
) -> None:
    await turn(house, REQUEST, NINE)
    spoken = ReplyReady(turn=None, kind="reminder", text="⏰ stretch")
    await house.put(ADA, [spoken], named("another reminder"))
    await turn(house, "yes", NINE)
    assert zones(house) == []
    assert reminders(house) == [("2026-11-24T09:00:00", "Europe/Berlin")]


async def test_an_apology_asks_nothing_and_the_question_comes_with_the_next_reminder(
    house: House,
) -> None:
    await house.hears(ADA, REQUEST, zone_ambiguous=True)
    await house.answers(ADA, says(None, NINE))  # and then the model is away
    await house.sends(ADA)
    assert "where you are" not in replies(house)[-1]
    assert QUESTION[:8] in await turn(house, REQUEST, NINE)
