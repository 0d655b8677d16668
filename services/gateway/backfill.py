"""Messages that arrived while nobody answered: found again in Twilio's list."""

import asyncio
from datetime import datetime, timedelta

import structlog

from services.gateway.twilio import Listed, Twilio
from services.gateway.webhooks import Intake
from taskflow import clock
from taskflow.errors import Retryable

LOOK_BACK = timedelta(hours=24)
"""At the start; WhatsApp's window, after which an answer could not be sent anyway."""
OVERLAP = timedelta(minutes=10)
RETRY_SECONDS = 10.0

log = structlog.get_logger()


class Backfill:
    def __init__(self, twilio: Twilio, intake: Intake, every_s: float) -> None:
        self._twilio, self._intake, self._every_s = twilio, intake, every_s

    async def run(self) -> None:
        """At the start, then now and then, for ever."""
        since = clock.utc_now() - LOOK_BACK
        while True:
            began = clock.utc_now()
            try:
                await self.once(since)
            except Retryable as error:
                log.warning("backfill.interrupted", error=error.code)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                since = began - OVERLAP
                await asyncio.sleep(self._every_s)

    async def once(self, since: datetime) -> int:
        """How many messages were missing. Raises Retryable."""
        missing = 0
        for one in reversed(await self._twilio.received_since(since)):
            missing += await self._intake.take(_form(one))
        if missing:
            log.warning("backfill.found", messages=missing)
        return missing


def _form(one: Listed) -> dict[str, list[str]]:
    """As much of the webhook as a listing has: no name, no media types."""
    return {
        "MessageSid": [one.message_sid],
        "From": [one.address],
        "Body": [one.body],
        "NumMedia": ["0"],
    }
