"""View `usage`: what was done by hour and by day, how long people waited, and what it cost."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from contracts.conversation import (
    HistorySummarized,
    MessageReceived,
    ModelAnswered,
    ModelFailed,
    ReplyLooked,
    ReplyReady,
    TurnParked,
    TurnStarted,
    Usage,
    WishJudged,
)
from contracts.media import VoiceTranscribed
from contracts.recorded import Recorded
from contracts.replies import ReplyFailed, ReplyParked, ReplySent, ReplyUndelivered
from contracts.tools import ToolFailed
from taskflow.projecting.projection import ProjectionContext, Statement
from taskflow.usage.prices import prices
from taskflow.views.folding import Events, View, columns, owner

NO_FAULT = frozenset({"needs_confirmation", "invalid_arguments"})
"""Failures of tools that are part of a conversation."""

_COUNTS = """
insert into usage as u (grain, at, messages, turns, replies, errors)
select * from unnest($1::text[], $2::timestamptz[], $3::int[], $4::int[], $5::int[], $6::int[])
on conflict (grain, at) do update
   set messages = u.messages + excluded.messages, turns = u.turns + excluded.turns,
       replies = u.replies + excluded.replies, errors = u.errors + excluded.errors
"""
# Each user once an hour and once a day.
_ACTIVE = """
with fresh as (
  insert into usage_active (grain, at, user_id)
  select * from unnest($1::text[], $2::timestamptz[], $3::uuid[])
  on conflict do nothing returning grain, at)
insert into usage as u (grain, at, active_users)
select grain, at, count(*) from fresh group by grain, at
on conflict (grain, at) do update set active_users = u.active_users + excluded.active_users
"""
_MODELS = """
insert into usage_models as u
select * from unnest($1::text[], $2::timestamptz[], $3::text[], $4::int[], $5::bigint[],
                     $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[],
                     $11::numeric[])
on conflict (grain, at, model) do update
   set answers = u.answers + excluded.answers, took_ms = u.took_ms + excluded.took_ms,
       input = u.input + excluded.input, output = u.output + excluded.output,
       thoughts = u.thoughts + excluded.thoughts, cached = u.cached + excluded.cached,
       total = u.total + excluded.total, cost_usd = u.cost_usd + excluded.cost_usd
"""
_SPANS = """
(select g.grain, date_trunc(g.grain, s.at, 'UTC') as at, count(*) as n,
        sum(s.ms)::bigint as total, max(s.ms) as longest
   from (select at, greatest(round(extract(epoch from at - since) * 1000), 0)::bigint as ms
           from {spans}) s
  cross join (values ('hour'), ('day')) g (grain)
  group by 1, 2)
"""
# The first reply since messages waited; those that waited before this page stand in the table.
_ANSWERED = f"""
with known as (
  delete from usage_waiting w using unnest($1::uuid[]) as a(user_id)
   where w.user_id = a.user_id returning w.user_id, w.since),
spans as (
  select a.reply, a.user_id, a.at, least(k.since, a.since) as since
    from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
         as a(user_id, reply, at, since)
    left join known k using (user_id)
   where coalesce(k.since, a.since) is not null),
unsent as (
  insert into usage_unsent (reply, user_id, since) select reply, user_id, since from spans)
insert into usage as u (grain, at, answered, answer_ms, answer_ms_max)
select * from {_SPANS.format(spans="spans")} t
on conflict (grain, at) do update
   set answered = u.answered + excluded.answered, answer_ms = u.answer_ms + excluded.answer_ms,
       answer_ms_max = greatest(u.answer_ms_max, excluded.answer_ms_max)
"""
_ANSWERED_LATER = f"""
with spans as (
  select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
           as a(user_id, reply, at, since)),
unsent as (
  insert into usage_unsent (reply, user_id, since) select reply, user_id, since from spans)
insert into usage as u (grain, at, answered, answer_ms, answer_ms_max)
select * from {_SPANS.format(spans="spans")} t
on conflict (grain, at) do update
   set answered = u.answered + excluded.answered, answer_ms = u.answer_ms + excluded.answer_ms,
       answer_ms_max = greatest(u.answer_ms_max, excluded.answer_ms_max)
"""
_WAITING = """
insert into usage_waiting as w (user_id, since) select * from unnest($1::uuid[], $2::timestamptz[])
on conflict (user_id) do update set since = least(w.since, excluded.since)
"""
_SENT = f"""
with spans as (
  delete from usage_unsent u using unnest($1::uuid[], $2::timestamptz[]) as s(reply, at)
   where u.reply = s.reply returning s.at, u.since)
insert into usage as u (grain, at, sent, sent_ms, sent_ms_max)
select * from {_SPANS.format(spans="spans")} t
on conflict (grain, at) do update
   set sent = u.sent + excluded.sent, sent_ms = u.sent_ms + excluded.sent_ms,
       sent_ms_max = greatest(u.sent_ms_max, excluded.sent_ms_max)
"""
# What was counted stays counted; who it was does not.
_FORGETS = (
    "delete from usage_active where user_id = $1",
    "delete from usage_waiting where user_id = $1",
    "delete from usage_unsent where user_id = $1",
)

_Row = tuple[Any, ...]
_Bucket = tuple[str, datetime]
MESSAGES, TURNS, REPLIES, ERRORS = range(4)


@dataclass(slots=True)
class _Page:
    counts: dict[_Bucket, list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0])
    )
    active: dict[tuple[str, datetime, UUID], None] = field(
        default_factory=dict[tuple[str, datetime, UUID], None]
    )
    models: dict[tuple[str, datetime, str], tuple[Any, ...]] = field(
        default_factory=dict[tuple[str, datetime, str], tuple[Any, ...]]
    )
    waiting: dict[UUID, datetime] = field(default_factory=dict[UUID, datetime])
    """Since when, as far as this page knows."""
    answered: dict[UUID, _Row] = field(default_factory=dict[UUID, _Row])
    """The first answer of the page to each user: messages before the page may count."""
    later: list[_Row] = field(default_factory=list[_Row])
    sent: dict[UUID, datetime] = field(default_factory=dict[UUID, datetime])

    def count(self, what: int, at: datetime) -> None:
        for bucket in _buckets(at):
            self.counts[bucket][what] += 1


class UsageCounts(View):
    name, version = "usage", 1
    tables = ("usage", "usage_models", "usage_active", "usage_waiting", "usage_unsent")
    forgets = _FORGETS

    def changes(self, events: Events) -> Iterator[Statement]:
        return _changes(events)


def usage(_context: ProjectionContext) -> UsageCounts:
    return UsageCounts()


def _changes(events: Events) -> Iterator[Statement]:
    page = _Page()
    for recorded in events:
        _add(page, recorded)
    yield from columns(_COUNTS, ((*bucket, *counts) for bucket, counts in page.counts.items()))
    yield from columns(_ACTIVE, page.active)
    yield from columns(_MODELS, ((*key, *sums) for key, sums in page.models.items()))
    yield from columns(_ANSWERED, ((user, *row) for user, row in page.answered.items()))
    yield from columns(_ANSWERED_LATER, page.later)
    yield from columns(_WAITING, page.waiting.items())
    yield from columns(_SENT, page.sent.items())


def _add(page: _Page, recorded: Recorded[Any]) -> None:
    at = recorded.recorded_at
    match recorded.event:
        case MessageReceived(word=word):
            user = owner(recorded)
            page.count(MESSAGES, at)
            for grain, start in _buckets(at):
                page.active[grain, start, user] = None
            if word is None:  # Else its answer stands beside it.
                page.waiting[user] = min(page.waiting.get(user, at), at)
        case TurnStarted():
            page.count(TURNS, at)
        case ReplyReady(kind=kind):
            page.count(REPLIES, at)
            if kind in {"answer", "apology"}:
                _answered(page, recorded)
        case ReplySent(reply=reply):
            page.sent.setdefault(reply, at)
        case _:
            _add_inner_work(page, recorded.event, at)


def _add_inner_work(page: _Page, event: Any, at: datetime) -> None:
    match event:
        case ModelAnswered(model=model, usage=used, took_ms=took_ms):
            _used(page, at, model, used, took_ms)
        case HistorySummarized(model=model, usage=used):
            _used(page, at, model, used, 0)
        case (
            ReplyLooked(model=str() as model, usage=used, took_ms=took_ms)
            | WishJudged(model=str() as model, usage=used, took_ms=took_ms)
            | VoiceTranscribed(model=model, usage=used, took_ms=took_ms)
        ):
            _used(page, at, model, used, took_ms)
        case ToolFailed(code=code) if code in NO_FAULT:
            pass
        case (
            ModelFailed()
            | ToolFailed()
            | TurnParked()
            | ReplyFailed()
            | ReplyParked()
            | ReplyUndelivered()
        ):
            page.count(ERRORS, at)
        case _:
            pass


def _answered(page: _Page, recorded: Recorded[Any]) -> None:
    user = owner(recorded)
    since = page.waiting.pop(user, None)
    if user not in page.answered:
        page.answered[user] = (recorded.event_id, recorded.recorded_at, since)
    elif since is not None:
        page.later.append((user, recorded.event_id, recorded.recorded_at, since))


def _used(page: _Page, at: datetime, model: str, used: Usage, took_ms: int) -> None:
    cost = prices().exact(model, used)
    row = (1, took_ms, used.input, used.output, used.thoughts, used.cached, used.total)
    for grain, start in _buckets(at):
        *sums, spent = page.models.get((grain, start, model), (*[0] * len(row), Decimal()))
        summed = [had + more for had, more in zip(sums, row, strict=True)]
        page.models[grain, start, model] = (*summed, None if cost is None else spent + cost)


def _buckets(at: datetime) -> tuple[_Bucket, _Bucket]:
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return ("hour", hour), ("day", hour.replace(hour=0))
