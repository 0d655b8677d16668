"""Contents for buttons: few, made once, and never what a message waits for."""

import asyncio
from collections.abc import Mapping

import pytest

from contracts.conversation import Button, Choice, Choices
from services.gateway.channels.channel import TemplateRefused
from services.gateway.channels.twilio import quick_replies
from services.gateway.channels.twilio.quick_replies import (
    NAME,
    QuickReplies,
    Shape,
    over_buttons,
    over_list,
)
from taskflow.errors import VendorUnavailable

BUTTONS = [Button(payload="yes:1", label="Yes"), Button(payload="no:1", label="No")]


class Vendor:
    def __init__(self) -> None:
        self.named_by: dict[str, str] = {"another": "HX9"}
        self.made: list[Shape] = []
        self.lists = 0
        self.fails: Exception | None = None
        self.answers = asyncio.Event()
        self.answers.set()

    async def named(self) -> Mapping[str, str]:
        self.lists += 1
        await self.answers.wait()
        if self.fails:
            raise self.fails
        return self.named_by

    async def of_shape(self, name: str, language: str, shape: Shape) -> str:
        assert (name, language) == (shape.name, "en")
        if self.fails:
            raise self.fails
        self.made.append(shape)
        return f"HX{len(self.made)}"


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


def shape(text: str = "one\n\ntwo") -> Shape:
    found = over_buttons(text, BUTTONS)
    assert found is not None
    return found.shape


def test_every_word_is_a_variable() -> None:
    found = over_buttons("Hi\n\n- a\n- b", BUTTONS)
    assert found is not None
    assert found.shape.types() == {
        "twilio/quick-reply": {
            "body": "{{1}}\n\n{{2}}\n{{3}}",
            "actions": [
                {"type": "QUICK_REPLY", "title": "{{4}}", "id": "{{5}}"},
                {"type": "QUICK_REPLY", "title": "{{6}}", "id": "{{7}}"},
            ],
        }
    }
    told = ["Hi", "- a", "- b", "Yes", "yes:1", "No", "no:1"]
    assert found.variables == {str(n): one for n, one in enumerate(told, start=1)}
    assert found.shape.samples().keys() == found.variables.keys()


CHOICES = Choices(
    label="Choose",
    items=[
        Choice(payload="words-1", title="Lisbon", description="warm"),
        Choice(payload="words-2", title="Oslo"),
    ],
)


def test_every_word_of_a_list_but_what_opens_it_is_a_variable() -> None:
    found = over_list("Where\nto?", CHOICES)
    assert found is not None
    assert found.shape.types() == {
        "twilio/list-picker": {
            "body": "{{1}}\n{{2}}",
            "button": "Choose",
            "items": [
                {"item": "{{3}}", "id": "{{4}}", "description": "{{5}}"},
                {"item": "{{6}}", "id": "{{7}}"},
            ],
        }
    }
    told = ["Where", "to?", "Lisbon", "words-1", "warm", "Oslo", "words-2"]
    assert found.variables == {str(n): one for n, one in enumerate(told, start=1)}
    assert found.shape.samples().keys() == found.variables.keys()


def test_lists_that_open_by_another_word_or_say_more_are_of_another_shape() -> None:
    bare = CHOICES.model_copy(update={"items": CHOICES.items[1:]})
    german = CHOICES.model_copy(update={"label": "Auswählen"})
    shapes = [over_list("Where to?", one) for one in (CHOICES, bare, german)]
    assert len({one.shape.name for one in shapes if one}) == 3


@pytest.mark.parametrize("title", ["a\tb", "{{1}}", "a      b"])
def test_a_choice_that_no_variable_may_hold_goes_without_a_list(title: str) -> None:
    unfit = CHOICES.model_copy(update={"items": [Choice(payload="words-1", title=title)]})
    assert over_list("Where to?", unfit) is None


def test_texts_of_one_shape_share_a_content() -> None:
    assert shape("one\n\ntwo") == shape("three\n\nfour")
    assert shape("one\n\ntwo").name == shape("three\n\nfour").name
    assert shape("one\n\ntwo").name != shape("one\ntwo").name


@pytest.mark.parametrize(
    "text",
    ["", " ", "a\tb", "a     b", "a\rb", "a {{1}}", "}}", "a\n \nb", "\na", "a\n", "a\u2028b"],
)
def test_what_no_variable_may_hold_goes_without_buttons(text) -> None:
    assert over_buttons(text, BUTTONS) is None


def test_so_does_a_text_of_many_lines() -> None:
    assert over_buttons("\n".join(["line"] * 24), BUTTONS) is not None
    assert over_buttons("\n".join(["line"] * 25), BUTTONS) is None


async def test_a_content_is_made_once(vendor: Vendor) -> None:
    replies = QuickReplies(vendor)
    assert await asyncio.gather(*(replies.content(shape()) for _ in range(5))) == ["HX1"] * 5
    assert await replies.content(shape()) == "HX1"
    assert await replies.content(shape("another")) == "HX2"
    assert (len(vendor.made), vendor.lists) == (2, 1)


async def test_one_of_an_earlier_process_is_used_again(vendor: Vendor) -> None:
    vendor.named_by[shape().name] = "HX7"
    assert await QuickReplies(vendor).content(shape()) == "HX7"
    assert vendor.made == []


async def test_one_that_is_refused_is_not_asked_for_again(vendor: Vendor) -> None:
    replies = QuickReplies(vendor)
    vendor.fails = TemplateRefused("no")
    assert await replies.content(shape()) is None
    vendor.fails = None
    assert await replies.content(shape()) is None
    assert await replies.content(shape("another")) == "HX1"


async def test_a_vendor_that_is_away_is_left_alone_for_a_while(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(quick_replies.clock, "monotonic", lambda: now)
    replies = QuickReplies(vendor)
    vendor.fails = VendorUnavailable("away")
    assert await replies.content(shape()) is None
    vendor.fails = None
    assert await replies.content(shape()) is None
    assert vendor.lists == 1
    now += quick_replies.PAUSE
    assert await replies.content(shape()) == "HX1"


async def test_one_that_comes_late_is_there_for_the_next(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick_replies, "WAITED", 0.01)
    vendor.answers.clear()
    replies = QuickReplies(vendor)
    assert await replies.content(shape()) is None
    vendor.answers.set()
    await asyncio.sleep(0.05)
    assert await replies.content(shape()) == "HX1"
    await replies.close()


async def test_no_more_are_made_than_an_account_should_hold(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick_replies, "MOST_SHAPES", 2)
    vendor.named_by |= {f"{NAME}1": "HX5"}
    replies = QuickReplies(vendor)
    assert await replies.content(shape()) == "HX1"
    assert await replies.content(shape("another")) is None
    assert await replies.content(shape()) == "HX1"
