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
        for listed_message in await self._twilio.lost_since(since):
            user = await self._vault.known(listed_message.address)
            if user is None:
                continue
            with structlog.contextvars.bound_contextvars(message_ref=listed_message.message_ref):
                try:
                    found = await self._heard.found(user, listed_message)
                except AnotherMessage as error:
                    log.warning("sweep.unusable", reason=str(error))
                    continue
                if found:
                    log.warning(
                        "status.noted",
                        status=listed_message.status,
                        code=listed_message.code,
                        found_by="list",
                    )
                    news += 1
        return news
