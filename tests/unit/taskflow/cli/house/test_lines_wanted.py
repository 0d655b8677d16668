"""Which events, and so which lines, are one message's."""

from uuid import UUID

import pytest

from contracts import streams
from contracts.recorded import Recorded
from taskflow.cli.house.lines_wanted import WantedLines, named, related
from taskflow.time_travel.why import trace_id
from tests.support import recorded
from tests.support.filled import ADA

CONVERSATION = [one for one in recorded.of(ADA) if one.stream.startswith(streams.CONVERSATION)]


def event(prefix: str) -> Recorded:
    return next(one for one in CONVERSATION if str(one.event_id).startswith(prefix))


def types(prefix: str) -> list[str]:
    return [one.event.type for one in related(event(prefix), CONVERSATION)]


FLIGHTS = [
    "message.received",
    "turn.started",
    "model.answered",
    "tool.requested",
    "tool.finished",
    "model.answered",
    "reply.ready",
    "reply.sending",
    "reply.sent",
    "reply.delivered",
]


@pytest.mark.parametrize(
    "prefix",
    ["402ebe6c", "51f309cb", "54266cd2", "3b93d41f", "4cc4479c", "b890096d", "b4fd2fce"],
    ids=["message", "turn", "call", "result", "reply", "sent", "delivered"],
)
def test_any_event_of_a_turn_leads_to_all_of_it(prefix: str) -> None:
    assert types(prefix) == FLIGHTS
    beginnings = {one.correlation for one in related(event(prefix), CONVERSATION)[:9]}
    assert beginnings == {event("402ebe6c").event_id}


def test_a_reminder_is_a_story_of_its_own() -> None:
    asked = related(event("802d6865"), CONVERSATION)
    assert asked[0].event.type == "message.received"
    assert event("10d7506e") not in asked
    assert types("10d7506e") == ["reply.ready", "reply.sending", "reply.sent", "reply.delivered"]
    assert types("3ffd18df") == types("10d7506e")


def test_an_apology_belongs_to_the_message_that_it_answers() -> None:
    assert types("48020cc5") == types("7f38cba7")
    assert {"model.failed", "reply.delivered"} <= set(types("7f38cba7"))


def test_a_line_is_wanted_that_names_an_id_in_whichever_field() -> None:
    wanted = WantedLines("it", frozenset({"abc", "info", "agent"}))
    assert wanted({"event": "reply.sent", "reply": "abc"})
    assert not wanted({"event": "reply.sent", "reply": "abcd", "count": 3, "deep": {"id": "abc"}})
    assert not wanted({"level": "info", "service": "agent", "event": "info"})


def test_a_name_alone_is_an_id_however_it_is_written() -> None:
    id_ = UUID("276524dc-e3db-4638-b36f-f631d3302245")
    for name in (str(id_), str(id_).upper(), id_.hex):
        assert named(name)({"event_id": str(id_)})
        assert named(name)({"stream": f"conversation-{id_}"})
    assert named("ABC")({"trace_id": "abc"})
    assert not named("")({"reply": "", "sid": ""})


def test_without_the_log_lines_lead_on_by_their_traces() -> None:
    sid = event("402ebe6c").event.message_ref
    trace = trace_id(event("402ebe6c"))
    lines = [{"message_ref": sid, "trace_id": trace}, {"sid": sid}]
    along = named(sid).along(lines)
    assert along({"event": "model.answered", "trace_id": trace})
    assert not named(sid)({"event": "model.answered", "trace_id": trace})
