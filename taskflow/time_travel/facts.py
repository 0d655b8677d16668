"""Which facts of a profile stand, and the quiet hours; what facts say lies in the log, sealed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.profile import ProfileForgotten, ProfileKind, ProfileLearned
from contracts.quiet_hours import QuietHoursEnded, QuietHoursSet
from contracts.recorded import Recorded
from taskflow.log.folding import Fold


class StandingFact(BaseModel):
    model_config = ConfigDict(frozen=True)

    fact: UUID
    kind: ProfileKind
    source: UUID
    """The message that said so."""


class QuietThen(BaseModel):
    model_config = ConfigDict(frozen=True)

    begin: str
    end: str
    zone: str
    since: datetime


class ProfileThen(BaseModel):
    model_config = ConfigDict(frozen=True)

    standing: tuple[StandingFact, ...] = ()
    taken_back: tuple[UUID, ...] = ()
    quiet: QuietThen | None = None

    def tells_zone(self) -> StandingFact | None:
        """The fact that says in which zone they live: their zone, else their home."""
        of = {fact.kind: fact for fact in self.standing if fact.kind in {"zone", "home"}}
        return of.get("zone") or of.get("home")


def evolve(state: ProfileThen, recorded: Recorded[Any]) -> ProfileThen:
    match recorded.event:
        case ProfileLearned(kind=kind, source=source):
            new = StandingFact(fact=recorded.event_id, kind=kind, source=source)
            return state.model_copy(update={"standing": (*state.standing, new)})
        case ProfileForgotten(facts=gone):
            return state.model_copy(
                update={
                    "standing": tuple(fact for fact in state.standing if fact.fact not in gone),
                    "taken_back": (*state.taken_back, *gone),
                }
            )
        case QuietHoursSet(begin=begin, end=end, zone=zone):
            quiet = QuietThen(begin=begin, end=end, zone=zone, since=recorded.recorded_at)
            return state.model_copy(update={"quiet": quiet})
        case QuietHoursEnded():
            return state.model_copy(update={"quiet": None})
        case _:
            return state


FOLD = Fold("facts", 2, ProfileThen, evolve)
