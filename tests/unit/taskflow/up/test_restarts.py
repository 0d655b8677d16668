from hypothesis import given
from hypothesis import strategies as st

from taskflow.up.restarts import ENOUGH, FIRST_PAUSE, MINUTE, Restarts


def test_pauses_grow_and_the_fifth_death_in_a_minute_is_the_last() -> None:
    restarts = Restarts()
    assert [restarts.died(100.0 + n) for n in range(5)] == [0.5, 1.0, 2.0, 4.0, None]


def test_a_death_of_more_than_a_minute_ago_is_forgotten() -> None:
    restarts = Restarts()
    assert [restarts.died(at) for at in (0.0, 1.0, 59.0, 60.0, 60.9)] == [0.5, 1.0, 2.0, 2.0, 4.0]
    assert restarts.died(200.0) == FIRST_PAUSE


def test_one_that_dies_every_quarter_of_a_minute_goes_on_for_ever() -> None:
    restarts = Restarts()
    assert None not in [restarts.died(at * 15.0) for at in range(100)]


@given(st.lists(st.floats(min_value=0, max_value=40, allow_nan=False), min_size=1, max_size=40))
def test_the_end_comes_with_exactly_the_fifth_death_of_some_minute(gaps: list[float]) -> None:
    restarts, deaths = Restarts(), list[float]()
    for gap in gaps:
        deaths.append((deaths[-1] if deaths else 0.0) + gap)
        pause = restarts.died(deaths[-1])
        within = sum(deaths[-1] - at < MINUTE for at in deaths)
        assert (pause is None) == (within >= ENOUGH)
        if pause is None:
            return
