"""A trace is told by the log alone: who did what, because of what, how long it took."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from rich.console import Console

from contracts import slots
from contracts.conversation import TurnStarted
from contracts.recorded import Recorded
from contracts.replies import ReplyHeld, ReplySending
from taskflow.cli.past.trace_drawing import as_json, drawing
from taskflow.time_travel.why import trace_id
from taskflow.waterfall import of_log, tries
from taskflow.waterfall.bars import Bar, Waterfall
from tests.support import recorded
from tests.support.events import answer, message, requested
from tests.support.story import STREAM, Story

ADA = recorded.of(recorded.ada())


def trace_of(events: Sequence[Recorded[Any]], type_: str, nth: int = 0) -> str:
    found = trace_id([one for one in events if one.event.type == type_][nth])
    assert found
    return found


def told(trace: str, events: Sequence[Recorded[Any]] = ADA) -> Waterfall:
    return Waterfall(trace, "log", of_log.bars(trace, events), of_log.elsewhere(trace, events))


def tree(found: Waterfall) -> list[tuple[int, str, str]]:
    return [(len(row.ancestry) - 1, row.bar.name, row.bar.service) for row in found.rows()]


def named(found: Waterfall, name: str) -> list[Bar]:
    return [bar for bar in found.bars if bar.name == name]


def shown(found: Waterfall, width: int = 180) -> str:
    console = Console(width=width)
    with console.capture() as caught:
        console.print(drawing(found, "the log"))
    return caught.get()


FLIGHT = told(trace_of(ADA, "message.received"))


def test_a_turn_with_a_tool_from_the_webhook_to_the_phone() -> None:
    assert tree(FLIGHT) == [
        (0, "message.received", "gateway"),
        (1, "turn.started", "agent"),
        (1, "profile.learned", "agent"),
        (1, "profile.learned", "agent"),
        (1, "model.answered", "agent"),
        (1, "tool.requested", "agent"),
        (2, "tool.finished", "tools"),
        (3, "model.answered", "agent"),
        (3, "reply.ready", "agent"),
        (4, "reply.sending", "gateway"),
        (4, "reply.sent", "gateway"),
        (5, "reply.delivered", "gateway"),
    ]


def test_what_lies_between_two_events_is_the_later_ones() -> None:
    (turn,), (tool,) = named(FLIGHT, "turn.started"), named(FLIGHT, "tool.finished")
    assert turn.took == timedelta(seconds=1.001755), "the burst was waited for"
    assert tool.took == timedelta(seconds=0.595443), "since it was asked for"
    assert "took 571 ms" in tool.notes
    last = max(bar.end for bar in FLIGHT.bars)
    assert last - FLIGHT.start == FLIGHT.took
    for bar in FLIGHT.bars:
        assert bar.start <= bar.end


def test_every_event_is_in_one_trace_and_no_parent_is_missing() -> None:
    events = recorded.events()
    ids: list[str] = []
    for trace in dict.fromkeys(map(trace_id, events)):
        assert trace
        found = told(trace, events)
        assert not any(row.is_orphan for row in found.rows())
        assert len(found.rows()) == len(found.bars)
        callbacks = {"reply.delivered", "reply.read"}
        ids += [bar.id for bar in found.bars if bar.name not in callbacks]
    assert len(ids) == len(set(ids)), "a callback alone may be told twice"


def test_what_fires_later_is_linked_both_ways() -> None:
    origin, fired = (
        trace_of(ADA, "reminder.set"),
        trace_of(ADA, "reminder.fired"),
    )
    assert [(link.trace, link.why) for link in told(origin).elsewhere] == [
        (fired, "led to reminder.fired")
    ]
    (bar,) = named(told(fired), "reminder.fired")
    assert bar.parent is None
    assert (bar.service, bar.links[0].trace) == ("scheduler", origin)
    assert f"taskflow trace {fired}" in shown(told(origin))
    assert f"caused by reminder.set trace {origin}" in shown(told(fired), 300)


def test_a_failure_is_told() -> None:
    found = told(trace_of(ADA, "model.failed"))
    (failed,) = named(found, "model.failed")
    assert (failed.error, list(failed.notes)) == ("unavailable", ["3 attempts"])
    text = shown(found)
    assert "1 failed" in text
    assert "unavailable, 3 attempts" in text


def test_a_burst_is_answered_in_one_trace_and_the_other_leads_there() -> None:
    story = Story()
    (first,) = story.tell(message("one", sid="SM1"))
    (second,) = story.tell(message("two", sid="SM2"))
    story.tell(TurnStarted(number=0))
    events = [
        replace(
            one,
            cause=second.event_id if one.event.type == "turn.started" else None,
            trace=f"00-{('a' if one.event_id == first.event_id else 'b') * 32}-{'1' * 16}-01",
        )
        for one in story.events
    ]

    (turn,) = named(told("b" * 32, events), "turn.started")
    assert [(link.trace, link.why) for link in turn.links] == [
        ("a" * 32, "also answers message.received")
    ]
    (other,) = told("a" * 32, events).elsewhere
    assert (other.trace, other.why) == ("b" * 32, "led to turn.started")


def test_tries_are_told_where_they_led_or_where_they_wait() -> None:
    story = Story()
    story.tell(message())
    turn = story.tell(TurnStarted(number=0), slot=slots.turn(STREAM, 0))[0]
    story.tell(answer(turn.event_id, 1), slot=slots.step(turn.event_id, 1))
    call = story.tell(requested(turn.event_id))[0]
    places = tries.places(story.events)
    counts = {
        ("agent", slots.turn(STREAM, 0)): 1,
        ("agent", slots.step(turn.event_id, 1)): 2,
        ("tools", slots.outcome(call.event_id)): 4,
        ("gateway", UUID(int=9)): 3,
    }

    told_of = tries.by_event(tries.counted(counts, places))
    (answered,) = (one for one in story.events if one.event.type == "model.answered")
    assert told_of == {
        turn.event_id: ["agent: delivery 2"],
        answered.event_id: ["agent: delivery 3"],
        call.event_id: ["tools: delivery 5"],
    }


def test_a_reply_that_is_held_took_its_claim_and_its_next_one_waits() -> None:
    story = Story()
    story.tell(message())
    reply, token = UUID(int=4), UUID(int=5)
    where: dict[str, Any] = {"reply": reply, "part": 0}
    (held,) = story.tell(ReplyHeld(**where, attempt=1, why="window"), slot=slots.claim(reply, 0, 1))
    assert tries.places(story.events) == {
        slots.claim(reply, 0, 1): held.event_id,
        slots.claim(reply, 0, 2): held.event_id,
    }
    (claimed,) = story.tell(
        ReplySending(**where, parts=1, attempt=2, token=token), slot=slots.claim(reply, 0, 2)
    )
    assert tries.places(story.events)[slots.claim(reply, 0, 2)] == claimed.event_id

    events = [replace(one, trace=f"00-{'c' * 32}-{'1' * 16}-01") for one in story.events]
    (bar,) = named(told("c" * 32, events), "reply.held")
    assert (bar.service, list(bar.notes), bar.error) == (
        "gateway",
        ["waits for the user's next message"],
        None,
    )


def test_every_decision_of_a_recorded_log_stands_where_its_tries_are_counted() -> None:
    """Slots as the services compute them: an event's id tells which one it took."""
    places = tries.places(ADA)
    taken = {slots.event_id(slot, n): slot for slot in places for n in range(8)}
    decided = {
        "turn.started", "model.answered", "model.failed", "tool.finished", "reply.sending",
        "reply.sent",
    }  # fmt: skip
    for one in ADA:
        if one.event.type in decided:
            assert places[taken[one.event_id]] == one.event_id, one


def test_what_is_shown_has_a_bar_for_each_and_says_nothing_personal() -> None:
    for trace in dict.fromkeys(map(trace_id, ADA)):
        found = told(str(trace))
        text = shown(found) + json.dumps(as_json(found))
        for word in ("Berlin", "Lisbon", "mum", "+1555"):
            assert word not in text
        assert as_json(found)["took_ms"] == round(found.took.total_seconds() * 1000, 3)
    lines = shown(FLIGHT).splitlines()
    assert len(lines) == 2 + len(FLIGHT.bars)
    assert all(any(sign in line for sign in "▏▎▍▌▋▊▉█") for line in lines[2:])
    assert "12 events of 3 services, 2.919 s" in lines[0]
