"""`set_quiet_hours`: when a user is not to be written to unasked, and when that is over."""

from datetime import UTC, datetime, time
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from contracts import slots, streams
from contracts.event import Json
from contracts.quiet_hours import QuietHoursEnded, QuietHoursSet
from contracts.recorded import Recorded
from services.scheduler.quiet import wordings
from taskflow.log.appending import Write
from taskflow.log.event_log import Log
from taskflow.time_travel import facts
from taskflow.tooling import Call, Done, Refused, Tool, Undo
from taskflow.words import values

SET = "set_quiet_hours"
TIMEOUT = 10.0
SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)
"""On which a time of day is written out."""
ClockTime = Annotated[str, Field(pattern=r"^(?:[01]\d|2[0-3]):[0-5]\d$")]
Change = QuietHoursSet | QuietHoursEnded


class SetQuietHours(BaseModel):
    begin: ClockTime | None = Field(default=None, description="HH:MM")
    end: ClockTime | None = None
    off: bool | None = None
    restore: SkipJsonSchema[UUID | None] = None
    """The change that an undo takes back."""


class QuietTool:
    def __init__(self, event_log: Log) -> None:
        self._log = event_log

    def tool(self) -> Tool[Any]:
        return Tool(
            SetQuietHours,
            self.set_quiet_hours,
            SET,
            "write",
            TIMEOUT,
            inside=True,
            declared=wordings.SET_ARGUMENTS,
            proposal="change the quiet hours",
            receipt=wordings.SET,
            not_done="No quiet hours were changed just now.",
            changes="quiet hours",
            undone_by=Undo(tool=SET, argument="restore", path="change"),
        )

    async def set_quiet_hours(self, arguments: SetQuietHours, call: Call) -> Done:
        """Hours in which the user wants no messages unasked; "at night" is 22:00 to 07:00."""
        profile_events = await self._log.read(streams.profile(call.user))
        standing = facts.FOLD.over(profile_events).quiet
        fact = (
            _restored(arguments.restore, profile_events)
            if arguments.restore
            else _asked(arguments, call)
        )
        if isinstance(fact, QuietHoursSet):
            if standing and (standing.begin, standing.end) == (fact.begin, fact.end):
                raise Refused("Those are the quiet hours already: nothing was changed.")
        elif standing is None:
            raise Refused("There are no quiet hours: nothing was changed.")
        return Done(_result(fact, call), [Write(streams.profile(call.user), [fact], call.user)])


def _asked(arguments: SetQuietHours, call: Call) -> Change:
    """Raises Refused."""
    begin, end = arguments.begin, arguments.end
    if arguments.off:
        if begin or end:
            raise Refused("Give `off`, or `begin` and `end`: not both.")
        return QuietHoursEnded()
    if begin is None or end is None:
        raise Refused("Give both `begin` and `end`; ask the user for what they did not say.")
    if begin == end:
        raise Refused(
            "They begin and end at the same time. Ask the user for two different times; what is "
            "not to come at all is cancelled."
        )
    return QuietHoursSet(begin=begin, end=end, zone=call.request.event.zone)


def _restored(change: UUID, profile_events: list[Recorded[Any]]) -> Change:
    """As it was before that change. Raises Refused where another one followed."""
    changes = [recorded for recorded in profile_events if isinstance(recorded.event, Change)]
    if not changes or changes[-1].event_id != change:
        raise Refused("The quiet hours were changed since.")
    return changes[-2].event if len(changes) > 1 else QuietHoursEnded()


def _result(fact: Change, call: Call) -> Json:
    change = str(slots.event_id(slots.outcome(call.request.event_id), 1))
    if isinstance(fact, QuietHoursEnded):
        return {"quiet_hours": None, "change": change}
    request = call.request.event
    return {
        "quiet_hours": f"{fact.begin} to {fact.end}",
        "begins": _in_words(fact.begin, request.language),
        "ends": _in_words(fact.end, request.language),
        "city": values.city(request.zone, request.language),
        "zone_was_guessed_from_number": not request.zone_known,
        "change": change,
    }


def _in_words(time_text: str, language: str) -> str:
    at = time.fromisoformat(time_text)
    return values.clock_time(SOME_DAY.replace(hour=at.hour, minute=at.minute), language)
