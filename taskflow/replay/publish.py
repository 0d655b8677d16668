"""Recorded events, in the order of the log and at a pace, onto a stream of their own."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.recorded import Message
from taskflow import clock
from taskflow.errors import Configuration

PAGE = 500
_SPEED = re.compile(r"(?P<times>\d+(?:\.\d+)?)x")

Put = Callable[[Sequence[Message]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class WantedEvents:
    """Which events of the log."""

    since: datetime | None = None
    until: datetime | None = None
    types: Sequence[str] = ()
    """`message.received`, or a whole family as `message` or `message.*`."""
    user: UUID | None = None

    def fits(self, message: Message) -> bool:
        return (
            (self.since is None or message.recorded_at >= self.since)
            and (self.until is None or message.recorded_at < self.until)
            and (self.user is None or message.user_id == self.user)
            and (not self.types or any(_is_of(message.type, type_) for type_ in self.types))
        )


def _is_of(type_: str, wanted: str) -> bool:
    return type_ == wanted or type_.startswith(f"{wanted.removesuffix('.*')}.")


def speed_of(text: str) -> float | None:
    """How many times as fast as it was; None: as fast as may be. Raises Configuration."""
    if text == "max":
        return None
    found = _SPEED.fullmatch(text)
    if found is None or not float(found["times"]):
        raise Configuration(f"--speed wants 1x, 10x, 0.5x or max, not {text!r}")
    return float(found["times"])


class Pace:
    """Keeps the recorded gaps, divided by the speed, from the first event on."""

    def __init__(self, speed: float | None) -> None:
        self._speed = speed
        self._began: tuple[float, datetime] | None = None

    def wait_of(self, message: Message) -> float:
        """Seconds from now until it is due; not above zero once it is."""
        if self._speed is None:
            return 0.0
        now = clock.monotonic()
        if self._began is None:
            self._began = now, message.recorded_at
        started, first = self._began
        return started + (message.recorded_at - first).total_seconds() / self._speed - now


async def publish(
    messages: AsyncIterator[Message],
    wanted: WantedEvents,
    speed: float | None,
    put: Put,
    on_read: Callable[[Message, int], None] = lambda _, __: None,
) -> int:
    """How many were published. `on_read` hears of each event read, and of how many went out."""
    pace, page, published = Pace(speed), list[Message](), 0

    async def out() -> None:
        nonlocal published
        if page:
            await put(page)
            published += len(page)
            page.clear()

    async for message in messages:
        if wanted.fits(message):
            if (wait := pace.wait_of(message)) > 0:
                await out()
                await asyncio.sleep(wait)
            page.append(message)
            if len(page) >= PAGE:
                await out()
        on_read(message, published)
    await out()
    return published
