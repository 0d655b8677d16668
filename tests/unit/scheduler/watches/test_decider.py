"""What one look comes to: given what a watch knows, when a page reads so, then these facts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from contracts import slots, streams
from contracts.event import Event
from contracts.readings import Evidence, Reading
from contracts.streams import UserId
from contracts.watches import WatchSet, WatchStopped
from services.scheduler.watches.decider import FOLD, Rhythm, Watch, decide, ends_at
from taskflow.log.appending import Write
from tests.support.memory_log import START, MemoryLog

WATCH, PAGE, ADA = UUID(int=1), UUID(int=2), UserId(UUID(int=3))
HOUR = timedelta(hours=1)


class Life:
    """One watch; each look comes an hour after the last."""

    def __init__(self, **goal: Any) -> None:
        self.log = MemoryLog()
        told: dict[str, Any] = {
            "goal": "below",
            "below": None,
            "drop_percent": None,
            "until": None,
            "zone": "UTC",
        }
        fact = WatchSet(
            watch=WATCH,
            page=PAGE,
            url="https://shop.example/",
            product=None,
            currency=None,
            **{**told, **goal},
        )
        self.log.put([Write(streams.watch(WATCH), [fact], ADA)], slots.retry(WATCH))

    @property
    def state(self) -> Watch:
        return FOLD.over(self.log.stream(streams.watch(WATCH)))

    def look(self, reading: Reading, later: timedelta = HOUR) -> list[str]:
        """Types of the facts, a suspicion marked."""
        self.log.pass_time(later)
        facts = self.facts(reading)
        if facts:
            write = Write(streams.watch(WATCH), facts, ADA)
            self.log.put([write], slots.look(WATCH, self.log.now))
        return [f"{fact.type}{'?' if getattr(fact, 'suspected', False) else ''}" for fact in facts]

    def facts(self, reading: Reading) -> list[Event]:
        decided = decide(self.state, reading, self.log.now, self.log.now)
        return [*decided.events] if decided else []


def reads(amount: str | None = None, outcome: str = "priced", currency: str = "EUR") -> Reading:
    return Reading.model_validate(
        {
            "outcome": outcome,
            "amount": amount,
            "currency": currency if amount else None,
            "in_stock": True if outcome == "priced" else None,
            "evidence": Evidence(at=START, read_by="http"),
        }
    )


SOLD_OUT, BLOCKED = reads(outcome="out_of_stock"), reads(outcome="blocked")


def test_a_look_that_finds_nothing_new_leaves_nothing() -> None:
    life = Life(below=70)
    assert life.look(reads("79.90")) == ["watch.seen"]
    assert [life.look(reads("79.90")) for _ in range(22)] == [[]] * 22
    assert life.look(reads("79.90"), 2 * HOUR) == ["watch.seen"], "once a day it says so"
    assert life.look(reads("79.90")) == []


def test_a_price_under_the_goal_is_confirmed_and_told_once_until_it_was_above_again() -> None:
    life = Life(below=70)
    life.look(reads("79.90"))
    assert life.look(reads("65")) == ["watch.seen?"]
    assert life.look(reads("64")) == ["watch.seen", "watch.alerted"]
    alerted = life.log.all()[-1].event
    assert (alerted.was, alerted.now) == (Decimal("79.90"), Decimal(64))
    assert life.look(reads("64")) == []
    assert life.look(reads("60")) == ["watch.seen"]
    assert life.look(reads("70")) == ["watch.seen"]
    assert life.look(reads("69.99")) == ["watch.seen?"]
    assert life.look(reads("69.99")) == ["watch.seen", "watch.alerted"]


def test_a_second_look_that_disagrees_ends_the_suspicion() -> None:
    life = Life(below=70)
    life.look(reads("79.90"))
    life.look(reads("65"))
    assert life.look(reads("79.90")) == ["watch.seen"]
    assert life.state.suspected is None
    assert life.look(reads("65")) == ["watch.seen?"]


def test_a_first_reading_below_is_confirmed_and_has_no_old_price() -> None:
    life = Life(below=70)
    assert life.look(reads("65")) == ["watch.seen?"]
    assert life.look(reads("65")) == ["watch.seen", "watch.alerted"]
    assert life.log.all()[-1].event.was is None


def test_a_percentage_counts_from_the_first_price_seen() -> None:
    life = Life(goal="drop", drop_percent=20)
    life.look(reads("100"))
    assert life.look(reads("90")) == ["watch.seen"]
    assert life.look(reads("80.01")) == ["watch.seen"]
    assert life.look(reads("80")) == ["watch.seen?"]
    assert life.look(reads("80")) == ["watch.seen", "watch.alerted"]


def test_back_in_stock_needs_to_have_been_out() -> None:
    life = Life(goal="back_in_stock")
    assert life.look(reads("10")) == ["watch.seen"]
    assert life.look(reads("9")) == ["watch.seen"]
    assert life.look(SOLD_OUT) == ["watch.seen"]
    assert life.look(SOLD_OUT) == []
    assert life.look(reads("9")) == ["watch.seen?"]
    assert life.look(reads("9")) == ["watch.seen", "watch.alerted"]
    assert life.look(reads("8")) == ["watch.seen"]


def test_a_suspected_price_is_never_the_old_one() -> None:
    """Found by the simulation: a sold-out page without a price made it trusted."""
    life = Life(below=70)
    life.look(reads("79.90"))
    assert life.look(reads("65")) == ["watch.seen?"]
    assert life.look(SOLD_OUT) == ["watch.seen"]
    life.look(reads("65"))
    life.look(reads("65"))
    assert life.log.all()[-1].event.was == Decimal("79.90")


def test_what_is_sold_out_is_no_bargain() -> None:
    life = Life(below=70)
    life.look(reads("79.90"))
    assert life.look(reads("60", "out_of_stock")) == ["watch.seen"]
    assert life.look(reads("60")) == ["watch.seen?"]


@pytest.mark.parametrize(
    "odd", [reads("7.99"), reads("799"), reads("0"), reads("65", currency="USD")]
)
def test_what_cannot_be_meant_is_unclear_and_never_alerts(odd: Reading) -> None:
    life = Life(below=700)
    life.look(reads("79.90"))
    life.look(reads("79.90"))
    told = life.state
    assert life.look(odd) == ["watch.missed"]
    assert life.log.all()[-1].event.outcome == "unclear"
    assert life.look(odd) == []
    assert (life.state.amount, life.state.armed) == (told.amount, told.armed)
    assert life.look(reads("79.90"))[0] == "watch.seen"


def test_a_page_that_was_read_is_given_six_hours_and_told_of_once() -> None:
    life = Life(below=70)
    life.look(reads("79.90"))
    assert life.look(BLOCKED) == ["watch.missed"]
    assert [life.look(BLOCKED) for _ in range(5)] == [[]] * 5
    assert life.look(BLOCKED) == ["watch.lost"]
    assert [life.look(BLOCKED) for _ in range(30)] == [[]] * 30
    assert life.look(reads("79.90")) == ["watch.seen"]
    assert life.look(BLOCKED) == ["watch.missed"]


def test_a_page_that_was_never_read_is_told_of_at_the_second_failure() -> None:
    life = Life(below=70)
    assert life.look(BLOCKED) == ["watch.missed"]
    assert life.look(BLOCKED) == ["watch.lost"]
    assert life.look(BLOCKED) == []


def test_its_last_day_is_the_users_own() -> None:
    life = Life(below=70, until=date(2026, 11, 23), zone="America/New_York")
    assert ends_at(life.state) == datetime(2026, 11, 24, 5, tzinfo=UTC)
    assert life.look(reads("79.90"), 19 * HOUR) == ["watch.seen"]
    assert life.look(reads("60"), HOUR) == ["watch.stopped"]
    assert life.look(reads("60")) == []


def test_what_was_stopped_hears_of_nothing() -> None:
    life = Life(below=70)
    stop = Write(streams.watch(WATCH), [WatchStopped(watch=WATCH, by="user")], ADA)
    life.log.put([stop], slots.retry(ADA))
    assert life.facts(reads("60")) == []


@pytest.mark.parametrize(
    ("suspected", "failures", "ever_read", "least", "most"),
    [
        (False, 0, True, 54, 66),
        (True, 0, True, 3.6, 4.4),
        (False, 1, False, 15, 15),
        (False, 1, True, 108, 132),
        (False, 3, True, 8 * 54, 8 * 66),
        (False, 40, True, 24 * 54, 24 * 66),
    ],
)
def test_looks_keep_their_distance(
    suspected: bool, failures: int, ever_read: bool, least: float, most: float
) -> None:
    pauses = {
        Rhythm().pause(
            UUID(int=n), START, suspected=suspected, failures=failures, ever_read=ever_read
        )
        for n in range(200)
    }
    minutes = [one.total_seconds() / 60 for one in pauses]
    assert least <= min(minutes) <= max(minutes) <= most
    assert len(pauses) == (1 if least == most else 200), "spread, and the same for whoever asks"


def test_a_short_rhythm_is_still_polite() -> None:
    quick = Rhythm(ordinary=timedelta(minutes=15))
    pauses = [
        quick.pause(UUID(int=n), START, suspected=False, failures=0, ever_read=True)
        for n in range(200)
    ]
    assert min(pauses) == timedelta(minutes=15)
