"""Buttons and lists at Twilio: contents of type quick-reply and list-picker, made as needed.

A content holds no word of a message: each line of the text, each label and each payload is a
variable, for a variable takes no line break (error 21656). What opens a list is a word of ours:
whether Twilio fills in one there is not documented. So there are as many contents as there are
shapes of texts. What is not had in time, or is refused, costs a message its buttons or its list,
which is written under the text then.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Any, Protocol

import structlog

from contracts.conversation import Button, Choices
from services.gateway.channels.channel import TemplateRefused
from taskflow import clock
from taskflow.errors import VendorUnavailable

WAITED = 2.0
"""Seconds that a message waits for its content; one that comes later is there for the next."""
PAUSE = 60.0
"""Seconds without another try, once the vendor did not answer."""
MOST_LINES = 24
MOST_SHAPES = 1_000
"""Contents that are made in all: an account may hold any number, and nobody cleans up."""
NAME = "taskflow_buttons_"
LANGUAGE = "en"
"""Twilio wants one: none of its words is in the content."""
_UNFIT = re.compile(r"[\r\t\v\f\x85\u2028\u2029]| {5,}|\{\{|\}\}")
"""What a variable may not hold (error 21656), and what could be read as one."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Shape:
    """Of a text with buttons, or with a list."""

    breaks: tuple[int, ...]
    """How many line breaks stand behind each of its lines but the last."""
    buttons: int = 0
    label: str = ""
    """What opens the list."""
    described: tuple[bool, ...] = ()
    """Of each choice of the list: whether it has a description, for no variable is empty."""

    def types(self) -> Mapping[str, Any]:
        """The content, with its variables numbered from 1: lines, then labels and payloads."""
        numbers = count(1)
        body = "".join(_next(numbers) + "\n" * many for many in (*self.breaks, 0))
        if self.described:
            items = [_item(numbers, has_more=has_more) for has_more in self.described]
            return {"twilio/list-picker": {"body": body, "button": self.label, "items": items}}
        actions = [
            {"type": "QUICK_REPLY", "title": _next(numbers), "id": _next(numbers)}
            for _ in range(self.buttons)
        ]
        return {"twilio/quick-reply": {"body": body, "actions": actions}}

    def samples(self) -> Mapping[str, str]:
        lines = len(self.breaks) + 1
        under = 2 * (self.buttons + len(self.described)) + sum(self.described)
        return {str(n): f"text {n}" for n in range(1, lines + under + 1)}

    @property
    def name(self) -> str:
        listed = [self.label, self.described] if self.described else []
        shape_json = json.dumps([self.breaks, self.buttons, *listed])
        return NAME + hashlib.sha256(shape_json.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Filled:
    shape: Shape
    variables: Mapping[str, str]


class ContentMaker(Protocol):
    """Raises TemplateRefused, VendorUnavailable."""

    async def named(self) -> Mapping[str, str]: ...

    async def of_shape(self, name: str, language: str, shape: Shape) -> str: ...


def over_buttons(text: str, buttons: Sequence[Button]) -> Filled | None:
    """None where the text cannot be said by variables."""
    breaks = _breaks(text)
    if breaks is None:
        return None
    given = [
        *_lines(text),
        *(part for button in buttons for part in (button.label, button.payload)),
    ]
    return Filled(Shape(breaks, len(buttons)), _numbered(given))


def over_list(text: str, choices: Choices) -> Filled | None:
    """None where the text cannot be said by variables."""
    breaks = _breaks(text)
    rows = [
        tuple(filter(None, (item.title, item.payload, item.description))) for item in choices.items
    ]
    given = [part for row in rows for part in row]
    if breaks is None or any(_UNFIT.search(part) for part in given):
        return None
    described = tuple(item.description is not None for item in choices.items)
    shape = Shape(breaks, label=choices.label, described=described)
    return Filled(shape, _numbered([*_lines(text), *given]))


def _lines(text: str) -> list[str]:
    return [row for row in text.split("\n") if row]


def _numbered(given: Sequence[str]) -> Mapping[str, str]:
    return {str(n): value for n, value in enumerate(given, start=1)}


def _breaks(text: str) -> tuple[int, ...] | None:
    """None where its lines are no variables."""
    rows = text.split("\n")
    lines = _lines(text)
    if _UNFIT.search(text) or len(lines) > MOST_LINES or any(not line.strip() for line in lines):
        return None
    if not lines or not rows[0] or not rows[-1]:
        return None
    places = [n for n, row in enumerate(rows) if row]
    return tuple(after - before for before, after in pairwise(places))


class QuickReplies:
    def __init__(self, contents: ContentMaker) -> None:
        self._contents = contents
        self._known: dict[str, str] | None = None
        """ContentSids by their names; None: not read yet."""
        self._refused: set[str] = set()
        self._making: dict[str, asyncio.Task[str | None]] = {}
        self._reading = asyncio.Lock()
        self._paused_until = 0.0

    async def content(self, shape: Shape) -> str | None:
        """Its ContentSid; None where there is none in time."""
        name = shape.name
        if self._known and (known := self._known.get(name)):
            return known
        if name in self._refused or clock.monotonic() < self._paused_until:
            return None
        # It goes on when nobody waits any more.
        making = self._making.get(name) or asyncio.create_task(self._made(name, shape))
        self._making[name] = making
        try:
            async with asyncio.timeout(WAITED):
                return await asyncio.shield(making)
        except TimeoutError:
            log.warning("buttons.late")
            return None

    async def close(self) -> None:
        for task in self._making.values():
            task.cancel()
        await asyncio.gather(*self._making.values(), return_exceptions=True)

    async def _made(self, name: str, shape: Shape) -> str | None:
        try:
            known = await self._read()
            if name not in known and len(known) < MOST_SHAPES:
                known[name] = await self._contents.of_shape(name, LANGUAGE, shape)
            return known.get(name)
        except TemplateRefused as error:
            log.warning("buttons.refused", reason=str(error))
            self._refused.add(name)
        except VendorUnavailable as error:
            log.warning("buttons.unavailable", reason=str(error))
            self._paused_until = clock.monotonic() + PAUSE
        finally:
            self._making.pop(name, None)
        return None

    async def _read(self) -> dict[str, str]:
        async with self._reading:
            if self._known is None:
                named = await self._contents.named()
                self._known = {name: sid for name, sid in named.items() if name.startswith(NAME)}
            return self._known


def _item(numbers: "count[int]", *, has_more: bool) -> Mapping[str, str]:
    item = {"item": _next(numbers), "id": _next(numbers)}
    return {**item, "description": _next(numbers)} if has_more else item


def _next(numbers: "count[int]") -> str:
    return f"{{{{{next(numbers)}}}}}"
