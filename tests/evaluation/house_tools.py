"""The house's own tools over a log in memory: what their tables would tell is read from the log."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.recorded import Recorded
from contracts.reminders import ReminderCancelled, ReminderSet
from contracts.streams import UserId
from contracts.watches import WatchSet, WatchStopped
from services.agent.leaving import leaving
from services.agent.memory.fact_tools import FactTools
from services.scheduler.decider import FOLD, due_at
from services.scheduler.reminding.listing import Active, Spoken
from services.scheduler.tools import ReminderTools
from services.scheduler.watches.decider import Rhythm
from services.scheduler.watches.listing import OpenCall, Watched, WatchListing
from services.scheduler.watches.pages import PageIds
from services.scheduler.watches.tools import Addresses, WatchTools
from taskflow.log import web_addresses
from taskflow.log.snapshots import Folds
from taskflow.tooling import Tool
from tests.support.memory_log import MemoryLog

PAGES = PageIds(b"a key of evaluations, 32 bytes..")


def page_of(url: str) -> UUID:
    return PAGES.of(web_addresses.canonical(url), None)


def own_tools(log: MemoryLog) -> list[Tool[Any]]:
    """The agent's, but for the search of what was said, which reads a table."""
    return [*FactTools(log).all(), leaving.tool()]


def scheduler_tools(log: MemoryLog, folds: Folds) -> list[Tool[Any]]:
    nobody: Any = None
    watches = _Watches(log)
    addresses = Addresses(web_addresses.stands_in_conversation, web_addresses.canonical, PAGES)
    return [
        *ReminderTools(_Reminders(log), log, folds, _CaughtUp(), now=lambda: log.now).all(),
        *WatchTools(
            WatchListing(watches, watches, log, folds),
            log,
            _CaughtUp(),
            addresses,
            nobody,
            draw=nobody,
            rhythm=Rhythm(),
            now=lambda: log.now,
        ).all(),
    ]


class _CaughtUp:
    async def caught_up(self, recorded: Recorded[Any]) -> None:
        """It reads the log itself."""


class _Reminders:
    def __init__(self, log: MemoryLog) -> None:
        self._log = log

    async def active(self, user: UserId) -> list[Active]:
        mine = [one for one in self._log.all() if one.user_id == user]
        gone = {one.event.reminder for one in mine if isinstance(one.event, ReminderCancelled)}
        those = [one for one in mine if isinstance(one.event, ReminderSet)]
        listed = [
            Active(
                one.event.reminder,
                number,
                due_at(FOLD.over([one])) or self._log.now.astimezone(ZoneInfo("UTC")),
                one.event.zone,
                one.event.rrule,
            )
            for number, one in enumerate(those, start=1)
            if one.event.reminder not in gone
        ]
        return sorted(listed, key=lambda one: one.due_at)

    async def spoken(self, _user: UserId) -> list[Spoken]:
        return []


class _Watches:
    def __init__(self, log: MemoryLog) -> None:
        self._log = log

    async def active(self, user: UserId) -> list[Watched]:
        mine = [one for one in self._log.all() if one.user_id == user]
        gone = {one.event.watch for one in mine if isinstance(one.event, WatchStopped)}
        those = [one.event.watch for one in mine if isinstance(one.event, WatchSet)]
        return [Watched(one, n) for n, one in enumerate(those, start=1) if one not in gone]

    async def next_number(self, user: UserId) -> int:
        return 1 + sum(
            isinstance(one.event, WatchSet) and one.user_id == user for one in self._log.all()
        )

    async def open_calls(self, _stream: str) -> Sequence[OpenCall]:
        return []
