from datetime import timedelta
from uuid import UUID

import pytest

from contracts.conversation import TurnStarted
from contracts.event import decode
from contracts.personal import Sealed
from contracts.recorded import Message
from contracts.tools import ToolWithdrawn
from taskflow.cli.rendering import brief, change_lines, line, state_lines
from taskflow.errors import Configuration
from taskflow.log.appending import Write
from taskflow.time_travel import catalogue, past, states
from taskflow.time_travel.covering import plain
from taskflow.time_travel.unknown import OpaqueEvent, decoded
from tests.support import recorded
from tests.support.events import answer, message, offer, reply
from tests.support.memory_log import START, MemoryLog
from tests.support.story import Story


def a_conversation() -> Story:
    story = Story()
    story.tell(message())
    story.log.pass_time(timedelta(minutes=1))
    (turn,) = story.tell(TurnStarted(number=0))
    story.log.pass_time(timedelta(minutes=1))
    story.tell(answer(turn.event_id, 1, text="hi"), reply(turn.event_id))
    return story


def test_every_kind_of_stream_has_its_owners() -> None:
    owners = {kind: set(found) for kind, found in states.folds().items()}
    assert owners == {
        "conversation": {"agent", "lane"},
        "reminder": {"reminder"},
        "watch": {"watch"},
        "profile": {"facts"},
        "tools": {"catalogue"},
    }


def test_each_event_shows_what_it_changed_in_whose_state() -> None:
    first, second, _, ready = states.steps(a_conversation().events)

    assert ("pending[0]", None) in [(path, old) for path, old, _ in first.changes["agent"]]
    heard = {path for path, _, _ in first.changes["lane"]}
    assert heard == {"channel", "heard", "heard_at", "gate"}
    assert {path for path, _, _ in second.changes["lane"]} == {"language"}
    assert ("step", 0, 1) in second.changes["agent"]
    assert {path for path, _, _ in ready.changes["lane"]} == {"queue[0]", "driver"}


def test_the_changes_add_up_to_the_state() -> None:
    """Every state of a real log is its first one with the changes of each event made in turn."""
    for user in (recorded.ada(), recorded.forgotten()):
        for events in recorded.by_stream(user).values():
            *_, told = (states.states(events[: count + 1]) for count in range(len(events)))
            for owner, fold in states.folds_of(events[0].stream).items():
                held = plain(fold.state())
                for step in states.steps(events):
                    for path, before, _ in step.changes.get(owner, []):
                        assert _at(held, path) == before
                    held = plain(fold.over(events[: step.recorded.version]))
                assert held.items() <= told[owner].items()


def _at(state, path: str):
    for part in path.replace("[", ".[").split("."):
        if part.startswith("["):
            place = int(part[1:-1])
            state = state[place] if place < len(state) else None
        else:
            state = state.get(part)
    return state


def test_a_reminders_next_due_comes_from_the_schedulers_own_rules() -> None:
    streams = recorded.by_stream(recorded.ada())
    due = {
        states.states(events)["reminder"]["next_due"]
        for stream, events in streams.items()
        if stream.startswith("reminder-")
    }
    assert due == {None, "2026-11-30T08:00:00+00:00"}


def test_the_catalogue_knows_what_was_on_offer() -> None:
    log = MemoryLog()
    told = [offer("a"), offer("b"), ToolWithdrawn(tool="a", owner="tools")]
    log.put([Write("tools", told, None)], UUID(int=1))

    assert catalogue.FOLD.over(log.all()[:2]).offered == {"a": "tools", "b": "tools"}
    assert states.states(log.all()) == {"catalogue": {"offered": {"b": "tools"}}}


def a_newer_event(version: int = 5) -> Message:
    base = recorded.messages()[0]
    payload = {"mood": {"sealed": "QUJD"}, "grade": 3}
    changes = {"type": "message.felt", "schema_version": 2, "payload": payload, "version": version}
    return base.model_copy(update=changes)


def test_what_only_a_newer_release_knows_is_shown_and_ends_the_folding() -> None:
    events = a_conversation().events
    newer = decoded(a_newer_event())
    assert isinstance(newer.event, OpaqueEvent)
    assert plain(newer.event) == {"mood": "▒▒▒", "grade": 3}
    assert "version 2: this release does not know it" in line(newer).plain

    mixed = [*events[:2], newer, *events[2:]]
    assert states.states(mixed) == states.states(events[:2])
    assert [bool(step.changes) for step in states.steps(mixed)] == [True, True, False, False, False]


def test_what_this_release_knows_is_decoded_as_ever() -> None:
    assert decoded(recorded.messages()[0]) == recorded.events()[0]


def test_sets_read_the_same_whatever_their_order_in_memory() -> None:
    ids = [UUID(int=n) for n in (9, 2, 5, 7)]
    assert plain(frozenset(ids)) == sorted(map(str, ids))


def test_a_sealed_text_reads_as_its_cover() -> None:
    event = decode("message.received", 1, {**message().model_dump(), "text": {"sealed": "QUJD"}})
    assert plain(event, "[erased]")["text"] == "[erased]"
    assert plain(Sealed("QUJD")) == "▒▒▒"


def test_changes_and_states_fit_lines() -> None:
    step = next(states.steps(a_conversation().events))
    told = [row.plain for row in change_lines(step.changes)]
    assert "agent  stream: nothing → conversation-00000000" in told[0]
    assert all("conversation-00000000-" not in row for row in told)
    assert "nothing yet" in state_lines({"lane": {"queue": [], "driver": None}})[0].plain
    assert brief({"a": [1, None], "b": None}) == "{a: [1, nothing]}"


def test_a_beginning_by_version_or_by_the_clock() -> None:
    events = a_conversation().events
    now = START + timedelta(hours=1)

    assert past.upto(events, now) == events
    assert past.upto(events, now, version=2) == events[:2]
    assert past.upto(events, now, at=START + timedelta(seconds=90)) == events[:2]
    assert past.upto(events, now, at=START + timedelta(minutes=2)) == events


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"version": 5}, "versions 1 to 4; there is no version 5"),
        ({"version": 0}, "there is no version 0"),
        ({"at": START - timedelta(seconds=1)}, "nothing stood at"),
        ({"at": START + timedelta(days=1)}, "lies ahead"),
        ({"at": START, "version": 1}, "not both"),
    ],
)
def test_beyond_a_streams_ends_is_told(wanted: dict, says: str) -> None:
    with pytest.raises(Configuration, match=says):
        past.upto(a_conversation().events, START + timedelta(hours=1), **wanted)
