"""The tables of watches in memory; tests/contract/scheduler holds them to the SQL."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.streams import UserId
from services.scheduler.watches import due as sql
from services.scheduler.watches.claims import DuePage, Watcher
from services.scheduler.watches.listing import Watched
from taskflow.projecting.projector import Overtaken, Statement

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Page:
    due: datetime
    claimed_until: datetime = LONG_AGO
    looked_at: datetime | None = None
    failures: int = 0
    ever_read: bool = False
    joined: int = 1


@dataclass(slots=True)
class Row:
    user: UserId
    number: int
    page: UUID
    ended: bool = False


class MemoryWatches:
    """One statement is one moment."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.rows: dict[UUID, Row] = {}
        self.pages: dict[UUID, Page] = {}
        self.checkpoints: dict[str, int] = {}
        self._of_page: dict[UUID, list[UUID]] = {}
        self._numbers: dict[UserId, int] = {}
        self._free: list[tuple[datetime, UUID]] = []
        """By their due instants; entries of pages that moved since are skipped."""
        self._held: list[tuple[datetime, UUID]] = []

    # -- what table.py asks -----------------------------------------------------------------

    def claim(self, limit: int, seconds: int) -> list[DuePage]:
        now = self._now()
        claimed: dict[UUID, DuePage] = {}
        while len(claimed) < limit and (first := self._first_free()) and first[0] <= now:
            heapq.heappop(self._free)
            due, page = first
            one = self.pages[page]
            claimed[page] = DuePage(page, due, now, one.failures, one.ever_read, one.joined)
        for page in claimed:
            until = now + timedelta(seconds=seconds)
            self._put(page, replace(self.pages[page], claimed_until=until))
        return list(claimed.values())

    def watchers(self, page: UUID) -> list[Watcher]:
        live = [one for one in self._of_page.get(page, ()) if one in self.rows]
        return [
            Watcher(one, self.rows[one].user) for one in sorted(live) if not self.rows[one].ended
        ]

    def move(
        self, page: UUID, due: datetime, pause: timedelta, failures: int, *, read: bool
    ) -> bool:
        one, now = self.pages.get(page), self._now()
        if one is None or one.due != due:
            return False
        ever_read = one.ever_read or read
        self._put(page, Page(now + pause, LONG_AGO, now, failures, ever_read, one.joined))
        return True

    def hold(self, page: UUID, due: datetime, seconds: int) -> None:
        one = self.pages.get(page)
        if one is not None and one.due == due:
            until = self._now() + timedelta(seconds=seconds)
            self._put(page, replace(one, claimed_until=until))

    def drop(self, page: UUID, due: datetime, joined: int) -> None:
        one = self.pages.get(page)
        if one is not None and (one.due, one.joined) == (due, joined):
            del self.pages[page]

    def until_next(self) -> float | None:
        first = self._first_free()
        return (first[0] - self._now()).total_seconds() if first else None

    def active(self, user: UserId) -> list[Watched]:
        own = [(row.number, one) for one, row in self.rows.items() if row.user == user]
        return [Watched(one, number) for number, one in sorted(own) if not self.rows[one].ended]

    def next_number(self, user: UserId) -> int:
        return self._numbers.get(user, 0) + 1

    # -- what the projection does -----------------------------------------------------------

    def commit(self, name: str, statements: Sequence[Statement], at: int, to: int) -> None:
        if self.checkpoints.get(name, 0) != at:
            raise Overtaken(f"projection {name} was moved by another runner")
        for query, given in statements:
            self.execute(query, given)
        self.checkpoints[name] = to

    def execute(self, query: str, given: Sequence[Any]) -> None:
        match query:
            case sql._SET:
                watch, user, page = given
                if watch not in self.rows:
                    self._numbers[user] = self._numbers.get(user, 0) + 1
                    self.rows[watch] = Row(user, self._numbers[user], page)
                    self._of_page.setdefault(page, []).append(watch)
            case sql._JOINED:
                self._join(*given)
            case sql._STOPPED if given[0] in self.rows:
                self.rows[given[0]].ended = True
            case sql._UNWATCHED:
                left = {row.page for row in self.rows.values() if self._lives_on(row, given[0])}
                for row in self.rows.values():
                    if row.user == given[0] and row.page not in left:
                        self.pages.pop(row.page, None)
            case sql._FORGOTTEN:
                self.rows = {one: row for one, row in self.rows.items() if row.user != given[0]}
                self._numbers.pop(given[0], None)
            case sql._STOPPED:
                pass
            case _:
                raise AssertionError(f"a statement that nobody taught these tables: {query}")

    @staticmethod
    def _lives_on(row: Row, without: UserId) -> bool:
        return row.user != without and not row.ended

    def start_anew(self) -> None:
        """The projection rebuilt from zero; pages are no part of it."""
        self.rows.clear()
        self._of_page.clear()
        self._numbers.clear()
        self.checkpoints["watches"] = 0

    def _join(self, page: UUID, at: datetime, shortest: timedelta) -> None:
        one = self.pages.get(page)
        if one is None:
            self._put(page, Page(at))
            return
        due = one.due
        if one.claimed_until < self._now():
            soon = max(at, one.looked_at + shortest) if one.looked_at else at
            due = min(due, soon)
        self._put(page, replace(one, joined=one.joined + 1, due=due))

    def _put(self, page: UUID, one: Page) -> None:
        self.pages[page] = one
        held = one.claimed_until >= self._now()
        heapq.heappush(
            self._held if held else self._free, (one.claimed_until if held else one.due, page)
        )

    def _first_free(self) -> tuple[datetime, UUID] | None:
        now = self._now()
        while self._held and self._held[0][0] < now:
            until, page = heapq.heappop(self._held)
            one = self.pages.get(page)
            if one is not None and one.claimed_until == until:
                heapq.heappush(self._free, (one.due, page))
        while self._free:
            due, page = self._free[0]
            one = self.pages.get(page)
            if one is not None and one.due == due and one.claimed_until < now:
                return due, page
            heapq.heappop(self._free)
        return None
