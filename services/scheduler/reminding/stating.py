"""What a reminder says, and by which words it was last changed: the event that holds them."""

from functools import cache
from importlib.metadata import version as package_version
from typing import Any

from contracts.recorded import Recorded
from contracts.reminders import ReminderChanged, ReminderSet
from services.scheduler.decider import Reminder
from taskflow.log.event_log import Log

Stated = ReminderSet | ReminderChanged


async def stated(log: Log, stream: str, state: Reminder) -> Stated:
    """As it stands by `state`, opened. Raises SealedForEver once its user is forgotten."""
    recorded: Recorded[Any] = (await log.read_end(stream, state.stated, 1))[0]
    opened: Recorded[Stated] = await log.opened(recorded)
    return opened.event


@cache
def tzdata() -> str:
    """The release of the zone rules; asking for it reads files."""
    return package_version("tzdata")
