"""How long the event loop was blocked: whoever blocks it holds up everything in the process."""

import asyncio

from taskflow import clock
from taskflow.telemetry.instruments import Window
from taskflow.telemetry.metrics import LOOP_LAG

EVERY_SECONDS = 0.25
WINDOW_SECONDS = 30.0
"""Twice what Prometheus waits between looks in deploy/observability."""


async def keep_measuring() -> None:
    """Sleeps, and looks how much later than asked it woke."""
    worst = Window(WINDOW_SECONDS)
    while True:
        asleep = clock.monotonic()
        await asyncio.sleep(EVERY_SECONDS)
        now = clock.monotonic()
        LOOP_LAG.set(worst.add(max(0.0, now - asleep - EVERY_SECONDS), now))
