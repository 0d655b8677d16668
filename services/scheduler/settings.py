"""What the scheduler needs to know."""

from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator

from services.scheduler.watches.decider import Rhythm
from taskflow.process.settings import RuntimeSettings

SHORTEST_MINUTES = 15.0


class SchedulerSettings(RuntimeSettings):
    taskflow_pool_size: int = Field(default=8, ge=2, le=100)
    scheduler_workers: int = Field(default=64, ge=1)
    scheduler_claim: int = Field(default=500, ge=1)
    """Due reminders taken at once by one replica."""
    scheduler_looks: int = Field(default=16, ge=1)
    """Watched pages that one replica has looked at, at once."""
    watch_minutes: float = Field(default=60, gt=0)
    """Between looks at a watched page; never under `watch_shortest_minutes`."""
    watch_shortest_minutes: float = Field(default=SHORTEST_MINUTES, gt=0)
    """Less than a quarter of an hour is for a shop of one's own."""
    watch_confirm_seconds: float = Field(default=240, gt=0)
    """From a look that reaches a goal to the second one that must say the same."""

    @model_validator(mode="after")
    def _is_polite(self) -> Self:
        if self.taskflow_production and self.watch_shortest_minutes < SHORTEST_MINUTES:
            raise ValueError("WATCH_SHORTEST_MINUTES must be 15 or more in production")
        return self

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(
            ordinary=timedelta(minutes=self.watch_minutes),
            shortest=timedelta(minutes=self.watch_shortest_minutes),
            confirming=timedelta(seconds=self.watch_confirm_seconds),
        )
