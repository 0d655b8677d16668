"""What WhatsApp did not deliver, and whose callback was lost: found again in Twilio's list.

Twilio does not repeat a status callback. A refusal that nobody heard would count as said.
"""

import asyncio
from datetime import datetime, timedelta

import asyncpg
import structlog

from services.gateway.channels.heard import AnotherMessage, Heard
from services.gateway.channels.twilio.twilio import Twilio
from taskflow import clock
from taskflow.errors import Retryable
from taskflow.privacy.vault import Vault

LOOK_BACK = timedelta(hours=24)
"""At the start."""
OVERLAP = timedelta(minutes=10)
RETRY_SECONDS = 10.0

log = structlog.get_logger()


class Sweeping:
    def __init__(self, twilio: Twilio, vault: Vault, heard: Heard, *, every_s: float) -> None:
        self._twilio, self._vault, self._heard = twilio, vault, heard
        self._every_s = every_s

    async def run(self) -> None:
        """At the start, then now and then, for ever."""
        since = clock.utc_now() - LOOK_BACK
        while True:
            began = clock.utc_now()
            try:
                await self.once(since)
            except (Retryable, asyncpg.PostgresError) as error:
                log.warning("sweep.interrupted", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                since = began - OVERLAP
                await asyncio.sleep(self._every_s)

    async def once(self, since: datetime) -> int:
        """How many were not known to be lost. Raises Retryable."""
        news = 0
        for one in await self._twilio.lost_since(since):
            user = await self._vault.known(one.address)
            if user is None:
                continue
            with structlog.contextvars.bound_contextvars(message_ref=one.message_ref):
                try:
                    found = await self._heard.found(user, one)
                except AnotherMessage as error:
                    log.warning("sweep.unusable", reason=str(error))
                    continue
                if found:
                    log.warning("status.noted", status=one.status, code=one.code, found_by="list")
                    news += 1
        return news
