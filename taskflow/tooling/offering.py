"""What the services offer: said in the log, read by whoever asks for tools."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

import orjson
import structlog

from contracts import slots, streams
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.tools import ToolOffered, ToolWithdrawn
from taskflow.errors import Retryable
from taskflow.log.appending import Write
from taskflow.log.event_log import Log
from taskflow.tooling.tool import Tool

OFFER_RETRY_SECONDS = 1.0

log = structlog.get_logger()


class Catalogue:
    """Every tool on offer, by name; each look reads only what is new."""

    def __init__(self, event_log: Log) -> None:
        self._log = event_log
        self._history: list[Recorded[Any]] = []
        self._offers: dict[str, ToolOffered] = {}

    async def offers(self) -> dict[str, ToolOffered]:
        """The same object until something changes."""
        new = await self._log.read(streams.TOOLS, self._seen())
        if fresh := [recorded for recorded in new if recorded.version > self._seen()]:
            self._history += fresh
            self._offers = _on_offer(self._history)
        return self._offers

    def _seen(self) -> int:
        return self._history[-1].version if self._history else 0


def _on_offer(history: Sequence[Recorded[Any]]) -> dict[str, ToolOffered]:
    offered: dict[str, ToolOffered] = {}
    for recorded in history:
        match recorded.event:
            case ToolOffered() as offer:
                offered[offer.tool] = offer
            case ToolWithdrawn() as withdrawn:
                if withdrawn.tool in offered and offered[withdrawn.tool].owner == withdrawn.owner:
                    del offered[withdrawn.tool]
            case _:
                pass
    return offered


async def offer(event_log: Log, owner: str, tools: Sequence[Tool[Any]]) -> None:
    """Makes the catalogue say what this release of the service can do; again says nothing new."""
    history = await event_log.read(streams.TOOLS)
    standing, version = _on_offer(history), len(history)
    changes: list[Event] = [
        offered for tool in tools if (offered := tool.offered(owner)) != standing.get(offered.tool)
    ]
    names = {tool.name for tool in tools}
    changes += [
        ToolWithdrawn(tool=name, owner=owner)
        for name, offered in standing.items()
        if offered.owner == owner and name not in names
    ]
    for change in changes:
        # Replicas start together: the same change after the same history is one change.
        change_json = orjson.dumps(
            [version, change.model_dump(mode="json")], option=orjson.OPT_SORT_KEYS
        )
        slot = slots.offer(change.type, hashlib.sha256(change_json).hexdigest())
        await event_log.append([Write(streams.TOOLS, [change], None)], slot)


async def keep_offered(event_log: Log, owner: str, tools: Sequence[Tool[Any]]) -> None:
    """Offers as soon as the log is there."""
    while True:
        try:
            await offer(event_log, owner, tools)
        except Retryable as error:
            log.warning("tools.not_offered_yet", error=error.code)
            await asyncio.sleep(OFFER_RETRY_SECONDS)
        else:
            return
