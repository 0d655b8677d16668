"""View `tasks`: reminders, tool calls and watches, each with what became of it.

A reminder names the reply by which it spoke last; `conversations` has what became of that.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from contracts.recorded import Recorded
from contracts.reminders import ReminderCancelled, ReminderChanged, ReminderFired, ReminderSet
from contracts.tools import ToolFailed, ToolFinished, ToolRequested
from contracts.watches import WatchAlerted, WatchLost, WatchSeen, WatchSet, WatchStopped
from taskflow.projecting.projection import ProjectionContext, Statement
from taskflow.views.folding import Events, View, columns, still_sealed

_REMINDERS = """
insert into task_reminders (reminder, user_id, set_by, set_at, text, local_time, zone, rrule)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::jsonb[],
                     $6::text[], $7::text[], $8::text[])
on conflict (reminder) do nothing
"""
_CHANGED = """
update task_reminders set text = $2, local_time = $3, zone = $4, rrule = $5 where reminder = $1
"""
# What happened first in the page ends it; one that repeats is not ended by firing.
_REMINDED = """
update task_reminders r
   set fired = r.fired + m.fired,
       last_fired_at = greatest(r.last_fired_at, m.fired_at),
       last_reply = coalesce(m.reply, r.last_reply),
       state = case when r.state <> 'set' then r.state
                    when m.fired_first and r.rrule is null then 'done'
                    when m.cancelled then 'cancelled'
                    when m.fired > 0 and r.rrule is null then 'done'
                    else 'set' end
  from unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::uuid[], $5::bool[],
              $6::bool[])
       as m(reminder, fired, fired_at, reply, fired_first, cancelled)
 where r.reminder = m.reminder
"""
_CALLS = """
insert into task_calls (call, user_id, turn, tool, asked_at, deadline)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[],
                     $6::timestamptz[])
"""
_OUTCOMES = """
update task_calls c set outcome = o.outcome, code = o.code, took_ms = o.took_ms, ended_at = o.at
  from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::timestamptz[])
       as o(call, outcome, code, took_ms, at)
 where c.call = o.call
"""
_WATCHES = """
insert into task_watches (watch, user_id, set_by, set_at, goal, until, url, product)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[],
                     $6::date[], $7::jsonb[], $8::jsonb[])
on conflict (watch) do nothing
"""
_READINGS = """
update task_watches w
   set seen_at = r.at, amount = r.amount, currency = r.currency, in_stock = r.in_stock
  from unnest($1::uuid[], $2::timestamptz[], $3::numeric[], $4::text[], $5::bool[])
       as r(watch, at, amount, currency, in_stock)
 where w.watch = r.watch
"""
_ALERTS = """
update task_watches w set alerts = w.alerts + a.count, last_alert_at = a.at
  from unnest($1::uuid[], $2::int[], $3::timestamptz[]) as a(watch, count, at)
 where w.watch = a.watch
"""
_LOST = """
update task_watches w set lost_at = l.at
  from unnest($1::uuid[], $2::timestamptz[]) as l(watch, at) where w.watch = l.watch
"""
_STOPPED = """
update task_watches w set stopped_by = s.by, stopped_at = s.at
  from unnest($1::uuid[], $2::text[], $3::timestamptz[]) as s(watch, by, at)
 where w.watch = s.watch
"""
_FORGETS = (
    "delete from task_reminders where user_id = $1",
    "delete from task_calls where user_id = $1",
    "delete from task_watches where user_id = $1",
)

_Row = tuple[Any, ...]


@dataclass(slots=True)
class _Page:
    """Rows by what they are of: the last one counts, but for what is counted."""

    reminders: list[_Row] = field(default_factory=list[_Row])
    reminded: dict[UUID, _Row] = field(default_factory=dict[UUID, _Row])
    calls: list[_Row] = field(default_factory=list[_Row])
    outcomes: dict[UUID, _Row] = field(default_factory=dict[UUID, _Row])
    watches: list[_Row] = field(default_factory=list[_Row])
    readings: dict[UUID, _Row] = field(default_factory=dict[UUID, _Row])
    alerts: dict[UUID, _Row] = field(default_factory=dict[UUID, _Row])
    lost: dict[UUID, _Row] = field(default_factory=dict[UUID, _Row])
    stopped: dict[UUID, _Row] = field(default_factory=dict[UUID, _Row])


class Tasks(View):
    name, version = "tasks", 2
    tables = ("task_reminders", "task_calls", "task_watches")
    forgets = _FORGETS

    def changes(self, events: Events) -> Iterator[Statement]:
        return _changes(events)


def tasks(_context: ProjectionContext) -> Tasks:
    return Tasks()


def _changes(events: Events) -> Iterator[Statement]:
    page = _Page()
    for recorded in events:
        if isinstance(recorded.event, ReminderChanged):
            # Whether a firing ends a reminder depends on how it stands then.
            yield from _statements(page)
            yield _changed(recorded.event)
            page = _Page()
        else:
            _of_call(page, recorded)
    yield from _statements(page)


def _changed(changed: ReminderChanged) -> Statement:
    text = still_sealed(changed.text)
    return _CHANGED, (changed.reminder, text, changed.local_time, changed.zone, changed.rrule)


def _statements(page: _Page) -> Iterator[Statement]:
    yield from columns(_REMINDERS, page.reminders)
    yield from columns(_REMINDED, _keyed(page.reminded))
    yield from columns(_CALLS, page.calls)
    yield from columns(_OUTCOMES, _keyed(page.outcomes))
    yield from columns(_WATCHES, page.watches)
    yield from columns(_READINGS, _keyed(page.readings))
    yield from columns(_ALERTS, _keyed(page.alerts))
    yield from columns(_LOST, _keyed(page.lost))
    yield from columns(_STOPPED, _keyed(page.stopped))


def _keyed(rows: dict[UUID, _Row]) -> Iterator[_Row]:
    return ((key, *row) for key, row in rows.items())


def _of_call(page: _Page, recorded: Recorded[Any]) -> None:
    at = recorded.recorded_at
    match recorded.event:
        case ToolRequested() as asked:
            user = recorded.user_id
            page.calls.append((recorded.event_id, user, asked.turn, asked.tool, at, asked.deadline))
        case ToolFinished(call=call, took_ms=took_ms):
            page.outcomes[call] = ("finished", None, took_ms, at)
        case ToolFailed(call=call, code=code):
            page.outcomes[call] = ("failed", code, None, at)
        case _:
            _of_reminder(page, recorded)


def _of_reminder(page: _Page, recorded: Recorded[Any]) -> None:
    match recorded.event:
        case ReminderSet() as reminder_set:
            of, text = (
                (reminder_set.reminder, recorded.user_id, recorded.event_id),
                still_sealed(reminder_set.text),
            )
            said = (text, reminder_set.local_time, reminder_set.zone, reminder_set.rrule)
            page.reminders.append((*of, recorded.recorded_at, *said))
        case ReminderFired(reminder=reminder, reply=reply):
            unknown = (0, None, None, True, False)
            fired, _, _, first, cancelled = page.reminded.get(reminder, unknown)
            page.reminded[reminder] = (fired + 1, recorded.recorded_at, reply, first, cancelled)
        case ReminderCancelled(reminder=reminder):
            unknown = (0, None, None, False, False)
            fired, at, reply, first, _ = page.reminded.get(reminder, unknown)
            page.reminded[reminder] = (fired, at, reply, first, True)
        case _:
            _of_watch(page, recorded)


def _of_watch(page: _Page, recorded: Recorded[Any]) -> None:
    at = recorded.recorded_at
    match recorded.event:
        case WatchSet() as watch_set:
            of = (watch_set.watch, recorded.user_id, recorded.event_id, at)
            sealed = map(still_sealed, (watch_set.url, watch_set.product))
            page.watches.append((*of, watch_set.goal, watch_set.until, *sealed))
        case WatchSeen() as seen:
            page.readings[seen.watch] = (at, seen.amount, seen.currency, seen.in_stock)
        case WatchAlerted(watch=watch):
            count, _ = page.alerts.get(watch, (0, None))
            page.alerts[watch] = (count + 1, at)
        case WatchLost(watch=watch):
            page.lost[watch] = (at,)
        case WatchStopped(watch=watch, by=by):
            page.stopped[watch] = (by, at)
        case _:
            pass
