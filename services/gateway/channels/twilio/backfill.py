"""Messages that arrived while nobody answered: found again in Twilio's list."""

from datetime import datetime

import asyncpg
import structlog
from pydantic import ValidationError

from contracts import slots
from services.gateway.channels.channel import ListedMessage
from services.gateway.channels.intake import Intake
from services.gateway.channels.twilio import inbound
from services.gateway.channels.twilio.forms import AttachedMedia, InboundForm, Unusable
from services.gateway.channels.twilio.twilio import Twilio
from taskflow.postgres.database import UNAVAILABLE, DatabaseUnavailable

CHUNK = 1000

# Most of what Twilio lists is in the log long since: found by the ids that it would have.
_KNOWN = "select event_id from events where event_id = any($1::uuid[])"

log = structlog.get_logger()


class Backfill:
    def __init__(self, twilio: Twilio, intake: Intake, pool: asyncpg.Pool) -> None:
        self._twilio, self._intake, self._pool = twilio, intake, pool

    async def once(self, since: datetime) -> int:
        """How many messages were missing; they are taken in the order they were sent.

        Raises Retryable.
        """
        missing = 0
        for one in reversed(await self._unknown(await self._twilio.received_since(since))):
            with structlog.contextvars.bound_contextvars(message_ref=one.message_ref):
                try:
                    form = _form(one)
                    if await self._intake.take(inbound.message(form), inbound.addresses(form)):
                        log.info("message.taken", found_by="backfill")
                        missing += 1
                except Unusable as error:
                    log.warning("backfill.unusable", reason=str(error))
        if missing:
            log.warning("backfill.found", messages=missing)
        return missing

    async def _unknown(self, listed: list[ListedMessage]) -> list[ListedMessage]:
        unknown: list[ListedMessage] = []
        for start in range(0, len(listed), CHUNK):
            by_id = {
                slots.event_id(slots.message(one.message_ref), 0): one
                for one in listed[start : start + CHUNK]
            }
            try:
                known = {row["event_id"] for row in await self._pool.fetch(_KNOWN, list(by_id))}
            except UNAVAILABLE as error:
                raise DatabaseUnavailable("the log did not answer") from error
            unknown += [one for id_, one in by_id.items() if id_ not in known]
        return unknown


def _form(one: ListedMessage) -> InboundForm:
    """As much of the webhook as a listing has: no name, and media by where they are listed.

    Raises Unusable.
    """
    told = {"MessageSid": one.message_ref, "From": one.address, "Body": one.body}
    told |= {"To": one.sender} if one.sender else {}
    try:
        media = [AttachedMedia(url=one.media)] if one.media else []
        return InboundForm.model_validate({**told, "Media": media})
    except ValidationError as error:
        raise Unusable("a listed message is not one that Twilio sends") from error
