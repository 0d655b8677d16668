"""Judges watches by recorded facts and by what really stood on the pages; knows no decider."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from contracts.streams import conversation
from contracts.watches import (
    WatchAlerted,
    WatchLost,
    WatchMissed,
    WatchSeen,
    WatchSet,
    WatchStopped,
)
from tests.support.watch_shop import ShopPage, Stretch

NOBODY_MISSES = timedelta(minutes=125)
"""Two ordinary looks with their jitter and the confirming one, replicas dead or hanging between."""
APART = timedelta(minutes=15)
CONFIRMED_AFTER = timedelta(minutes=3)
A_SIX_HOURS = timedelta(hours=6)


@dataclass(slots=True)
class Books:
    """What is known of one watch."""

    told: WatchSet
    user: UUID
    began: datetime
    page: ShopPage
    seen: list[tuple[Recorded[Any], WatchSeen]] = field(default_factory=list)
    alerts: list[datetime] = field(default_factory=list)
    """When the page was read that the user was told of."""
    suspected: WatchSeen | None = None
    was_suspected: WatchSeen | None = None
    """Up to the newest reading."""
    missed: datetime | None = None
    lost: bool = False
    stopped: datetime | None = None

    def reaches(self, one: Stretch) -> bool:
        """By the user's own words."""
        if one.kind != "priced":
            return False
        match self.told.goal:
            case "below":
                assert self.told.below is not None
                return one.amount < self.told.below
            case "drop":
                assert self.told.drop_percent is not None
                first = next((s.amount for _, s in self.seen if s.amount is not None), None)
                down = 1 - self.told.drop_percent / 100
                return first is not None and one.amount <= first * down
            case "back_in_stock":
                return True


class WatchJudge:
    """Sees each transaction once, in the order of the log."""

    def __init__(self, pages: dict[UUID, ShopPage]) -> None:
        self._pages = pages
        self.books: dict[UUID, Books] = {}
        self.suspicions: set[tuple[UUID, datetime]] = set()
        """Pages and dues that a confirming look may follow."""
        self.decided: set[tuple[UUID, datetime]] = set()
        self.alerts = self.losses = 0
        self.seen = 0

    def see(self, transaction: Sequence[Recorded[Any]]) -> None:
        self.seen = transaction[-1].position
        events = [one.event for one in transaction]
        telling = [one for one in events if isinstance(one, WatchAlerted | WatchLost)]
        replies = [one for one in transaction if isinstance(one.event, ReplyReady)]
        assert len(telling) == len(replies), "told without a fact, or a fact without its words"
        assert len(telling) <= 1, "two tellings in one transaction"
        for one in transaction:
            self._enter(one)
        for reply in replies:
            self._is_fair(reply, telling[0])

    def _enter(self, one: Recorded[Any]) -> None:
        event = one.event
        if isinstance(event, WatchSet):
            assert one.user_id is not None
            page = self._pages[event.page]
            self.books[event.watch] = Books(event, one.user_id, one.recorded_at, page)
        elif isinstance(event, WatchSeen | WatchMissed | WatchAlerted | WatchLost | WatchStopped):
            books = self.books[event.watch]
            assert one.user_id == books.user, "somebody else's facts"
            assert books.stopped is None, "a fact of a watch that had ended"
            if not isinstance(event, WatchStopped | WatchAlerted):
                assert (event.watch, event.due) not in self.decided, "a look was decided twice"
                self.decided.add((event.watch, event.due))
            self._enter_in(books, one)

    def _enter_in(self, books: Books, one: Recorded[Any]) -> None:
        match one.event:
            case WatchSeen() as seen:
                self._saw(books, one, seen)
            case WatchMissed():
                assert books.missed is None, "missed twice in a row"
                books.missed = one.recorded_at
            case WatchLost():
                self.losses += 1
                assert not books.lost, "told twice that the page cannot be read"
                assert books.missed is not None, "lost before it was missed"
                long = one.recorded_at - books.missed >= A_SIX_HOURS - timedelta(minutes=5)
                assert long or not books.seen, "lost too soon"
                books.lost = True
            case WatchAlerted() as alerted:
                self._alerted(books, one, alerted)
            case WatchStopped():
                books.stopped = one.recorded_at
            case _:
                pass

    def _saw(self, books: Books, one: Recorded[Any], seen: WatchSeen) -> None:
        stood = books.page.at(seen.evidence.at)
        assert stood.kind in {"priced", "out_of_stock"}, "it saw what nobody could read"
        assert seen.amount == stood.seen_as, "it saw a price that did not stand there"
        mine = seen.evidence.screenshot in {None, books.user}
        assert mine, "it keeps a picture that lies under another's seal"
        if seen.suspected:
            assert books.suspected is None, "suspected twice"
            assert books.reaches(stood), "suspected what the user did not ask for"
            self.suspicions.add((books.told.page, seen.due))
        books.seen.append((one, seen))
        books.was_suspected = books.suspected
        books.suspected = seen if seen.suspected else None
        books.missed, books.lost = None, False

    def _alerted(self, books: Books, one: Recorded[Any], alerted: WatchAlerted) -> None:
        self.alerts += 1
        (beside, seen), suspected = books.seen[-1], books.was_suspected
        assert beside.transaction_id == one.transaction_id, "an alert without its reading"
        assert suspected is not None, "an alert without a second look"
        apart = seen.evidence.at - suspected.evidence.at
        assert apart >= CONFIRMED_AFTER, "the second look came too soon"
        assert books.reaches(books.page.at(seen.evidence.at)), "an alert that is not true"
        assert alerted.now == seen.amount, "an alert with another price than was read"
        trusted = [s.amount for _, s in books.seen[:-1] if not s.suspected and s.amount is not None]
        assert alerted.was == (trusted[-1] if trusted else None), "an alert with a wrong old price"
        books.alerts.append(seen.evidence.at)

    def _is_fair(self, reply: Recorded[ReplyReady], fact: WatchAlerted | WatchLost) -> None:
        books = self.books[fact.watch]
        assert reply.stream == conversation(books.user), "told to somebody else"
        assert (reply.event.kind, reply.event.turn) == ("alert", None), "it speaks as somebody else"
        assert books.page.url in reply.event.text, "it does not say where"

    # -- at the end -------------------------------------------------------------------------

    def at_the_end(self, now: datetime) -> None:
        for books in self.books.values():
            self._alerts_are_the_crossings(books, now)

    def _alerts_are_the_crossings(self, books: Books, now: datetime) -> None:
        end = min(books.stopped or now, now)
        told = sorted(books.alerts)
        for begins, ends, sure in crossings(books, end):
            count = sum(begins <= at < ends for at in told)
            assert count <= 1, "two alerts of one crossing"
            assert count == 1 or not sure, "a crossing that nobody was told of"

    def looks_are_apart(self, firsts: dict[UUID, dict[datetime, datetime]], confirm: float) -> None:
        """The first fetch of each due look, page by page."""
        for page, looks in firsts.items():
            ordered = sorted(looks.items())
            for (due, at), (_, following) in pairwise(ordered):
                confirms = (page, due) in self.suspicions
                least = timedelta(seconds=confirm * 0.9) if confirms else APART
                assert following - at >= least, "two looks too close together"


def crossings(books: Books, end: datetime) -> list[tuple[datetime, datetime, bool]]:
    """Stretches of time on the goal's side; and whether nobody may miss them."""
    found: list[tuple[datetime, datetime, bool]] = []
    spans = books.page.spans(end)
    trouble = any(one.kind in {"blocked", "misread"} for _, _, one in spans)
    off_since: datetime | None = None
    armed = books.told.goal != "back_in_stock"
    """Whether the other side was surely seen before."""
    for begins, to, one in spans:
        starts, ends = max(begins, books.began), min(to, end)
        if ends <= starts:
            continue
        if books.reaches(one):
            if found and found[-1][1] == starts:
                began, _, was_armed = found.pop()
            else:
                began, was_armed = starts, armed
            found.append((began, ends, was_armed))
            off_since, armed = None, False
            continue
        off = (
            one.kind == "out_of_stock"
            if books.told.goal == "back_in_stock"
            else one.kind == "priced"
        )
        if not off:
            off_since = None
        elif off_since is None:
            off_since = starts
        long = off_since is not None and ends - off_since >= NOBODY_MISSES
        armed = armed or long or (not found and books.told.goal != "back_in_stock")
    return [
        (begins, ends, sure and ends - begins >= NOBODY_MISSES and not trouble)
        for begins, ends, sure in found
    ]


def by_page(
    fetches: Sequence[tuple[UUID, datetime, datetime]],
) -> dict[UUID, dict[datetime, datetime]]:
    firsts: dict[UUID, dict[datetime, datetime]] = defaultdict(dict)
    for page, due, at in fetches:
        firsts[page].setdefault(due, at)
    return firsts
