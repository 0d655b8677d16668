"""Folds never fail, whatever stands in a stream: a stream that cannot be folded is a user lost."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.event import Event, all_events, decode
from contracts.recorded import Recorded
from services.agent import decider as agent
from services.gateway import lane as gateway
from taskflow.log.folding import Fold
from tests.support.memory_log import START
from tests.support.snapshots import ID, ROOT, name_of
from tests.support.story import STREAM, USER

IDS = 8
"""So few that events meet each other's turns, calls and replies."""


def _with_other_values(value: Any, draw: st.DrawFn) -> Any:
    match value:
        case dict():
            return {key: _with_other_values(one, draw) for key, one in value.items()}
        case list():
            return [_with_other_values(one, draw) for one in value]
        case str() if value == str(ID):
            return str(UUID(int=draw(st.integers(1, IDS))))
        case int() if not isinstance(value, bool):
            return draw(st.integers(0, 3))
        case _:
            return value


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    kinds = draw(st.lists(st.sampled_from(sorted(all_events())), max_size=30))
    return [_event(all_events()[kind], draw) for kind in kinds]


def _event(cls: type[Event], draw: st.DrawFn) -> Event:
    sample = json.loads((ROOT / "samples" / name_of(cls)).read_text())
    return decode(cls.type, cls.version, _with_other_values(sample, draw))


def recorded(event: Event, version: int) -> Recorded[Any]:
    return Recorded(
        event=event,
        event_id=UUID(int=version),
        stream=STREAM,
        version=version,
        position=version,
        transaction_id=version,
        user_id=USER,
        cause=None,
        correlation=UUID(int=1),
        trace=None,
        recorded_at=START,
    )


@pytest.mark.parametrize("fold", [agent.FOLD, gateway.FOLD], ids=lambda fold: fold.name)
@given(history=histories())
@settings(derandomize=True, deadline=None, max_examples=100, database=None)
def test_any_history_folds_and_no_old_event_ever_drives(
    fold: Fold[Any], history: list[Event]
) -> None:
    state = fold.state()
    for version, event in enumerate(history, start=1):
        one = recorded(event, version)
        before, state = state, fold.evolve(state, one)
        assert state.driver in {None, before.driver, one.event_id}


@pytest.mark.parametrize("fold", [agent.FOLD, gateway.FOLD], ids=lambda fold: fold.name)
@given(history=histories(), cut=st.integers(0, 30))
@settings(derandomize=True, deadline=None, max_examples=100, database=None)
def test_a_fold_goes_on_from_its_snapshot_as_if_it_had_none(
    fold: Fold[Any], history: list[Event], cut: int
) -> None:
    events = [recorded(event, version) for version, event in enumerate(history, start=1)]
    snapshot = fold.over(events[:cut]).model_dump_json()

    resumed = fold.over(events[cut:], fold.state.model_validate_json(snapshot))

    assert resumed == fold.over(events)
