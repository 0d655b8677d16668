"""What the scheduler needs to know."""

from pydantic import Field

from taskflow.settings import RuntimeSettings


class SchedulerSettings(RuntimeSettings):
    scheduler_workers: int = Field(default=64, ge=1)
    scheduler_claim: int = Field(default=500, ge=1)
    """Due reminders taken at once by one replica."""
