"""What is held of one user, read from their own streams page by page, the newest first.

A long history is neither held in memory as events nor opened on the event loop.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from contracts import slots, streams
from contracts.media import DataExported
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.tools import ToolRequested
from services.agent.exporting import entries
from services.agent.exporting.entries import Entry, Sheet
from services.agent.memory.memory import Memory
from taskflow import clock
from taskflow.log.event_log import Log
from taskflow.privacy import sealing
from taskflow.privacy.sealing import DataKey

PAGE = 250
"""Events: some 10 ms of decoding on the event loop."""
STREAMS_AT_ONCE = 200
MOST_CHARACTERS = 24_000_000
"""Of the file's text, about; more is not taken into memory."""
READ_SECONDS = 25.0
"""What is older than what could be read in this time is left out."""


class ExportKeys(Protocol):
    async def key(self, user: UserId) -> DataKey:
        """Raises SealedForEver when the user was forgotten, UnknownUser when there is none."""
        ...


@dataclass(slots=True)
class Gathered:
    entries: list[Entry] = field(default_factory=list[Entry])
    complete: bool = True
    """Whether the oldest is among them."""
    earlier: list[Recorded[DataExported]] = field(default_factory=list[Recorded[DataExported]])
    """Files that were made before, the newest first."""
    calls: list[UUID] = field(default_factory=list[UUID])
    characters: int = 0

    def take(self, opened: Sequence[Entry]) -> None:
        self.entries += opened
        self.characters += sum(entry.size for entry in opened)


class Gathering:
    def __init__(
        self, event_log: Log, keys: ExportKeys, *, most: int = MOST_CHARACTERS, page: int = PAGE
    ) -> None:
        self._log, self._keys, self._memory = event_log, keys, Memory(event_log)
        self._most, self._page = most, page

    async def of(self, user: UserId, upto: int) -> Gathered:
        """As of that version of their conversation. Raises SealedForEver once they are forgotten.

        By the user's id alone: whoever had their number before them has another.
        """
        key = await self._keys.key(user)
        found = Gathered()
        found.take(entries.of_profile(await self._memory.profile(user)))
        profile_events = await self._log.read(streams.profile(user))
        found.earlier = [
            recorded
            for recorded in reversed(profile_events)
            if isinstance(recorded.event, DataExported)
        ]
        await self._conversation(found, user, key, upto)
        await self._promises(found, key)
        found.entries.sort(key=lambda entry: entry.at)
        return found

    async def _conversation(self, found: Gathered, user: UserId, key: DataKey, upto: int) -> None:
        began = clock.monotonic()
        while upto > 0:
            if found.characters > self._most or clock.monotonic() - began > READ_SECONDS:
                found.complete = False
                return
            page = await self._log.read_end(streams.conversation(user), upto, self._page)
            if not page:
                return
            found.calls += [
                recorded.event_id for recorded in page if isinstance(recorded.event, ToolRequested)
            ]
            found.take(await asyncio.to_thread(_opened, page, key))
            upto = page[0].version - 1

    async def _promises(self, found: Gathered, key: DataKey) -> None:
        """Reminders and watches take their ids from the calls that set them."""
        for names in _pages(found.calls):
            for stream, events in (await self._log.read_all(dict.fromkeys(names, 0))).items():
                sheet: Sheet = "reminders" if stream.startswith(streams.REMINDER) else "watches"
                found.take(
                    [entries.of_event(sheet, sealing.opened(recorded, key)) for recorded in events]
                )


def _opened(page: Sequence[Recorded[Any]], key: DataKey) -> list[Entry]:
    page_entries = (entries.of_conversation(sealing.opened(recorded, key)) for recorded in page)
    return [entry for entry in page_entries if entry is not None]


def _pages(calls: Sequence[UUID]) -> Iterator[Sequence[str]]:
    names = [
        name
        for call in calls
        for name in (
            streams.reminder(slots.reminder_set(call)),
            streams.watch(slots.watch_set(call)),
        )
    ]
    for start in range(0, len(names), STREAMS_AT_ONCE):
        yield names[start : start + STREAMS_AT_ONCE]
