"""What each fact makes of a watch, and what it says of itself."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.scheduler.watches.decider import (
    Watch,
    ends_at,
    is_over,
    threshold,
)
from tests.support.machine_zone import machine_in
from tests.support.memory_log import START
from tests.unit.scheduler.watches.folded import (
    ALERTED,
    BELOW_70,
    DAY,
    HOUR,
    LOST,
    MISSED,
    REPLY,
    SUSPECTED,
    WATCH,
    after,
    seen,
    set_so,
)


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


def test_the_end_of_its_last_day_is_in_utc_on_a_machine_with_another_zone() -> None:
    with machine_in("Asia/Tokyo"):
        end = ends_at(after(set_so(below=70, until=date(2026, 11, 23), zone="Europe/Berlin")))

    assert end == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert end.tzinfo == UTC
