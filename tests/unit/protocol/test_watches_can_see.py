"""The simulation of watches is worth something: each rule, off alone, is found out."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest

from contracts import slots
from contracts.conversation import ReplyReady
from contracts.readings import Reading
from contracts.recorded import Recorded
from contracts.watches import WatchAlerted, WatchSeen, WatchStopped
from services.scheduler.watches import decider, due, effects
from services.scheduler.watches.claims import DuePage
from services.scheduler.watches.decider import Watch, decide, evolve
from taskflow.log.appending import Because, Outcome, Write
from taskflow.log.folding import Fold
from tests.support.watches_world import WatchesWorld

pytestmark = pytest.mark.long

SEEDS = 40


def found(world: type[WatchesWorld] = WatchesWorld, first: int = 0, **broken: Any) -> str | None:
    """What the first seed that finds something finds; `first` is tried before the others."""
    for seed in (first, *range(SEEDS)):
        try:
            with ExitStack() as stack:
                for name, value in broken.items():
                    stack.enter_context(patch.object(effects, name, value))
                world(seed).live()
        except AssertionError as error:
            return str(error).partition("\n")[0]
    return None


def kinds(writes: Sequence[Write]) -> set[type]:
    return {type(event) for write in writes for event in write.events}


def test_alerting_at_the_first_look_is_found_out() -> None:
    def hasty(state: Watch, reading: Reading, due: datetime, now: datetime) -> Any:
        return decide(state.model_copy(update={"suspected": due}), reading, due, now)

    assert found(decide=hasty) == "an alert without a second look"


def test_a_second_look_that_comes_at_once_is_found_out() -> None:
    class Hasty(WatchesWorld):
        rhythm = replace(WatchesWorld.rhythm, confirming=timedelta(seconds=20))

    assert found(Hasty) == "the second look came too soon"


def test_alerting_again_without_the_other_side_is_found_out() -> None:
    def always(state: Watch, one: Recorded[Any]) -> Watch:
        return evolve(state, one).model_copy(update={"armed": True})

    assert found(FOLD=Fold("broken", 1, Watch, always)) in {
        "two alerts of one crossing",
        "suspected what the user did not ask for",
    }


def test_never_arming_again_is_found_out() -> None:
    def once(state: Watch, one: Recorded[Any]) -> Watch:
        after = evolve(state, one)
        return after if state.armed else after.model_copy(update={"armed": False})

    assert (
        found(first=6, FOLD=Fold("broken", 1, Watch, once)) == "a crossing that nobody was told of"
    )


def test_taking_a_misread_page_for_a_bargain_is_found_out() -> None:
    with patch.object(decider, "TEN_TIMES", 1000):
        assert found() == "it saw what nobody could read"


def test_looks_outside_their_slot_are_found_out() -> None:
    class Aside(WatchesWorld):
        made_up = 0

        def put(self, writes: Sequence[Write], slot: UUID, because: Because) -> Outcome:
            if WatchSeen in kinds(writes):
                self.made_up += 1
                writes = [replace(write, expected_version=None) for write in writes]
                slot = UUID(int=2**90 + self.made_up)
            return super().put(writes, slot, because)

        def claim(self, limit: int, seconds: int) -> list[DuePage]:
            return super().claim(limit, 1)

    assert found(Aside) in {"a look was decided twice", "suspected twice"}


def test_a_claim_that_holds_nobody_off_is_found_out() -> None:
    class Sharing(WatchesWorld):
        def claim(self, limit: int, seconds: int) -> list[DuePage]:
            return super().claim(limit, -1)

    assert found(Sharing, CLAIM_SECONDS=-1) == "a page was fetched for each watcher"


def test_a_claim_that_never_ends_is_found_out() -> None:
    class ForEver(WatchesWorld):
        def claim(self, limit: int, seconds: int) -> list[DuePage]:
            return super().claim(limit, 10**6)

    assert found(ForEver) in {"a crossing that nobody was told of", "somebody's look hangs"}


def test_an_alert_after_the_stop_is_found_out() -> None:
    class Deaf(WatchesWorld):
        def put(self, writes: Sequence[Write], slot: UUID, because: Because) -> Outcome:
            return super().put(
                [replace(write, expected_version=None) for write in writes], slot, because
            )

    def deaf(state: Watch, one: Recorded[Any]) -> Watch:
        return state if isinstance(one.event, WatchStopped) else evolve(state, one)

    class Unmoved(Deaf):
        """The table that follows the stop is off, too."""

        def __init__(self, seed: int) -> None:
            super().__init__(seed)
            execute = self.due.execute
            self.due.execute = lambda query, given: query == due._STOPPED or execute(query, given)

    assert found(Unmoved, FOLD=Fold("broken", 1, Watch, deaf)) == (
        "a fact of a watch that had ended"
    )


def test_an_alert_apart_from_its_fact_is_found_out() -> None:
    class Apart(WatchesWorld):
        def put(self, writes: Sequence[Write], slot: UUID, because: Because) -> Outcome:
            if ReplyReady in kinds(writes) and WatchAlerted in kinds(writes):
                super().put(writes[1:], slots.retry(slot), because)
                return super().put(writes[:1], slot, because)
            return super().put(writes, slot, because)

    assert found(Apart) == "told without a fact, or a fact without its words"


def test_telling_everybody_in_one_conversation_is_found_out() -> None:
    class Crossed(WatchesWorld):
        def put(self, writes: Sequence[Write], slot: UUID, because: Because) -> Outcome:
            first = f"conversation-{next(iter(self.keys))}"
            told = [
                replace(write, stream=first) if ReplyReady in kinds([write]) else write
                for write in writes
            ]
            return super().put(told, slot, because)

    assert found(Crossed) == "told to somebody else"


def test_keeping_the_picture_of_another_user_is_found_out() -> None:
    assert found(_as_seen_by=lambda _user, _asker, reading: reading) == (
        "it keeps a picture that lies under another's seal"
    )


@pytest.mark.parametrize("minutes", [5, 14])
def test_looking_too_often_is_found_out(minutes: int) -> None:
    class Eager(WatchesWorld):
        rhythm = replace(
            WatchesWorld.rhythm,
            ordinary=timedelta(minutes=minutes),
            shortest=timedelta(minutes=minutes),
        )

    assert found(Eager) == "two looks too close together"
