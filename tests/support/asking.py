"""Tool calls as the agent asks for them, and what came of them, on a real log."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.tools import ToolFailed, ToolFinished, ToolRequested
from taskflow import clock
from taskflow.log.appending import Write
from taskflow.log.event_log import EventLog


@dataclass
class Asking:
    log: EventLog
    owner: str
    asked: int = field(default=0)

    async def ask(
        self, user: UserId, tool: str, *, lasts: float = 30, **arguments: Any
    ) -> Recorded[ToolRequested]:
        self.asked += 1
        request = ToolRequested(
            turn=UUID(int=1),
            step=self.asked,
            tool=tool,
            owner=self.owner,
            vendor_call_id=None,
            arguments=arguments,
            zone="UTC",
            zone_known=True,
            deadline=clock.utc_now() + timedelta(seconds=lasts),
        )
        write = Write(streams.conversation(user), [request], user)
        slot = slots.step(clock.new_id(), self.asked)
        return (await self.log.append([write], slot)).events[0]

    async def outcomes(self, request: Recorded[ToolRequested]) -> list[ToolFinished | ToolFailed]:
        """However many there are; opened."""
        return [
            (await self.log.opened(one)).event
            for one in await self.log.read(request.stream)
            if isinstance(one.event, ToolFinished | ToolFailed)
            and one.event.call == request.event_id
        ]
