"""What a service does again and again; an outage of what it needs interrupts it, no more."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import structlog

from taskflow.errors import Retryable
from taskflow.postgres.database import UNAVAILABLE

log = structlog.get_logger()


async def repeated(once: Callable[[], Awaitable[Any]], every_s: float, *, interrupted: str) -> None:
    """For ever, with a pause between. `interrupted` names the event that is logged."""
    while True:
        try:
            await once()
        except (*UNAVAILABLE, asyncpg.PostgresError, Retryable) as error:
            log.warning(interrupted, error=type(error).__name__)
        await asyncio.sleep(every_s)
