"""View `conversations`: threads with their messages, and replies with what became of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.conversation import MessageReceived, ReplyReady
from contracts.event import Event
from contracts.replies import (
    ReplyAssumed,
    ReplyDelivered,
    ReplyFailed,
    ReplyHeld,
    ReplyParked,
    ReplyRead,
    ReplyRefused,
    ReplySending,
    ReplySent,
    ReplyUndelivered,
)
from taskflow.projecting.projection import ProjectionContext, Statement
from taskflow.views.folding import Events, View, columns, owner, still_sealed

STATES = (
    "ready",
    "held",
    "sending",
    "refused",
    "assumed",
    "sent",
    "delivered",
    "read",
    "undelivered",
    "failed",
    "parked",
)
"""Only to be held goes a reply's state back in this order; a part's news counts for the whole."""
_RANK = {state: rank for rank, state in enumerate(STATES)}
_STATE_OF: dict[type[Event], str] = {
    ReplyHeld: "held",
    ReplySending: "sending",
    ReplyRefused: "refused",
    ReplyAssumed: "assumed",
    ReplySent: "sent",
    ReplyDelivered: "delivered",
    ReplyRead: "read",
    ReplyUndelivered: "undelivered",
    ReplyFailed: "failed",
    ReplyParked: "parked",
}

_MESSAGES = """
insert into conversation_messages (message, user_id, version, at, kind, text)
select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::timestamptz[], $5::text[], $6::jsonb[])
"""
_REPLIES = """
insert into conversation_replies (reply, user_id, version, at, state_at, kind, turn, text)
select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::timestamptz[], $5::timestamptz[],
                     $6::text[], $7::uuid[], $8::jsonb[])
"""
_THREADS = """
insert into conversation_threads as t
       (user_id, messages, last_message_at, replies, last_reply_at)
select * from unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::int[], $5::timestamptz[])
on conflict (user_id) do update
   set messages = t.messages + excluded.messages,
       last_message_at = greatest(t.last_message_at, excluded.last_message_at),
       replies = t.replies + excluded.replies,
       last_reply_at = greatest(t.last_reply_at, excluded.last_reply_at)
"""
_STATES = """
update conversation_replies r
   set parts = coalesce(s.parts, r.parts),
       parts_sent = least(r.parts_sent + s.sent, coalesce(s.parts, r.parts)),
       state = case when {moves} then ($7::text[])[s.rank + 1] else r.state end,
       state_at = case when {moves} then s.at else r.state_at end
  from unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::int[], $5::int[], $6::bool[])
       as s(reply, rank, at, parts, sent, held)
 where r.reply = s.reply
""".format(moves="(s.held or s.rank > array_position($7::text[], r.state) - 1)")
_FORGETS = (
    "delete from conversation_threads where user_id = $1",
    "delete from conversation_messages where user_id = $1",
    "delete from conversation_replies where user_id = $1",
)

_Row = tuple[Any, ...]


class Conversations(View):
    name, version = "conversations", 1
    tables = ("conversation_threads", "conversation_messages", "conversation_replies")
    forgets = _FORGETS

    def changes(self, events: Events) -> Iterator[Statement]:
        return _changes(events)


def conversations(_context: ProjectionContext) -> Conversations:
    return Conversations()


def _changes(events: Events) -> Iterator[Statement]:
    messages: list[_Row] = []
    replies: list[_Row] = []
    threads: dict[UUID, _Row] = {}
    states: dict[UUID, _Row] = {}
    for recorded in events:
        match recorded.event:
            case MessageReceived(kind=kind, text=text):
                user, at = owner(recorded), recorded.recorded_at
                row = (recorded.event_id, user, recorded.version, at, kind, still_sealed(text))
                messages.append(row)
                threads[user] = _thread(threads.get(user), message=at)
            case ReplyReady(kind=kind, text=text, turn=turn):
                user, at = owner(recorded), recorded.recorded_at
                replies.append(
                    (
                        recorded.event_id,
                        user,
                        recorded.version,
                        at,
                        at,
                        kind,
                        turn,
                        still_sealed(text),
                    )
                )
                threads[user] = _thread(threads.get(user), reply=at)
            case event:
                if known := _state(event):
                    reply, state, parts, sent = known
                    states[reply] = _state_row(
                        states.get(reply), state, recorded.recorded_at, parts, sent
                    )
    yield from columns(_MESSAGES, messages)
    yield from columns(_REPLIES, replies)
    yield from columns(_THREADS, ((user, *row) for user, row in threads.items()))
    for query, arrays in columns(_STATES, ((reply, *row) for reply, row in states.items())):
        yield query, [*arrays, STATES]


def _state(event: Any) -> tuple[UUID, str, int | None, int] | None:
    """Of which reply it tells what, of how many parts, and how many were sent by it."""
    state = _STATE_OF.get(event.__class__)
    if state is None:
        return None
    parts = event.parts if state == "sending" else None
    if isinstance(event, ReplyUndelivered) and event.window_was_shut:
        state = "refused"  # WhatsApp's refusal puts it back into the queue
    return event.reply, state, parts, int(state == "sent")


def _thread(
    was: _Row | None, *, message: datetime | None = None, reply: datetime | None = None
) -> _Row:
    messages, message_at, replies, reply_at = was or (0, None, 0, None)
    return (
        messages + (message is not None),
        max(filter(None, (message_at, message)), default=None),
        replies + (reply is not None),
        max(filter(None, (reply_at, reply)), default=None),
    )


def _state_row(was: _Row | None, state: str, at: datetime, parts: int | None, sent: int) -> _Row:
    rank = _RANK[state]
    held = state == "held"
    if was is None:
        return rank, at, parts, sent, held
    before, since, known, count, ever_held = was
    furthest = (rank, at) if held or rank > before else (before, since)
    return (*furthest, known if parts is None else parts, count + sent, held or ever_held)
