"""The tools of watches: `watch_price`, `list_watches`, `stop_watch`, `price_history`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID, uuid5

from contracts import slots, streams
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.watches import Goal, WatchSeen, WatchSet, WatchStopped
from services.scheduler.reminding.listing import ReadModel
from services.scheduler.watches import wordings
from services.scheduler.watches.arguments import ListWatches, PriceHistory, StopWatch, WatchPrice
from services.scheduler.watches.chart import Point
from services.scheduler.watches.decider import Rhythm, Watch, threshold
from services.scheduler.watches.history import history_result
from services.scheduler.watches.last_day import last_day
from services.scheduler.watches.listing import ListedWatch, WatchListing, chosen
from services.scheduler.watches.pages import PageIds, normalized
from services.scheduler.watches.words import goal_of
from taskflow import clock, zones
from taskflow.log.appending import Write
from taskflow.log.event_log import Log
from taskflow.privacy.media import Stored
from taskflow.tooling import Call, Done, Refused, Tool, Undo

MOST_WATCHES = 50
TIMEOUT = 10.0
STOP = "stop_watch"
CHART_TIMEOUT = 20.0


class IsAddressTold(Protocol):
    """Whether an address stands in a conversation (taskflow/log/web_addresses.py)."""

    async def __call__(self, log: Log, stream: str, upto: int, url: str, /) -> bool: ...


class PictureStore(Protocol):
    async def put(
        self, user: UserId, content_type: str, data: bytes, *, media_id: UUID | None = None
    ) -> Stored: ...


class Draw(Protocol):
    async def __call__(
        self,
        title: str,
        currency: str | None,
        points: Sequence[Point],
        *,
        now: datetime,
        goal: Decimal | None,
    ) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Addresses:
    """Which addresses may be watched, and which page one is."""

    stands_in_conversation: IsAddressTold
    canonical: Callable[[str], str]
    pages: PageIds

    async def watchable(self, event_log: Log, call: Call, url: str) -> str:
        """The canonical address. Raises Refused for one that stands nowhere in the conversation."""
        try:
            address = self.canonical(url)
        except ValueError as error:
            raise Refused(f"{url!r} is not the address of a web page.") from error
        request = call.request
        if not await self.stands_in_conversation(
            event_log, request.stream, request.version, address
        ):
            raise Refused(
                "That link stands neither in the user's messages nor in search results: "
                "ask the user to send the link."
            )
        return address


class WatchTools:
    def __init__(
        self,
        listing: WatchListing,
        event_log: Log,
        read_model: ReadModel,
        addresses: Addresses,
        pictures: PictureStore,
        *,
        draw: Draw,
        rhythm: Rhythm,
        now: Callable[[], datetime] = clock.utc_now,
    ) -> None:
        self._listing, self._log, self._read_model = listing, event_log, read_model
        self._addresses, self._pictures, self._draw = addresses, pictures, draw
        self._rhythm, self._now = rhythm, now

    def all(self) -> list[Tool[Any]]:
        return [
            Tool(
                WatchPrice,
                self.watch_price,
                "watch_price",
                "write",
                TIMEOUT,
                inside=True,
                declared=wordings.SET_ARGUMENTS,
                proposal="watch the price at",
                receipt=wordings.SET,
                not_done="No watch was started just now.",
                changes="watch",
                undone_by=Undo(tool=STOP, argument="which", path="id"),
            ),
            Tool(ListWatches, self.list_watches, "list_watches", "read", TIMEOUT, inside=True),
            Tool(
                StopWatch,
                self.stop_watch,
                STOP,
                "write",
                TIMEOUT,
                inside=True,
                declared=wordings.STOP_ARGUMENTS,
                proposal="stop watching",
                receipt=wordings.STOPPED,
                not_done="No watch was stopped just now.",
                changes="watch",
            ),
            Tool(
                PriceHistory,
                self.price_history,
                "price_history",
                "read",
                CHART_TIMEOUT,
                inside=True,
            ),
        ]

    async def watch_price(self, arguments: WatchPrice, call: Call) -> Done:
        """Watch the price of a web page, and write to the user when it is true.

        Exactly one goal: below an amount in the page's currency, down by a percentage, or back in
        stock. Only for a link that the user sent or a search found. Pages are looked at about
        once an hour, twice before the user is told. Tell them the number and goal that come back.
        """
        goal = _goal(arguments)
        request = call.request.event
        until = last_day(arguments.until, call)
        url = await self._addresses.watchable(self._log, call, arguments.url)
        await self._read_model.caught_up(call.request)
        watches = await self._listing.of(call.user)
        if len(watches) >= MOST_WATCHES:
            raise Refused(f"{MOST_WATCHES} pages are watched already; stop some first.")
        watch = slots.watch_set(call.request.event_id)
        fact = WatchSet(
            watch=watch,
            page=self._addresses.pages.of(url, arguments.product),
            url=url,
            product=arguments.product,
            goal=goal,
            below=arguments.below,
            currency=request.asker.currency if request.asker else None,
            drop_percent=arguments.drop_percent,
            until=until,
            zone=request.zone,
            language=request.language,
        )
        for listed_watch in watches:
            if _says_the_same(listed_watch.origin.event, fact):
                raise Refused(f"Watch {listed_watch.number} does that already.")
        state = Watch(
            goal=goal,
            below=arguments.below,
            drop_percent=arguments.drop_percent,
            told_currency=fact.currency,
        )
        words = goal_of(state, request.language)
        to = f" until {until}" if until else ""
        number = await self._listing.next_number(call)
        result: Json = {
            "watching": True,
            "id": str(watch),
            "number": number,
            "url": url,
            "goal": words,
            "until": until.isoformat() if until else None,
            "looks_every_minutes": round(self._rhythm.ordinary.total_seconds() / 60),
            "summary": f"Watching{f' (number {number})' if number else ''}: {words}{to}. {url}",
        }
        return Done(result, [Write(streams.watch(watch), [fact], call.user, 0)])

    async def list_watches(self, _arguments: ListWatches, call: Call) -> Done:
        """List the watched pages with their numbers, goals and last prices."""
        await self._read_model.caught_up(call.request)
        watches = await self._listing.of(call.user)
        return Done({"watches": await self._listing.for_model(watches, call.request)})

    async def stop_watch(self, arguments: StopWatch, call: Call) -> Done:
        """Stop watching one page."""
        await self._read_model.caught_up(call.request)
        listed_watch = chosen(await self._listing.of(call.user), arguments.which)
        fact = WatchStopped(watch=listed_watch.origin.event.watch, by="user")
        # Stop against alert: whichever appends first makes the other fold again.
        write = Write(
            listed_watch.origin.stream,
            [fact],
            call.user,
            expected_version=listed_watch.folded.version,
        )
        return Done({"stopped": listed_watch.for_model(call.request.event.language)}, [write])

    async def price_history(self, arguments: PriceHistory, call: Call) -> Done:
        """Show how a watched page's price went, in words and as a chart sent to the user.

        No argument is needed if one is watched.
        """
        await self._read_model.caught_up(call.request)
        listed_watch = self._meant(await self._listing.of(call.user), arguments)
        points, currency = await self._points(listed_watch.origin.stream)
        if not points:
            raise Refused(
                f"No price of {listed_watch.name} was read yet: its history is still empty."
            )
        zone = zones.of(call.request.event.zone)
        local = [Point(point.at.astimezone(zone), point.amount) for point in points]
        picture = await self._draw(
            listed_watch.name,
            currency,
            local,
            now=self._now().astimezone(zone),
            goal=threshold(listed_watch.state),
        )
        chart = uuid5(call.request.event_id, "chart")
        stored = await self._pictures.put(call.user, "image/png", picture, media_id=chart)
        return Done(history_result(listed_watch, currency, local), picture=stored.id)

    def _meant(self, watches: list[ListedWatch], arguments: PriceHistory) -> ListedWatch:
        if arguments.url is not None and arguments.which is None:
            try:
                address = self._addresses.canonical(arguments.url)
            except ValueError as error:
                raise Refused(f"{arguments.url!r} is not the address of a web page.") from error
            if found := [watch for watch in watches if watch.url == address]:
                return found[-1]
            raise Refused(
                "There is no price history of that page yet: it is not being watched. "
                "Offer to watch it."
            )
        if arguments.which is None and len(watches) == 1:
            return watches[0]
        return chosen(watches, arguments.which or "")

    async def _points(self, stream: str) -> tuple[list[Point], str | None]:
        seen: list[Recorded[WatchSeen]] = [
            recorded
            for recorded in await self._log.read(stream)
            if isinstance(recorded.event, WatchSeen)
        ]
        points = [
            Point(recorded.recorded_at, recorded.event.amount)
            for recorded in seen
            if recorded.event.amount is not None
        ]
        currencies = [
            recorded.event.currency for recorded in seen if recorded.event.currency is not None
        ]
        return points, currencies[-1] if currencies else None


def _goal(arguments: WatchPrice) -> Goal:
    goals: dict[Goal, bool] = {
        "below": arguments.below is not None,
        "drop": arguments.drop_percent is not None,
        "back_in_stock": arguments.back_in_stock,
    }
    given: list[Goal] = [goal for goal, is_given in goals.items() if is_given]
    if len(given) != 1:
        raise Refused(
            "Name exactly one goal: below an amount, drop_percent, or back_in_stock. "
            "Ask the user which one is meant."
        )
    return given[0]


def _says_the_same(standing: WatchSet, new: WatchSet) -> bool:
    """By address and product, not by page: a page's id changes with the master key."""
    alike = ("url", "goal", "below", "drop_percent", "until")
    return normalized(standing.product) == normalized(new.product) and all(
        getattr(standing, name) == getattr(new, name) for name in alike
    )
