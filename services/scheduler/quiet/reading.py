"""A user's quiet hours as they hold now, read from what they told of themselves."""

from datetime import datetime, time

from contracts import streams
from contracts.personal import Sealed
from contracts.profile import ProfileLearned
from contracts.recorded import Recorded
from contracts.streams import UserId
from services.scheduler.quiet.hours import QuietHours
from taskflow.errors import SealedForEver
from taskflow.log.event_log import Log
from taskflow.time_travel import facts


class QuietReading:
    """The log is asked each time: an event less would be a message at night."""

    def __init__(self, event_log: Log) -> None:
        self._log = event_log

    async def of(self, user: UserId) -> QuietHours | None:
        profile_events = await self._log.read(streams.profile(user))
        profile = facts.FOLD.over(profile_events)
        if (quiet := profile.quiet) is None:
            return None
        zone, fact = quiet.zone, profile.tells_zone()
        if fact is not None:
            says = next(recorded for recorded in profile_events if recorded.event_id == fact.fact)
            zone = await self._zone(says) or zone
        return QuietHours(time.fromisoformat(quiet.begin), time.fromisoformat(quiet.end), zone)

    async def end_at(self, user: UserId, at: datetime) -> datetime | None:
        """When those end in which `at` lies; None outside of them."""
        quiet = await self.of(user)
        return quiet.end_at(at) if quiet else None

    async def _zone(self, fact: Recorded[ProfileLearned]) -> str | None:
        """None where the home that it names has none, and where its user was forgotten."""
        try:
            learned = (await self._log.opened(fact)).event
        except SealedForEver:
            return None
        zone = learned.value if learned.kind == "zone" else learned.zone
        return None if isinstance(zone, Sealed) else zone
