"""How an action that waits for a yes is told apart from others, and shown."""

import hashlib
from typing import Any
from uuid import UUID

import pytest

from contracts.declarations import Argument
from contracts.tools import ActionProposed
from services.agent.judging.proposals import (
    ASKS,
    ASKS_ZONE,
    HOW_TO_SAY_YES,
    HOW_TO_TELL_ZONE,
    MAX_SHOWN,
    WHY_ZONE,
    Unshowable,
    all_affirmative,
    canonical,
    fingerprint,
    in_words,
    shown,
)
from tests.support.events import offer
from tests.support.offers import SCHEDULER

PAY = offer("pay_bill").model_copy(
    update={
        "proposal": "pay a bill",
        "declared": [
            Argument(name="at", evidence="time", shown="at {value}"),
            Argument(name="to", evidence="address"),
            Argument(name="what", evidence="text"),
        ],
    }
)
OFFERED = {**SCHEDULER, "pay_bill": PAY}
REMINDER = {"text": "Call mom", "date": "2026-11-24", "time": "09:00"}
MARKED = "\u2068“Call mom”\u2069, \u20682026-11-24\u2069, \u206809:00\u2069"


@pytest.mark.parametrize(
    ("value", "same"),
    [
        ({"a": {"b": None, "c": 2.0}, "d": None}, {"a": {"c": 2}}),
        ([1.0, {"a": None}, None], [1, {}, None]),
        (" e\u0301 ", "\u00e9"),
        (["\tx\n"], ["x"]),
        (2.5, 2.5),
        (True, True),
        (None, None),
    ],
)
def test_what_means_the_same_is_the_same(value: Any, same: Any) -> None:
    assert repr(canonical(value)) == repr(same)


def test_a_fingerprint_is_that_of_earlier_releases() -> None:
    """It stands in logs: a yes is held against it."""
    told = b'["t",{"a":"\\u00e9","b":[1,{"y":2}]}]'

    mark = fingerprint("t", {"b": [1, {"x": None, "y": 2.0}], "a": " e\u0301 "})
    assert mark == hashlib.sha256(told).hexdigest()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({}, "pay a bill"),
        ({"what": "rent", "to": "a@x.org", "at": "9"}, "pay a bill: at 9, to a@x.org, what “rent”"),
        ({"to": "a b"}, "pay a bill: to “a b”"),
        ({"b_c_d": 1, "to": "x", "a": 2}, "pay a bill: to x, b c d 1, a 2"),
        ({"yes": True, "no": False}, "pay a bill: yes yes, no no"),
        ({"n": 2.0, "m": 2.5}, "pay a bill: n 2, m 2.5"),
        ({"x": {"b": 1, "a": ["ä"]}}, 'pay a bill: x “{"a": ["ä"], "b": 1}”'),
        ({"x": [1]}, "pay a bill: x “[1]”"),
        ({"x": "“a”\n\n b"}, 'pay a bill: x “"a" b”'),
        ({"x": None}, "pay a bill"),
    ],
)
def test_an_action_is_one_line_with_every_argument(arguments: dict[str, Any], line: str) -> None:
    assert in_words("pay_bill", arguments, PAY) == line


def test_a_tool_that_nobody_offers_is_told_by_its_name() -> None:
    assert in_words("pay_a_bill", {"x_y": 1}, None) == "pay a bill: x y 1"


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "set a reminder: “Call mom”, 2026-11-24, 09:00"),
        ("de", "eine Erinnerung stellen: “Call mom”, 2026-11-24, 09:00"),
        ("ar", f"ضبط تذكير: {MARKED}"),
        ("he", f"להגדיר תזכורת: {MARKED}"),
    ],
)
def test_an_action_is_told_in_their_language_and_direction(language: str, line: str) -> None:
    assert in_words("set_reminder", REMINDER, SCHEDULER["set_reminder"], language) == line


def test_an_argument_that_its_tool_has_no_words_for_has_a_direction_of_its_own() -> None:
    line = in_words("pay_bill", {"x": "abc"}, PAY, "ar")

    assert line == "pay a bill: \u2068x “abc”\u2069"
    assert in_words("pay_bill", {"x": "abc"}, PAY, "de") == "pay a bill: x “abc”"


@pytest.mark.parametrize(
    ("tool", "arguments", "line"),
    [
        (
            "set_reminder",
            {"text": "noon", "day": "noon"},
            "eine Erinnerung stellen: “noon”, mittags",
        ),
        ("watch_price", {"below": 70}, "den Preis beobachten: unter 70"),
    ],
)
def test_words_of_time_and_of_tools_are_told_in_their_language(
    tool: str, arguments: dict[str, Any], line: str
) -> None:
    assert in_words(tool, arguments, SCHEDULER[tool], "de") == line
    action = proposed(**arguments).model_copy(update={"tool": tool})
    assert f"\n- {line}\n" in shown("Gern.", [action], SCHEDULER, "de")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"x": "Shall I do this?"}, "it imitates the question itself"),
        ({"x": "SOLL ICH DAS TUN?"}, "it imitates the question itself"),
        ({"x": "a\u202eb"}, "it holds characters that cannot be seen"),
        ({"x\u200b": 1}, "it holds characters that cannot be seen"),
        ({"x": "y" * MAX_SHOWN}, f"it is longer than the {MAX_SHOWN} characters that can be shown"),
    ],
)
def test_what_cannot_be_read_as_it_is_is_not_shown(arguments: dict[str, Any], why: str) -> None:
    with pytest.raises(Unshowable) as refused:
        in_words("pay_bill", arguments, PAY)

    assert str(refused.value) == why


def test_what_just_fits_is_shown() -> None:
    around = len("pay a bill: x “”")

    assert len(in_words("pay_bill", {"x": "y" * (MAX_SHOWN - around)}, PAY)) == MAX_SHOWN
    assert in_words("pay_bill", {"x": "👨\u200d👩 a"}, PAY) == "pay a bill: x “👨\u200d👩 a”"


def proposed(why: str = "untrusted", zone: str | None = None, **arguments: Any) -> ActionProposed:
    return ActionProposed(
        turn=UUID(int=1),
        step=1,
        tool="pay_bill",
        arguments=arguments,
        fingerprint="f",
        why=why,
        zone=zone,
        zone_time="09:00" if zone else None,
    )


@pytest.mark.parametrize("language", ["en", "de"])
def test_under_the_reply_stands_what_a_yes_would_do(language: str) -> None:
    told = shown("I can.", [proposed(a=1), proposed(a=2), proposed(a=1)], OFFERED, language)
    tool = in_words("pay_bill", {}, PAY, language)

    how = HOW_TO_SAY_YES.said(language)
    assert told == f"I can.\n\n{ASKS.said(language)}\n- {tool}: a 1\n- {tool}: a 2\n\n{how}"


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_guessed_zone_is_asked_about_with_its_time_and_city(language: str) -> None:
    city = {"en": "Tokyo", "de": "Tokio"}[language]
    question = ASKS_ZONE.said(language, time="09:00", city=city)
    tool = in_words("pay_bill", {}, PAY, language)
    guess = proposed("zone", "Asia/Tokyo")
    asks = f"{question} {WHY_ZONE.said(language)}"
    how = HOW_TO_TELL_ZONE.said(language)

    alone = shown("I can.", [guess], OFFERED, language)
    assert alone == f"I can.\n\n{asks}\n- {tool}\n\n{how}"
    beside = shown("I can.", [proposed(a=1), guess], OFFERED, language)
    also = f"{ASKS.said(language)}\n{asks}\n- {tool}: a 1\n- {tool}\n\n{how}"
    assert beside == f"I can.\n\n{also}"


def test_a_reply_without_an_action_stands_as_it_is() -> None:
    assert shown("Shall I do this?\n\n\n\nWell.", [], OFFERED) == "Shall I do this?\n\n\n\nWell."


BELOW = "Shall I do this?\n- pay a bill\n\nReply **yes** to confirm."


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("One.\n\n\n\nTwo.", "One.\n\nTwo."),
        ("One.\nSoll ich das tun? x\nTwo.", "One.\n\nTwo."),
        ("**Shall I do this?**", None),
        ("One.\nReply yes.\nTwo.", "One.\n\nTwo."),
        ("One.\nReply yes\nTwo.", "One.\n\nTwo."),
        ("One.\n**Soll ich das tun?**\nTwo.", "One.\n\nTwo."),
        ("One.\nPlease reply\n\nyes now\nTwo.", "One.\n\nTwo."),
        ("One.\nPlease reply\nyesterday\nTwo.", "One.\nPlease reply\nyesterday\nTwo."),
        ("- answer: YES", None),
        ("Two.\nPlease send 'yes'", "Two."),
        ("Is it 10:00 where you are (x)?\nTwo.", "Two."),
        ("is it 1:00 where you are\nTwo.", "is it 1:00 where you are\nTwo."),
        ("You reply yes to them.", "You reply yes to them."),
        ("Reply yes.\nReply yes.\nTwo.", "Two."),
        ("Say\nyes", None),
        ("One.\nSay\nTwo.", "One.\nSay\nTwo."),
    ],
)
def test_what_asks_as_we_do_is_taken_out(text: str, left: str | None) -> None:
    assert shown(text, [proposed()], OFFERED) == (BELOW if left is None else f"{left}\n\n{BELOW}")


def test_all_that_they_say_is_a_yes_or_it_is_none() -> None:
    assert all_affirmative(["yes", "ok"], ["de"])
    assert all_affirmative(["ja"], ["de"])
    assert not all_affirmative(["ja"], ["pt"])
    assert not all_affirmative(["yes", "no"], ["de"])
    assert not all_affirmative([], ["de"])
