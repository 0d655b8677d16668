"""How long the event loop was blocked, and what blocked it: that holds up the whole process.

A thread looks whether the loop ticks. When a tick does not come in time it takes the stack of the
loop's thread. A pattern or a sort holds the interpreter for as long as it runs, and the thread with
it; but CPython hands the interpreter over at the end of the very call, still in the function that
made it, so the stack names the right one. It has files, lines and names of functions, no values.
"""

import asyncio
import gc
import math
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

import structlog

from taskflow import clock
from taskflow.telemetry.instruments import RecentWorst
from taskflow.telemetry.metrics import LOOP_HELD, LOOP_LAG

EVERY_SECONDS = 0.1
"""A block longer than this and HELD_SECONDS together is always seen, whenever it begins."""
HELD_SECONDS = 0.25
"""A longer lag is told with the function that ran."""
WINDOW_SECONDS = 30.0
"""Twice what Prometheus waits between looks in deploy/observability."""
QUIET_SECONDS = 10.0
"""Between two lines about one function; the metric counts every time."""
DEEPEST = 200
"""Frames of a stack that are looked at."""
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


class LoopWatch:
    """Create and use in the loop's thread."""

    def __init__(self) -> None:
        self._told_at: dict[str, float] = {}
        self._loops = threading.get_ident()
        self._deadline = math.inf
        self._seen: tuple[float, tuple[Frame, ...]] = (self._deadline, ())
        """What was due, and the stack that was found when it was."""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="loop-lag", daemon=True)

    def __enter__(self) -> Self:
        self.arm()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def arm(self) -> None:
        """From now on it has to be armed again in time."""
        self._deadline = clock.monotonic() + EVERY_SECONDS + HELD_SECONDS

    def _look(self) -> None:
        pause = 0.0
        while not self._over.wait(pause):
            deadline = self._deadline
            pause = deadline - clock.monotonic()
            if pause <= 0:
                if self._seen[0] != deadline:  # later on others run
                    self._seen = deadline, tuple(islice(_stack(self._loops), DEEPEST))
                pause = EVERY_SECONDS

    def tell(self, lag: float) -> None:
        """That the loop was held for so many seconds, and by what."""
        deadline, seen = self._seen
        stack = seen if deadline == self._deadline else ()
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


def _stack(thread: int) -> Iterator[Frame]:
    """Innermost first; nothing of a thread that has ended.

    CPython holds a lock while it makes the frames: a collection at that moment may want the same
    lock, and then the process hangs for good (gh-106883).
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        frames = sys._current_frames()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    finally:
        if collects:
            gc.enable()
    frame: FrameType | None = frames.pop(thread, None)
    del frames
    while frame:
        yield Frame(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)
        frame = frame.f_back


async def keep_measuring() -> None:
    """Sleeps, and looks how much later than asked it woke."""
    worst = RecentWorst(WINDOW_SECONDS)
    with LoopWatch() as watch:
        while True:
            asleep = clock.monotonic()
            watch.arm()
            await asyncio.sleep(EVERY_SECONDS)
            now = clock.monotonic()
            lag = max(0.0, now - asleep - EVERY_SECONDS)
            LOOP_LAG.set(worst.add(lag, now))
            if lag > HELD_SECONDS:
                watch.tell(lag)
