"""Alerts that have waited: the goal was reached twice, and no look has found otherwise since."""

from uuid import UUID

from contracts import streams
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.watches import WatchSet
from services.scheduler.quiet.waiting import Waited
from services.scheduler.waking.untold import Untold
from services.scheduler.watches import words
from services.scheduler.watches.decider import FOLD, waited_for
from services.scheduler.watches.effects import title_of
from taskflow.log.event_log import Log
from taskflow.log.snapshots import Folds


class UntoldAlerts:
    def __init__(self, event_log: Log, folds: Folds) -> None:
        self._log, self._folds = event_log, folds

    async def alert(self, waited: Waited) -> Untold | None:
        """None where it was told, stopped, or holds no more. Raises SealedForEver."""
        stream = streams.watch(waited.waiting.id)
        folded = await self._folds.fold(stream, FOLD)
        state = folded.state
        alerted = waited_for(state)
        if alerted is None or state.seen_at is None:
            return None

        def fact(reply: UUID) -> Event:
            return alerted.model_copy(update={"reply": reply})

        origin: Recorded[WatchSet] = (await self._log.firsts([stream]))[stream]
        watch_set = (await self._log.opened(origin)).event
        title = await title_of(self._log, stream, state) or watch_set.product
        name = words.name_of(title, watch_set.url)
        said = words.alert(
            state, alerted, name, watch_set.url, state.seen_at, language=watch_set.language
        )
        return Untold(
            origin=origin,
            version=folded.version,
            due_at=alerted.due,
            kind="alert",
            language=watch_set.language,
            alone=said,
            beside=said,
            fact=fact,
        )
