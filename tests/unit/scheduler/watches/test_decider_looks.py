"""What a look comes to at each bound: quiet hours, its last day, and the exact rhythm."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from contracts import slots
from contracts.event import Event
from contracts.readings import Reading
from contracts.watches import (
    WatchAlerted,
    WatchLost,
    WatchMissed,
    WatchStopped,
)
from services.scheduler.watches.decider import (
    Rhythm,
    Watch,
    decide,
    waited_for,
)
from tests.support.machine_zone import machine_in
from tests.support.memory_log import START
from tests.unit.scheduler.watches.folded import (
    ALERTED,
    BELOW_70,
    BLOCKED,
    DAY,
    EVIDENCE,
    HOUR,
    LOST,
    MISSED,
    PAGE,
    SPREAD,
    STOPPED,
    SUSPECTED,
    WATCH,
    after,
    look,
    reading,
    seen,
    set_so,
    types,
)


def test_what_is_over_stops_at_its_next_look() -> None:
    until = set_so(below=70, until=date(2026, 11, 23))

    assert look([until], reading("60"), later=DAY) == [WatchStopped(watch=WATCH, by="until")]
    assert decide(Watch(), reading("60"), START, START) is None
    assert look([BELOW_70, STOPPED], reading("60")) == []


def test_a_reading_is_kept_as_it_stands() -> None:
    assert look([BELOW_70], reading("79.90", title="A kettle")) == [
        seen(due=START + HOUR, title="A kettle")
    ]
    sold_out = reading("79.90", "out_of_stock", in_stock=True)
    assert look([BELOW_70], sold_out) == [seen(due=START + HOUR, in_stock=False)]
    no_price = reading(None, "out_of_stock", currency="EUR")
    assert look([BELOW_70], no_price) == [seen(None, due=START + HOUR, in_stock=False)]


def test_an_alert_tells_both_prices_and_its_reply() -> None:
    due = START + 3 * HOUR
    kept, alerted = look([BELOW_70, seen(), SUSPECTED], reading("59"))

    assert kept == seen("59", due=due)
    assert alerted == WatchAlerted(
        watch=WATCH,
        due=due,
        was=Decimal("79.90"),
        now=Decimal(59),
        currency="EUR",
        reply=slots.alert(WATCH, due),
    )


def test_what_is_back_in_stock_is_told_with_its_price() -> None:
    given = [set_so(goal="back_in_stock"), seen("80"), seen(None, in_stock=False)]
    suspected = seen("80", suspected=True)

    _, alerted = look([*given, suspected], reading("80", currency="EUR"))

    assert isinstance(alerted, WatchAlerted)
    assert (alerted.now, alerted.currency) == (Decimal(80), "EUR")


@pytest.mark.parametrize(
    ("last", "reads", "later", "kept"),
    [
        (seen(), reading("79.90"), HOUR, False),
        (seen(), reading("79.91"), HOUR, True),
        (seen(), reading("79.90", in_stock=None), HOUR, True),
        (seen(None, in_stock=False), reading(None, "out_of_stock"), HOUR, False),
        (seen(in_stock=False), reading(None, "out_of_stock"), HOUR, False),
        (seen(), reading("79.90"), DAY - timedelta(seconds=1), False),
        (seen(), reading("79.90"), DAY, True),
        (MISSED, reading("79.90"), HOUR, True),
    ],
)
def test_only_what_says_something_new_is_kept(
    last: Event, reads: Reading, later: timedelta, kept: bool
) -> None:
    given = [BELOW_70, seen(), last] if last is MISSED else [BELOW_70, last]

    assert types(look(given, reads, later=later)) == ["watch.seen"] * kept


def test_in_quiet_hours_an_alert_waits_confirmed() -> None:
    first = look([BELOW_70, seen()], reading("60"), is_quiet=True)
    second = look([BELOW_70, seen(), SUSPECTED], reading("60"), is_quiet=True)
    third = look([BELOW_70, seen(), SUSPECTED, SUSPECTED], reading("60"), is_quiet=True)

    assert [event.suspected for event in (*first, *second)] == [True, True]
    assert types(first) == types(second) == ["watch.seen"]
    assert third == []


def test_what_waits_is_kept_again_where_the_page_says_otherwise() -> None:
    waits = [BELOW_70, seen(), SUSPECTED, SUSPECTED]

    assert types(look(waits, reading("59"), is_quiet=True)) == ["watch.seen"]
    (otherwise,) = look(waits, reading("79.90"), is_quiet=True)
    assert not otherwise.suspected
    (same_price,) = look([*waits[:2], SUSPECTED], reading("60", "out_of_stock"), is_quiet=True)
    assert not same_price.suspected


def test_what_waited_is_told_as_it_stood() -> None:
    waits = after(BELOW_70, seen(), SUSPECTED, SUSPECTED)

    assert waited_for(waits) == WatchAlerted(
        watch=WATCH,
        due=START,
        was=Decimal("79.90"),
        now=Decimal(60),
        currency="EUR",
        reply=slots.alert(WATCH, START),
    )


@pytest.mark.parametrize(
    "given",
    [
        [],
        [BELOW_70, seen()],
        [BELOW_70, seen(), SUSPECTED],
        [BELOW_70, seen(), SUSPECTED, SUSPECTED, STOPPED],
        [BELOW_70, seen(), SUSPECTED, SUSPECTED, ALERTED],
    ],
)
def test_nothing_is_told_that_does_not_wait(given: list[Event]) -> None:
    assert waited_for(after(*given)) is None


def test_nothing_is_told_of_a_state_that_contradicts_itself() -> None:
    waits = after(BELOW_70, seen(), SUSPECTED, SUSPECTED)

    assert waited_for(waits.model_copy(update={"watch": None})) is None
    assert waited_for(waits.model_copy(update={"suspected": None})) is None


def test_in_quiet_hours_no_page_is_told_lost() -> None:
    given = [BELOW_70, MISSED]

    assert types(look([BELOW_70], BLOCKED, is_quiet=True)) == ["watch.missed"]
    assert look(given, BLOCKED, is_quiet=True) == []
    assert look(given, BLOCKED) == [WatchLost(watch=WATCH, due=START + 2 * HOUR, outcome="blocked")]


@pytest.mark.parametrize(
    ("later", "told"),
    [(6 * HOUR - timedelta(seconds=1), []), (6 * HOUR, ["watch.lost"])],
)
def test_a_page_that_was_read_is_lost_after_six_hours(later: timedelta, told: list[str]) -> None:
    assert types(look([BELOW_70, seen(), MISSED], BLOCKED, later=later)) == told


def test_a_page_is_told_missed_with_why_and_lost_once() -> None:
    assert look([BELOW_70], BLOCKED) == [
        WatchMissed(watch=WATCH, due=START + HOUR, outcome="blocked", evidence=EVIDENCE)
    ]
    assert look([BELOW_70, MISSED, LOST], BLOCKED, later=DAY) == []


@pytest.mark.parametrize(
    ("given", "reads", "outcome"),
    [
        ([], reading("0"), "unclear"),
        ([], reading("-1"), "unclear"),
        ([], reading("0.01"), None),
        ([], reading(None), "unclear"),
        ([seen("80")], reading("8"), "unclear"),
        ([seen("80")], reading("8.01"), None),
        ([seen("80")], reading("800"), "unclear"),
        ([seen("80")], reading("799.99"), None),
        ([seen("80")], reading("80", currency="USD"), "unclear"),
        ([seen("80")], reading("8", "out_of_stock"), "unclear"),
        ([seen("80", suspected=True)], reading("800"), "unclear"),
        ([seen("80"), seen("9", suspected=True)], reading("799"), None),
        ([seen("80")], BLOCKED, "blocked"),
        ([seen("80")], reading("8", "not_found"), "not_found"),
    ],
)
def test_what_cannot_be_meant_is_missed(
    given: list[Event], reads: Reading, outcome: str | None
) -> None:
    (first, *_) = look([BELOW_70, *given], reads)

    assert (first.outcome if isinstance(first, WatchMissed) else None) == outcome


def test_what_is_not_known_to_be_sold_out_may_be_a_bargain() -> None:
    (unknown,) = look([BELOW_70, seen()], reading("60", in_stock=None))
    (sold_out,) = look([BELOW_70, seen()], reading("60", in_stock=False))

    assert (unknown.suspected, sold_out.suspected) == (True, False)


@pytest.mark.parametrize(
    ("suspected", "failures", "ever_read", "minutes"),
    [
        (False, 0, True, 60 * SPREAD),
        (True, 1, False, 4 * SPREAD),
        (False, 1, False, 15),
        (False, 1, True, 2 * 60 * SPREAD),
        (False, 2, False, 4 * 60 * SPREAD),
        (False, 4, True, 16 * 60 * SPREAD),
        (False, 11, True, 24 * 60 * SPREAD),
    ],
)
@pytest.mark.parametrize("due", [START, START.astimezone(timezone(9 * HOUR))])
def test_the_pause_is_the_same_for_whoever_asks(
    due: datetime, suspected: bool, failures: int, ever_read: bool, minutes: float
) -> None:
    pause = Rhythm().pause(PAGE, due, suspected=suspected, failures=failures, ever_read=ever_read)

    assert pause / timedelta(minutes=1) == pytest.approx(minutes)


def test_the_pause_is_the_same_on_a_machine_with_another_zone() -> None:
    with machine_in("Asia/Tokyo"):
        pause = Rhythm().pause(PAGE, START, suspected=True, failures=0, ever_read=True)

    assert pause / timedelta(minutes=1) == pytest.approx(4 * SPREAD)


def test_failures_double_the_pause_ten_times_at_most() -> None:
    quick = Rhythm(ordinary=timedelta(minutes=1))

    pause = quick.pause(PAGE, START, suspected=False, failures=11, ever_read=True)
    assert pause / timedelta(minutes=1) == pytest.approx(1_024 * SPREAD)


def test_a_first_price_is_no_drop() -> None:
    (first,) = look([set_so(goal="drop", drop_percent=20)], reading("100"))

    assert not first.suspected
