"""The scheduler's read models in memory; tests/contract/scheduler holds them to the SQL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.streams import UserId
from services.scheduler import due as sql
from services.scheduler.effects import Claimed, Overdue
from services.scheduler.quiet.waiting import Waited, Waiting
from services.scheduler.reminding.listing import Active, Spoken
from services.scheduler.reminding.saying import LATE
from taskflow.projecting.projector import Overtaken, Statement

LONG_AGO = datetime.min


@dataclass(frozen=True, slots=True)
class Row:
    user: UserId
    number: int
    zone: str
    rrule: str | None
    due: datetime | None
    claimed_until: datetime
    fired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenCall:
    stream: str
    tool: str
    deadline: datetime


class MemoryDue:
    """One statement is one moment; a transaction shows nothing before its commit."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.rows: dict[UUID, Row] = {}
        self.calls: dict[UUID, OpenCall] = {}
        self.checkpoints: dict[str, int] = {}
        self.waiting: dict[tuple[str, UUID], tuple[Waiting, datetime]] = {}
        """What waits for the end of quiet hours, and until when somebody has it."""
        self.locks: dict[UUID, object] = {}
        """Rows that an open transaction has touched, and whose it is."""

    # -- what table.py asks -----------------------------------------------------------------

    def claim(self, limit: int, seconds: int) -> list[Claimed]:
        now = self._now()
        free = [
            (row.due, one)
            for one, row in self.rows.items()
            if row.due and row.due <= now and row.claimed_until < now and one not in self.locks
            if not self._is_kept(one, row)
        ]
        late = [(due, one) for due, one in sorted(free) if due <= now - LATE]
        if late:
            users = {self.rows[one].user for _, one in late[:limit]}
            chosen = [(due, one) for due, one in late if self.rows[one].user in users]
        else:
            chosen = sorted(free)[:limit]
        claimed: list[Claimed] = []
        for due, one in chosen:
            row = self.rows[one]
            self.rows[one] = replace(row, claimed_until=now + timedelta(seconds=seconds))
            claimed.append(Claimed(one, row.user, due, now))
        return claimed

    def realign(self, reminder: UUID, was: datetime, due: datetime | None) -> None:
        row = self.rows.get(reminder)
        if row is not None and row.due == was:
            self.rows[reminder] = replace(
                row, due=due, claimed_until=LONG_AGO.replace(tzinfo=was.tzinfo)
            )

    def until_next(self) -> float | None:
        now = self._now()
        dues = [
            row.due
            for one, row in self.rows.items()
            if row.due and row.claimed_until < now and not self._is_kept(one, row)
        ]
        return (min(dues) - now).total_seconds() if dues else None

    def overdue(self) -> list[Overdue]:
        now = self._now()
        late = [(call, one) for call, one in self.calls.items() if one.deadline < now]
        return [Overdue(call, one.stream, one.tool) for call, one in late[:500]]

    def active(self, user: UserId) -> list[Active]:
        found = [
            (row.due, row.number, one, row)
            for one, row in self.rows.items()
            if row.user == user and row.due
        ]
        return [
            Active(one, number, due, row.zone, row.rrule)
            for due, number, one, row in sorted(found, key=lambda each: each[:2])
        ]

    def spoken(self, user: UserId) -> list[Spoken]:
        lately = self._now() - timedelta(days=7)
        found = [
            (row.fired_at, one, row.number)
            for one, row in self.rows.items()
            if row.user == user and not row.due and row.fired_at and row.fired_at > lately
        ]
        return [Spoken(one, number) for _, one, number in sorted(found, reverse=True)[:10]]

    # -- what quiet/table.py asks -------------------------------------------------------------

    def wait(self, waiting: Waiting) -> None:
        key = (waiting.kind, waiting.id)
        if key not in self.waiting or self.waiting[key][0] != waiting:
            self.waiting[key] = (waiting, self._long_ago)

    def waited(self, limit: int, seconds: int) -> list[Waited]:
        now = self._now()
        free = [one for one, until in self.waiting.values() if one.until <= now and until < now]
        users = {one.user_id for one in sorted(free, key=lambda each: each.until)[:limit]}
        claimed = [one for one in free if one.user_id in users]
        for one in claimed:
            self.waiting[one.kind, one.id] = (one, now + timedelta(seconds=seconds))
        return [Waited(one, now) for one in claimed]

    def done(self, waiting: Waiting) -> None:
        key = (waiting.kind, waiting.id)
        if key in self.waiting and self.waiting[key][0] == waiting:
            del self.waiting[key]

    def waits(self, reminder: UUID) -> bool:
        """Whether it rightly is not told yet."""
        found = self.waiting.get(("reminder", reminder))
        kept = reminder in self.rows and self._is_kept(reminder, self.rows[reminder])
        return found is not None and kept and found[0].until > self._now()

    def _is_kept(self, reminder: UUID, row: Row) -> bool:
        found = self.waiting.get(("reminder", reminder))
        return found is not None and found[0].at == row.due

    # -- what a projection does -------------------------------------------------------------

    def begin(self, statements: Sequence[Statement], owner: object) -> bool:
        """Touches the rows; False while another transaction holds one of them."""
        touched = {one for query, given in statements for one in self._rows_of(query, given)}
        if any(self.locks.get(one, owner) is not owner for one in touched):
            return False
        self.locks.update(dict.fromkeys(touched, owner))
        return True

    def roll_back(self, owner: object) -> None:
        self.locks = {one: who for one, who in self.locks.items() if who is not owner}

    def commit(
        self, name: str, statements: Sequence[Statement], at: int, to: int, owner: object
    ) -> None:
        self.roll_back(owner)
        if self.checkpoints.get(name, 0) != at:
            raise Overtaken(f"projection {name} was moved by another runner")
        for query, given in statements:
            self.execute(query, given)
        self.checkpoints[name] = to

    def execute(self, query: str, given: Sequence[Any]) -> None:  # noqa: PLR0912 - a statement each
        match query:
            case sql._SET if given[0] not in self.rows:
                reminder, user, _, zone, rrule, due = given
                number = 1 + max(
                    (r.number for r in self.rows.values() if r.user == user), default=0
                )
                self.rows[reminder] = Row(user, number, zone, rrule, due, self._long_ago)
            case sql._MOVED if given[0] in self.rows:
                row = replace(self.rows[given[0]], due=given[1], fired_at=given[2])
                self.rows[given[0]] = replace(row, claimed_until=self._long_ago)
            case sql._CHANGED if given[0] in self.rows:
                reminder, _, zone, rrule, due, _ = given
                row = replace(self.rows[reminder], zone=zone, rrule=rrule, due=due)
                self.rows[reminder] = replace(row, claimed_until=self._long_ago)
            case sql._DONE if given[0] in self.rows:
                self.rows[given[0]] = replace(self.rows[given[0]], due=None)
            case sql._FORGOTTEN:
                self.rows = {one: r for one, r in self.rows.items() if r.user != given[0]}
            case sql._WOKEN:
                for key, (one, held) in list(self.waiting.items()):
                    if one.user_id == given[0] and one.until > self._now():
                        self.waiting[key] = (replace(one, until=self._now()), held)
            case sql._WAITS_NO_MORE:
                self.waiting = {
                    key: kept for key, kept in self.waiting.items() if kept[0].user_id != given[0]
                }
            case sql._CALLED:
                self.calls.setdefault(given[0], OpenCall(*given[1:]))
            case sql._SETTLED:
                self.calls.pop(given[0], None)
            case sql._ABANDONED:
                self.calls = {one: c for one, c in self.calls.items() if c.stream != given[0]}
            case sql._SET | sql._CHANGED | sql._MOVED | sql._DONE:
                pass
            case _:
                raise AssertionError(f"a statement that nobody taught this table: {query}")

    def start_anew(self, name: str) -> None:
        """A projection rebuilt from zero."""
        if name == "due-reminders":
            self.rows.clear()
        else:
            self.calls.clear()
        self.checkpoints[name] = 0

    def _rows_of(self, query: str, given: Sequence[Any]) -> list[UUID]:
        if query == sql._FORGOTTEN:
            return [one for one, row in self.rows.items() if row.user == given[0]]
        return [given[0]] if query in {sql._SET, sql._CHANGED, sql._MOVED, sql._DONE} else []

    @property
    def _long_ago(self) -> datetime:
        return LONG_AGO.replace(tzinfo=self._now().tzinfo)
