from datetime import timedelta
from uuid import UUID

from contracts import slots, streams
from contracts.conversation import UserForgotten
from contracts.profile import ProfileForgotten
from contracts.reminders import ReminderCancelled
from contracts.replies import (
    ReplyAssumed,
    ReplyFailed,
    ReplyHeld,
    ReplyRead,
    ReplyRefused,
    ReplySending,
    ReplySent,
    ReplyUndelivered,
)
from taskflow.log.appending import Write
from taskflow.time_travel import gathering
from taskflow.time_travel.sending import sendings
from taskflow.time_travel.user import as_of, describe
from taskflow.time_travel.whole import whole
from tests.support import recorded
from tests.support.events import message, reply
from tests.support.memory_log import START, MemoryLog
from tests.support.story import STREAM, USER, Story

ADA = recorded.ada()


def described(at, cover: str = "▒▒▒"):
    return describe(ADA, as_of(recorded.by_stream(ADA), at), at, cover)


def test_a_whole_user_at_the_end() -> None:
    end = recorded.events()[-1].recorded_at
    told = described(end)

    assert {one["kind"]: one["value"] for one in told["profile"]} == {
        "name": "Ada",
        "home": "Berlin",
    }
    assert told["window"]["open"]
    assert [one["delivery"] for one in told["conversation"] if one["who"] == "us"] == (
        ["delivered"] * 8
    )
    done, weekly = told["reminders"]
    assert (done["text"], done["status"], len(done["fired"])) == ("call mum", "done", 1)
    assert (done["last_delivery"]["state"], done["last_delivery"]["by_template"]) == (
        "delivered",
        False,
    )
    assert weekly["last_delivery"] is None
    assert (weekly["status"], weekly["next_due"]) == ("standing", "2026-11-30T08:00:00+00:00")
    (watch,) = told["watches"]
    assert (watch["last_reading"]["amount"], watch["alerts"], watch["status"]) == (
        "65.00",
        1,
        "standing",
    )
    assert watch["last_delivery"]["state"] == "delivered"
    assert told["open_calls"] == []
    assert not told["forgotten"]


def test_any_moment_of_the_past_is_what_was_known_then() -> None:
    """At each event: nothing of a later one shows, and a call is open until its outcome."""
    opened = 0
    events = recorded.of(ADA)
    for one in events:
        told = described(one.recorded_at)
        assert told["last_seen"] is None or told["last_seen"] <= told["at"]
        assert len(told["conversation"]) == sum(
            other.event.type in {"message.received", "reply.ready"}
            and other.recorded_at <= one.recorded_at
            for other in events
        )
        opened += bool(told["open_calls"])
        for call in told["open_calls"]:
            assert call["at"] <= told["at"] < call["deadline"]
    assert opened >= 4


def test_a_day_later_the_window_is_closed() -> None:
    end = recorded.events()[-1].recorded_at
    assert not described(end + timedelta(days=1))["window"]["open"]


def test_of_a_forgotten_user_everything_reads_erased() -> None:
    user = recorded.forgotten()
    told = describe(user, recorded.by_stream(user), recorded.events()[-1].recorded_at, "[erased]")

    assert told["forgotten"]
    assert {one["text"] for one in told["conversation"]} == {"[erased]"}
    assert told["states"]["lane"]["forgotten"]


def test_a_fact_taken_back_and_a_reminder_cancelled_stand_no_more() -> None:
    found = recorded.by_stream(ADA)
    profile = streams.profile(ADA)
    learned = found[profile][0]
    log = MemoryLog()
    gone = ProfileForgotten(facts=[learned.event_id], source=UUID(int=1))
    log.put([Write(profile, [gone], ADA)], UUID(int=1))
    (weekly,) = [name for name, events in found.items() if _is_weekly(events)]
    reminder = found[weekly][0].event.reminder
    log.put([Write(weekly, [ReminderCancelled(reminder=reminder)], ADA)], UUID(int=2))
    found[profile] += log.stream(profile)
    found[weekly] += log.stream(weekly)

    told = describe(ADA, found, recorded.events()[-1].recorded_at)
    assert [one["kind"] for one in told["profile"]] == ["home"]
    assert [(one["status"], one["next_due"]) for one in told["reminders"]] == [
        ("done", None),
        ("cancelled", None),
    ]


def _is_weekly(events) -> bool:
    return getattr(events[0].event, "rrule", None) is not None


async def test_a_users_streams_are_found_through_their_calls() -> None:
    log = MemoryLog()
    for number, one in enumerate(recorded.events()):
        log.put([Write(one.stream, [one.event], one.user_id)], UUID(int=number + 1))
    # Their ids are derived from the calls, which have other ids in this log: so put those in too.
    found = await gathering.of_user(log, ADA)
    assert set(found) == {streams.conversation(ADA), streams.profile(ADA)}

    call = next(one for one in log.all() if one.event.type == "tool.requested")
    stream = streams.reminder(slots.reminder_set(call.event_id))
    log.put([Write(stream, [UserForgotten()], ADA)], UUID(int=10_000))
    assert stream in await gathering.of_user(log, ADA)


def test_an_export_holds_every_event_and_every_section() -> None:
    told = whole(ADA, recorded.by_stream(ADA), "[erased]")

    assert told["format"] == "taskflow-export/1"
    assert told["events"] == len(told["log"]) == len(recorded.of(ADA))
    assert len(told["messages"]) == 6
    assert len(told["replies"]) == 8
    assert {one["tool"] for one in told["tool_calls"]} >= {"search_flights", "watch_price"}
    assert all(one["outcome"] == "finished" for one in told["tool_calls"])
    assert len(told["reminders"]) == 2
    assert len(told["watches"][0]["events"]) == 5
    (usage,) = told["model_usage"]
    assert usage["answers"] == sum(one.event.type == "model.answered" for one in recorded.of(ADA))
    assert usage["total"] > usage["input"] > 0
    assert all(one["stands"] for one in told["profile"])


def attempts(*facts) -> str:
    story = Story()
    (ready,) = story.tell(reply(None, kind="reminder"))
    for fact in facts:
        story.tell(fact(ready.event_id))
    return sendings(story.events)[ready.event_id].state()


def claim(part: int = 0, parts: int = 1, attempt: int = 1):
    token = UUID(int=5)
    return lambda id_: ReplySending(reply=id_, part=part, parts=parts, attempt=attempt, token=token)


def sent(part: int = 0, attempt: int = 1):
    return lambda id_: ReplySent(
        reply=id_, part=part, attempt=attempt, message_ref=f"SM{part}", known_by="response"
    )


def read(part: int = 0):
    return lambda id_: ReplyRead(reply=id_, part=part, message_ref=f"SM{part}")


def test_a_reply_is_as_far_as_its_least_part() -> None:
    assert attempts() == "waiting"
    assert attempts(claim()) == "sending"
    assert attempts(claim(), sent()) == "sent"
    assert attempts(claim(parts=2), sent(), read()) == "sending"
    assert attempts(claim(parts=2), sent(), read(), claim(1, 2), sent(1)) == "sent"
    assert attempts(claim(), sent(), read()) == "read"


def test_what_went_wrong_is_told() -> None:
    refused = lambda id_: ReplyRefused(  # noqa: E731
        reply=id_, part=0, attempt=1, reason="429", again_at=START
    )
    failed = lambda id_: ReplyFailed(  # noqa: E731
        reply=id_, part=0, attempt=1, code=63016, reason="closed"
    )
    gone = lambda id_: ReplyAssumed(reply=id_, part=0, attempt=1, assumed="gone")  # noqa: E731
    lost = lambda id_: ReplyUndelivered(  # noqa: E731
        reply=id_, part=0, message_ref="SM0", status="undelivered", code=63024
    )
    assert attempts(claim(), refused) == "sending"
    assert attempts(claim(), refused, claim(attempt=2), sent(attempt=2)) == "sent"
    assert attempts(claim(), failed) == "failed"
    assert attempts(claim(), gone) == "assumed gone"
    assert attempts(claim(), sent(), lost) == "undelivered"


def test_what_waits_for_its_user_to_write_is_held() -> None:
    def held(part: int = 0, attempt: int = 1):
        return lambda id_: ReplyHeld(reply=id_, part=part, attempt=attempt, why="window")

    assert attempts(held()) == "held"
    assert attempts(held(), claim(attempt=2)) == "sending"
    assert attempts(held(), claim(attempt=2), sent(attempt=2)) == "sent"
    first = claim(parts=2), sent(), read()
    assert attempts(*first, claim(1, 2), held(1, 2)) == "held"
    assert attempts(*first, held(1), claim(1, 2, 2), sent(1, 2)) == "sent"


def test_somebody_who_only_wrote() -> None:
    story = Story()
    story.tell(message())
    told = describe(USER, {STREAM: story.events}, START)
    assert told["conversation"][0]["text"] == "hello"
    assert told["states"]["agent"]["driver"] == str(story.events[0].event_id)
