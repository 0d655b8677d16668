"""`taskflow takeover` and `taskflow hand-back`: a person of the team speaks instead of the bot."""

import asyncio
import contextlib
import getpass
import sys
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from typing import Protocol, cast
from uuid import UUID

from taskflow import clock
from taskflow.cli.output import echo, warn
from taskflow.errors import Configuration, Retryable
from taskflow.foreign_text import for_terminal

GROUP = "taskflow.takeover"
"""Entry points: `desk`, a context manager of a Desk, for a user's id or address."""
LOOK_SECONDS = 0.5
BEFORE = 20
"""Of what was said before, as much is shown at the beginning."""
BACK, QUIT = "/back", "/quit"

_HOW = f"""\
You have the word; the bot says nothing. A line is a message to them; {BACK} hands back and ends,
{QUIT} ends and leaves you the word. Reminders and alerts go out meanwhile, marked as automatic."""
_STAYS = "You have the word still: `taskflow hand-back {user}` gives it back."


@dataclass(frozen=True, slots=True)
class HeardLine:
    at: datetime
    who: str
    """`user`, `takeover`, or the kind of a reply."""
    text: str


class TakeoverDesk(Protocol):
    @property
    def user(self) -> UUID: ...

    async def take(self, by: str) -> None: ...

    async def say(self, by: str, text: str, *, seen: int, command: UUID) -> None: ...

    async def hand_back(self) -> None: ...

    async def look(self, after: int) -> tuple[list[HeardLine], int]: ...


async def take_over(name: str, by: str, say: str | None) -> None:
    """With a line to say, that one, and no prompt. Raises Configuration."""
    async with _desk(name) as desk:
        if say is not None:
            if not say.strip():
                raise Configuration("there is nothing to say")
            _, seen = await desk.look(0)
            await desk.take(by)
            await desk.say(by, say, seen=seen, command=clock.new_id())
            echo(f"said. {_STAYS.format(user=desk.user)}")
            return
        await desk.take(by)
        await _Prompt(desk, by).run()


async def hand_back(name: str) -> None:
    async with _desk(name) as desk:
        await desk.hand_back()
    echo("the bot has the word again, and answers what nobody has")


def login() -> str:
    """Raises Configuration where this process runs as nobody that has a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        raise Configuration("say who you are: --by NAME") from None


class _Prompt:
    """Shows what comes in, and takes lines, until one of its commands or the end of input."""

    def __init__(self, desk: TakeoverDesk, by: str) -> None:
        self._desk, self._by = desk, by
        self._seen = 0
        """Up to here everything stands on the screen."""

    async def run(self) -> None:
        heard, self._seen = await self._desk.look(0)
        for heard_line in heard[-BEFORE:]:
            _show(heard_line)
        warn(_HOW, "green")
        showing = asyncio.create_task(self._keep_showing())
        try:
            async for line, seen in _typed(lambda: self._seen):
                if line == BACK:
                    await self._desk.hand_back()
                    echo("the bot has the word again, and answers what nobody has")
                    return
                if line == QUIT:
                    break
                if line:
                    await self._say(line, seen)
        finally:
            showing.cancel()
        warn(_STAYS.format(user=self._desk.user), "yellow")

    async def _say(self, line: str, seen: int) -> None:
        """Raises Configuration when they have not the word any more."""
        try:
            await self._desk.say(self._by, line, seen=seen, command=clock.new_id())
        except Retryable as error:
            warn(f"Not said: {error}", "red")

    async def _keep_showing(self) -> None:
        away = False
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                heard, self._seen = await self._desk.look(self._seen)
                away = False
            except Retryable as error:
                if not away:
                    warn(f"The log does not answer: {error}", "red")
                away = True
                continue
            for heard_line in heard:
                if heard_line.who != "operator":
                    _show(heard_line)


def _show(heard_line: HeardLine) -> None:
    text = for_terminal(heard_line.text, lines=True, isolates=True)
    echo(f"{heard_line.at.astimezone():%H:%M} {heard_line.who}: {text}")


async def _typed(seen: Callable[[], int]) -> AsyncGenerator[tuple[str, int]]:
    """Lines of standard input, each with what was seen when it was entered.

    They are read by a thread that the end of the process does not wait for.
    """
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[tuple[str, int] | None] = asyncio.Queue()

    def entered(line: str) -> None:
        lines.put_nowait((line.strip(), seen()))

    def read() -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            for line in sys.stdin:
                loop.call_soon_threadsafe(entered, line)
            loop.call_soon_threadsafe(lines.put_nowait, None)

    threading.Thread(target=read, daemon=True).start()
    while (line := await lines.get()) is not None:
        yield line


def _desk(name: str) -> AbstractAsyncContextManager[TakeoverDesk]:
    for entry in entry_points(group=GROUP):
        open_ = cast("Callable[[str], AbstractAsyncContextManager[TakeoverDesk]]", entry.load())
        return open_(name)
    raise Configuration("no installed service holds conversations; install taskflow[agent]")
