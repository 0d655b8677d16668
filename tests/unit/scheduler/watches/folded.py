"""A watch after its facts, and what a look at its page comes to then."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.event import Event
from contracts.readings import Evidence, Reading
from contracts.streams import UserId
from contracts.watches import (
    WatchAlerted,
    WatchLost,
    WatchMissed,
    WatchSeen,
    WatchSet,
    WatchStopped,
)
from services.scheduler.watches.decider import (
    FOLD,
    Watch,
    decide,
)
from taskflow.log.appending import Write
from tests.support.memory_log import START, MemoryLog

WATCH, PAGE, REPLY, ADA = UUID(int=1), UUID(int=2), UUID(int=4), UserId(UUID(int=3))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SPREAD = 1.0640833883333334
"""What this page's id and START make of ten percent more or less."""
EVIDENCE = Evidence(at=START, read_by="http", text="79.90 €")


def set_so(**goal: Any) -> Event:
    told: dict[str, Any] = {
        "watch": WATCH,
        "page": PAGE,
        "url": "https://shop.example/",
        "product": None,
        "currency": None,
        "goal": "below",
        "below": None,
        "drop_percent": None,
        "until": None,
        "zone": "UTC",
    }
    return WatchSet(**told | goal)


def seen(amount: str | None = "79.90", **facts: Any) -> Event:
    told: dict[str, Any] = {
        "watch": WATCH,
        "due": START,
        "amount": amount,
        "currency": "EUR" if amount else None,
        "in_stock": True,
        "suspected": False,
        "title": None,
        "evidence": EVIDENCE,
    }
    return WatchSeen(**told | facts)


def after(*events: Event) -> Watch:
    """Each an hour after the one before."""
    log = MemoryLog()
    for number, event in enumerate(events):
        log.put([Write(streams.watch(WATCH), [event], ADA)], slots.step(WATCH, number))
        log.pass_time(HOUR)
    return FOLD.over(log.all())


def reading(amount: str | None = None, outcome: str = "priced", **facts: Any) -> Reading:
    told: dict[str, Any] = {
        "outcome": outcome,
        "amount": amount,
        "currency": "EUR" if amount else None,
        "in_stock": True if outcome == "priced" else None,
        "evidence": EVIDENCE,
    }
    return Reading.model_validate(told | facts)


BLOCKED = reading(outcome="blocked")
BELOW_70 = set_so(below=70, currency="EUR")
ALERTED = WatchAlerted(
    watch=WATCH, due=START, was=None, now=Decimal(60), currency="EUR", reply=REPLY
)
MISSED = WatchMissed(watch=WATCH, due=START, outcome="blocked", evidence=EVIDENCE)
LOST = WatchLost(watch=WATCH, due=START, outcome="blocked")
STOPPED = WatchStopped(watch=WATCH, by="user")
SUSPECTED = seen("60", suspected=True)


def look(
    given: Sequence[Event], reads: Reading, *, is_quiet: bool = False, later: timedelta = HOUR
) -> list[Event]:
    """What it comes to, so long after the last of these."""
    now = START + len(given) * HOUR - HOUR + later
    decision = decide(after(*given), reads, now, now, is_quiet=is_quiet)
    return list(decision.events) if decision else []


def types(events: Sequence[Event]) -> list[str]:
    return [event.type for event in events]
