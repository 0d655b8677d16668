"""What one look comes to: given what a watch knows, when a page reads so, then these facts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from contracts import slots, streams
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
from services.scheduler.watches.decider import FOLD, Rhythm, Watch, decide, ends_at, over
from tests.support.memory_log import START
from tests.support.story import Decided, Story, some

WATCH, PAGE, ADA = UUID(int=1), UUID(int=2), UserId(UUID(int=3))
HOUR = timedelta(hours=1)
SEEN, SUSPECTED = some(WatchSeen, suspected=False), some(WatchSeen, suspected=True)
ALERTED, MISSED, LOST = some(WatchAlerted), some(WatchMissed), some(WatchLost)


class Life(Story[Watch]):
    """One watch; each look comes an hour after the last."""

    def __init__(self, **goal: Any) -> None:
        super().__init__(FOLD, streams.watch(WATCH), ADA)
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
        self.tell(fact)

    def look(self, reading: Reading, later: timedelta = HOUR) -> Decided:
        self.log.pass_time(later)
        return self.when(decide, reading, self.log.now, self.log.now)


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
    life.look(reads("79.90")).then(SEEN)
    for _ in range(22):
        life.look(reads("79.90")).then()
    life.look(reads("79.90"), 2 * HOUR).then(SEEN)  # Once a day it says so.
    life.look(reads("79.90")).then()


def test_a_price_under_the_goal_is_confirmed_and_told_once_until_it_was_above_again() -> None:
    life = Life(below=70)
    life.look(reads("79.90")).then(SEEN)
    life.look(reads("65")).then(SUSPECTED)
    life.look(reads("64")).then(
        SEEN, some(WatchAlerted, watch=WATCH, was=Decimal("79.90"), now=Decimal(64))
    )
    life.look(reads("64")).then()
    life.look(reads("60")).then(SEEN)
    life.look(reads("70")).then(SEEN)
    life.look(reads("69.99")).then(SUSPECTED)
    life.look(reads("69.99")).then(SEEN, ALERTED)


def test_what_a_look_comes_to_stands_in_its_slot() -> None:
    life = Life(below=70)
    life.look(reads("65")).then(SUSPECTED, slot=slots.look(WATCH, START + HOUR))


def test_a_second_look_that_disagrees_ends_the_suspicion() -> None:
    life = Life(below=70)
    life.look(reads("79.90")).then(SEEN)
    life.look(reads("65")).then(SUSPECTED)
    life.look(reads("79.90")).then(SEEN)
    assert life.state.suspected is None
    life.look(reads("65")).then(SUSPECTED)


def test_a_first_reading_below_is_confirmed_and_has_no_old_price() -> None:
    life = Life(below=70)
    life.look(reads("65")).then(SUSPECTED)
    life.look(reads("65")).then(SEEN, some(WatchAlerted, was=None))


def test_a_percentage_counts_from_the_first_price_seen() -> None:
    life = Life(goal="drop", drop_percent=20)
    for amount in ("100", "90", "80.01"):
        life.look(reads(amount)).then(SEEN)
    life.look(reads("80")).then(SUSPECTED)
    life.look(reads("80")).then(SEEN, ALERTED)


def test_back_in_stock_needs_to_have_been_out() -> None:
    life = Life(goal="back_in_stock")
    life.look(reads("10")).then(SEEN)
    life.look(reads("9")).then(SEEN)
    life.look(SOLD_OUT).then(SEEN)
    life.look(SOLD_OUT).then()
    life.look(reads("9")).then(SUSPECTED)
    life.look(reads("9")).then(SEEN, ALERTED)
    life.look(reads("8")).then(SEEN)


def test_a_suspected_price_is_never_the_old_one() -> None:
    """Found by the simulation: a sold-out page without a price made it trusted."""
    life = Life(below=70)
    life.look(reads("79.90")).then(SEEN)
    life.look(reads("65")).then(SUSPECTED)
    life.look(SOLD_OUT).then(SEEN)
    life.look(reads("65")).then(SUSPECTED)
    life.look(reads("65")).then(SEEN, some(WatchAlerted, was=Decimal("79.90")))


def test_what_is_sold_out_is_no_bargain() -> None:
    life = Life(below=70)
    life.look(reads("79.90")).then(SEEN)
    life.look(reads("60", "out_of_stock")).then(SEEN)
    life.look(reads("60")).then(SUSPECTED)


@pytest.mark.parametrize(
    "odd", [reads("7.99"), reads("799"), reads("0"), reads("65", currency="USD")]
)
def test_what_cannot_be_meant_is_unclear_and_never_alerts(odd: Reading) -> None:
    life = Life(below=700)
    life.look(reads("79.90")).then(SUSPECTED)
    life.look(reads("79.90")).then(SEEN, ALERTED)
    told = life.state
    life.look(odd).then(some(WatchMissed, outcome="unclear"))
    life.look(odd).then()
    assert (life.state.amount, life.state.armed) == (told.amount, told.armed)
    life.look(reads("79.90")).then(SEEN)


def test_a_page_that_was_read_is_given_six_hours_and_told_of_once() -> None:
    life = Life(below=70)
    life.look(reads("79.90")).then(SEEN)
    life.look(BLOCKED).then(MISSED)
    for _ in range(5):
        life.look(BLOCKED).then()
    life.look(BLOCKED).then(LOST)
    for _ in range(30):
        life.look(BLOCKED).then()
    life.look(reads("79.90")).then(SEEN)
    life.look(BLOCKED).then(MISSED)


def test_a_page_that_was_never_read_is_told_of_at_the_second_failure() -> None:
    life = Life(below=70)
    life.look(BLOCKED).then(MISSED)
    life.look(BLOCKED).then(LOST)
    life.look(BLOCKED).then()


def test_its_last_day_is_the_users_own() -> None:
    life = Life(below=70, until=date(2026, 11, 23), zone="America/New_York")
    assert ends_at(life.state) == datetime(2026, 11, 24, 5, tzinfo=UTC)
    life.look(reads("79.90"), 19 * HOUR).then(SEEN)
    life.when(over, life.log.now, life.log.now).then()
    life.look(reads("60")).then(WatchStopped(watch=WATCH, by="until"))
    life.look(reads("60")).then()
    life.when(over, life.log.now, life.log.now).then()


def test_what_is_over_is_over_whatever_the_page_says() -> None:
    life = Life(below=70, until=date(2026, 11, 23))
    end = datetime(2026, 11, 24, tzinfo=UTC)
    life.when(over, end, end).then(
        WatchStopped(watch=WATCH, by="until"), slot=slots.look(WATCH, end)
    )


def test_what_was_stopped_hears_of_nothing() -> None:
    life = Life(below=70)
    life.given(WatchStopped(watch=WATCH, by="user"))
    life.look(reads("60")).then()


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
