"""Which facts of a profile stand; what they say lies in the log, sealed."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.profile import ProfileForgotten, ProfileKind, ProfileLearned
from contracts.recorded import Recorded
from taskflow.log.folding import Fold


class StandingFact(BaseModel):
    model_config = ConfigDict(frozen=True)

    fact: UUID
    kind: ProfileKind
    source: UUID
    """The message that said so."""


class ProfileThen(BaseModel):
    model_config = ConfigDict(frozen=True)

    standing: tuple[StandingFact, ...] = ()
    taken_back: tuple[UUID, ...] = ()


def evolve(state: ProfileThen, recorded: Recorded[Any]) -> ProfileThen:
    match recorded.event:
        case ProfileLearned(kind=kind, source=source):
            new = StandingFact(fact=recorded.event_id, kind=kind, source=source)
            return state.model_copy(update={"standing": (*state.standing, new)})
        case ProfileForgotten(facts=gone):
            return state.model_copy(
                update={
                    "standing": tuple(one for one in state.standing if one.fact not in gone),
                    "taken_back": (*state.taken_back, *gone),
                }
            )
        case _:
            return state


FOLD = Fold("facts", 1, ProfileThen, evolve)
