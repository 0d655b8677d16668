"""A watch's life, as a pure fold of its stream; and what one look at its page comes to."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts import slots
from contracts.event import Event
from contracts.readings import Reading
from contracts.recorded import Recorded
from contracts.watches import (
    Goal,
    WatchAlerted,
    WatchLost,
    WatchMissed,
    WatchSeen,
    WatchSet,
    WatchStopped,
)
from taskflow import zones
from taskflow.log.deciding import Decide
from taskflow.log.folding import Fold

TEN_TIMES = 10
"""An amount so many times off the last one is a misread page, not a bargain."""
KEPT_EVERY = timedelta(days=1)
"""An unchanged reading is worth keeping after this: the history shows that somebody looked."""
LOST_AFTER = timedelta(hours=6)
"""A page that was read before may fail for so long before its watchers hear of it."""
LONGEST_PAUSE = timedelta(hours=24)
WAITS_AT_MOST = timedelta(days=1)
"""Beyond its last day, where an alert waits for the end of quiet hours."""
JITTER = 0.1


class Watch(BaseModel):
    model_config = ConfigDict(frozen=True)

    watch: UUID | None = None
    goal: Goal = "below"
    below: Decimal | None = None
    drop_percent: Decimal | None = None
    told_currency: str | None = None
    until: date | None = None
    zone: str = "UTC"
    first: Decimal | None = None
    """What `drop_percent` counts from."""
    amount: Decimal | None = None
    currency: str | None = None
    in_stock: bool | None = None
    trusted: Decimal | None = None
    """The last amount that was not suspected: what the next one is measured against."""
    seen_at: datetime | None = None
    """When a reading was last kept."""
    titled: int = 0
    """Version of the last event that holds the page's title."""
    armed: bool = True
    """It may alert; not again before a reading on the other side of the goal."""
    suspected: datetime | None = None
    """The due look that reached the goal, and waits for a second one."""
    waits: bool = False
    """Whether a second one confirmed it, in its user's quiet hours."""
    missed_since: datetime | None = None
    lost: bool = False
    alerted: bool = False
    """Whether it ever did."""
    alerted_due: datetime | None = None
    """The look that did last."""
    alerted_by: UUID | None = None
    """The reply that told it."""
    stopped: bool = False


def evolve(state: Watch, recorded: Recorded[Any]) -> Watch:
    match recorded.event:
        case WatchSet() as told if state.watch is None:
            return Watch(
                watch=told.watch,
                goal=told.goal,
                below=told.below,
                drop_percent=told.drop_percent,
                told_currency=told.currency,
                until=told.until,
                zone=told.zone,
                armed=told.goal != "back_in_stock",
            )
        case WatchSeen() as seen:
            return _after(state, seen, recorded)
        case WatchMissed():
            return state.model_copy(
                update={"missed_since": state.missed_since or recorded.recorded_at}
            )
        case WatchAlerted(due=due, reply=reply):
            told = {"armed": False, "alerted": True, "suspected": None, "waits": False}
            return state.model_copy(update=told | {"alerted_due": due, "alerted_by": reply})
        case WatchLost():
            return state.model_copy(update={"lost": True})
        case WatchStopped():
            return state.model_copy(update={"stopped": True})
        case _:
            return state


def _after(state: Watch, seen: WatchSeen, recorded: Recorded[Any]) -> Watch:
    amount = state.amount if seen.amount is None else seen.amount
    changes: dict[str, Any] = {
        "first": state.first if state.first is not None else seen.amount,
        "amount": amount,
        "currency": seen.currency or state.currency,
        "in_stock": seen.in_stock,
        "trusted": state.trusted if seen.suspected or seen.amount is None else seen.amount,
        "seen_at": recorded.recorded_at,
        "titled": recorded.version if seen.title is not None else state.titled,
        "armed": state.armed or _is_on_the_other_side(state, seen.amount, seen.in_stock),
        "suspected": seen.due if seen.suspected else None,
        "waits": seen.suspected and state.suspected is not None,
        "missed_since": None,
        "lost": False,
    }
    return state.model_copy(update=changes)


FOLD = Fold("watch", 4, Watch, evolve)


def ends_at(state: Watch) -> datetime | None:
    """The end of its last day, on the user's calendar."""
    if state.until is None:
        return None
    after = state.until + timedelta(days=1)
    return datetime.combine(after, time(), zones.of(state.zone)).astimezone(UTC)


def is_over(state: Watch, now: datetime) -> bool:
    end = ends_at(state)
    return end is not None and now >= (end + WAITS_AT_MOST if state.waits else end)


def threshold(state: Watch) -> Decimal | None:
    """A price goal as an amount; None before the first price, or when it is not about a price."""
    match state.goal:
        case "below":
            return state.below
        case "drop" if state.first is not None and state.drop_percent is not None:
            return state.first * (100 - state.drop_percent) / 100
        case _:
            return None


def over(state: Watch, due: datetime, now: datetime) -> Decide | None:
    """Its end, where its last day is."""
    if state.watch is None or state.stopped or not is_over(state, now):
        return None
    return Decide(slots.look(state.watch, due), [WatchStopped(watch=state.watch, by="until")])


def decide(
    state: Watch, reading: Reading, due: datetime, now: datetime, *, is_quiet: bool = False
) -> Decide | None:
    """What this look is worth keeping; nothing, mostly. An alert comes with its reading.

    In its user's quiet hours an alert waits as a suspicion that is confirmed, for as long as looks
    do not find otherwise; and a page is not told lost.
    """
    end = over(state, due, now)
    if end is not None or state.watch is None or state.stopped:
        return end
    reading = _sane(state, reading)
    kept = _seen if reading.outcome in {"priced", "out_of_stock"} else _missed
    facts = kept(state, state.watch, reading, due, now, is_quiet=is_quiet)
    return Decide(slots.look(state.watch, due), facts) if facts else None


def _seen(
    state: Watch, watch: UUID, reading: Reading, due: datetime, now: datetime, *, is_quiet: bool
) -> list[Event]:
    in_stock = False if reading.outcome == "out_of_stock" else reading.in_stock
    reached = state.armed and _reaches(state, reading.amount, in_stock)
    seen = WatchSeen(
        watch=watch,
        due=due,
        amount=reading.amount,
        currency=reading.currency if reading.amount is not None else None,
        in_stock=in_stock,
        suspected=reached and (is_quiet or state.suspected is None),
        title=reading.title,
        evidence=reading.evidence,
    )
    if reached and state.suspected is not None and not is_quiet:
        alerted = WatchAlerted(
            watch=watch,
            due=due,
            was=state.trusted,
            now=reading.amount,
            currency=reading.currency or state.currency,
            reply=slots.alert(watch, due),
        )
        return [seen, alerted]
    waits_already = reached and state.waits
    changed = (
        state.seen_at is None
        or (reading.amount is not None and reading.amount != state.amount)
        or in_stock != state.in_stock
        or (state.suspected is not None and not waits_already)
        or state.missed_since is not None
        or now - state.seen_at >= KEPT_EVERY
    )
    return [seen] if changed or (reached and not waits_already) else []


def waited_for(state: Watch) -> WatchAlerted | None:
    """The alert that has waited, without its reply; None where none does."""
    if state.watch is None or state.suspected is None or not state.waits or state.stopped:
        return None
    return WatchAlerted(
        watch=state.watch,
        due=state.suspected,
        was=state.trusted,
        now=state.amount,
        currency=state.currency,
        reply=slots.alert(state.watch, state.suspected),
    )


def _sane(state: Watch, reading: Reading) -> Reading:
    """Unclear where what stands there cannot be meant."""
    amount = reading.amount
    last = state.trusted if state.trusted is not None else state.amount
    match reading.outcome:
        case "priced" | "out_of_stock" if amount is not None:
            odd = (
                amount <= 0
                or (state.currency is not None and reading.currency != state.currency)
                or (last is not None and not last / TEN_TIMES < amount < last * TEN_TIMES)
            )
        case outcome:
            odd = outcome == "priced"
    return reading.model_copy(update={"outcome": "unclear"}) if odd else reading


def _missed(
    state: Watch, watch: UUID, reading: Reading, due: datetime, now: datetime, *, is_quiet: bool
) -> list[Event]:
    outcome = reading.outcome
    if state.missed_since is None:
        return [WatchMissed(watch=watch, due=due, outcome=outcome, evidence=reading.evidence)]
    is_lost = state.seen_at is None or now - state.missed_since >= LOST_AFTER
    is_told = is_lost and not (state.lost or is_quiet)
    return [WatchLost(watch=watch, due=due, outcome=outcome)] if is_told else []


def _reaches(state: Watch, amount: Decimal | None, in_stock: bool | None) -> bool:
    is_wanted = state.goal == "back_in_stock" or _is_low_enough(state, amount)
    return is_wanted and in_stock is not False


def _is_low_enough(state: Watch, amount: Decimal | None) -> bool:
    limit = threshold(state)
    if amount is None or limit is None:
        return False
    return amount < limit if state.goal == "below" else amount <= limit


def _is_on_the_other_side(state: Watch, amount: Decimal | None, in_stock: bool | None) -> bool:
    if state.goal == "back_in_stock":
        return in_stock is False
    return amount is not None and not _is_low_enough(state, amount)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a page is looked at."""

    ordinary: timedelta = timedelta(minutes=60)
    shortest: timedelta = timedelta(minutes=15)
    confirming: timedelta = timedelta(minutes=4)

    def pause(
        self, page: UUID, due: datetime, *, suspected: bool, failures: int, ever_read: bool
    ) -> timedelta:
        """From this look to the next. `failures` in a row double it, up to a day."""
        jitter = 1 + JITTER * _spread(page, due)
        if suspected:
            return self.confirming * jitter
        if failures == 1 and not ever_read:
            return self.shortest
        longer = min(self.ordinary * 2 ** min(failures, 10), LONGEST_PAUSE)
        return max(longer * jitter, self.shortest)


def _spread(page: UUID, due: datetime) -> float:
    """From -1 to 1, the same for whoever asks."""
    text = f"{page}{due.astimezone(UTC).isoformat()}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) / 2**31 - 1
