"""What became of what was said unasked: whether it came, how, or why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts import streams
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.tools import ToolRequested
from taskflow import zones
from taskflow.log.event_log import Log
from taskflow.time_travel.sending import ReplyStory, sendings

PAGE = 300
"""Events of a conversation that are read at once, from a reply on."""
MOST_PAGES = 5
"""After which it is told as it stands: a reply that is held stays so while people write on."""
_OPEN = frozenset({"waiting", "held", "sending", "sent", "assumed gone"})
"""States after which more may be known."""
_OUTCOMES: Mapping[str, str] = {
    "waiting": "not sent yet",
    "held": "not sent: it waits until WhatsApp, and the user, let us write to them",
    "sending": "unknown: on its way, and nobody has told that it was taken",
    "sent": "sent; the phone has not told that it came",
    "assumed gone": "unknown: nobody has told that it was taken",
    "delivered": "delivered to the phone",
    "read": "delivered and read",
    "undelivered": "not delivered: WhatsApp could not bring it to the phone",
    "failed": "not delivered: it was refused",
    "parked": "not delivered: it was given up after errors",
}
"""As the model is told."""


@dataclass(frozen=True, slots=True)
class Said:
    """An occurrence that was spoken of."""

    due_at: datetime
    reply: UUID


class Deliveries:
    def __init__(self, event_log: Log) -> None:
        self._log = event_log

    async def for_model(self, said: Said, zone: str, request: Recorded[ToolRequested]) -> Json:
        """For the model; as of the call that asks, which stands in the same conversation."""
        there = zones.of(zone)
        delivery: Json = {"due": f"{said.due_at.astimezone(there):%Y-%m-%d %H:%M}"}
        sending = await self._sending(said.reply, streams.user_of(request.stream), request.version)
        if sending is None:
            return delivery
        delivery["outcome"] = _OUTCOMES[sending.state()]
        if sending.by_template():
            delivery["as"] = "a short notice, by a template"
        if (at := sending.reached_at()) is not None:
            delivery["at"] = f"{at.astimezone(there):%Y-%m-%d %H:%M}"
        return delivery

    async def _sending(self, reply: UUID, user: UserId, upto: int) -> ReplyStory | None:
        ready = await self._log.find(reply)
        if ready is None or ready.stream != streams.conversation(user):
            return None
        events: list[Recorded[Any]] = []
        end = ready.version - 1
        for _ in range(MOST_PAGES):
            start, end = end, min(end + PAGE, upto)
            events += await self._log.read_end(ready.stream, end, end - start)
            found = sendings(events).get(reply)
            if found is None or found.state() not in _OPEN or end == upto:
                return found
        return sendings(events).get(reply)
