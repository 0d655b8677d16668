"""Buttons at Twilio: contents of type quick-reply, made as they are needed, and used again.

A content holds no word of a message: each line of the text, each label and each payload is a
variable, for a variable takes no line break (error 21656). So there are as many contents as there
are shapes of texts. What is not had in time, or is refused, costs a message its buttons and nothing
else.
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

from contracts.conversation import Button
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
    """Of a text with buttons: how many line breaks stand behind each of its lines but the last."""

    breaks: tuple[int, ...]
    buttons: int

    def types(self) -> Mapping[str, Any]:
        """The content, with its variables numbered from 1: lines, then labels and payloads."""
        numbers = count(1)
        body = "".join(_next(numbers) + "\n" * many for many in (*self.breaks, 0))
        actions = [
            {"type": "QUICK_REPLY", "title": _next(numbers), "id": _next(numbers)}
            for _ in range(self.buttons)
        ]
        return {"body": body, "actions": actions}

    def samples(self) -> Mapping[str, str]:
        lines = len(self.breaks) + 1
        return {str(n): f"text {n}" for n in range(1, lines + 2 * self.buttons + 1)}

    @property
    def name(self) -> str:
        told = json.dumps([self.breaks, self.buttons])
        return NAME + hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Filled:
    shape: Shape
    variables: Mapping[str, str]


class Contents(Protocol):
    """Raises TemplateRefused, VendorUnavailable."""

    async def named(self) -> Mapping[str, str]: ...

    async def with_buttons(self, name: str, language: str, shape: Shape) -> str: ...


def filled(text: str, buttons: Sequence[Button]) -> Filled | None:
    """None where the text cannot be said by variables."""
    rows = text.split("\n")
    lines = [row for row in rows if row]
    if _UNFIT.search(text) or len(lines) > MOST_LINES or any(not line.strip() for line in lines):
        return None
    if not lines or not rows[0] or not rows[-1]:
        return None
    places = [n for n, row in enumerate(rows) if row]
    breaks = tuple(after - before for before, after in pairwise(places))
    given = [*lines, *(part for one in buttons for part in (one.label, one.payload))]
    values = {str(n): value for n, value in enumerate(given, start=1)}
    return Filled(Shape(breaks, len(buttons)), values)


class QuickReplies:
    def __init__(self, contents: Contents) -> None:
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
        for one in self._making.values():
            one.cancel()
        await asyncio.gather(*self._making.values(), return_exceptions=True)

    async def _made(self, name: str, shape: Shape) -> str | None:
        try:
            known = await self._read()
            if name not in known and len(known) < MOST_SHAPES:
                known[name] = await self._contents.with_buttons(name, LANGUAGE, shape)
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
                self._known = {name: one for name, one in named.items() if name.startswith(NAME)}
            return self._known


def _next(numbers: "count[int]") -> str:
    return f"{{{{{next(numbers)}}}}}"
