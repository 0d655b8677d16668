"""Quiet hours move with the user: their zone is the one that they told of last."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from contracts import streams
from contracts.event import Event
from contracts.profile import ProfileForgotten, ProfileLearned
from contracts.quiet_hours import QuietHoursEnded, QuietHoursSet
from contracts.streams import UserId
from services.agent.memory.profile.facts import Profile
from services.scheduler.quiet.hours import QuietHours
from services.scheduler.quiet.reading import QuietReading
from taskflow.log.appending import Write
from tests.support.memory_log import MemoryLog

ADA = UserId(UUID(int=7))
NIGHT = QuietHoursSet(begin="22:00", end="07:00", zone="Europe/Berlin")
IN_TOKYO = ProfileLearned(
    kind="zone", value="Asia/Tokyo", said="I am in Tokyo", source=UUID(int=1), call=UUID(int=1)
)
AT_HOME = IN_TOKYO.model_copy(update={"kind": "home", "value": "Lisbon", "zone": "Europe/Lisbon"})


def told(*events: Event) -> MemoryLog:
    log = MemoryLog()
    for n, event in enumerate(events):
        log.put([Write(streams.profile(ADA), [event], ADA)], UUID(int=n + 1))
    return log


async def zone(*events: Event) -> str | None:
    found = await QuietReading(told(*events)).of(ADA)
    return found.zone if found else None


async def test_they_count_in_the_zone_that_the_user_told_of_last() -> None:
    assert await zone() is None
    assert await zone(NIGHT, QuietHoursEnded()) is None
    assert await zone(NIGHT) == "Europe/Berlin"
    assert await zone(AT_HOME, NIGHT) == "Europe/Lisbon"
    assert await zone(AT_HOME, NIGHT, IN_TOKYO) == "Asia/Tokyo"
    in_tokyo = told(AT_HOME, NIGHT, IN_TOKYO).stream(streams.profile(ADA))[-1].event_id
    back = ProfileForgotten(facts=[in_tokyo], source=UUID(int=2), call=UUID(int=2))
    assert await zone(AT_HOME, NIGHT, IN_TOKYO, back) == "Europe/Lisbon"


async def test_a_night_in_tokyo_is_none_in_berlin() -> None:
    afternoon = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    assert await QuietReading(told(NIGHT)).end_at(ADA, afternoon) is None
    end = await QuietReading(told(NIGHT, IN_TOKYO)).end_at(ADA, afternoon)
    assert end == afternoon + timedelta(hours=8)


KINDS = st.sampled_from([IN_TOKYO, AT_HOME, AT_HOME.model_copy(update={"zone": None})])


@given(st.lists(st.one_of(KINDS, st.integers(0, 5)), max_size=8))
async def test_the_agent_and_the_scheduler_read_the_same_zone(story: list[Event | int]) -> None:
    """Numbers take back the fact of that place, where there is one."""
    log, count = told(NIGHT), 50
    for one in story:
        count += 1
        learned = log.stream(streams.profile(ADA))[1:]
        event = one if isinstance(one, Event) else None
        if isinstance(one, int) and one < len(learned):
            gone = [learned[one].event_id]
            event = ProfileForgotten(facts=gone, source=UUID(int=2), call=UUID(int=2))
        if event is not None:
            log.put([Write(streams.profile(ADA), [event], ADA)], UUID(int=count))
    profile = Profile.of(log.stream(streams.profile(ADA)))
    found = await QuietReading(log).of(ADA)
    assert found is not None
    assert found == QuietHours(found.begin, found.end, profile.zone or NIGHT.zone)
