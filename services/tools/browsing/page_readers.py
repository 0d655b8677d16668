"""Processes that read pages: foreign text never holds the loop, and no page holds up another.

Each process reads one page at a time, without a secret in its environment, with limits on CPU and
memory of its own and a deadline here. What exceeds one is killed, and the next page gets a new
one. One person's pages are read one after the other, so that nobody can take all readers.
"""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, Self, TypeVar
from weakref import WeakValueDictionary

import structlog

import services
from contracts.streams import UserId
from services.tools.pages import wire
from services.tools.pages.page import Page, PageReading
from taskflow.process import variables
from taskflow.telemetry.metrics import PAGE_READERS, PAGES_UNREAD

MODULE = "services.tools.pages.worker"
READY = 2
"""One person has one at most, so another's page finds one that need not start first."""
T = TypeVar("T")
Killed = Literal["cpu", "deadline", "died"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    cpu_seconds: int = 5
    """For one page: the dearest of the pages made for it takes about one."""
    seconds: float = 20.0
    """By the clock, on a machine that has other things to do."""
    memory_bytes: int = 1_000_000_000
    """Of addresses; 5 MB of nested markup take a third."""
    readers: int = 3
    idle_seconds: float = 60.0
    """After which all but READY end: each takes about 40 MB."""


class ReadsPages(Protocol):
    async def read(self, page: Page, product: str | None, user: UserId) -> PageReading | None: ...
    async def allows(self, rules: str, url: str, user: UserId) -> bool | None: ...


class PageReaders:
    """`async with`; leaving it leaves no process behind."""

    def __init__(self, limits: ReaderLimits | None = None) -> None:
        self._limits = limits or ReaderLimits()
        self._turns = asyncio.Semaphore(self._limits.readers)
        self._taking = asyncio.Lock()
        self._idle: list[Process] = []
        self._all: set[Process] = set()
        self._of_user: WeakValueDictionary[UserId, asyncio.Lock] = WeakValueDictionary()
        self._resting: asyncio.TimerHandle | None = None
        self._closed = False
        self._ending: set[asyncio.Future[int]] = set()

    async def __aenter__(self) -> Self:
        PAGE_READERS.set(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closed = True
        if self._resting:
            self._resting.cancel()
        for reader in self._all:
            _kill(reader)
        await asyncio.gather(*(reader.wait() for reader in self._all), *self._ending)
        self._all.clear()
        PAGE_READERS.set(0)

    @property
    def pids(self) -> frozenset[int]:
        return frozenset(reader.pid for reader in self._all)

    async def read(self, page: Page, product: str | None, user: UserId) -> PageReading | None:
        """None for a page that its reader did not survive."""
        return await self._asked(wire.question(page, product), wire.reading, user)

    async def allows(self, rules: str, url: str, user: UserId) -> bool | None:
        """Whether a robots.txt lets us look; None for one that its reader did not survive."""
        return await self._asked(wire.robots_question(rules, url), wire.truth, user)

    async def _asked(
        self, question: bytes, decoded: Callable[[bytes], T], user: UserId
    ) -> T | None:
        mine = self._of_user.setdefault(user, asyncio.Lock())
        async with mine, self._turns:
            reader = await self._taken()
            answered = False
            try:
                async with asyncio.timeout(self._limits.seconds):
                    found = decoded(await _exchange(reader, question))
                answered = True
            except TimeoutError:
                _unread("deadline")
                return None
            except (OSError, EOFError, ValueError):
                _kill(reader)
                status = await reader.wait()
                _unread("cpu" if status == -signal.SIGXCPU else "died")
                return None
            finally:
                # Also when whoever asked has left: it is in the middle of something.
                self._give_back(reader, answered=answered)
            return found

    async def _taken(self) -> Process:
        """The one that was asked last, since it has started for sure."""
        async with self._taking:
            for ended in [process for process in self._idle if process.returncode is not None]:
                self._idle.remove(ended)
                self._end(ended)
            taken = self._idle.pop() if self._idle else await self._started()
            with contextlib.suppress(OSError):  # the machine is full: the next one starts its own
                while len(self._all) < min(READY, self._limits.readers):
                    self._idle.insert(0, await self._started())
            return taken

    async def _started(self) -> Process:
        limits = self._limits
        options = map(str, (limits.cpu_seconds, limits.memory_bytes, os.getpid()))
        reader = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", MODULE, *options,
            stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_environment(),
        )  # fmt: skip
        self._all.add(reader)
        PAGE_READERS.set(len(self._all))
        if self._closed:
            _kill(reader)
        return reader

    def _give_back(self, reader: Process, *, answered: bool) -> None:
        if answered and not self._closed:
            self._idle.append(reader)
        else:
            self._end(reader)
        if self._resting is None and not self._closed:
            loop = asyncio.get_running_loop()
            self._resting = loop.call_later(self._limits.idle_seconds, self._rest)

    def _rest(self) -> None:
        """All but READY of those that have nothing to do."""
        self._resting = None
        while len(self._idle) > READY:
            self._end(self._idle.pop(0))

    def _end(self, reader: Process) -> None:
        _kill(reader)
        task = asyncio.ensure_future(reader.wait())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        self._all.discard(reader)
        PAGE_READERS.set(len(self._all))


async def _exchange(reader: Process, question: bytes) -> bytes:
    """Raises OSError, EOFError for a reader that ended, ValueError for what is no reading."""
    assert reader.stdin is not None, "it was started with pipes"
    assert reader.stdout is not None, "it was started with pipes"
    reader.stdin.write(question)
    await reader.stdin.drain()
    (length,) = wire.LENGTH.unpack(await reader.stdout.readexactly(wire.LENGTH.size))
    if length > wire.MOST_ANSWER:
        raise ValueError("too long for a reading")
    return await reader.stdout.readexactly(length)


def _environment() -> dict[str, str]:
    """Where our code is, and nothing else: no key, no address."""
    (home, *_) = services.__path__
    return variables.given("page-reader", {"PYTHONPATH": str(Path(home).parent), "LANG": "C.UTF-8"})


def _unread(why: Killed) -> None:
    log.warning("page.unreadable", reason=why)
    PAGES_UNREAD.add(1, {"reason": why})


def _kill(reader: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        reader.kill()
