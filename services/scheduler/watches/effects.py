"""What time does to watches: a page is looked at when it is due, once for all who watch it."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog
from opentelemetry.trace import SpanKind

from contracts import streams
from contracts.conversation import ReplyReady
from contracts.readings import Reading
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.watches import WatchAlerted, WatchLost, WatchSet
from services.scheduler.quiet.reading import QuietReading
from services.scheduler.quiet.waiting import Waiting
from services.scheduler.watches import words
from services.scheduler.watches.claims import DuePage, DuePages, Watcher
from services.scheduler.watches.decider import FOLD, Rhythm, Watch, decide, over
from taskflow.errors import (
    ConcurrentAppend,
    Retryable,
    SealedForEver,
    UnknownEvent,
    VendorUnavailable,
)
from taskflow.log.appending import Because, Outcome, Write
from taskflow.log.deciding import Decide
from taskflow.log.event_log import Log
from taskflow.log.folding import Folded
from taskflow.log.snapshots import Folds
from taskflow.postgres.database import UNAVAILABLE
from taskflow.telemetry.tracing import span

CLAIM_SECONDS = 150
"""A look may take 90, and be told to many."""
AGAIN_SECONDS = 60
"""Nobody looked: the tools service is away, which is not the page's failure."""
LONGEST_SLEEP = 1.0

log = structlog.get_logger()


class Looks(Protocol):
    async def look(self, watch_set: Recorded[WatchSet], due_at: datetime) -> Reading:
        """Raises VendorUnavailable when nobody looks, SealedForEver when the user was forgotten."""
        ...


@dataclass(frozen=True, slots=True)
class Living:
    """A watch that this look is told to."""

    origin: Recorded[WatchSet]
    user: UserId
    folded: Folded[Watch]


@dataclass(frozen=True, slots=True)
class LookOutcome:
    """What a look means to one of its watches."""

    haste: bool = False
    """A second look is to confirm it soon."""
    quiet_until: datetime | None = None
    """Its user would have been written to, and has quiet hours."""


class Watching:
    def __init__(
        self,
        pages: DuePages,
        looks: Looks,
        event_log: Log,
        folds: Folds,
        *,
        rhythm: Rhythm,
        at_once: int,
    ) -> None:
        self._pages, self._looks, self._log, self._folds = pages, looks, event_log, folds
        self._rhythm, self._at_once = rhythm, at_once
        self._quiet = QuietReading(event_log)

    async def keep_looking(self) -> None:
        """For ever; a slow page holds up no other while there are places free."""
        running: set[asyncio.Task[None]] = set()
        try:
            while True:
                try:
                    pause = await self._start_due(running)
                except (*UNAVAILABLE, Retryable) as error:
                    log.warning("looking.interrupted", error=type(error).__name__)
                    pause = LONGEST_SLEEP
                if len(running) >= self._at_once:
                    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                else:
                    await asyncio.sleep(pause)
        finally:
            for task in running:
                task.cancel()

    async def _start_due(self, running: set[asyncio.Task[None]]) -> float:
        """Seconds to sleep before the next claim."""
        claimed = await self._pages.claim(self._at_once - len(running), CLAIM_SECONDS)
        for due_page in claimed:
            task = asyncio.create_task(self._look(due_page))
            running.add(task)
            task.add_done_callback(running.discard)
        if claimed:
            return 0
        seconds = await self._pages.until_next()
        return LONGEST_SLEEP if seconds is None else max(0.01, min(seconds, LONGEST_SLEEP))

    async def _look(self, page: DuePage) -> None:
        """One that fails is given again when its claim ends."""
        try:
            with span("look at page", SpanKind.INTERNAL):
                await self.look(page)
        except (*UNAVAILABLE, Retryable) as error:
            log.warning("look.interrupted", error=type(error).__name__)
        except Exception:
            log.exception("look.failed", page=str(page.page))

    async def look(self, page: DuePage) -> None:
        """One look, told to every watch of the page; then the page is due later."""
        watchers = await self._pages.watchers(page.page)
        living = await self._living(watchers, page)
        if not living:
            if not watchers:
                await self._pages.drop(page.page, page.due_at, page.joined)
            else:
                # They ended, and their rows will follow: then nobody is left.
                await self._pages.hold(page.page, page.due_at, AGAIN_SECONDS)
            return
        try:
            reading, asker = await self._reading(living, page.due_at)
        except VendorUnavailable as error:
            log.warning("look.nobody_answers", error=str(error))
            await self._pages.hold(page.page, page.due_at, AGAIN_SECONDS)
            return
        found = await asyncio.gather(
            *(self._tell(watch, _as_seen_by(watch.user, asker, reading), page) for watch in living)
        )
        read = reading.outcome in {"priced", "out_of_stock"}
        failures = 0 if read else page.failures + 1
        ever_read = read or page.ever_read
        suspected = any(meant.haste for meant in found)
        pause = self._rhythm.pause(
            page.page, page.due_at, suspected=suspected, failures=failures, ever_read=ever_read
        )
        ends = [meant.quiet_until - page.found_at for meant in found if meant.quiet_until]
        pause = min([pause, *ends])
        await self._pages.move(page.page, page.due_at, pause, failures, read=read)
        log.info("page.looked_at", outcome=reading.outcome, watches=len(living))

    async def _living(self, watchers: Sequence[Watcher], page: DuePage) -> list[Living]:
        """Without those that ended meanwhile; those whose last day is over end here."""
        by_stream = {streams.watch(watcher.watch): watcher for watcher in watchers}
        folded = await self._folded(list(by_stream))
        origins = await self._log.firsts(list(folded))
        living: list[Living] = []
        for stream, folded_watch in folded.items():
            if folded_watch.state.stopped or folded_watch.state.watch is None:
                continue
            found = Living(origins[stream], by_stream[stream].user_id, folded_watch)
            if (end := over(folded_watch.state, page.due_at, page.found_at)) is None:
                living.append(found)
                continue
            with contextlib.suppress(ConcurrentAppend):  # by its user, meanwhile
                await self._append(found, end, None)
        return living

    async def _folded(self, found: Sequence[str]) -> dict[str, Folded[Watch]]:
        """Without those that only a newer release understands: they hold up no others."""
        if not found:
            return {}
        try:
            return await self._folds.fold_all(found, FOLD)
        except UnknownEvent:
            if len(found) == 1:
                log.warning("watch.unknown_event", stream=found[0])
                return {}
        middle = len(found) // 2
        return await self._folded(found[:middle]) | await self._folded(found[middle:])

    async def _reading(self, living: Sequence[Living], due_at: datetime) -> tuple[Reading, UserId]:
        """In the name of one of them, whose key seals the answer. Raises VendorUnavailable."""
        for watch in living:
            try:
                return await self._looks.look(watch.origin, due_at), watch.user
            except SealedForEver:
                log.info("watch.of_a_forgotten_user")
        raise VendorUnavailable("all who watch the page were forgotten")

    async def _tell(self, living: Living, reading: Reading, page: DuePage) -> LookOutcome:
        """Decides what the look means to one watch; whether a second one is to confirm it.

        A suspicion of an earlier look asks for no haste: its second look was missed, or came to
        nothing.
        """
        folded = living.folded
        while True:
            decided = decide(folded.state, reading, page.due_at, page.found_at)
            end = await self._quiet_end(living.user, decided, page.found_at)
            if end is not None:
                decided = decide(folded.state, reading, page.due_at, page.found_at, is_quiet=True)
            if decided is None:
                return await self._meant(living, folded.state, page, end)
            try:
                text = await self._text(living.origin, folded.state, decided, reading)
                known = Living(living.origin, living.user, folded)
                outcome = await self._append(known, decided, text)
            except ConcurrentAppend:
                # Stopped by its user meanwhile, or told by another replica.
                folded = await self._folds.fold(living.origin.stream, FOLD, folded)
                continue
            except SealedForEver:
                log.info("watch.of_a_forgotten_user")
                return LookOutcome()
            stream = living.origin.stream
            after = self._folds.after(stream, FOLD, folded, outcome)
            after = after or await self._folds.fold(stream, FOLD, folded)
            return await self._meant(living, after.state, page, end)

    async def _quiet_end(
        self, user: UserId, decided: Decide | None, at: datetime
    ) -> datetime | None:
        """Of the quiet hours in which the user would be written to; None: they would not be."""
        if decided is None or not isinstance(decided.events[-1], WatchAlerted | WatchLost):
            return None
        return await self._quiet.end_at(user, at)

    async def _meant(
        self, living: Living, state: Watch, page: DuePage, quiet_until: datetime | None
    ) -> LookOutcome:
        """What waits is told when its user's quiet hours end, with all else that waited."""
        if quiet_until is not None and state.waits and state.suspected is not None:
            watch = living.origin.event.watch
            waiting = Waiting("watch", watch, living.user, state.suspected, quiet_until)
            await self._pages.wait(waiting)
        return LookOutcome(_asks_for_haste(state, page.due_at), quiet_until)

    async def _append(self, living: Living, decided: Decide, text: str | None) -> Outcome:
        """Facts and the reply that tells of them, in one transaction, once."""
        told_at = decided.at(living.folded.version)
        writes = [told_at.write(living.origin.stream, living.user)]
        if text is not None:
            language = living.origin.event.language
            reply = ReplyReady(turn=None, kind="alert", text=text, language=language)
            writes.append(Write(streams.conversation(living.user), [reply], living.user))
        links = (living.origin.trace,) if living.origin.trace else ()
        with span("tell a watch", SpanKind.PRODUCER, links=links):
            outcome = await self._log.append(writes, decided.slot, Because.of(living.origin))
            watch, facts = str(living.origin.event.watch), [event.type for event in decided.events]
            log.info("watch.told", watch=watch, facts=facts)
        return outcome

    async def _text(
        self, origin: Recorded[WatchSet], state: Watch, decided: Decide, reading: Reading
    ) -> str | None:
        """What the user is told, if anything. Raises SealedForEver."""
        match decided.events[-1]:
            case WatchAlerted() as alerted:
                watch_set = (await self._log.opened(origin)).event
                name = words.name_of(reading.title or watch_set.product, watch_set.url)
                seen_at = reading.evidence.at
                return words.alert(
                    state, alerted, name, watch_set.url, seen_at, language=watch_set.language
                )
            case WatchLost(outcome=outcome):
                watch_set = (await self._log.opened(origin)).event
                title = await title_of(self._log, origin.stream, state)
                name = words.name_of(title, watch_set.url)
                say = words.never_read if state.seen_at is None else words.lost
                return say(name, watch_set.url, outcome, watch_set.language)
            case _:
                return None


async def title_of(event_log: Log, stream: str, state: Watch) -> str | None:
    """As a look read it last. Raises SealedForEver."""
    if not state.titled:
        return None
    (seen,) = await event_log.read_end(stream, state.titled, 1)
    return (await event_log.opened(seen)).event.title


def _asks_for_haste(state: Watch, due_at: datetime) -> bool:
    return state.suspected == due_at and not (state.waits or state.stopped)


def _as_seen_by(user: UserId, asker: UserId, reading: Reading) -> Reading:
    """The screenshot lies under the seal of whoever's look it was: it is nobody else's evidence."""
    if user == asker:
        return reading
    evidence = reading.evidence.model_copy(update={"screenshot": None})
    return reading.model_copy(update={"evidence": evidence})
