"""What holds the loop is named, also where it holds the whole interpreter."""

import asyncio
import contextlib
import re
import threading
import time
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from taskflow.telemetry import loop_lag
from taskflow.telemetry.loop_lag import EVERY_SECONDS, HELD_SECONDS, Watch, stack_of
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


async def held(logs: list[Any]) -> Any:
    async with asyncio.timeout(30):
        while not (lines := [one for one in logs if one["event"] == "loop.held"]):
            await asyncio.sleep(EVERY_SECONDS)
    return lines[0]


@pytest.mark.parametrize(
    ("work", "size"), [(catastrophic, 18), (time_consuming, 22), (plain_python, 22)]
)
async def test_the_function_that_held_the_loop_is_named(
    work: Callable[[int], None], size: int
) -> None:
    size = as_slow_as_needed(work, size)
    with capture_logs() as logs, metering() as meter:
        async with measuring():
            work(size)
            line = await held(logs)
        counted = meter.series["taskflow_event_loop_held_total"]

    assert line["function"] == work.__name__
    assert line["took_ms"] > 1000 * HELD_SECONDS
    assert line["at"].startswith("tests/unit/taskflow/telemetry/test_loop_lag.py:")
    assert {dict(labels)["code_function_name"] for labels in counted} == {work.__name__}


async def test_a_loop_that_runs_has_nothing_told_of_it() -> None:
    with capture_logs() as logs:
        async with measuring():
            for _ in range(10):
                await asyncio.sleep(EVERY_SECONDS / 2)
    # On a busy machine the process itself may not have been run.
    assert {one["function"] for one in logs} <= {"select", "run", loop_lag.UNKNOWN}


def test_one_threads_stack_is_read_of_a_dump() -> None:
    dump = (
        "Timeout (0:00:00.350000)!\n"
        'Thread 0x0000000000000abc (most recent call first):\n  File "/x/y.py", line 3 in other\n\n'
        "Thread 0x0000000000000def [main] (most recent call first):\n"
        '  File "/a/in b, line 7/c.py", line 12 in <lambda>\n  File "/d.py", line 1 in f\n  ...\n'
    )

    assert [(one.file, one.line, one.function) for one in stack_of(dump, 0xDEF)] == [
        ("/a/in b, line 7/c.py", 12, "<lambda>"),
        ("/d.py", 1, "f"),
    ]
    assert list(stack_of("no dump", 1)) == []


def test_a_tick_costs_no_more_than_a_few_threads_starts() -> None:
    """Ten ticks a second: what ten threads cost that do nothing."""

    def started() -> None:
        thread = threading.Thread(target=int)
        thread.start()
        thread.join()

    def took(work: Callable[[], None]) -> float:
        began = time.process_time()
        for _ in range(200):
            work()
        return time.process_time() - began

    with Watch() as watch:
        assert min(took(watch.arm) for _ in range(5)) < 3 * min(took(started) for _ in range(5))
