"""Watches by the thousand, looked at by replicas that hang, die and come late."""

import gc
from collections.abc import Iterator

import pytest

from tests.support.walks import how_far
from tests.support.watches_world import Size, WatchesWorld

SEEDS = how_far(5, 10, 2_000)
WATCHES = how_far(2_000, 10_000)
FAULTS = 3 / WATCHES


@pytest.fixture
def uncollected() -> Iterator[None]:
    """A world of a hundred thousand living objects is walked again and again for nothing."""
    gc.disable()
    yield
    gc.enable()
    gc.collect()


@pytest.mark.usefixtures("uncollected")
def test_thousands_of_watches_over_hours_with_replicas_killed() -> None:
    """Each due look decided once, alerts as the crossings, and one fetch for all who watch."""
    size = Size(WATCHES, pages=WATCHES // 10, users=431, hours=2.4, faults=FAULTS, stops=0.02)
    world = WatchesWorld(7, size)

    world.live()

    assert world.faults > 20, "nothing was broken"
    assert world.judge.alerts > WATCHES // 10, "nothing happened"
    looks = {(page, due) for page, due, _ in world.fetches}
    assert len(looks) > 2 * size.pages
    first_hour = {page for page, due in looks if (due - world.begins).total_seconds() <= 3600}
    assert len(first_hour) == size.pages, "all are due over the first hour"
    assert len(world.fetches) < size.watches, "watchers of one page share its looks"


def test_small_worlds_keep_every_invariant() -> None:
    alerts = losses = faults = 0
    for seed in range(SEEDS):
        world = WatchesWorld(seed)
        world.live()
        alerts += world.judge.alerts
        losses += world.judge.losses
        faults += world.faults
    assert min(alerts, faults) > 2 * SEEDS, "the worlds go nowhere"
    assert losses >= SEEDS // 8


def test_what_a_seed_does_it_does_again() -> None:
    def told(seed: int) -> list[object]:
        world = WatchesWorld(seed)
        world.live()
        return [(one.event_id, one.event, one.recorded_at) for one in world.log.all()]

    assert told(3) == told(3)
