"""`list_running`: everything that TaskFlow has going for a user, in one answer."""

from typing import Any

from pydantic import BaseModel

from contracts.event import Json
from contracts.recorded import Recorded
from contracts.tools import ToolRequested
from services.scheduler.reminding import listing
from services.scheduler.reminding.listing import ReadModel
from services.scheduler.tools import TIMEOUT
from services.scheduler.watches.listing import OpenWatchCalls, WatchListing
from taskflow import zones
from taskflow.log.event_log import Log
from taskflow.tooling import Call, Done, Tool


class ListRunning(BaseModel):
    pass


class RunningTools:
    def __init__(
        self,
        reminders: listing.ReminderListing,
        watches: WatchListing,
        calls: OpenWatchCalls,
        event_log: Log,
        *read_models: ReadModel,
    ) -> None:
        self._reminders, self._watches, self._calls = reminders, watches, calls
        self._log, self._read_models = event_log, read_models

    def all(self) -> list[Tool[Any]]:
        return [Tool(ListRunning, self.list_running, "list_running", "read", TIMEOUT, inside=True)]

    async def list_running(self, _arguments: ListRunning, call: Call) -> Done:
        """List all that runs for the user: reminders, watched pages, open work."""
        for model in self._read_models:
            await model.caught_up(call.request)
        coming = await self._reminders.of(call.user)
        reminders = await self._reminders.for_model(coming, call.request)
        watches = await self._watches.for_model(await self._watches.of(call.user), call.request)
        return Done({"reminders": reminders, "watches": watches, "open": await self._open(call)})

    async def _open(self, call: Call) -> list[Json]:
        """Of this conversation alone; without the call that asks."""
        zone = zones.of(call.request.event.zone)
        open_calls: list[Json] = []
        for open_call in await self._calls.open_calls(call.request.stream):
            if open_call.call == call.request.event_id:
                continue
            request: Recorded[ToolRequested] | None = await self._log.find(open_call.call)
            if request is not None:
                since = request.recorded_at.astimezone(zone)
                open_calls.append({"tool": open_call.tool, "since": f"{since:%Y-%m-%d %H:%M}"})
        return open_calls
