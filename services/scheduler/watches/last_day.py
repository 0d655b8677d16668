"""The last day of a watch, read as a reminder's days are, and counted from the message."""

from datetime import date

from services.scheduler.when.days import coming
from services.scheduler.when.unclear import UnclearTime
from taskflow import zones
from taskflow.tooling import Call, Refused


def last_day(said: str | None, call: Call) -> date | None:
    """Raises Refused for one that is past, or that there is not."""
    if said is None:
        return None
    today = call.written_at.astimezone(zones.of(call.request.event.zone)).date()
    try:
        until = coming(said, today)
    except UnclearTime as error:
        raise Refused(str(error)) from error
    if until < today:
        raise Refused(f"{until} is past: it is {today} there. Ask for a later day.")
    return until
