"""A token bucket as one moment."""

from datetime import timedelta

import pytest

from taskflow.limits.rates import Rate
from tests.support.memory_log import START

SECOND = timedelta(seconds=1)


def test_a_burst_goes_at_once_and_then_one_in_each_interval() -> None:
    rate, full_at = Rate(6 * SECOND, 3), None
    for _ in range(3):
        assert (rate.free_at(full_at) or START) <= START
        full_at = rate.taken(full_at, START)
    assert rate.free_at(full_at) == START + 6 * SECOND

    full_at = rate.taken(full_at, START + 6 * SECOND)
    assert rate.free_at(full_at) == START + 12 * SECOND


def test_a_bucket_that_rested_is_full_and_no_fuller() -> None:
    rate = Rate(6 * SECOND, 3)
    full_at = rate.taken(None, START)
    later = START + timedelta(days=1)
    for _ in range(3):
        assert (rate.free_at(full_at) or later) <= later
        full_at = rate.taken(full_at, later)
    assert rate.free_at(full_at) == later + 6 * SECOND


@pytest.mark.parametrize(("every", "burst"), [(0 * SECOND, 1), (SECOND, 0)])
def test_a_rate_that_lets_nothing_through_is_none(every: timedelta, burst: int) -> None:
    with pytest.raises(ValueError, match="a rate lets something through"):
        Rate(every, burst)


def test_a_slow_rate_still_lets_one_go_at_once() -> None:
    assert Rate.per_second(0.5, burst_s=0.25) == Rate(2 * SECOND, 1)
    assert Rate.per_second(80, burst_s=0.25) == Rate(SECOND / 80, 20)
