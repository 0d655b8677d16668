"""A recorded turn is a golden case, without what its user told of themselves."""

from uuid import UUID

import pytest
import yaml

from contracts.profile import ProfileLearned
from taskflow.time_travel.golden_case import NoSuchTurn, golden_case
from taskflow.time_travel.turns import turns
from tests.evaluation.cases import Golden
from tests.support import recorded
from tests.support.filled import ADA

EVENTS = recorded.of(ADA)
TURNS = {id_: turn for id_, turn in turns(EVENTS).items() if turn.ended and turn.ended.event.text}


def _case(turn: UUID, language: str | None = None) -> dict:
    return golden_case(turn, EVENTS, language)


@pytest.mark.parametrize("turn", TURNS, ids=str)
def test_every_recorded_turn_is_read_as_a_case(turn: UUID) -> None:
    written = yaml.safe_dump(_case(turn), allow_unicode=True, sort_keys=False)
    golden = Golden.model_validate(yaml.safe_load(written))

    (said,) = golden.conversations[0].turns
    assert len(said.user) == len(TURNS[turn].messages)
    assert golden.zone in {"Europe/Berlin", "America/New_York"}


def test_the_recorded_turns_hold_look_ups_reminders_and_watches() -> None:
    calls = [call for turn in TURNS for call in _calls(turn)]

    assert {"search_flights", "set_reminder", "watch_price"} <= {one["tool"] for one in calls}
    assert all("finds" in one for one in calls if one["tool"] == "search_flights")
    assert all("due" in one for one in calls if one["tool"] == "set_reminder")


def _calls(turn: UUID) -> list[dict]:
    return _case(turn)["conversations"][0]["turns"][0].get("calls", [])


def test_nothing_of_what_they_told_of_themselves_is_left() -> None:
    told = [one.event for one in EVENTS if isinstance(one.event, ProfileLearned)]
    secrets = [one.value for one in told if one.kind in {"name", "home", "person", "place"}]

    assert secrets
    for turn in TURNS:
        written = yaml.safe_dump(_case(turn)["conversations"], allow_unicode=True)
        assert [one for one in secrets if one in written.split()] == []


def test_the_language_is_as_told() -> None:
    turn = next(iter(TURNS))

    assert _case(turn)["language"] == "en"
    assert _case(turn, "pt-BR")["language"] == "pt-BR"


def test_a_turn_that_is_not_there_is_none() -> None:
    with pytest.raises(NoSuchTurn):
        _case(UUID(int=9))
