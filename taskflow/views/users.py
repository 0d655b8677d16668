"""View `users`: who there is, since when, and what they told of themselves."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.conversation import MessageReceived
from contracts.profile import ProfileForgotten, ProfileLearned
from contracts.replies import ReplySending
from taskflow.projecting.projection import ProjectionContext, Statement
from taskflow.views.folding import Events, View, columns, owner, still_sealed

_SEEN = """
insert into users as u (user_id, first_seen_at, last_message_at, messages, guessed_zone)
select * from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::int[], $5::text[])
on conflict (user_id) do update
   set first_seen_at = least(u.first_seen_at, excluded.first_seen_at),
       last_message_at = greatest(u.last_message_at, excluded.last_message_at),
       messages = u.messages + excluded.messages,
       guessed_zone = coalesce(excluded.guessed_zone, u.guessed_zone)
"""
_BY_TEMPLATE = """
insert into template_people as p (user_id, at) select * from unnest($1::uuid[], $2::timestamptz[])
on conflict (user_id) do update set at = greatest(p.at, excluded.at)
"""
_LEARNED = """
insert into user_facts (fact, user_id, kind, value, about, zone, learned_at)
select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::jsonb[], $6::jsonb[],
                     $7::timestamptz[])
"""
_TAKEN_BACK = "delete from user_facts where fact = any($1::uuid[])"
_FORGETS = (
    "delete from users where user_id = $1",
    "delete from user_facts where user_id = $1",
    "delete from template_people where user_id = $1",
)


class Users(View):
    name, version = "users", 1
    tables = ("users", "user_facts", "template_people")
    forgets = _FORGETS

    def changes(self, events: Events) -> Iterator[Statement]:
        return _changes(events)


def users(_context: ProjectionContext) -> Users:
    return Users()


def _changes(events: Events) -> Iterator[Statement]:
    seen: dict[UUID, tuple[Any, ...]] = {}
    by_template: dict[UUID, datetime] = {}
    learned: list[tuple[Any, ...]] = []
    taken_back: list[UUID] = []
    for recorded in events:
        match recorded.event:
            case MessageReceived(zone=zone):
                user, at = owner(recorded), recorded.recorded_at
                first, last, count, guessed = seen.get(user, (at, at, 0, None))
                seen[user] = (min(first, at), max(last, at), count + 1, zone or guessed)
            case ReplySending(template=str()):
                by_template[owner(recorded)] = recorded.recorded_at
            case ProfileLearned(kind=kind, value=value, about=about, zone=zone):
                sealed = map(still_sealed, (value, about, zone))
                learned.append(
                    (recorded.event_id, owner(recorded), kind, *sealed, recorded.recorded_at)
                )
            case ProfileForgotten(facts=facts):
                taken_back += facts
            case _:
                pass
    yield from columns(_SEEN, ((user, *row) for user, row in seen.items()))
    yield from columns(_BY_TEMPLATE, by_template.items())
    yield from columns(_LEARNED, learned)
    if taken_back:
        yield _TAKEN_BACK, (taken_back,)
