"""Messages that arrived while nobody answered: found again in Twilio's list."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg
import structlog
from pydantic import ValidationError

from contracts import slots
from services.gateway.channels.channel import ListedMessage
from services.gateway.channels.intake import Intake
from services.gateway.channels.twilio import inbound
from services.gateway.channels.twilio.forms import AttachedMedia, InboundForm, Unusable
from services.gateway.channels.twilio.twilio import Twilio
from taskflow import clock
from taskflow.postgres.database import UNAVAILABLE, DatabaseUnavailable

CHUNK = 1000

# Most of what Twilio lists is in the log long since: found by the ids that it would have.
_KNOWN = "select event_id from events where event_id = any($1::uuid[])"

log = structlog.get_logger()


class Backfill:
    def __init__(
        self, twilio: Twilio, intake: Intake, pool: asyncpg.Pool, webhook_s: float
    ) -> None:
        """`webhook_s`: seconds within which Twilio brings a message by its webhook, or gives up."""
        self._twilio, self._intake, self._pool = twilio, intake, pool
        self._webhook_s = webhook_s

    async def once(self, since: datetime) -> int:
        """How many messages were missing; they are taken in the order they were sent.

        A listing tells neither which button was pressed nor where somebody is, so a webhook that
        may be on its way comes first. Raises Retryable.
        """
        unknown = list(reversed(await self._unknown(await self._twilio.received_since(since))))
        young_from = clock.utc_now() - timedelta(seconds=self._webhook_s)
        coming = [listed for listed in unknown if listed.at is not None and listed.at > young_from]
        missing = await self._take([listed for listed in unknown if listed not in coming])
        if coming:
            await asyncio.sleep(self._webhook_s)
            missing += await self._take(await self._unknown(coming))
        if missing:
            log.warning("backfill.found", messages=missing)
        return missing

    async def _take(self, unknown: Sequence[ListedMessage]) -> int:
        """How many of them nobody had brought meanwhile."""
        taken = 0
        for listed in unknown:
            with structlog.contextvars.bound_contextvars(message_ref=listed.message_ref):
                try:
                    form = _form(listed)
                    if await self._intake.take(inbound.message(form), inbound.addresses(form)):
                        log.info("message.taken", found_by="backfill")
                        taken += 1
                except Unusable as error:
                    log.warning("backfill.unusable", reason=str(error))
        return taken

    async def _unknown(self, listed: Sequence[ListedMessage]) -> list[ListedMessage]:
        unknown: list[ListedMessage] = []
        for start in range(0, len(listed), CHUNK):
            by_id = {
                slots.event_id(slots.message(listed_message.message_ref), 0): listed_message
                for listed_message in listed[start : start + CHUNK]
            }
            try:
                known = {row["event_id"] for row in await self._pool.fetch(_KNOWN, list(by_id))}
            except UNAVAILABLE as error:
                raise DatabaseUnavailable("the log did not answer") from error
            unknown += [message for id_, message in by_id.items() if id_ not in known]
        return unknown


def _form(listed_message: ListedMessage) -> InboundForm:
    """As much of the webhook as a listing has: no name, and media by where they are listed.

    Raises Unusable.
    """
    parameters = {
        "MessageSid": listed_message.message_ref,
        "From": listed_message.address,
        "Body": listed_message.body,
    }
    parameters |= {"To": listed_message.sender} if listed_message.sender else {}
    try:
        media = [AttachedMedia(url=listed_message.media)] if listed_message.media else []
        return InboundForm.model_validate({**parameters, "Media": media})
    except ValidationError as error:
        raise Unusable("a listed message is not one that Twilio sends") from error
