"""What WhatsApp did not deliver, and whose callback was lost: found again in Twilio's list.

Twilio does not repeat a status callback. A refusal that nobody heard would count as said.
"""

from datetime import datetime

import structlog

from services.gateway.channels.heard import AnotherMessage, StatusNotes
from services.gateway.channels.twilio.twilio import Twilio
from taskflow.privacy.vault import Vault

log = structlog.get_logger()


class Sweeping:
    def __init__(self, twilio: Twilio, vault: Vault, heard: StatusNotes) -> None:
        self._twilio, self._vault, self._heard = twilio, vault, heard

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
