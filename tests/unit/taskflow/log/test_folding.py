"""A fold is its events in order, from nothing or from where it was; snapshots only shorten."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from contracts.recorded import Recorded
from services.agent import decider as agent
from services.gateway import lane as gateway
from taskflow.log.folding import Fold, Folded
from taskflow.log.snapshots import Folds
from tests.support.events import message, reply
from tests.support.story import STREAM, Story


class Seen(BaseModel):
    model_config = ConfigDict(frozen=True)

    versions: tuple[int, ...] = ()


def see(state: Seen, recorded: Recorded[Any]) -> Seen:
    return Seen(versions=(*state.versions, recorded.version))


FOLD = Fold("seen", 1, Seen, see)


def story(count: int) -> Story:
    told = Story()
    for _ in range(count):
        told.tell(message())
    return told


def test_it_starts_from_nothing_and_takes_events_in_order() -> None:
    assert FOLD.over([]) == Seen()
    assert FOLD.over(story(3).events) == Seen(versions=(1, 2, 3))


def test_it_goes_on_from_a_state_and_leaves_that_state_alone() -> None:
    events = story(4).events
    half = FOLD.over(events[:2])

    assert FOLD.over(events[2:], half) == FOLD.over(events)
    assert half == Seen(versions=(1, 2))


async def test_a_stream_is_read_from_where_the_fold_was() -> None:
    told = story(2)
    folds = Folds(told.log, None)
    known = await folds.fold(STREAM, FOLD)
    told.tell(message())

    assert known == Folded(Seen(versions=(1, 2)), 2)
    assert await folds.fold(STREAM, FOLD, known) == Folded(Seen(versions=(1, 2, 3)), 3)
    assert await folds.fold(STREAM, FOLD, known) == await folds.fold(STREAM, FOLD)


async def test_a_stream_that_nobody_wrote_is_at_its_beginning() -> None:
    assert await Folds(Story().log, None).fold(STREAM, FOLD) == Folded(Seen(), 0)


def test_states_hold_no_text_because_snapshots_are_not_sealed() -> None:
    told = Story()
    told.tell(message("my neighbour's cat"))
    told.tell(reply(None, "your neighbour's cat"))

    for fold in (agent.FOLD, gateway.FOLD):
        assert "neighbour" not in fold.over(told.events).model_dump_json()
