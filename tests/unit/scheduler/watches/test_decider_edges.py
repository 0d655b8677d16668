"""A watch at its bounds: quiet hours, its last day, what its facts hold, and its exact rhythm."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

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
    Rhythm,
    Watch,
    decide,
    is_over,
    threshold,
    waited_for,
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
    return decide(after(*given), reads, now, now, is_quiet=is_quiet)


def types(events: Sequence[Event]) -> list[str]:
    return [event.type for event in events]


def test_it_holds_what_was_set() -> None:
    until = date(2026, 12, 1)
    goal: dict[str, Any] = {"below": 70, "drop_percent": 20, "until": until, "zone": "Asia/Tokyo"}

    assert after(set_so(currency="EUR", **goal)) == Watch(
        watch=WATCH,
        goal="below",
        below=Decimal(70),
        drop_percent=Decimal(20),
        told_currency="EUR",
        until=until,
        zone="Asia/Tokyo",
    )
    assert not after(set_so(goal="back_in_stock")).armed


def test_it_is_set_once() -> None:
    assert after(BELOW_70, set_so(below=1)) == after(BELOW_70)


def test_it_holds_what_was_seen() -> None:
    state = after(BELOW_70, seen(title="A kettle"), seen("75", in_stock=None))

    assert state == after(BELOW_70).model_copy(
        update={
            "first": Decimal("79.90"),
            "amount": Decimal(75),
            "currency": "EUR",
            "trusted": Decimal(75),
            "seen_at": START + 2 * HOUR,
            "titled": 2,
        }
    )


def test_a_page_without_a_price_leaves_the_last_one() -> None:
    state = after(BELOW_70, seen(), seen(None, in_stock=False))

    assert (state.amount, state.currency, state.trusted) == (
        Decimal("79.90"),
        "EUR",
        Decimal("79.90"),
    )
    assert state.in_stock is False


def test_a_suspicion_holds_its_look_and_trusts_nothing_new() -> None:
    state = after(BELOW_70, seen(), SUSPECTED)

    assert (state.suspected, state.waits) == (START, False)
    assert (state.amount, state.trusted) == (Decimal(60), Decimal("79.90"))
    assert after(BELOW_70, seen(), SUSPECTED, SUSPECTED).waits
    assert not after(BELOW_70, seen(), SUSPECTED, seen()).waits


def test_it_holds_that_it_alerted_and_by_which_reply() -> None:
    state = after(BELOW_70, SUSPECTED, SUSPECTED, ALERTED)

    assert (state.armed, state.alerted, state.suspected, state.waits) == (False, True, None, False)
    assert (state.alerted_due, state.alerted_by) == (START, REPLY)


def test_it_holds_since_when_its_page_was_missed() -> None:
    missed = after(BELOW_70, seen(), MISSED, MISSED, LOST)
    assert (missed.missed_since, missed.lost) == (START + 2 * HOUR, True)

    found = after(BELOW_70, seen(), MISSED, LOST, seen())
    assert (found.missed_since, found.lost) == (None, False)


@pytest.mark.parametrize(
    ("goal", "amount", "in_stock", "armed"),
    [
        ({"below": 70}, "70", True, True),
        ({"below": 70}, "69.99", True, False),
        ({"below": 70}, None, False, False),
        ({"goal": "drop", "drop_percent": 20}, "80", True, False),
        ({"goal": "drop", "drop_percent": 20}, "80.01", True, True),
        ({"goal": "back_in_stock"}, None, False, True),
        ({"goal": "back_in_stock"}, "70", None, False),
        ({"goal": "back_in_stock"}, "70", True, False),
    ],
)
def test_after_an_alert_only_the_other_side_of_the_goal_arms_it(
    goal: dict[str, Any], amount: str | None, in_stock: bool | None, armed: bool
) -> None:
    state = after(set_so(**goal), seen("100"), ALERTED, seen(amount, in_stock=in_stock))

    assert state.armed is armed


def test_its_threshold_is_an_amount() -> None:
    dropped = set_so(goal="drop", drop_percent=15)

    assert threshold(after(BELOW_70)) == 70
    assert threshold(after(dropped)) is None
    assert threshold(after(dropped, seen("80"))) == 68
    assert threshold(after(set_so(goal="drop"), seen("80"))) is None
    assert threshold(after(set_so(goal="back_in_stock", below=70), seen("80"))) is None


def test_its_last_day_ends_a_day_later_where_an_alert_waits() -> None:
    until = set_so(below=70, until=date(2026, 11, 23))
    end = datetime(2026, 11, 24, tzinfo=UTC)
    waits = after(until, SUSPECTED, SUSPECTED)
    tick = timedelta(microseconds=1)

    assert [is_over(after(until), now) for now in (end - tick, end)] == [False, True]
    assert [is_over(waits, now) for now in (end + DAY - tick, end + DAY)] == [False, True]
    assert not is_over(after(BELOW_70), end + 1_000 * DAY)


def test_what_is_over_stops_at_its_next_look() -> None:
    until = set_so(below=70, until=date(2026, 11, 23))

    assert look([until], reading("60"), later=DAY) == [WatchStopped(watch=WATCH, by="until")]
    assert decide(Watch(), reading("60"), START, START) == []
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


def test_back_in_stock_without_a_price_tells_the_currency_of_before() -> None:
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
