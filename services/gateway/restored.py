"""After the database was restored to a moment: what Twilio sent since then is not sent again.

The log forgot what was said after that moment, and Twilio's list did not. Messages that came in are
taken again (backfill) and decided again, so that reminders, watches and what was learned come back;
of the replies that this makes, each asks here before its first attempt.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from services.gateway.decider import Queued, Sent
from services.gateway.twilio import Listed, Twilio


class Restored:
    def __init__(self, twilio: Twilio, to: datetime) -> None:
        self._twilio, self._to = twilio, to.replace(microsecond=0)

    async def said(
        self,
        address: str,
        head: Queued,
        text: str,
        reply: Recorded[ReplyReady],
        sent: Sequence[Sent],
    ) -> str | None:
        """The SID of what said this before, None when nothing did. Raises VendorUnavailable.

        The same text did. An answer may read otherwise the second time: whatever we said after
        the message that it answers was it. Nothing else is guessed of reminders and alerts: one
        said twice beats one not said.
        """
        listed = await self._twilio.sent_to(address, self._to)
        known = {one.message_sid for one in sent}
        unknown = sorted(
            (one for one in listed if one.message_sid not in known and _at(one) >= self._to),
            key=_at,
        )
        if same := next((one for one in unknown if one.body == text), None):
            return same.message_sid
        if head.kind in {"reminder", "alert"}:
            return None
        asked_at = await self._asked_at(address, reply.event.in_reply_to)
        answers = [one for one in unknown if _at(one) >= asked_at]
        if answers:
            return answers[0].message_sid
        return _rest_of(head.reply, listed, sent, reply.recorded_at)

    async def _asked_at(self, address: str, message_sid: str | None) -> datetime:
        """When the message was sent that is answered; one from before the moment: then."""
        asked = await self._twilio.received_from(address, self._to)
        return next((_at(one) for one in asked if one.message_sid == message_sid), self._to)


def _rest_of(
    reply: UUID, listed: Sequence[Listed], sent: Sequence[Sent], decided_at: datetime
) -> str | None:
    """An answer whose part before this one was said before it was decided: it was shorter then."""
    if not sent or sent[-1].reply != reply:
        return None
    last = next((one for one in listed if one.message_sid == sent[-1].message_sid), None)
    return last.message_sid if last and _at(last) < decided_at.replace(microsecond=0) else None


def _at(one: Listed) -> datetime:
    assert one.at is not None, "Twilio dates what it lists"
    return one.at
