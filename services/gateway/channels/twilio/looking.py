"""Looks into Twilio's list, again and again: each from a little before where the last one began."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import asyncpg
import structlog

from taskflow import clock
from taskflow.errors import Retryable

LOOK_BACK = timedelta(hours=24)
"""At the start; WhatsApp's window, after which an answer could not be sent anyway."""
OVERLAP = timedelta(minutes=10)
RETRY_SECONDS = 10.0

log = structlog.get_logger()


async def keep_looking(
    once: Callable[[datetime], Awaitable[int]], every_s: float, *, interrupted: str
) -> None:
    """At the start, then now and then, for ever. `interrupted` names the event that is logged."""
    since = clock.utc_now() - LOOK_BACK
    while True:
        began = clock.utc_now()
        try:
            await once(since)
        except (Retryable, asyncpg.PostgresError) as error:
            log.warning(interrupted, error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)
        else:
            since = began - OVERLAP
            await asyncio.sleep(every_s)
