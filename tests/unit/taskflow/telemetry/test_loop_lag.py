"""What holds the loop is named, also where it holds the whole interpreter."""

import asyncio
import contextlib
import gc
import re
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from taskflow.telemetry import loop_lag
from taskflow.telemetry.loop_lag import EVERY_SECONDS, HELD_SECONDS
from tests.support.metering import metering

LONG = 2 * (EVERY_SECONDS + HELD_SECONDS)


def catastrophic(size: int) -> None:
    re.match(r"(a+)+$", "a" * size + "b")


def time_consuming(size: int) -> None:
    sum(range(2**size))


def plain_python(size: int) -> None:
    for _ in range(2**size):
        pass


def as_slow_as_needed(work: Callable[[int], None], size: int) -> int:
    """A size that takes this machine long enough, idle or not."""
    while True:
        began = time.monotonic()
        work(size)
        if time.monotonic() - began > LONG:
            return size
        size += 1


@contextlib.asynccontextmanager
async def measuring() -> AsyncGenerator[None]:
    task = asyncio.create_task(loop_lag.keep_measuring())
    await asyncio.sleep(0)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def held_by(work: Callable[[int], None], size: int, logs: list[Any]) -> Any:
    """The line; on a busy machine whoever looks may be late, and see what runs next."""
    for _ in range(5):
        work(size)
        await asyncio.sleep(2 * EVERY_SECONDS)
        for line in logs:
            if line["event"] == "loop.held" and line["function"] == work.__name__:
                return line
    raise AssertionError(logs)


@pytest.mark.parametrize(
    ("work", "size"), [(catastrophic, 18), (time_consuming, 22), (plain_python, 22)]
)
async def test_the_function_that_held_the_loop_is_named(
    work: Callable[[int], None], size: int
) -> None:
    size = as_slow_as_needed(work, size)
    with capture_logs() as logs, metering() as meter:
        async with measuring():
            line = await held_by(work, size, logs)
        counted = meter.series["taskflow_event_loop_held_total"]

    assert line["took_ms"] > 1000 * HELD_SECONDS
    assert line["at"].startswith("tests/unit/taskflow/telemetry/test_loop_lag.py:")
    assert work.__name__ in {dict(labels)["code_function_name"] for labels in counted}


async def test_a_loop_that_runs_has_nothing_told_of_it() -> None:
    with capture_logs() as logs:
        async with measuring():
            for _ in range(10):
                await asyncio.sleep(EVERY_SECONDS / 2)
    # On a busy machine the process itself may not have been run.
    assert {one["function"] for one in logs} <= {"select", "run", loop_lag.UNKNOWN}


OFTEN = """
import asyncio
from taskflow.telemetry import loop_lag

loop_lag.EVERY_SECONDS = loop_lag.HELD_SECONDS = 0.0005


def deep(n):
    return sum(deep(n - 1) for _ in range(2)) if n else 1


async def main():
    task = asyncio.create_task(loop_lag.keep_measuring())
    for _ in range(1000):
        deep(9)
        await asyncio.sleep(0.0006)
    task.cancel()


asyncio.run(main())
"""


def test_nothing_is_collected_while_frames_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """CPython makes them under a lock that a collection may want: gh-106883."""
    real, collected = sys._current_frames, []

    def current_frames() -> dict[int, Any]:
        collected.append(gc.isenabled())
        return real()

    monkeypatch.setattr(sys, "_current_frames", current_frames)
    seen = [frame.function for frame in loop_lag._stack(threading.get_ident())]
    assert "test_nothing_is_collected_while_frames_are_made" in seen
    assert collected == [False]
    assert gc.isenabled()


def test_looking_never_ends_the_process() -> None:
    """Whoever reads frames while they are made, as faulthandler does, crashes within a second."""
    child = subprocess.run(
        [sys.executable, "-c", OFTEN], capture_output=True, text=True, timeout=120, check=False
    )
    assert child.returncode == 0
    assert child.stdout.count("loop.held") >= 1
