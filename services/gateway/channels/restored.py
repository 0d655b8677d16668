"""After the database was restored to a moment: what was sent since then is not sent again.

The log forgot what was said after that moment, and the channel's list did not. Messages that came
in are taken again (backfill) and decided again, so that reminders, watches and what was learned
come back; of the replies that this makes, each asks here before its first attempt.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import asyncpg

from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from services.gateway.channels.channel import Channel, ListedMessage
from services.gateway.queued import Queued
from services.gateway.state import Sent
from taskflow import clock
from taskflow.postgres.database import UNAVAILABLE, DatabaseUnavailable

# As the relay finds its way back: the newest events are looked at first, by their index.
_WENT_ON = """
select recorded_at from events
 where (transaction_id, position) > (
   select transaction_id, position from events where recorded_at <= $1
    order by transaction_id desc, position desc limit 1)
 order by transaction_id, position limit 1
"""


class Restored:
    def __init__(self, channel: Channel, pool: asyncpg.Pool, to: datetime) -> None:
        self._channel, self._pool, self._to = channel, pool, to
        self._since = to.replace(microsecond=0)
        self._went_on: datetime | None = None

    async def said(
        self,
        address: str,
        head: Queued,
        text: str,
        reply: Recorded[ReplyReady],
        sent: Sequence[Sent],
        *,
        by_template: bool = False,
    ) -> str | None:
        """The reference of what said this before, None when nothing did.

        The same text did. An answer may read otherwise the second time, and in fewer parts: of
        what we said after the message that it answers, the first with most of its words was it (a
        reminder may have gone out before the answer that set it), or else the first. Nothing else
        is guessed of reminders and alerts: one said twice beats one not said.

        Raises VendorUnavailable, DatabaseUnavailable: then it is not known, and nothing is sent.
        """
        forgotten = await self._forgotten(address)
        known = {listed.message_ref for listed in sent}
        free = [
            listed_message
            for listed_message in forgotten
            if listed_message.message_ref not in known
        ]
        if head.kind in {"answer", "apology"}:
            asked_at = await self._asked_at(address, reply.event.in_reply_to)
            free = [listed_message for listed_message in free if _at(listed_message) >= asked_at]
        # A template says the text between its own words.
        same = (
            listed_message
            for listed_message in free
            if listed_message.body == text or (by_template and text in listed_message.body)
        )
        if same := next(same, None):
            return same.message_ref
        if head.kind in {"reminder", "alert"}:
            return None
        if free:
            return next(
                (
                    listed_message
                    for listed_message in free
                    if _alike(listed_message.body, text) > 0.5
                ),
                free[0],
            ).message_ref
        if sent and sent[-1].reply == head.reply:  # its part before this one
            before = {listed_message.message_ref for listed_message in forgotten}
            return sent[-1].message_ref if sent[-1].message_ref in before else None
        return None

    async def _forgotten(self, address: str) -> list[ListedMessage]:
        """What we said to this user between the moment and going on from it; oldest first."""
        until = await self._went_on_at()
        listed = await self._channel.sent_to(address, self._since)
        listed.reverse()  # dated to the second, two of one second stay in their order
        return sorted(
            (
                listed_message
                for listed_message in listed
                if self._since <= _at(listed_message) < until
            ),
            key=_at,
        )

    async def _went_on_at(self) -> datetime:
        """When the log took its first event after the moment; until it has one: now."""
        if self._went_on is None:
            try:
                self._went_on = await self._pool.fetchval(_WENT_ON, self._to)
            except UNAVAILABLE as error:
                raise DatabaseUnavailable("the log did not answer") from error
        return self._went_on or clock.utc_now()

    async def _asked_at(self, address: str, message_ref: str | None) -> datetime:
        """When the message was sent that is answered; one from before the moment: then."""
        asked = await self._channel.received_from(address, self._since)
        return next(
            (
                _at(listed_message)
                for listed_message in asked
                if listed_message.message_ref == message_ref
            ),
            self._since,
        )


def _alike(text: str, other: str) -> float:
    """The part of their words that both have: 0 to 1 (the coefficient of Sørensen and Dice)."""
    words, others = Counter(text.split()), Counter(other.split())
    return 2 * (words & others).total() / max((words + others).total(), 1)


def _at(listed_message: ListedMessage) -> datetime:
    """To the second or finer."""
    assert listed_message.at is not None, "a channel dates what it lists"
    return listed_message.at
