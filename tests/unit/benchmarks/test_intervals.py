"""The interval that a comparison answers with, on numbers whose answer is known."""

import random
import statistics

import pytest

from benchmarks.compare.intervals import LEAST_ROUNDS, interval, ratios


def test_a_ratio_is_new_to_old_within_its_round() -> None:
    assert ratios([10.0, 20.0], [11.0, 10.0]) == [1.1, 0.5]


@pytest.mark.parametrize(
    ("old", "new"),
    [([1.0], [1.0, 2.0]), ([0.0], [1.0]), ([1.0], [-1.0]), ([1.0], [float("nan")]),
     ([float("inf")], [1.0])],
)  # fmt: skip
def test_what_gives_no_ratio_is_refused(old: list[float], new: list[float]) -> None:
    with pytest.raises(ValueError, match=r"rounds|positive"):
        ratios(old, new)


def test_equal_rounds_have_an_interval_without_width() -> None:
    found = interval([1.25] * LEAST_ROUNDS)

    assert (found.low, found.median, found.high) == (1.25, 1.25, 1.25)


def test_the_interval_lies_within_what_was_measured_around_its_median() -> None:
    measured = [0.9, 1.3, 1.0, 1.1, 1.05, 0.95, 1.2, 1.02]

    found = interval(measured)

    assert found.median == statistics.median(measured)
    assert min(measured) <= found.low < found.median < found.high <= max(measured)


def test_one_wild_round_does_not_move_the_median_nor_the_whole_interval() -> None:
    calm = [0.98, 0.99, 1.0, 1.0, 1.01, 1.02, 1.0]

    wild = interval([*calm, 9.0])

    assert wild.median == 1.0
    assert wild.high <= 1.02


def test_the_order_of_rounds_says_nothing_and_the_same_ratios_say_the_same() -> None:
    measured = [0.9, 1.3, 1.0, 1.1, 1.05, 0.95, 1.2]

    assert interval(measured) == interval(measured)
    there = interval(measured[::-1])
    assert there.low == pytest.approx(interval(measured).low, abs=0.05)


def test_too_few_rounds_have_no_interval() -> None:
    with pytest.raises(ValueError, match="too few"):
        interval([1.0] * (LEAST_ROUNDS - 1))


@pytest.mark.long
@pytest.mark.no_cover
@pytest.mark.parametrize("true", [1.0, 1.2])
def test_nine_in_ten_intervals_hold_the_truth(true: float) -> None:
    """Of 8 rounds with noise of 4 %; a bootstrap of so few holds it a little less often."""
    noise = random.Random(7)
    tries = 200
    held = sum(
        interval([true * noise.lognormvariate(0, 0.04) for _ in range(8)]).holds(true)
        for _ in range(tries)
    )

    assert 0.84 <= held / tries <= 0.98
