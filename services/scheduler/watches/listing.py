"""A user's watches as they are told of: by number, in words, with the last price."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from contracts import streams
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.tools import ToolRequested
from contracts.watches import WatchSeen, WatchSet
from services.scheduler.reminding.deliveries import Deliveries, Said
from services.scheduler.watches.decider import FOLD, Watch
from services.scheduler.watches.words import goal_of, name_of
from taskflow import zones
from taskflow.log.event_log import Log
from taskflow.log.folding import Folded
from taskflow.log.snapshots import Folds
from taskflow.tooling import Call, Refused


@dataclass(frozen=True, slots=True)
class Watched:
    """A watch that has not ended, as the read model has it."""

    watch: UUID
    number: int


@dataclass(frozen=True, slots=True)
class OpenCall:
    call: UUID
    tool: str


class OwnWatches(Protocol):
    async def active(self, user: UserId) -> list[Watched]:
        """This user's, by number. Raises DatabaseUnavailable."""
        ...

    async def next_number(self, user: UserId) -> int:
        """What the user's next watch will be called. Raises DatabaseUnavailable."""
        ...


class OpenWatchCalls(Protocol):
    async def open_calls(self, stream: str) -> list[OpenCall]:
        """Calls of a conversation without an outcome. Raises DatabaseUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class ListedWatch:
    number: int
    url: str
    product: str | None
    name: str
    folded: Folded[Watch]
    origin: Recorded[WatchSet]

    @property
    def state(self) -> Watch:
        return self.folded.state

    def for_model(self, language: str) -> Json:
        """For the model; the goal in the words of the user's language."""
        state = self.state
        seen = state.seen_at and state.seen_at.astimezone(zones.of(state.zone))
        return {
            "number": self.number,
            "title": self.name,
            "url": self.url,
            "goal": goal_of(state, language),
            "last_price": plain(state.amount),
            "currency": state.currency,
            "last_seen": seen.strftime("%Y-%m-%d %H:%M") if seen else None,
            "in_stock": state.in_stock,
            "until": state.until.isoformat() if state.until else None,
            "readable": state.missed_since is None,
        }


class WatchListing:
    def __init__(
        self, own: OwnWatches, calls: OpenWatchCalls, event_log: Log, folds: Folds
    ) -> None:
        self._own, self._calls, self._log, self._folds = own, calls, event_log, folds
        self._deliveries = Deliveries(event_log)

    async def of(self, user: UserId) -> list[ListedWatch]:
        """Everything is found by the user's id, and opened with the user's key."""
        numbers = {
            streams.watch(watched.watch): watched.number for watched in await self._own.active(user)
        }
        folded = await self._folds.fold_all(list(numbers), FOLD)
        origins = await self._log.firsts(list(numbers))
        listed = [
            self._listed(numbers[stream], origins[stream], folded[stream])
            for stream in numbers
            if stream in origins and not folded[stream].state.stopped
        ]
        return list(await asyncio.gather(*listed))

    async def for_model(
        self, listed: Sequence[ListedWatch], request: Recorded[ToolRequested]
    ) -> list[Json]:
        """For the model, each with how its last alert came."""
        return list(
            await asyncio.gather(
                *(self._with_last_alert(listed_watch, request) for listed_watch in listed)
            )
        )

    async def _with_last_alert(
        self, listed_watch: ListedWatch, request: Recorded[ToolRequested]
    ) -> Json:
        fields = listed_watch.for_model(request.event.language)
        alerted_due, reply = listed_watch.state.alerted_due, listed_watch.state.alerted_by
        if alerted_due is not None and reply is not None:
            said = Said(alerted_due, reply)
            fields["last_alert"] = await self._deliveries.for_model(
                said, listed_watch.state.zone, request
            )
        return fields

    async def next_number(self, call: Call) -> int | None:
        """None while another watch of the same conversation is being set, which may come first."""
        standing = await self._calls.open_calls(call.request.stream)
        mine = call.request
        others = [other for other in standing if other.call != mine.event_id]
        if any(other.tool == mine.event.tool for other in others):
            return None
        return await self._own.next_number(call.user)

    async def _listed(
        self, number: int, origin: Recorded[WatchSet], folded: Folded[Watch]
    ) -> ListedWatch:
        watch_set = (await self._log.opened(origin)).event
        title = watch_set.product
        if folded.state.titled:
            seen: list[Recorded[WatchSeen]] = await self._log.read_end(
                origin.stream, folded.state.titled, 1
            )
            title = (await self._log.opened(seen[0])).event.title or title
        return ListedWatch(
            number, watch_set.url, watch_set.product, name_of(title, watch_set.url), folded, origin
        )


def chosen(watches: list[ListedWatch], which: str) -> ListedWatch:
    """By number, or by words of its title or address. Raises Refused."""
    if not watches:
        raise Refused("Nothing is being watched.")
    number = which.strip().removeprefix("#")
    if number.isdecimal():
        found = [watch for watch in watches if watch.number == int(number)]
    elif same := [watch for watch in watches if str(watch.origin.event.watch) == number]:
        if same[0].state.alerted:
            raise Refused(f"It has told of a price since it was set. It is watch {same[0].number}.")
        found = same
    else:
        words = which.lower().split()
        found = [
            watch
            for watch in watches
            if all(
                word in f"{watch.name} {watch.product or ''} {watch.url}".lower() for word in words
            )
        ]
    if len(found) == 1:
        return found[0]
    listed = "; ".join(
        f"{listed_watch.number}: {listed_watch.name}" for listed_watch in (found or watches)[:10]
    )
    what = "Several fit" if found else "None fits"
    raise Refused(f"{what} {which!r}. There are: {listed}. Ask which is meant.")


def plain(amount: Decimal | None) -> str | None:
    """`79.90`, whatever way the page wrote it."""
    return None if amount is None else f"{amount:.2f}"
