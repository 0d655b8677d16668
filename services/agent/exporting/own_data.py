"""`send_my_data`: all that is held of the user who asks, as a file for them alone."""

import asyncio
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid5

from pydantic import BaseModel

from contracts import streams
from contracts.event import Json
from contracts.media import DataExported
from contracts.recorded import Recorded
from contracts.streams import UserId
from services.agent.exporting import wordings
from services.agent.exporting.file import NOT_ALL, built
from services.agent.exporting.gathering import Gathered, Gathering
from services.agent.exporting.workbook import CONTENT_TYPE
from taskflow import clock
from taskflow.log.appending import Write
from taskflow.privacy.media import Stored
from taskflow.tooling import Call, Done, Tool
from taskflow.words.languages import SOURCE, matched

TIMEOUT = 60.0
"""Seconds: a history's reading is bounded, and building its file takes no longer than that."""
KEPT_FOR = timedelta(hours=24)
"""A channel fetches it in a moment; a reply that has to wait may come later."""
SENT_AGAIN_FOR = timedelta(minutes=10)
"""Who asks again so soon is sent the same file: building one takes a process some seconds."""


class Store(Protocol):
    async def keep(
        self,
        user: UserId,
        content_type: str,
        data: bytes,
        media_id: UUID,
        until: datetime | None = None,
    ) -> Stored: ...


class SendMyData(BaseModel):
    pass


class OwnData:
    def __init__(self, gathering: Gathering, store: Store) -> None:
        self._gathering, self._store = gathering, store

    def tool(self) -> Tool[SendMyData]:
        return Tool(
            SendMyData,
            self.send_my_data,
            "send_my_data",
            "write",
            TIMEOUT,
            inside=True,
            proposal="send all that is held of you as a file",
            receipt=wordings.SENT,
            not_done="No file of your data was made just now.",
            changes="file of their data",
        )

    async def send_my_data(self, arguments: SendMyData, call: Call) -> Done:
        """Send the user a file of all that is held of them, where they ask for their data."""
        del arguments
        request, now = call.request, clock.utc_now()
        found = await self._gathering.of(call.user, request.version)
        fact = _made_just_now(found.earlier, now)
        if fact is None:
            fact = await self._made(found, call, now)
        else:
            fact = fact.model_copy(update={"call": request.event_id})
        language = matched(request.event.language) or SOURCE
        result: Json = {
            "sent": True,
            "entries": fact.entries,
            "lacks": None if fact.complete else NOT_ALL.said(language),
            "summary": "A file follows as a message of its own: a workbook with messages, "
            "what is remembered, reminders, watches, consent and files.",
        }
        return Done(
            result, [Write(streams.profile(call.user), [fact], call.user)], document=fact.media
        )

    async def _made(self, found: Gathered, call: Call, now: datetime) -> DataExported:
        event = call.request.event
        data, entries, complete = await asyncio.to_thread(
            built,
            found.entries,
            complete=found.complete,
            at=now,
            zone=event.zone,
            language=matched(event.language) or SOURCE,
        )
        file, until = uuid5(call.request.event_id, "own data"), now + KEPT_FOR
        await self._store.keep(call.user, CONTENT_TYPE, data, file, until)
        return DataExported(
            call=call.request.event_id,
            media=file,
            content_type=CONTENT_TYPE,
            size=len(data),
            entries=len(entries),
            complete=complete,
            until=until,
        )


def _made_just_now(earlier: list[Recorded[DataExported]], now: datetime) -> DataExported | None:
    """Counted from when it was built, however often it was sent since."""
    standing = (recorded.event for recorded in earlier)
    return next(
        (medium for medium in standing if medium.until - KEPT_FOR + SENT_AGAIN_FOR > now),
        None,
    )
