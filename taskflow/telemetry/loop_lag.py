"""How long the event loop was blocked, and what blocked it: that holds up the whole process.

The one who looks cannot be a Python thread, since a pattern or a sort holds the interpreter for as
long as it runs. So each tick arms faulthandler's timer, whose own thread needs no interpreter: when
the next tick does not come in time, it writes every thread's stack into a file. The next tick reads
there which function ran. A stack has files, lines and names of functions, and no values.
"""

import asyncio
import faulthandler
import math
import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from taskflow import clock
from taskflow.telemetry.instruments import Window
from taskflow.telemetry.metrics import LOOP_HELD, LOOP_LAG

EVERY_SECONDS = 0.1
"""A block longer than this and HELD_SECONDS together is always seen, whenever it begins."""
HELD_SECONDS = 0.25
"""A longer lag is told with the function that ran."""
WINDOW_SECONDS = 30.0
"""Twice what Prometheus waits between looks in deploy/observability."""
QUIET_SECONDS = 10.0
"""Between two lines about one function; the metric counts every time."""
UNKNOWN = "unknown"
_ROOT = Path(__file__).parents[2]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Frame:
    file: str
    line: int
    function: str

    @property
    def is_ours(self) -> bool:
        return self.file.startswith(f"{_ROOT}/") and "/site-packages/" not in self.file

    @property
    def place(self) -> str:
        return f"{self.file.removeprefix(f'{_ROOT}/')}:{self.line}"


class Watch:
    """Create and use in the loop's thread. There is one timer in a process: one watch at a time."""

    def __init__(self) -> None:
        self._told_at: dict[str, float] = {}
        self._thread = threading.get_ident()

    def __enter__(self) -> Self:
        self._file = tempfile.TemporaryFile("w+b", buffering=0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        faulthandler.cancel_dump_traceback_later()
        self._file.close()

    def arm(self) -> None:
        """From now on it has to be armed again in time."""
        faulthandler.dump_traceback_later(EVERY_SECONDS + HELD_SECONDS, file=self._file)

    def tell(self, lag: float) -> None:
        """That the loop was held for so many seconds, and by what."""
        faulthandler.cancel_dump_traceback_later()
        stack = self._dumped()
        innermost = stack[0] if stack else Frame(UNKNOWN, 0, UNKNOWN)
        ours = next((frame for frame in stack if frame.is_ours), innermost)
        LOOP_HELD.add(1, {"code.function.name": ours.function})
        now = clock.monotonic()
        if now - self._told_at.get(ours.function, -math.inf) < QUIET_SECONDS:
            return
        self._told_at[ours.function] = now
        log.warning(
            "loop.held",
            took_ms=round(lag * 1000),
            function=ours.function,
            at=ours.place,
            within=f"{innermost.place} {innermost.function}",
        )

    def _dumped(self) -> Sequence[Frame]:
        """The loop's stack, innermost first; empty where the timer did not ring."""
        descriptor = self._file.fileno()
        os.lseek(descriptor, 0, os.SEEK_SET)
        text = self._file.read().decode(errors="replace")
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.ftruncate(descriptor, 0)
        return list(stack_of(text, self._thread))


def stack_of(dump: str, thread: int) -> Iterator[Frame]:
    """One thread's frames of what faulthandler wrote, innermost first."""
    here = False
    for line in dump.splitlines():
        if not line.startswith(" "):
            _, begins, rest = line.partition("hread 0x")
            here = bool(begins) and int(rest.split(" ", 1)[0].rstrip(":"), 16) == thread
        elif here and (frame := _frame(line)):
            yield frame


def _frame(line: str) -> Frame | None:
    """Of `  File "/a/b.py", line 12 in name`."""
    where, _, function = line.rpartition(" in ")
    file, _, number = where.rpartition(", line ")
    if not number.isdecimal():
        return None
    return Frame(file.strip().removeprefix("File ").strip('"'), int(number), function)


async def keep_measuring() -> None:
    """Sleeps, and looks how much later than asked it woke."""
    worst = Window(WINDOW_SECONDS)
    with Watch() as watch:
        while True:
            asleep = clock.monotonic()
            watch.arm()
            await asyncio.sleep(EVERY_SECONDS)
            now = clock.monotonic()
            lag = max(0.0, now - asleep - EVERY_SECONDS)
            LOOP_LAG.set(worst.add(lag, now))
            if lag > HELD_SECONDS:
                watch.tell(lag)
