"""The read model of watches, by their users' numbers; and the pages that are to be looked at.

When a page is due next is no fact: it is moved by whoever looked (`table.py`), and a page that is
lost with the table is looked at anew.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from contracts import streams
from contracts.conversation import UserForgotten
from contracts.recorded import Recorded
from contracts.watches import WatchSet, WatchStopped
from taskflow.projecting.projection import ProjectionContext, Statement

# Numbers are the user's own, given in the order of the log: the same in every rebuild.
_SET = """
insert into watches (watch, user_id, number, page)
values ($1, $2, (select coalesce(max(number), 0) + 1 from watches where user_id = $2), $3)
on conflict (watch) do nothing
"""
# A page that others watch already comes sooner, unless somebody is looking at it just now.
# `joined` tells whoever would take the page away that it has a watcher more.
_JOINED = """
insert into watched_pages (page, due_at) values ($1, $2)
on conflict (page) do update
   set joined = watched_pages.joined + 1,
       due_at = case when watched_pages.claimed_until < now()
                     then least(watched_pages.due_at,
                                greatest($2, watched_pages.looked_at + $3::interval))
                     else watched_pages.due_at end
"""
_STOPPED = "update watches set ended = true where watch = $1"
# Nobody looks any more at what they alone watched.
_UNWATCHED = """
delete from watched_pages
 where page in (select page from watches where user_id = $1)
   and not exists (select from watches w
                    where w.page = watched_pages.page and not w.ended and w.user_id <> $1)
"""
_FORGOTTEN = "delete from watches where user_id = $1"


class Watches:
    name, version = "watches", 1
    tables = ("watches", "watched_pages")

    def __init__(self, shortest: timedelta) -> None:
        self._shortest = shortest

    async def project(self, events: Sequence[Recorded[Any]]) -> list[Statement]:
        return [statement for recorded in events for statement in self._changes(recorded)]

    def _changes(self, recorded: Recorded[Any]) -> list[Statement]:
        match recorded.event:
            case WatchSet(watch=watch, page=page):
                return [
                    (_SET, (watch, recorded.user_id, page)),
                    (_JOINED, (page, recorded.recorded_at, self._shortest)),
                ]
            case WatchStopped(watch=watch):
                return [(_STOPPED, (watch,))]
            case UserForgotten():
                user = streams.user_of(recorded.stream)
                return [(_UNWATCHED, (user,)), (_FORGOTTEN, (user,))]
            case _:
                return []


def watches(_context: ProjectionContext) -> Watches:
    """How soon a joined page comes matters where somebody has looked: never in a new table."""
    return Watches(timedelta())
